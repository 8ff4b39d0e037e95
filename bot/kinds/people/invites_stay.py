"""What an invite left behind, looked after: while it waits that it is there, and then that its person is a member."""

from collections.abc import Mapping
from typing import Any

from bot.admin.model import Member
from bot.approvals.act import Asked, Look
from bot.approvals.outcome import PartDone
from bot.approvals.parts import Seen, Stays
from bot.kinds.people.inviting import WITHDRAWN, invites_of, part_name
from bot.kinds.people.joining import join_name
from bot.kinds.workspaces.roles import find_user
from bot.kinds.workspaces.roles_stay import role_stays
from bot.people.identity import ADMIN_ROLES
from bot.people.roles import role_words
from bot.words.addresses import same_form
from bot.words.own import Own


def invite_subject(invite_id: str) -> str:
    """Return the name under which a pending invite is watched; its withdrawal ends that."""
    return f"invite:{invite_id}"


def membership_subject(member_id: str) -> str:
    """Return the name under which a member's role is watched, the same as where that role is changed."""
    return f"role:{member_id}"


def removal_subject(email: str) -> str:
    """Return the name under which the end of a membership is watched; a new invite of that address ends that."""
    return f"removed:{same_form(email)}"


def removals_undone(asked: Asked[Any]) -> dict[str, str]:
    """Return by the names of parts whose removal isn't looked after any more, since they are invited again."""
    return {removal_subject(email): part_name(email) for email in asked.payload.emails}


def stays_of_invites(
    asked: Asked[Any], emails: tuple[str, ...], role: str, places: Mapping[str, str], place_role: str
) -> dict[str, Stays[Any]]:
    """Return what stays of invites, by the names of their parts; `places` are the workspaces that people join."""
    outcome, found = asked.request.outcome, dict[str, Stays[Any]]()
    for email in emails:
        kept = outcome.part(part_name(email))
        if kept and (kept.state == "waits" or (kept.state, kept.note) == ("over", WITHDRAWN)):
            found[kept.name] = _pending(email, kept.thing_id)
        elif kept and kept.state == "done":
            found[kept.name] = _membership(email, kept.thing_id, role)
            joined = {one: place for one, place in places.items() if _is_done(outcome.part(join_name(email, one)))}
            for workspace_id, place in joined.items():
                stays = role_stays(workspace_id, place, kept.thing_id, email, place_role)
                found[join_name(email, workspace_id)] = stays
    return found


def said_of(member: Member) -> Own:
    """Return a member's role in the organization as people read it."""
    return "organization admin" if member.role in ADMIN_ROLES else role_words(member.role)[0]


def _is_done(part: PartDone | None) -> bool:
    return part is not None and part.state == "done"


def _pending(email: str, invite_id: str) -> Stays[Any]:
    async def see(look: Look[Any]) -> Seen | None:
        found = next((one for one in await invites_of(look, email) if one.id == invite_id), None)
        if found and found.status in ("accepted", "expired"):
            return None
        is_gone = found is None or found.status != "pending"
        return Seen(f"The invite of {email}", "pending", "withdrawn" if is_gone else "pending", is_over=is_gone)

    return Stays(which=lambda _asked: invite_subject(invite_id), see=see)


def _membership(email: str, member_id: str, role: str) -> Stays[Any]:
    async def see(look: Look[Any]) -> Seen | None:
        member, was = await find_user(look.admin, member_id), role_words(role)[0]
        if member is None:
            return Seen(f"The role of {email}", was, "no longer a member", is_over=True)
        return Seen(f"The role of {email}", was, said_of(member))

    return Stays(which=lambda _asked: membership_subject(member_id), see=see)
