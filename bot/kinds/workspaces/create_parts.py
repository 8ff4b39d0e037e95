"""What is done for somebody who asks for workspaces, part by part: each workspace, its limit, and who works in it."""

from collections.abc import Mapping
from typing import Final

from bot.admin.model import Workspace
from bot.approvals.act import Act, Asked, Look
from bot.approvals.outcome import NeedsPerson, PartDone
from bot.approvals.parts import Stays
from bot.errors import UpstreamMissing
from bot.kinds.several import Part
from bot.kinds.workspaces.create_limit import limit_part
from bot.kinds.workspaces.roles import give_role
from bot.kinds.workspaces.roles_stay import role_stays
from bot.kinds.workspaces.wanted import (
    ALERT,
    DIGEST,
    STEPS,
    CreateWorkspace,
    FirstMember,
    inherits,
    made_by,
    part_of_workspace,
)
from bot.organization.tags import CHANNEL, COST_CENTRE, DESCRIPTION, MARK, OWNER
from bot.people.identity import ADMIN_ROLES
from bot.slack.markup import clean, truncate
from bot.words.reading import as_read

MOST_TAG = 255
"""How long a tag's value may be isn't known (admin-api.md §4.4); this is as long as a name."""
TAKEN = "somebody else created a workspace with this name meanwhile. I left that one alone; ask for another name"
ARCHIVED_AT_ONCE = "somebody archived it right after it was created."
_SET_UP = "set up"

Wanted = CreateWorkspace


def parts_of(wanted: CreateWorkspace) -> list[Part[CreateWorkspace]]:
    """Return everything that is to be done, the workspaces first."""
    rows = list(wanted.workspaces.items())
    parts = [_workspace(environment, name) for environment, name in rows]
    if wanted.limit is not None:
        parts += [limit_part(environment, name, wanted.limit) for environment, name in rows]
    if DIGEST in wanted.tell:
        parts.append(_digest(wanted))
    if ALERT in wanted.tell and wanted.limit is not None:
        parts += [_alert(environment, name) for environment, name in rows]
    people = [one for one in wanted.people if not one.inherits]
    return [*parts, *(_access(environment, name, one) for environment, name in rows for one in people)]


MEMBER_PART: Final = "member:"
"""How the names of the parts begin that give somebody a role."""


def tags_of(look: Look[Wanted], environment: str) -> Mapping[str, str]:
    """Return the tags of a workspace."""
    wanted = look.payload
    tags = {
        OWNER: wanted.owner_email,
        COST_CENTRE: clean(wanted.cost_centre),
        DESCRIPTION: clean(look.request.reason),
        CHANNEL: wanted.channel,
        "environment": environment,
        MARK: look.request.id,
    }
    return {tag: truncate(value, MOST_TAG) for tag, value in tags.items() if value}


def _workspace(environment: str, name: str) -> Part[Wanted]:
    async def do(act: Act[Wanted]) -> PartDone:
        if any(is_called(one, name) for one in await act.directory.workspaces(fresh=True)):
            raise NeedsPerson(f"{TAKEN}.")
        made = await act.admin.create_workspace(name, tags_of(act, environment))
        return part.done("created", made.id)

    async def look(look: Look[Wanted]) -> PartDone | None:
        mine = [one async for one in look.admin.workspaces(include_archived=True) if one.tags.get(MARK) == look.request.id]
        made = next((one for one in mine if one.tags.get("environment", "") == environment), None)
        if made and made.archived_at:
            return part.refused(ARCHIVED_AT_ONCE)
        return part.done("created", made.id) if made else None

    part = Part(part_of_workspace(environment), name, do, look)
    return part


def is_called(workspace: Workspace, name: str) -> bool:
    """Tell whether people read a workspace's name as this one, in any case."""
    return as_read(workspace.name) == as_read(name)


def _digest(wanted: Wanted) -> Part[Wanted]:
    """Return the part that gives the channel one digest of all workspaces that were made."""

    async def do(act: Act[Wanted]) -> PartDone:
        about = {made: name for environment, name in wanted.workspaces.items() if (made := made_by(act, environment))}
        if await act.news.has_digest(wanted.channel, list(about)):
            return part.done("the channel had it already")
        await act.news.start_digest(act.request.requester.slack_id, wanted.channel, about)
        return part.done(_SET_UP)

    async def look(look: Look[Wanted]) -> PartDone | None:
        made = [made for one in wanted.workspaces if (made := made_by(look, one))]
        return part.done(_SET_UP) if await look.news.has_digest(wanted.channel, made) else None

    once = tuple(part_of_workspace(one) for one in wanted.workspaces)
    part = Part(DIGEST, "Daily digest", do, look, once=once)
    return part


def _alert(environment: str, name: str) -> Part[Wanted]:
    async def do(act: Act[Wanted]) -> PartDone:
        wanted, made = act.payload, made_by(act, environment)
        assert wanted.limit is not None  # noqa: S101 - there is no such part without
        if await act.news.has_alert(wanted.channel, made, wanted.limit):
            return part.done("the channel had it already")
        await act.news.start_alert(act.request.requester.slack_id, wanted.channel, made, wanted.limit, STEPS)
        return part.done(_SET_UP)

    async def look(look: Look[Wanted]) -> PartDone | None:
        wanted, made = look.payload, made_by(look, environment)
        is_there = wanted.limit is not None and await look.news.has_alert(wanted.channel, made, wanted.limit)
        return part.done(_SET_UP) if is_there else None

    part = Part(f"{ALERT}:{environment}", f"Alert about {name}", do, look, part_of_workspace(environment))
    return part


def roles_that_stay(asked: Asked[Wanted]) -> dict[str, Stays[Wanted]]:
    """Return the roles that were given, by the names of their parts."""
    outcome, found = asked.request.outcome, dict[str, Stays[Wanted]]()
    for environment, name in asked.payload.workspaces.items():
        made = outcome.part(part_of_workspace(environment))
        for one in asked.payload.people:
            given = outcome.part(_access_name(environment, one))
            if made and made.thing_id and given and given.state == "done":
                found[given.name] = role_stays(made.thing_id, name, one.member_id, one.name, one.role)
    return found


def _access_name(environment: str, person: FirstMember) -> str:
    return f"{MEMBER_PART}{environment}:{person.member_id}"


def _access(environment: str, name: str, person: FirstMember) -> Part[Wanted]:
    role = "workspace admin" if person.is_owner else "workspace developer"

    async def do(act: Act[Wanted]) -> PartDone:
        try:
            member = await act.admin.user(person.member_id)
        except UpstreamMissing:
            raise NeedsPerson("isn't in the organization any more, so they got no role.") from None
        workspace_id = made_by(act, environment)
        if inherits(member.role, is_owner=person.is_owner):
            why = "organization admin" if member.role in ADMIN_ROLES else "billing member"
            return part.done(f"has access as {why} of the organization")
        if member.role == "billing":
            # Perhaps in the workspace already by the organization role, which can be raised to this one only.
            await give_role(act.admin, workspace_id, member.id, person.role)
        else:
            await act.admin.add_workspace_member(workspace_id, member.id, person.role)
        return part.done(role)

    async def look(look: Look[Wanted]) -> PartDone | None:
        async for one in look.admin.workspace_members(made_by(look, environment)):
            if one.user_id == person.member_id and one.workspace_role == person.role:
                return part.done(role)
        return None

    place = part_of_workspace(environment)
    part = Part(_access_name(environment, person), f"{person.name} in {name}", do, look, place)
    return part
