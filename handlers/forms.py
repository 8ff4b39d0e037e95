"""The forms of all kinds: opened by a command or button, checked, submitted. A registered kind gets all of it."""

import asyncio
import re
from collections.abc import Mapping
from datetime import date
from types import SimpleNamespace

from pydantic import ValidationError

from bot.approvals import submit as service
from bot.approvals.authority import needs_in_words
from bot.approvals.cards import refresh as cards
from bot.approvals.kind import AnyKind, all_kinds, find_kind
from bot.errors import InvalidInput, NotFound, UpstreamError, UserError
from bot.forms.draw import kind_form
from bot.forms.fields import FormField, FormInput, FormValue
from bot.kinds.keys.owners import may_see_key
from bot.runtime import Runtime
from bot.slack import ids
from bot.slack.elements import option
from bot.slack.markup import bold, channel_mention, truncate
from bot.words.wording import listed
from handlers.edge.call import Call, Json, text_at
from handlers.edge.guard import notice_view
from handlers.edge.register import Hint, Listener, View

KNOWN_WITHIN = 0.5
"""Seconds that opening a form waits for what it can also do without."""
_IDS = ("workspace", "key", "person")
_ID = re.compile(r"[A-Za-z0-9_-]{1,100}")


def who_decides(rt: Runtime, kind: AnyKind, workspace_id: str | None = None, workspace_name: str | None = None) -> str:
    """Return the sentence in which a form says who will be asked; which workspace it is about may not be known yet."""
    rule = rt.policy.rule_for(kind.name, workspace_id, workspace_name)
    if not rule.approvers or not rule.channel:
        return "⚠️ Nobody may approve this yet: the policy names no approvers or no channel for it."
    by_hand = kind.left_by_hand(rule) if workspace_id else ""
    by_hand = f" {by_hand[0].upper()}{by_hand[1:]}." if by_hand else ""
    said = f"{needs_in_words(rule, workspace_name)}, in {channel_mention(rule.channel)}.{by_hand}"
    names = _with_own_rules(rt, kind) if workspace_id is None else []
    return f"{said} Other rules hold in {listed([bold(name) for name in names], most=3)}." if names else said


def _with_own_rules(rt: Runtime, kind: AnyKind) -> list[str]:
    """Return the workspaces, as the policy names them, in which somebody else or more people have to approve."""
    usual = rt.policy.rule_for(kind.name, None, None)
    rules = {key: rt.policy.rule_for(kind.name, key, key) for key in rt.policy.workspaces}
    return [
        key
        for key, rule in rules.items()
        if (rule.approvers, rule.quorum, rule.channel) != (usual.approvers, usual.quorum, usual.channel)
    ]


async def open_form(
    call: Call, kind_name: str, values: Mapping[str, FormValue] | None = None, labels: Mapping[str, str] | None = None
) -> None:
    """Open a kind's form, filled in with what is known."""
    kind, given = find_kind(call.rt, kind_name), values or {}
    where = await _soon_known(call.rt, given)
    await call.open(kind_form(kind, asks=who_decides(call.rt, kind, *where), values=given, labels=labels))


async def _soon_known(rt: Runtime, values: Mapping[str, FormValue]) -> tuple[str | None, str | None]:
    """Return the same as `_workspace_of` if that is known at once: Slack lets a form be opened for three seconds only."""
    try:
        async with asyncio.timeout(KNOWN_WITHIN):
            return await _workspace_of(rt, values)
    except (TimeoutError, UpstreamError):
        return None, None


async def _workspace_of(rt: Runtime, values: Mapping[str, FormValue]) -> tuple[str | None, str | None]:
    """Return id and name of the workspace that a form is about, as far as it says so."""
    workspace_id = str(values.get("workspace_id") or "") or None
    if key_id := values.get("key_id"):
        key = next((key for key in await rt.directory.keys() if key.id == key_id), None)
        home = await rt.directory.workspace(key.workspace_id) if key else None
        workspace_id = home.id if home else None
    return workspace_id, await rt.directory.workspace_name(workspace_id) if workspace_id else None


async def workspace_chosen(call: Call) -> None:
    """Say who decides, now that the form says which workspace it is about; what was typed stays.

    With the hash of the form as it was: one that was sent or changed meanwhile is left alone.
    """
    kind = all_kinds(call.rt).get(text_at(call.payload, "view", "callback_id").removeprefix(ids.FORM_PREFIX))
    if kind is None:
        raise NotFound("I don't know that form any more.")
    values = _plain_values(kind, call)
    where = await _workspace_of(call.rt, values)
    asks = who_decides(call.rt, kind, *where)
    form = kind_form(kind, asks=asks, values=values, labels=call.labels)
    await call.rt.notifier.update_view(call.view_id, form, text_at(call.payload, "view", "hash"))


def _plain_values(kind: AnyKind, call: Call) -> dict[str, str]:
    """Return what the form's own fields hold; anything else in the payload is nobody's."""
    found = {field.name: call.values.get(field.name) for field in kind.form}
    return {name: value.strip() if isinstance(value, str) else "" for name, value in found.items()}


