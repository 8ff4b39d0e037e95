"""A role in a workspace for somebody, another one or none, for good or until a day."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date
from typing import TypeVar

from pydantic import BaseModel, ConfigDict

from bot.approvals.act import Act, Asked, Look, Reading
from bot.approvals.concerned import Remedy
from bot.approvals.fence import FencedAdmin
from bot.approvals.fields import WHY_FIELD, last_day_field
from bot.approvals.kind import Kind
from bot.approvals.outcome import NeedsPerson, Outcome
from bot.approvals.parts import Checked, Concerns, Sample, Words
from bot.directory.capabilities import Can
from bot.errors import InvalidInput, NotLinked
from bot.forms.fields import FormField
from bot.kinds.setting import Found, Setting, Thing
from bot.kinds.workspaces.one_workspace import archived_said, ends_with_its_workspace, find_open_workspace
from bot.kinds.workspaces.roles import (
    ADMIN,
    BILLING,
    NO_ACCESS,
    ROLES,
    TYPED,
    access_in_words,
    access_of,
    check_not_inherited,
    find_user,
    give_role,
    has_admin_besides,
    left_with_membership,
)
from bot.people.model import Who
from bot.slack.markup import Markup, bold, mention, within_bold
from bot.words.own import Own

D = TypeVar("D")
_DEFAULT = (
    "Everybody in the organization can use the default workspace, as far as their organization role lets them. "
    "Ask for another organization role instead."
)


class WorkspaceAccess(BaseModel):
    """Who gets which role in which workspace instead of which; `ends_on` is the last day, in the requester's calendar.

    `had_admin`: when it was asked, the workspace had an admin besides them who isn't one by their organization role.
    """

    model_config = ConfigDict(frozen=True)

    workspace_id: str
    slack_id: str
    role: str
    workspace_name: str = ""
    member_id: str = ""
    member_name: str = ""
    from_role: str = ""
    had_admin: bool = False
    ends_on: date | None = None


FORM = (
    FormField("workspace_id", "Workspace", "workspace", hint="Type part of its name."),
    FormField("slack_id", "Person", "person"),
    FormField("role", "Role", "choice", choices=tuple(ROLES.items()), typed=TYPED),
    WHY_FIELD,
    last_day_field("At the end of this day the old role comes back. Leave empty to keep the new one."),
)


async def _find(reading: Reading, payload: WorkspaceAccess) -> Found[WorkspaceAccess]:
    if payload.role not in ROLES:
        raise InvalidInput({"role": "Choose a role from the list."})
    workspace = await find_open_workspace(reading, payload.workspace_id, _DEFAULT)
    try:
        member = await reading.find_member(payload.slack_id)
    except NotLinked as error:
        raise InvalidInput({"slack_id": error.about}) from None
    role = await access_of(reading.admin, workspace.id, member)
    is_back = member.role == "billing" and role == ADMIN and payload.role == NO_ACCESS
    if not is_back:
        check_not_inherited(member, workspace, payload.role)
    had_admin = ADMIN in (payload.role, role) and await has_admin_besides(reading, workspace.id, member.id)
    full = payload.model_copy(
        update={
            "workspace_id": workspace.id,
            "workspace_name": workspace.name,
            "member_id": member.id,
            "member_name": member.name,
            "from_role": role,
            "role": BILLING if is_back else payload.role,
            "had_admin": had_admin,
        }
    )
    return Found(_thing(full, role), Checked(full, workspace.id, workspace.name))


def _thing(payload: WorkspaceAccess, role: str) -> Thing:
    return Thing(name=f"{payload.member_name}'s role in {payload.workspace_name}", value=role)


async def _read(look: Look[WorkspaceAccess]) -> Thing:
    wanted = look.payload
    member = await find_user(look.admin, wanted.member_id)
    return _thing(wanted, await access_of(look.admin, wanted.workspace_id, member))


async def _write(admin: FencedAdmin, payload: WorkspaceAccess, role: str) -> None:
    """Give a role. What comes with the organization role alone is what is left once the workspace's own is gone."""
    workspace_id, member_id = payload.workspace_id, payload.member_id
    if role in (NO_ACCESS, BILLING):
        await admin.remove_workspace_member(workspace_id, member_id)
        return
    await give_role(admin, workspace_id, member_id, role)


async def _forbids(reading: Reading, payload: WorkspaceAccess, role: str) -> str:
    """Say why a role can't be given now; `role` is the one that is asked for, or at the end the one before it."""
    is_end = role != payload.role
    if (await reading.admin.workspace(payload.workspace_id)).archived_at is not None:
        return archived_said(payload.workspace_name)
    if role != NO_ACCESS and await find_user(reading.admin, payload.member_id) is None:
        return f"{payload.member_name} isn't in the organization any more, so they can't get a role in a workspace."
    if (payload.role if is_end else payload.from_role) != ADMIN or (is_end and not payload.had_admin):
        return ""
    if await has_admin_besides(reading, payload.workspace_id, payload.member_id):
        return ""
    return _last_admin(payload, ", so I left it at that" if is_end else "")


def _last_admin(payload: WorkspaceAccess, then: Own) -> str:
    last = f"{payload.member_name} is the last workspace admin of {payload.workspace_name}{then}."
    return f"{last} Make somebody else workspace admin first."


