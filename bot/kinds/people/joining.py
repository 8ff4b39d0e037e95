"""The workspaces that somebody joins once they have accepted an invite, each as a part of the request that invited them."""

from typing import Any, Final

from bot.approvals.act import Act, Look, Reading
from bot.approvals.outcome import NeedsPerson, PartDone
from bot.errors import UpstreamMissing, UpstreamRefused
from bot.kinds.several import Part
from bot.kinds.workspaces.one_workspace import is_archived
from bot.kinds.workspaces.roles import ADMIN, NO_ACCESS, ROLES, give_role
from bot.people.identity import ADMIN_ROLES
from bot.people.roles import workspace_role_words

JOIN_ROLES: Final = {role: words for role, words in ROLES.items() if role != NO_ACCESS}
INHERITED: Final = "Billing members see billing in every workspace, and can only be made workspace admin besides."


def join_name(email: str, workspace_id: str) -> str:
    """Return the name of the part by which an address joins a workspace."""
    return f"join:{email}:{workspace_id}"


def joining(email: str, workspace_id: str, name: str, role: str, after: str) -> Part[Any]:
    """Return the part that gives an invited member a role in a workspace; `after` names the part that invited."""
    said = workspace_role_words(role)

    def member_id(look: Look[Any]) -> str:
        invited = look.came.part(after)
        return invited.thing_id if invited else ""

    async def do(act: Act[Any]) -> PartDone:
        return part.done(await _join(act, member_id(act), workspace_id, name, role))

    async def look(look: Look[Any]) -> PartDone | None:
        found = await _role_in(look, workspace_id, member_id(look))
        return part.done(f"joined as {said}") if found == role else None

    part: Part[Any] = Part(join_name(email, workspace_id), f"{email} in {name}", do, look, after)
    return part


async def _join(act: Act[Any], member_id: str, workspace_id: str, name: str, role: str) -> str:
    """Give a member a role in a workspace, and return in words what came of it; NeedsPerson where that can't be."""
    said = workspace_role_words(role)
    try:
        member = await act.admin.user(member_id)
    except UpstreamMissing:
        raise NeedsPerson("No longer a member of the organization.", is_final=True) from None
    if await is_archived(act, workspace_id):
        raise NeedsPerson(f"{name} is archived now, so nobody can join it.", is_final=True)
    if member.role in ADMIN_ROLES:
        return "workspace admin already, as every organization admin is"
    if member.role == "billing":
        if role != ADMIN:
            raise NeedsPerson(f"Is a billing member of the organization now. {INHERITED}")
        await give_role(act.admin, workspace_id, member_id, role)
        return f"joined as {said}"
    try:
        await act.admin.add_workspace_member(workspace_id, member_id, role)
    except UpstreamRefused:
        found = await _role_in(act, workspace_id, member_id)
        if found == role:
            return f"{said} already"
        if found:
            raise NeedsPerson(f"Is {workspace_role_words(found)} there already. I left it so.") from None
        raise
    return f"joined as {said}"


async def _role_in(reading: Reading, workspace_id: str, member_id: str) -> str:
    """Return somebody's role in a workspace, "" for none."""
    roles = {one.user_id: one.workspace_role async for one in reading.admin.workspace_members(workspace_id)}
    return roles.get(member_id, "")
