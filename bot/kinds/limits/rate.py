"""A workspace's own rate limit for a group of models, or the organization's again, for good or until a day."""

from dataclasses import replace
from datetime import date

from pydantic import BaseModel, ConfigDict, field_validator

from bot.approvals.act import Asked, Look, Reading
from bot.approvals.concerned import Remedy
from bot.approvals.fence import FencedAdmin, ReadingAdmin
from bot.approvals.fields import WHY_FIELD, last_day_field
from bot.approvals.kind import Kind
from bot.approvals.outcome import Outcome
from bot.approvals.parts import Checked, Sample, Words
from bot.directory.capabilities import Can
from bot.errors import InvalidInput
from bot.forms.fields import FormField
from bot.kinds.limits.groups import LIMITERS, REQUESTS, Group, Limiter, groups_of
from bot.kinds.setting import Found, Setting, Thing
from bot.kinds.workspaces.one_workspace import (
    archived_said,
    concerns_of_workspace,
    ends_with_its_workspace,
    find_open_workspace,
)
from bot.slack import ids
from bot.slack.markup import Markup, bold, within_bold
from bot.words.counts import NONE, exact_count
from bot.words.own import Own

_DEFAULT = "The default workspace can't have limits of its own: the organization's limits apply there."


class SetRateLimit(BaseModel):
    """Which workspace gets which limit of a group: `value` is a whole number, or "none" for the organization's.

    `rate_group` is the id of the organization's entry. The rest is as it was when it was asked: `limiter_type` is the API's
    name of the limiter, `was` the workspace's own limit, `organization` that of the organization (None: it has none).
    """

    model_config = ConfigDict(frozen=True)

    workspace_id: str
    rate_group: str
    limiter: str
    value: str
    workspace_name: str = ""
    group_name: str = ""
    limiter_type: str = ""
    was: str = ""
    organization: int | None = None
    ends_on: date | None = None

    @field_validator("value", mode="before")
    @classmethod
    def _as_text(cls, value: object) -> object:
        return NONE if value is None else str(value) if isinstance(value, int) else value


FORM = (
    FormField("workspace_id", "Workspace", "workspace", hint="Type part of its name."),
    FormField(ids.RATE_GROUP, "Models", "lookup", hint="The list shows the organization's limits."),
    FormField(
        "limiter",
        "Limit of",
        "choice",
        choices=tuple((name, f"{words[0].upper()}{words[1:]}") for name, (words, _) in LIMITERS.items()),
        typed=(("rpm", REQUESTS), ("input", "input_tokens"), ("itpm", "input_tokens"), ("output", "output_tokens"),
               ("otpm", "output_tokens")),
    ),
    FormField("value", "New limit", "count"),
    WHY_FIELD,
    last_day_field("At the end of this day the old limit comes back. Leave empty to keep the new one."),
)  # fmt: skip


def _in_words(value: str) -> Own:
    return exact_count(int(value)) if value.isdecimal() else "the organization's limit"


async def _own_limit(admin: ReadingAdmin, payload: SetRateLimit) -> str:
    """Return the limit that a workspace has of its own now, "none" where it has the organization's."""
    for one in await admin.workspace_rate_limits(payload.workspace_id):
        if one.rate_limit_id == payload.rate_group and payload.limiter_type in one.overridden:
            value = one.limits.get(payload.limiter_type)
            return NONE if value is None else str(value)
    return NONE


async def _group(reading: Reading, payload: SetRateLimit) -> Group | None:
    found = groups_of(await reading.admin.rate_limits())
    return next((one for one in found if one.id == payload.rate_group), None)


async def _limiter(reading: Reading, payload: SetRateLimit) -> tuple[Group, Limiter]:
    """Return the group and limiter that a form names; InvalidInput where there is no such thing."""
    group = await _group(reading, payload)
    if group is None:
        raise InvalidInput({ids.RATE_GROUP: "The organization doesn't have this group of models. Choose one from the list."})
    if payload.limiter not in LIMITERS:
        raise InvalidInput({"limiter": "Choose one from the list."})
    limiter = group.limiters.get(payload.limiter)
    if limiter is None:
        words, _ = LIMITERS[payload.limiter]
        raise InvalidInput({"limiter": f"{group.name} has no limit of {words}. It has {group.has_words}."})
    return group, limiter


def _too_much(value: str, organization: int | None) -> str:
    """Say so where the organization's limit is lower: the API would keep the number, and hold the lower one."""
    if value == NONE or organization is None or int(value) <= organization:
        return ""
    highest = exact_count(organization)
    return f"The organization's limit is {highest}, so a higher number changes nothing. Use {highest} or less, or none."


async def _find(reading: Reading, payload: SetRateLimit) -> Found[SetRateLimit]:
    if payload.value != NONE and not payload.value.isdecimal():
        raise InvalidInput({"value": "Write a whole number, such as 2000, 2k or 1.5m, or none."})
    workspace = await find_open_workspace(reading, payload.workspace_id, _DEFAULT)
    group, limiter = await _limiter(reading, payload)
    known = {
        "workspace_id": workspace.id,
        "workspace_name": workspace.name,
        "group_name": group.name,
        "limiter_type": limiter.type,
        "organization": limiter.value,
    }
    named = payload.model_copy(update=known)
    full = named.model_copy(update={"was": await _own_limit(reading.admin, named)})
    return Found(_thing(full, full.was), Checked(full, workspace.id, workspace.name))


