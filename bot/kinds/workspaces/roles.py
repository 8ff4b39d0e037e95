"""What somebody may do in a workspace: the roles that can be given there, and what comes from the organization role."""

from typing import Any, Final

from bot.admin.model import Member, Workspace
from bot.approvals.act import Look, Reading
from bot.approvals.fence import FencedAdmin, ReadingAdmin
from bot.errors import InvalidInput, UpstreamMissing
from bot.people.identity import ADMIN_ROLES
from bot.people.roles import workspace_role_words
from bot.words.own import Own

NO_ACCESS: Final = "none"
ADMIN: Final = "workspace_admin"
BILLING: Final = "workspace_billing"
_BY_ORGANIZATION: Final = "organization_admin"
"""The value of an organization admin, who is admin of every workspace by that role (admin-api.md §4.5)."""
ROLES: Final = {
    "workspace_user": "Workspace user: Playground only",
    "workspace_restricted_developer": "Limited developer: API keys, no traces, no file downloads",
    "workspace_developer": "Workspace developer: API keys and everything they can do",
    ADMIN: "Workspace admin: also its settings and members",
    NO_ACCESS: "No access: remove this person from the workspace",
}
"""What the API can give in a workspace; `workspace_billing` comes with the organization role alone."""
TYPED: Final = (
    ("user", "workspace_user"),
    ("limited", "workspace_restricted_developer"),
    ("restricted", "workspace_restricted_developer"),
    ("restricted developer", "workspace_restricted_developer"),
    ("limited developer", "workspace_restricted_developer"),
    ("developer", "workspace_developer"),
    ("dev", "workspace_developer"),
    ("admin", ADMIN),
    ("nothing", NO_ACCESS),
    ("remove", NO_ACCESS),
    ("removed", NO_ACCESS),
)
"""What people also type for them."""


def access_in_words(value: str) -> Own:
    """Return what somebody has in a workspace: a role, or no access."""
    if value == _BY_ORGANIZATION:
        return "workspace admin, as every organization admin is"
    return "no access" if value == NO_ACCESS else workspace_role_words(value)


async def find_user(admin: ReadingAdmin, member_id: str) -> Member | None:
    """Return a member as of now, None for one who left."""
    try:
        return await admin.user(member_id)
    except UpstreamMissing:
        return None


async def left_with_membership(look: Look[Any], member_id: str, name: str) -> str:
    """Return that somebody's role went with their membership, "" while they are a member."""
    is_member = await find_user(look.admin, member_id) is not None
    return "" if is_member else f"{name} is no longer a member, and the role went with the membership."


async def give_role(admin: FencedAdmin, workspace_id: str, member_id: str, role: str) -> None:
    """Give a member a role in a workspace, whether they are in it or not.

    Whether the API has a billing member in each of them isn't relied on.
    """
    try:
        await admin.workspace_member(workspace_id, member_id)
    except UpstreamMissing:
        await admin.add_workspace_member(workspace_id, member_id, role)
    else:
        await admin.change_workspace_role(workspace_id, member_id, role)


async def access_of(admin: ReadingAdmin, workspace_id: str, member: Member | None) -> str:
    """Return somebody's role in a workspace now; whether the API names inherited ones there is not relied on."""
    if member is None:
        return NO_ACCESS
    if member.role in ADMIN_ROLES:
        return _BY_ORGANIZATION
    try:
        role = (await admin.workspace_member(workspace_id, member.id)).workspace_role
    except UpstreamMissing:
        role = NO_ACCESS
    return BILLING if member.role == "billing" and role != ADMIN else role


async def has_admin_besides(reading: Reading, workspace_id: str, member_id: str) -> bool:
    """Tell whether a workspace has another admin than somebody, organization admins aside, who are admins everywhere."""
    everywhere = {one.id for one in await reading.directory.members() if one.role in ADMIN_ROLES}
    async for one in reading.admin.workspace_members(workspace_id):
        if one.workspace_role == ADMIN and one.user_id != member_id and one.user_id not in everywhere:
            return True
    return False


def check_not_inherited(member: Member, workspace: Workspace, role: str) -> None:
    """Raise InvalidInput where the organization role decides: what is inherited can't be changed in one workspace."""
    if member.role in ADMIN_ROLES:
        said = f"{member.name} is an organization admin, and so the admin of every workspace."
        raise InvalidInput({"slack_id": f"{said} That can't be changed in {workspace.name} alone."})
    if member.role == "billing" and role != ADMIN:
        said = f"{member.name} is a billing member of the organization, and so sees billing in every workspace."
        only = f"In {workspace.name} they can only be made workspace admin."
        raise InvalidInput({"role": f"{said} {only}"})
