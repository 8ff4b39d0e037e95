"""What a button that opens a form names: a key, a workspace or a member, as the form's values and labels."""

from bot.approvals.kind import AnyKind
from bot.errors import NotFound
from bot.kinds.keys.owners import may_see_key
from bot.kinds.people.leaving import member_label
from handlers.edge.interaction import Interaction


async def _workspace_named(call: Interaction) -> tuple[dict[str, str], dict[str, str]]:
    """Return the workspace that a button names, as a form's values and labels."""
    found = await call.rt.directory.workspace(call.value) if call.value else None
    return ({"workspace_id": found.id}, {"workspace_id": found.name}) if found else ({}, {})


async def named_by(call: Interaction, kind: AnyKind) -> tuple[dict[str, str], dict[str, str]]:
    """Return the key or the member that a button names, as a form's values and labels."""
    asks_for = next((field.name for field in kind.form if field.type == "member"), "")
    if not asks_for or not call.value:
        has_key = any(field.type == "key" for field in kind.form)
        return await (_key_of(call) if has_key else _workspace_named(call))
    member = next((one for one in await call.rt.directory.members(fresh=True) if one.id == call.value), None)
    if member is None:
        raise NotFound("They are no longer in the Claude organization. Nothing is left to do.")
    return {asks_for: member.id}, {asks_for: member_label(member)}


async def _key_of(call: Interaction) -> tuple[dict[str, str], dict[str, str]]:
    """Return the key that a button names, as a form's values and labels, if the person may see it."""
    if not call.value:
        return {}, {}
    may_see = await may_see_key(call.rt, call.actor)
    found = next((k for k in await call.rt.directory.keys() if k.id == call.value and may_see(k)), None)
    return ({"key_id": found.id}, {"key_id": found.name}) if found else ({}, {})
