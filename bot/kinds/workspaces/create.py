"""New workspaces: one, or one for each of several environments, with members, a limit and news for a channel."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any

from bot.approvals.act import Asked, Reading
from bot.approvals.concerned import Remedy
from bot.approvals.kind import Kind
from bot.approvals.model import MOST_REASON
from bot.approvals.outcome import Outcome, PartDone
from bot.approvals.parts import Checked, Concerns, Filled, Offer, Rules, Sample, Words
from bot.directory.capabilities import Can
from bot.errors import InvalidInput, NotAllowed, NotLinked, PreviewUnavailable
from bot.forms.fields import MORE, FormField, FormInput
from bot.kinds.limits.cap import LEAST, MOST, above_cap, lower_whole
from bot.kinds.several import Several
from bot.kinds.workspaces import create_words as words
from bot.kinds.workspaces.create_limit import limited_since, limits_in_vain, needs_other_approvals
from bot.kinds.workspaces.create_parts import is_called, parts_of, roles_that_stay
from bot.kinds.workspaces.wanted import (
    ALERT,
    DIGEST,
    ENVIRONMENTS,
    MOST_MEMBERS,
    MOST_NAME,
    CreateWorkspace,
    FirstMember,
    may_collide,
    shared_names,
    subject_of,
)
from bot.people.model import Who
from bot.slack.markup import clean, escape, mention
from bot.words.reading import as_read
from bot.words.wording import listed

MOST_WORKSPACES = 100
"""Of an organization, unless Anthropic raised it (admin-api.md §4.4)."""
KNOWN_BY_NAME = ("default", "claude code")
"""Names by which alone two special workspaces are known."""
NAMELESS = "Type a name that people can read, such as Checkout."


def _fits(name: str, form: FormInput) -> str | None:
    """Return what is wrong with a name, together with the environments."""
    shown = clean(name)
    if not as_read(name):
        return NAMELESS
    if as_read(name) in KNOWN_BY_NAME:
        return "Anthropic has a workspace with this name of its own. Choose another name."
    longest = max((len(ENVIRONMENTS[one]) + 1 for one in form.texts("environments") if one in ENVIRONMENTS), default=0)
    most = MOST_NAME - longest
    return (
        f"Use {most} characters at most{', for the environment is added' if longest else ''}." if len(shown) > most else None
    )


_FIELDS = (
    FormField("name", "Name", hint="What will use it, such as Checkout.", max_length=MOST_NAME, check=_fits),
    FormField(
        "environments",
        "Environments",
        "choices",
        choices=tuple(ENVIRONMENTS.items()),
        hint="One workspace for each, such as Checkout Production. Choose none to get one workspace with the name alone.",
        optional=True,
    ),
    FormField("owner", "Owner", "person", hint="Becomes its workspace admin. Leave empty: you.", optional=True),
    FormField(
        "limit",
        "Monthly limit",
        "amount",
        hint="US dollars a month for each workspace, such as 500 or 2k. Leave empty: no limit of its own.",
        optional=True,
        least=LEAST,
        most=MOST,
    ),
    FormField(
        "reason",
        "What it is for",
        "long_text",
        hint="The approvers will read this, and it becomes the description of the workspace.",
        max_length=MOST_REASON,
    ),
    FormField(
        MORE,
        "More details",
        "choices",
        choices=(
            ("members", "Add first members"),
            ("cost_centre", "Name a cost centre"),
            ("channel", "Name a Slack channel, which can get the daily digest and alerts"),
        ),
        hint="Choose what you want to add. Its fields appear below.",
        optional=True,
        redraws=True,
    ),
    FormField(
        "members",
        "First members",
        "people",
        hint="They become workspace developers. Organization admins and billing members have access anyway.",
        optional=True,
        behind="members",
        most=MOST_MEMBERS,
    ),
    FormField("cost_centre", "Cost centre", optional=True, max_length=100, behind="cost_centre"),
    FormField(
        "channel", "Slack channel", "channel", hint="Where the people who work on it talk.", optional=True, behind="channel",
        unfit="Choose a channel of your own company.",
    ),
    FormField(
        "tell",
        "What the channel gets",
        "choices",
        choices=((DIGEST, "The daily digest of its spend"), (ALERT, "Alerts at 50, 80 and 100 % of the monthly limit")),
        optional=True,
        behind="channel",
    ),
)  # fmt: skip


async def _check(reading: Reading, who: Who, payload: CreateWorkspace) -> Checked[CreateWorkspace]:
    """Complete what is asked for; everything that can be known to be wrong now is said at its field."""
    chosen = tuple(one for one in ENVIRONMENTS if one in payload.environments)
    named = {"name": clean(payload.name), "environments": chosen, "owner": payload.owner or who.slack_id}
    wanted = payload.model_copy(update=named)
    if faults := _faults(wanted):
        raise InvalidInput(faults)
    await _check_names(reading, wanted)
    if wanted.tell:
        await reading.news.check_channel(wanted.channel)
    owner, *members = await _people(reading, wanted)
    full = wanted.model_copy(
        update={
            "people": (owner[0], *(one for one, _ in members)),
            "owner_email": owner[1],
            **(await _limits(reading, wanted, wanted.limit) if wanted.limit is not None else {}),
        }
    )
    return Checked(full)


def _faults(wanted: CreateWorkspace) -> dict[str, str]:
    if not wanted.name:
        return {"name": NAMELESS}
    if any(len(name) > MOST_NAME for name in wanted.workspaces.values()):
        return {"name": f"Use {MOST_NAME} characters at most, the environment included."}
    if wanted.tell and not wanted.channel:
        return {"channel": "Choose the channel that is to get this."}
    if ALERT in wanted.tell and wanted.limit is None:
        return {"limit": "Set a monthly limit: the alerts say how much of it is used."}
    return {}


async def _check_names(reading: Reading, wanted: CreateWorkspace) -> None:
    """Raise InvalidInput where a name is taken, is being asked for, or there are too many workspaces."""
    names, existing = list(wanted.workspaces.values()), await reading.directory.workspaces(fresh=True)
    if taken := [one.name for one in existing if any(is_called(one, name) for name in names)]:
        raise InvalidInput({"name": f"There is a workspace named {listed(taken)} already. Choose another name."})
    for subject in sorted(may_collide(wanted)):
        other = await reading.others.find_open(subject)
        if other and (shared := shared_names(wanted, CreateWorkspace.model_validate(other.payload))):
            raise InvalidInput({"name": f"Another open request asks for {listed(shared)} already. Choose another name."})
    # With more than that, it was raised.
    if len(existing) <= MOST_WORKSPACES < len(existing) + len(names):
        raise InvalidInput(
            {
                "name": f"The organization has {len(existing)} workspaces, and {MOST_WORKSPACES} is the usual maximum. "
                "Archive one first. If Anthropic allows you more, create one in the Console first, so that I can see it."
            }
        )


async def _people(reading: Reading, wanted: CreateWorkspace) -> list[tuple[FirstMember, str]]:
    """Return who works there from the beginning, the owner first, with their addresses; InvalidInput or NotAllowed."""
    others = [one for one in dict.fromkeys(wanted.members) if one != wanted.owner]

    async def find(slack_id: str) -> tuple[FirstMember, str]:
        is_owner = slack_id == wanted.owner
        try:
            member = await reading.find_member(slack_id)
        except NotLinked as error:
            if is_owner:
                raise InvalidInput({"owner": error.about}) from None
            so = "Nothing was sent: take them out of the first members, or ask for an invite first."
            raise NotAllowed(f"{mention(slack_id)} can't be a first member. {escape(error.about)} {so}") from None
        person = FirstMember(slack_id=slack_id, member_id=member.id, name=member.name, has=member.role, is_owner=is_owner)
        return person, member.email

    return await asyncio.gather(*(find(one) for one in (wanted.owner, *others)))


async def _limits(reading: Reading, wanted: CreateWorkspace, limit: Decimal) -> dict[str, Any]:
    """Return what the payload notes of a limit; InvalidInput for one that the API would refuse, or others approve."""
    if any(needs_other_approvals(reading.rule_for, name) for name in wanted.workspaces.values()):
        ask = "Leave this empty, and ask for the limit once the workspace is there."
        raise InvalidInput({"limit": f"A spend limit needs other approvals than a workspace. {ask}"})
    try:
        limits = await reading.admin.spend_limits()
    except PreviewUnavailable:
        return {"can_limit": False}
    if wrong := above_cap(limit, limits):
        raise InvalidInput({"limit": wrong})
    return {"lower_whole": lower_whole(limit, limits)}


def _beneficiaries(asked: Asked[CreateWorkspace]) -> tuple[Who, ...]:
    """Return those who get a role by it; to others it brings nothing that they don't have."""
    return tuple(
        Who(slack_id=one.slack_id, member_id=one.member_id, email="") for one in asked.payload.people if not one.inherits
    )


