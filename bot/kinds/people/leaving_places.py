"""Where somebody who leaves has a role of their own, and which workspaces lose their last own admin with them."""

import asyncio
from typing import Final, NamedTuple

from bot.admin.model import Member, Workspace
from bot.approvals.act import Reading
from bot.errors import UpstreamError
from bot.kinds.workspaces.roles import ADMIN, BILLING
from bot.people.identity import ADMIN_ROLES

MOST_WORKSPACES: Final = 30
"""So many workspaces are asked who is in them, a call each; the Admin API takes 100 calls a minute from everybody."""
LOOKED_UP_WITHIN: Final = 2.0
"""Seconds for what is only good to know."""


class Places(NamedTuple):
    """Names of workspaces; organization admins, who are admins everywhere, aren't counted as a workspace's own."""

    names: tuple[str, ...]
    last_admin_of: tuple[str, ...]


async def places_left(reading: Reading, member: Member) -> Places | None:
    """Return where a member has a role of their own, None where that takes too long to find out."""
    found = [one for one in await reading.directory.workspaces() if not one.is_default and one.archived_at is None]
    if len(found) > MOST_WORKSPACES:
        return None
    try:
        everywhere = {one.id for one in await reading.directory.members() if one.role in ADMIN_ROLES}
        async with asyncio.timeout(LOOKED_UP_WITHIN):
            kept = await asyncio.gather(*(_roles(reading, one) for one in found))
    except (TimeoutError, UpstreamError):
        return None
    own = [(place, roles) for place, roles in zip(found, kept, strict=True) if _is_own(roles.get(member.id))]
    last = [place.name for place, roles in own if _admins(roles) - everywhere == {member.id}]
    return Places(tuple(place.name for place, _ in own), tuple(last))


async def _roles(reading: Reading, workspace: Workspace) -> dict[str, str]:
    return {one.user_id: one.workspace_role async for one in reading.admin.workspace_members(workspace.id)}


def _is_own(role: str | None) -> bool:
    """Tell whether a role is a workspace's own; billing comes with the organization role (admin-api.md §4.5)."""
    return role not in (None, BILLING)


def _admins(roles: dict[str, str]) -> set[str]:
    return {member_id for member_id, role in roles.items() if role == ADMIN}
