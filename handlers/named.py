"""What a button that opens a form names: a key, a workspace, a member or an invite, as the form's values and labels."""

from collections import Counter
from collections.abc import Sequence
from typing import Protocol

from bot.approvals.kind import AnyKind
from bot.errors import NotFound
from bot.kinds.keys.owners import may_see_key
from bot.kinds.people.leaving import member_label
from bot.organization.keys_wanted import STATUS_WORDS
from bot.people.identity import member_behind
from bot.slack.elements import option
from bot.slack.markup import code, escape, is_user_id
from bot.words.folded import folded
from handlers.edge.interaction import Interaction, Json

_INVITE = "invite_id"


class _Named(Protocol):
    @property
    def id(self) -> str: ...
    @property
    def name(self) -> str: ...


def workspace_options(workspaces: Sequence[_Named]) -> list[Json]:
    """Return workspaces as options of a menu. Those of one name, which the API allows, are told apart by their ids."""
    often = Counter(folded(one.name) for one in workspaces)
    return [option(one.name, one.id, one.id if often[folded(one.name)] > 1 else None) for one in workspaces]


async def _workspace_named(call: Interaction) -> tuple[dict[str, str], dict[str, str]]:
    """Return the workspace that a button names, as a form's values and labels."""
    found = await call.rt.directory.workspace(call.value) if call.value else None
    if call.value and found is None:
        raise NotFound("That workspace is archived or gone. Nothing is left to do.")
    return ({"workspace_id": found.id}, {"workspace_id": found.name}) if found else ({}, {})


async def named_by(call: Interaction, kind: AnyKind) -> tuple[dict[str, str], dict[str, str]]:
    """Return what a button names, as a form's values and labels: a member, an invite, a key or a workspace."""
    types = {field.type: field.name for field in kind.form}
    if call.value and "member" in types:
        return await _member_named(call, types["member"])
    if call.value and any(field.name == _INVITE for field in kind.form):
        return await _invite_named(call)
    return await (_key_of(call, kind) if "key" in types else _workspace_named(call))


async def _member_named(call: Interaction, asks_for: str) -> tuple[dict[str, str], dict[str, str]]:
    """Return the member of an id, or behind a Slack id."""
    members = await call.rt.directory.members(fresh=True)
    wanted = await member_behind(call.rt, call.value, members) if is_user_id(call.value) else call.value
    member = next((one for one in members if one.id == wanted), None)
    if member is None:
        raise NotFound("They are no longer in the Claude organization. Nothing is left to do.")
    return {asks_for: member.id}, {asks_for: member_label(member)}


async def _invite_named(call: Interaction) -> tuple[dict[str, str], dict[str, str]]:
    """Return a pending invite by its id."""
    invites = await call.rt.directory.invites(fresh=True)
    found = next((one for one in invites if one.id == call.value and one.status == "pending"), None)
    if found is None:
        raise NotFound("This invite was accepted or withdrawn, or it has expired. Nothing is left to do.")
    return {_INVITE: found.id}, {_INVITE: found.email}


async def _key_of(call: Interaction, kind: AnyKind) -> tuple[dict[str, str], dict[str, str]]:
    """Return the key that a button names, as a form's values and labels, if the person may see it."""
    if not call.value:
        return {}, {}
    may_see = await may_see_key(call.rt, call.actor)
    found = next((k for k in await call.rt.directory.keys() if k.id == call.value and may_see(k)), None)
    if found and not kind.rules.takes(found):
        status = escape(STATUS_WORDS.get(found.status, found.status))
        raise NotFound(f"The key {code(found.name)} is {status} now, so this can't be asked for it any more.")
    return ({"key_id": found.id}, {"key_id": found.name}) if found else ({}, {})