def _needed(asked: Asked[CreateWorkspace]) -> tuple[Who, ...]:
    """Return the owner: what nobody owns isn't made. Who else has left by then is left out."""
    return tuple(
        Who(slack_id=one.slack_id, member_id=one.member_id, email="") for one in asked.payload.people if one.is_owner
    )


async def _owner(_reading: Reading, slack_id: str) -> tuple[Who, ...]:
    return (Who(slack_id=slack_id, member_id="", email=""),)


def _limits_left(asked: Asked[CreateWorkspace]) -> Mapping[str, str]:
    return limits_in_vain(asked.payload, asked.request.outcome)


def _limit_to_set(asked: Asked[CreateWorkspace]) -> Filled | None:
    """Return the form for the first limit that nobody set, filled in."""
    found = _limits_left(asked)
    if not found:
        return None
    workspace_id, name = next(iter(found.items()))
    values = {"workspace_id": workspace_id, "amount": str(asked.payload.limit), "reason": asked.request.reason}
    return Filled(values, {"workspace_id": name})


_SEVERAL = Several(parts_of)
CREATE_WORKSPACE = Kind(
    name="create_workspace",
    payload=CreateWorkspace,
    form=_FIELDS,
    words=Words(
        label="Create a workspace",
        asks="asks for a new workspace",
        title=words.title,
        what=words.what,
        plan=words.plan,
        done=words.done,
        then=words.then,
        wish=words.wish,
        chosen=words.chosen,
    ),
    rules=Rules(
        subject=lambda payload: subject_of(payload.name),
        check=_check,
        beneficiaries=_beneficiaries,
        needed=_needed,
        needs=Can.KEYS,
    ),
    effect=replace(_SEVERAL.effect(), counts_twice=True, parts_stay=roles_that_stay),
    follow_up=_SEVERAL.follow_up(),
    offers=Offer(
        "set_spend_limit",
        _limit_to_set,
        limited_since,
        "The limit is set already. Nothing is left to do.",
        "Spend limit…",
        _limits_left,
    ),
    concerns=Concerns(find=_owner, field="owner", remedy=Remedy("ask for another owner.", "update_workspace", "Change…")),
    sample=Sample(
        CreateWorkspace(
            name="Checkout",
            environments=("production", "staging"),
            owner="U0ALICE",
            members=("U0CROWD01", "U0BOB"),
            limit=Decimal("500.00"),
            cost_centre="4711",
            people=(
                FirstMember(slack_id="U0ALICE", member_id="user_alice", name="Alice", has="developer", is_owner=True),
                FirstMember(slack_id="U0CROWD01", member_id="user_priya", name="Priya", has="developer"),
                FirstMember(slack_id="U0BOB", member_id="user_bob", name="Bob", has="admin"),
            ),
            owner_email="alice@acme.test",
        ),
        Outcome(
            parts=(
                PartDone(name="workspace:production", label="Checkout Production", state="done", note="created"),
                PartDone(name="workspace:staging", label="Checkout Staging", state="done", note="created"),
            )
        ),
        given={"spend_limits": "on"},
    ),
)