_ROLE = Setting[WorkspaceAccess](
    kind="workspace_access",
    noun="role",
    field="slack_id",
    find=_find,
    read=_read,
    write=_write,
    which=lambda payload: f"{payload.workspace_id}:{payload.member_id}",
    to=lambda payload: payload.role,
    was=lambda payload: payload.from_role,
    already=lambda thing: f"{thing.name} is already {thing.value}.",
    already_at="role",
    in_words=access_in_words,
    gone=lambda look: left_with_membership(look, look.payload.member_id, look.payload.member_name),
    forbids=_forbids,
    comes_by_itself=lambda role: role not in ROLES,  # with the role in the organization
)


def _keeping_an_admin(do: Callable[[Act[WorkspaceAccess]], Awaitable[D]]) -> Callable[[Act[WorkspaceAccess]], Awaitable[D]]:
    """Return an act that gives the role of an admin back where the last other one lost theirs at this very moment.

    Two requests that each see the other's admin would leave none: nothing locks a workspace.
    """

    async def run(act: Act[WorkspaceAccess]) -> D:
        wanted = act.payload
        was_safe = not wanted.had_admin or (await _read(act)).value != ADMIN
        done = await do(act)
        if was_safe or await has_admin_besides(act, wanted.workspace_id, ""):
            return done
        await _write(act.admin, wanted, ADMIN)
        raise NeedsPerson(_last_admin(wanted, ", so I gave that back"))

    return run


def _beneficiaries(asked: Asked[WorkspaceAccess]) -> tuple[Who, ...]:
    return (Who(slack_id=asked.payload.slack_id, member_id=asked.payload.member_id, email=""),)


async def _person(_reading: Reading, slack_id: str) -> tuple[Who, ...]:
    return (Who(slack_id=slack_id, member_id="", email=""),)


def _what(asked: Asked[WorkspaceAccess]) -> Markup:
    wanted = asked.payload
    change: Markup = f"{access_in_words(wanted.from_role)} → *{access_in_words(wanted.role)}*"
    return f"{mention(wanted.slack_id)} in {bold(wanted.workspace_name)}: {change}"


def _has_now(wanted: WorkspaceAccess, role: str, adverb: Own) -> Markup:
    """Return what somebody has in the workspace: `@priya is now workspace developer in Staging`."""
    person, place = mention(wanted.slack_id), within_bold(wanted.workspace_name)
    if role == NO_ACCESS:
        return f"{person} has no access to {place} any more"
    return f"{person} is {adverb} {access_in_words(role)} in {place}"


def _done(asked: Asked[WorkspaceAccess]) -> Markup:
    wanted = asked.payload
    instead: Markup = (
        "" if NO_ACCESS in (wanted.role, wanted.from_role) else f" instead of {access_in_words(wanted.from_role)}"
    )
    return f"{_has_now(wanted, wanted.role, 'now')}{instead}"


def _after(asked: Asked[WorkspaceAccess]) -> Markup:
    return _has_now(asked.payload, asked.payload.from_role, "again")


def _then(asked: Asked[WorkspaceAccess]) -> Markup:
    person = mention(asked.payload.slack_id)
    return f"I take {person} out at once" if asked.payload.role == NO_ACCESS else f"I give {person} this role at once"


def _wish(asked: Asked[WorkspaceAccess]) -> Markup:
    wanted = asked.payload
    person, place = mention(wanted.slack_id), bold(wanted.workspace_name)
    if wanted.role == NO_ACCESS:
        return f"to take {person} out of {place}"
    return f"for the role *{access_in_words(wanted.role)}* in {place} for {person}"


def _grant(asked: Asked[WorkspaceAccess]) -> Markup:
    wanted = asked.payload
    person, place = mention(wanted.slack_id), within_bold(wanted.workspace_name)
    if wanted.role == NO_ACCESS:
        return f"No access to {place} for {person}"
    return f"Role {access_in_words(wanted.role)} of {person} in {place}"


WORKSPACE_ACCESS = Kind(
    name="workspace_access",
    payload=WorkspaceAccess,
    form=FORM,
    words=Words(
        label="Access to a workspace",
        asks="asks to change access to a workspace",
        title=lambda asked: (
            f"{asked.payload.member_name} in {asked.payload.workspace_name}: {access_in_words(asked.payload.role)}"
        ),
        what=_what,
        done=_done,
        then=_then,
        wish=_wish,
        grant=_grant,
        after=_after,
    ),
    rules=_ROLE.rules(
        lambda payload: f"access:{payload.workspace_id}:{payload.slack_id}",
        last_day="ends_on",
        beneficiaries=_beneficiaries,
        needs=Can.KEYS,
        has_workspace=True,
    ),
    effect=replace(
        _ROLE.effect(),
        apply=_keeping_an_admin(_ROLE.apply),
        revert=ends_with_its_workspace(_keeping_an_admin(_ROLE.revert)),
    ),
    concerns=Concerns(
        find=_person,
        field="slack_id",
        hears_ask=False,
        remedy=Remedy("ask for another role.", "workspace_access", "Change…"),
    ),
    sample=Sample(
        WorkspaceAccess(
            workspace_id="wrkspc_1",
            slack_id="U0CROWD03",
            role="workspace_developer",
            workspace_name="Staging",
            member_id="user_sofia",
            member_name="Sofia Rossi",
            from_role=NO_ACCESS,
        ),
        Outcome(value="workspace_developer", was=NO_ACCESS),
    ),
)
