"""What a removal ended, looked after: that the person stays out of the organization, and that their keys stay off."""

from typing import Final

from bot.admin.model import ApiKey
from bot.approvals.act import Asked, Look
from bot.approvals.outcome import KEY_PART
from bot.approvals.parts import Seen, Stays
from bot.kinds.people.invites_stay import invite_subject, membership_subject, removal_subject, said_of
from bot.kinds.people.inviting import member_of
from bot.kinds.people.leaving import LeftKey, RemoveMember
from bot.kinds.people.remove_parts import MEMBER
from bot.kinds.workspaces.roles import find_user
from bot.words.own import Own

_OFF: Final[dict[str, tuple[Own, tuple[str, ...]]]] = {
    "disable": ("disabled", ("active",)),
    "revoke": ("revoked", ("active", "inactive")),
}
"""By what was to happen to a key: what it is then, and the statuses in which somebody has brought it back."""


def parts_stay(asked: Asked[RemoveMember]) -> dict[str, Stays[RemoveMember]]:
    """Return what stays as it was ended, by the names of the parts."""
    stays = {f"{KEY_PART}{key.id}": _off(key) for key in asked.payload.keys if key.fate in _OFF}
    stays[MEMBER] = Stays(which=lambda asked: removal_subject(asked.payload.email), see=_see_member, is_final=True)
    return {name: one for name, one in stays.items() if (part := asked.request.outcome.part(name)) and part.state == "done"}


def lets_go(asked: Asked[RemoveMember]) -> dict[str, str]:
    """Return what goes with the membership: its role, pending invites, and the status of keys that are switched off."""
    wanted = asked.payload
    found = {membership_subject(wanted.member_id): MEMBER, removal_subject(wanted.email): MEMBER}
    found |= {invite_subject(one.id): f"invite:{one.id}" for one in wanted.invites}
    return found | {f"status:{key.id}": f"{KEY_PART}{key.id}" for key in wanted.keys if key.fate in _OFF}


async def _see_member(look: Look[RemoveMember]) -> Seen:
    """Look for them by their address, too: whoever is invited again is another member to the API."""
    gone = look.payload
    back = await find_user(look.admin, gone.member_id) or await member_of(look, gone.email)
    return Seen(gone.member_name or gone.email, "removed", f"a member again ({said_of(back)})" if back else "removed")


def _off(key: LeftKey) -> Stays[RemoveMember]:
    off, back = _OFF[key.fate]

    async def see(look: Look[RemoveMember]) -> Seen | None:
        now: ApiKey = await look.admin.api_key(key.id)
        if now.status == "expired" or (now.status == "archived" and key.fate == "disable"):
            return None  # nothing brings it back as it was
        said = "active" if now.status == "active" else "disabled"
        return Seen(f"The key {now.name}", off, said if now.status in back else off)

    return Stays(which=lambda _asked: f"status:{key.id}", see=see, is_final=key.fate == "revoke")
