"""What requests of a soak are about: keys, workspaces and people that nothing else uses, made before anybody asks."""

from datetime import timedelta

from bot.sandbox.claude.records import Invite, Principal, User, Workspace, tagged_id
from tests.soak.world import DEVELOPERS, Soak, member

SITE, ATTIC, LEAVER, INVITED = "Site", "Attic", "leaver", "soak-invited-"
MOST_WORKSPACES = 85
"""So many workspaces are open at the most; the API takes 100."""


def furnish(soak: Soak) -> None:
    """Make workspaces to change and to archive, people to remove, each with a key, and invites to withdraw."""
    claude = soak.claude
    for number in range(4 + soak.size.requests // 40):
        site = _workspace(soak, f"{SITE} {number}")
        claude.memberships[site.id, member(soak, DEVELOPERS[0]).id] = "workspace_admin"
    for number in range(2 + soak.size.requests // 40):
        attic = _workspace(soak, f"{ATTIC} {number}")
        claude.create_key(attic.id, f"attic-{number}", created_by=claude.admin_key_owner)
    staging = claude.workspace_named("Staging")
    for number in range(4 + soak.size.requests // 12):
        handle = f"{LEAVER}-{number}"
        joined = claude.clock.now() - timedelta(days=40)
        user = User(tagged_id("user", handle), f"{handle}@acme.test", handle, "developer", joined)
        claude.users[user.id] = user
        claude.memberships[staging.id, user.id] = "workspace_developer"
        key, _ = claude.create_key(staging.id, f"of-{handle}", created_by=user.id)
        key.created_by = Principal("user", user.id)
    for number in range(2 + soak.size.requests // 40):
        email, now = f"{INVITED}{number}@acme.test", claude.clock.now()
        invite = Invite(tagged_id("invite", email), email, "developer", now, now + timedelta(days=21))
        claude.invites[invite.id] = invite
    soak.before = frozenset(claude.keys)


def _workspace(soak: Soak, name: str) -> Workspace:
    made = Workspace(tagged_id("wrkspc", name), name, soak.claude.clock.now() - timedelta(days=60), "#6C5BB9", "")
    soak.claude.workspaces[made.id] = made
    return made


def sites(soak: Soak) -> list[Workspace]:
    """Return the workspaces that requests change."""
    first = {tagged_id("wrkspc", f"{SITE} {number}") for number in range(4 + soak.size.requests // 40)}
    return [one for one in soak.claude.workspaces.values() if one.id in first]


def attics(soak: Soak) -> list[Workspace]:
    """Return the workspaces that may be archived: those made for it, and those that requests made."""
    free = [one for one in soak.claude.workspaces.values() if one.name.startswith((ATTIC, "soak-"))]
    return [one for one in free if one.archived_at is None]


def leavers(soak: Soak) -> list[User]:
    """Return the members who may be removed."""
    return [user for user in soak.claude.users.values() if user.email.startswith(f"{LEAVER}-")]


def open_workspaces(soak: Soak) -> int:
    """Return how many workspaces aren't archived."""
    return sum(one.archived_at is None for one in soak.claude.workspaces.values())


def role_in(soak: Soak, workspace_id: str, user_id: str) -> str:
    """Return the role of its own that somebody has in a workspace, "none" for none."""
    return soak.claude.memberships.get((workspace_id, user_id), "none")


def pending_invites(soak: Soak) -> list[str]:
    """Return the ids of invites of the soak that wait."""
    return [one.id for one in soak.claude.pending_invites() if one.email.startswith("soak-")]


def who_may_join(soak: Soak) -> list[str]:
    """Return the ids of invites that may be accepted now: those to withdraw wait until somebody asked for that."""
    is_asked = any(row.kind == "withdraw_invite" for row in soak.rows.values())
    waiting = (soak.claude.invites[one] for one in pending_invites(soak))
    return [one.id for one in waiting if is_asked or not one.email.startswith(INVITED)]
