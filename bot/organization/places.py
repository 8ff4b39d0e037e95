"""In which workspaces somebody has a role: a few lists of members at a time, remembered, and said where it isn't all yet."""

import asyncio

from bot.admin.model import Member
from bot.directory.twins import label_among
from bot.organization.model import PlaceRole, Places
from bot.people.roles import ADMIN_ROLES
from bot.runtime import Runtime

MOST_READ = 20
"""Lists of members that one look reads; a minute's budget of the Admin API is five times as much (admin-api.md §2)."""
WITHIN = 3.0
"""Seconds that one look waits for them."""
_EVERYWHERE = dict.fromkeys(ADMIN_ROLES, "workspace_admin") | {"billing": "workspace_billing"}
"""The role in every workspace that comes with one in the organization (admin-api.md §4.5)."""


async def places_of(rt: Runtime, member: Member, *, most: int = MOST_READ, within: float = WITHIN) -> Places:
    """Return where a member has a role. It reads at most so many lists, and each later look reads on.

    An admin is one in every workspace, which nobody can change there: nothing is read for that.
    """
    workspaces = [one for one in await rt.directory.workspaces() if not one.is_default]
    everywhere = _EVERYWHERE.get(member.role, "")
    if everywhere == "workspace_admin":
        return Places(everywhere, looked=len(workspaces), total=len(workspaces))
    known = [one for one in workspaces if rt.directory.knows_roles_in(one.id)]
    others = [one for one in workspaces if not rt.directory.knows_roles_in(one.id)]
    tasks = {one.id: asyncio.create_task(_role_in(rt, one.id, member.id)) for one in (*known, *others[:most])}
    try:
        if tasks:
            await asyncio.wait(tasks.values(), timeout=within)
    finally:
        for task in tasks.values():
            task.cancel()
        await asyncio.gather(*tasks.values(), return_exceptions=True)
    found = {one: task.result() for one, task in tasks.items() if not task.cancelled() and task.exception() is None}
    roles = [(label_among(one, workspaces), found.get(one.id, "")) for one in workspaces]
    given = (PlaceRole(name, role) for name, role in roles if role and role != everywhere)
    return Places(everywhere, tuple(given), len(found), len(workspaces))


async def _role_in(rt: Runtime, workspace_id: str, member_id: str) -> str:
    return (await rt.directory.roles_in(workspace_id)).get(member_id, "")