def _validate(kind: AnyKind, call: Call) -> dict[str, str]:
    values = _plain_values(kind, call)
    form = FormInput(values, call.labels, call.rt.now().date())
    problems: dict[str, str] = {}
    for field in kind.form:
        value = values[field.name]
        if not value:
            if not field.optional and field.name != "reason":
                problems[field.name] = "This is needed."
            continue
        if field.max_length and len(value) > field.max_length:
            problems[field.name] = f"Use {field.max_length} characters at most."
        elif (sentence := _misfit(field, value)) or (field.check and (sentence := field.check(value, form))):
            problems[field.name] = sentence
    return problems


def _misfit(field: FormField, value: str) -> str | None:
    """Return what is wrong with a value that Slack's own element couldn't have given."""
    if field.type == "choice" and value not in dict(field.choices):
        return "Choose one from the list."
    if field.type == "date":
        return None if _is_day(value) else "Choose a day."
    return "Choose one from the list." if field.type in _IDS and not _ID.fullmatch(value) else None


def _is_day(value: str) -> bool:
    try:
        return date.fromisoformat(value).isoformat() == value
    except ValueError:
        return False


async def submit_form(kind: AnyKind, call: Call) -> None:
    """Check against the organization and record the request; a fault brings the form back with everything still in it."""
    values = _plain_values(kind, call)
    try:
        payload = kind.payload.model_validate({name: value for name, value in values.items() if value})
        request = await service.submit(call.rt, call.actor, kind.name, payload, values.get("reason", ""))
    except InvalidInput as error:
        await _back(kind, call, values, error.fields)
    except ValidationError:
        await _back(kind, call, values, {"": "I can't read one of the values. Look them over."})
    except UserError as error:
        await call.update_view(call.view_id, notice_view(f"⚠️ {error.sentence}", kind.label))
    else:
        rule = call.rt.policy.rule_for(kind.name, request.workspace_id, request.workspace_name)
        needs = needs_in_words(rule, request.workspace_name)
        sent = f"✅ Sent to {channel_mention(request.channel)}. {needs}. I tell you the outcome in a direct message."
        await call.finish(notice_view(sent, kind.label))
        await cards.refresh(call.rt, request.id)


async def _back(kind: AnyKind, call: Call, values: dict[str, str], problems: Mapping[str, str]) -> None:
    asks = who_decides(call.rt, kind, *await _soon_known(call.rt, values))
    view = kind_form(kind, asks=asks, values=values, labels=call.labels, problems=problems)
    await call.update_view(call.view_id, view)


def view_of(kind: AnyKind) -> View:
    """Return the form of a kind as the edge registers it."""

    async def run(call: Call) -> None:
        await submit_form(kind, call)

    def again(call: Call, sentence: str) -> Json:
        values = _plain_values(kind, call)
        return kind_form(kind, asks=who_decides(call.rt, kind), values=values, labels=call.labels, problems={"": sentence})

    return View(run=run, validate=lambda call: _validate(kind, call), working="Checking…", again=again)


def opener_of(kind: AnyKind) -> Listener:
    """Return the listener of the button that opens a kind's form; its value may name a key."""

    async def run(call: Call) -> None:
        may_see = await may_see_key(call.rt, call.actor)
        found = [k for k in await call.rt.directory.keys() if k.id == call.value and may_see(k)] if call.value else []
        values, labels = ({"key_id": found[0].id}, {"key_id": found[0].name}) if found else ({}, {})
        await open_form(call, kind.name, values, labels)

    return run


async def suggest_workspaces(call: Call, query: str) -> list[Json]:
    """Return the workspaces whose name holds what was typed."""
    wanted = query.casefold().strip()
    found = [w for w in await call.rt.directory.workspaces() if wanted in w.name.casefold() and not w.is_claude_code]
    return [option(w.name, w.id) for w in found]


async def suggest_keys(call: Call, query: str) -> list[Json]:
    """Return the living keys that the person may see and whose name holds what was typed, with their workspace."""
    wanted = query.casefold().strip()
    names = {w.id: w.name for w in await call.rt.directory.workspaces()}
    may_see = await may_see_key(call.rt, call.actor)
    alive = [k for k in await call.rt.directory.keys() if k.status in ("active", "inactive") and may_see(k)]
    keys = [k for k in alive if wanted in k.name.casefold()]
    return [
        option(k.name, k.id, truncate(f"{names.get(k.workspace_id or '', 'Default')} · {k.status} · {k.hint or ''}", 75))
        for k in keys
    ]


def feature_of(kind: AnyKind) -> SimpleNamespace:
    """Return what a kind brings along by being registered: its form, and the button that opens it."""
    return SimpleNamespace(
        VIEWS={f"{ids.FORM_PREFIX}{kind.name}": view_of(kind)},
        ACTIONS={f"{ids.OPEN_PREFIX}{kind.name}": opener_of(kind)},
    )


ACTIONS = {ids.PICK_WORKSPACE: Hint(workspace_chosen), ids.PICK_KEY: Hint(workspace_chosen)}
OPTIONS = {ids.PICK_WORKSPACE: suggest_workspaces, ids.PICK_KEY: suggest_keys}