def _thing(payload: SetRateLimit, value: str) -> Thing:
    words, _ = LIMITERS[payload.limiter]
    return Thing(name=f"{payload.workspace_name}'s limit of {words} for {payload.group_name}", value=value)


async def _read(look: Look[SetRateLimit]) -> Thing:
    return _thing(look.payload, await _own_limit(look.admin, look.payload))


async def _write(admin: FencedAdmin, payload: SetRateLimit, value: str) -> None:
    limits = {payload.limiter_type: None if value == NONE else int(value)}
    await admin.set_workspace_rate_limit(payload.workspace_id, payload.rate_group, limits)


async def _forbids(reading: Reading, payload: SetRateLimit, value: str) -> str:
    """Say why a limit can't be set now. What was there before may always come back."""
    if (await reading.admin.workspace(payload.workspace_id)).archived_at is not None:
        return archived_said(payload.workspace_name)
    group = await _group(reading, payload) if value == payload.value else None
    limiter = group.limiters.get(payload.limiter) if group else None
    return _too_much(value, limiter.value) if limiter else ""


_LIMIT = Setting[SetRateLimit](
    kind="set_rate_limit",
    noun="limit",
    field="value",
    find=_find,
    read=_read,
    write=_write,
    which=lambda payload: f"{payload.workspace_id}:{payload.rate_group}:{payload.limiter_type}",
    to=lambda payload: payload.value,
    was=lambda payload: payload.was,
    already=lambda thing: f"{thing.name} is already {thing.value}.",
    in_words=_in_words,
    forbids=_forbids,
)


def _limit(wanted: SetRateLimit, value: str) -> Own:
    """Return a limit as people compare it: `2,000`, `the organization's 10,000`."""
    if value == NONE and wanted.organization is not None:
        return f"the organization's {exact_count(wanted.organization)}"
    return _in_words(value)


def _what(asked: Asked[SetRateLimit]) -> Markup:
    wanted = asked.payload
    words, _ = LIMITERS[wanted.limiter]
    said: Markup = f"{_limit(wanted, wanted.was)} → *{_limit(wanted, wanted.value)}* {words}"
    is_said = NONE in (wanted.was, wanted.value) or wanted.organization is None
    above: Markup = "" if is_said else f" (the organization's limit is {exact_count(wanted.organization or 0)})"
    return f"{bold(wanted.workspace_name)} on {bold(wanted.group_name)}: {said}{above}"


def _has(wanted: SetRateLimit, value: str, adverb: Own) -> Markup:
    words, _ = LIMITERS[wanted.limiter]
    place, models = within_bold(wanted.workspace_name), within_bold(wanted.group_name)
    return f"{place} {adverb} has {_limit(wanted, value)} {words} on {models}, in effect within an hour"


def _then(asked: Asked[SetRateLimit]) -> Markup:
    stops: Markup = ". 0 may stop all use of these models there" if asked.payload.value == "0" else ""
    return f"I set it at once, and it takes up to an hour until it applies{stops}"


def _named(wanted: SetRateLimit) -> Markup:
    words, _ = LIMITERS[wanted.limiter]
    place, models = within_bold(wanted.workspace_name), within_bold(wanted.group_name)
    return f"{_limit(wanted, wanted.value)} {words} on {models} in {place}"


def _title(asked: Asked[SetRateLimit]) -> str:
    wanted = asked.payload
    words, _ = LIMITERS[wanted.limiter]
    return f"{wanted.workspace_name} on {wanted.group_name}: {_limit(wanted, wanted.value)} {words}"


SET_RATE_LIMIT = Kind(
    name="set_rate_limit",
    payload=SetRateLimit,
    form=FORM,
    words=Words(
        label="Set a rate limit",
        asks="asks to change a rate limit",
        title=_title,
        what=_what,
        done=lambda asked: _has(asked.payload, asked.payload.value, "now"),
        then=_then,
        wish=lambda asked: f"for {_named(asked.payload)}",
        grant=lambda asked: f"Limit of {_named(asked.payload)}",
        after=lambda asked: _has(asked.payload, asked.payload.was, "again"),
        chosen=lambda asked: {
            "workspace_id": asked.request.workspace_name or "",
            ids.RATE_GROUP: asked.payload.group_name,
        },
    ),
    rules=_LIMIT.rules(
        lambda payload: f"rate:{payload.workspace_id}:{payload.rate_group}:{payload.limiter}",
        last_day="ends_on",
        needs=Can.RATE_LIMITS,
        has_workspace=True,
    ),
    effect=replace(_LIMIT.effect(), revert=ends_with_its_workspace(_LIMIT.revert)),
    concerns=concerns_of_workspace(Remedy("ask for another limit.", "set_rate_limit", "Change…")),
    sample=Sample(
        SetRateLimit(
            workspace_id="wrkspc_1",
            rate_group="rl_1",
            limiter=REQUESTS,
            value="2000",
            workspace_name="Staging",
            group_name="Claude Opus 5.x",
            limiter_type="requests_per_minute",
            was=NONE,
            organization=10_000,
        ),
        Outcome(value="2000", was=NONE),
    ),
)
