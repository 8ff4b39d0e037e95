"""A role in a workspace that a part of a request gave, looked after as one that a request of its own gave."""

from typing import Any

from bot.approvals.act import Look
from bot.approvals.parts import Seen, Stays
from bot.kinds.workspaces.roles import ROLES, access_in_words, access_of, find_user


def role_stays(workspace_id: str, place: str, member_id: str, person: str, role: str) -> Stays[Any]:
    """Return the role of a member in a workspace as a value that stays. It goes with the workspace and the membership."""

    async def see(look: Look[Any]) -> Seen | None:
        member = await find_user(look.admin, member_id)
        if member is None or (await look.admin.workspace(workspace_id)).archived_at is not None:
            return None
        now = await access_of(look.admin, workspace_id, member)
        if now not in ROLES:  # it comes with the role in the organization
            return None
        return Seen(f"The role of {person} in {place}", access_in_words(role), access_in_words(now))

    return Stays(which=lambda _asked: f"role:{workspace_id}:{member_id}", see=see)
