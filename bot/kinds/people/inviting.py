"""An invite as a part of a request: sent once, followed until it is accepted, expires or is withdrawn."""

from datetime import timedelta
from typing import Any

from bot.admin.model import Invite, Member
from bot.approvals.act import Act, Look, Reading
from bot.approvals.next_step import is_final
from bot.approvals.outcome import NeedsPerson, PartDone
from bot.errors import UpstreamRefused
from bot.kinds.several import Part
from bot.people.roles import role_words
from bot.words.addresses import is_same_address, mailbox_of

EXPIRED = "the invite expired"
_EXISTS = "invite_already_exists"
WITHDRAWN = "the invite was withdrawn"
_CLOCKS_MAY_DIFFER = timedelta(minutes=2)
_AGAIN = timedelta(hours=1)
"""Where an invite waits after its end by this clock, because the API's clock is behind."""


def part_name(email: str) -> str:
    """Return the name of the part that invites an address."""
    return f"invite:{email}"


async def invites_of(reading: Reading, email: str) -> list[Invite]:
    """Return every invite of an address as of now, newest first. The API leaves out withdrawn ones."""
    # The API's filter takes a+x@ and a@ for the same (admin-api.md §4.2).
    return [invite async for invite in reading.admin.invites(email) if is_same_address(invite.email, email)]


async def member_of(reading: Reading, email: str) -> Member | None:
    """Return the member with an address as of now."""
    found = [member async for member in reading.admin.users(email) if is_same_address(member.email, email)]
    return found[0] if found else None


def already_member(member: Member) -> str:
    """Say that somebody is a member, and as what."""
    return f"{member.email} is already a member ({role_words(member.role)[0]})."


def already_invited(invite: Invite) -> str:
    """Say that an address has an invite that waits, and as what."""
    return f"{invite.email} already has an invite as {role_words(invite.role)[0]}."


def inviting(email: str, role: str) -> Part[Any]:
    """Return the part that invites an address; done once somebody has accepted, and then `thing_id` is the member's."""
    part: Part[Any]

    async def do(act: Act[Any]) -> PartDone:
        try:
            return _sent(part, await act.admin.invite(email, role))
        except UpstreamRefused as error:
            found = await look(act) if error.may_have_happened else None
            found = found or await _invited_already(act, part, role, error)
            if found:
                return found
            raise NeedsPerson(await _why_not(act, email, error), is_final=is_final(error)) from None

    async def look(look: Look[Any]) -> PartDone | None:
        since = (look.request.approved_at or look.request.created_at) - _CLOCKS_MAY_DIFFER
        mine = [one for one in await invites_of(look, email) if one.role == role and one.invited_at >= since]
        found = next((one for one in mine if one.status in ("pending", "accepted")), None)
        return _sent(part, found) if found else None

    async def has_come(look: Look[Any], kept: PartDone) -> bool:
        return _is_late(look, kept) or await _may_have_changed(look, email, kept)

    async def go_on(act: Act[Any], kept: PartDone) -> PartDone:
        return await _as_it_stands(act, part, email, kept)

    part = Part(part_name(email), email, do, look, has_come=has_come, go_on=go_on)
    return part


async def _invited_already(reading: Reading, part: Part[Any], role: str, error: UpstreamRefused) -> PartDone | None:
    """Return an invite of the same address and role that somebody else sent: it is what was asked for, and is followed."""
    if error.error_code != _EXISTS:
        return None
    waiting = [one for one in await invites_of(reading, part.label) if one.status == "pending" and one.role == role]
    said = f"had an invite as {role_words(role)[0]} already, so I sent no other"
    return _sent(part, waiting[0]).model_copy(update={"note": said}) if waiting else None


def _sent(part: Part[Any], invite: Invite) -> PartDone:
    said = part.done(f"invited as {role_words(invite.role)[0]}", invite.id)
    return said.model_copy(update={"state": "waits", "until": invite.expires_at})


async def _why_not(reading: Reading, email: str, error: UpstreamRefused) -> str:
    """Return in words why the API refused to invite an address."""
    if error.error_code == _EXISTS:
        same = [one async for one in reading.admin.invites(email) if one.status == "pending" and _is_alike(one, email)]
        return f"{_beside(already_invited(same[0]), email)} Withdraw it first." if same else error.sentence
    if error.error_code == "already_member":
        members = [one async for one in reading.admin.users(email) if _is_alike(one, email)]
        return _beside(already_member(members[0]), email) if members else error.sentence
    return error.sentence


def _is_alike(one: Invite | Member, email: str) -> bool:
    return mailbox_of(one.email) == mailbox_of(email)


def _beside(sentence: str, email: str) -> str:
    """Return a sentence without the address that stands before it anyway."""
    return sentence.removeprefix(f"{email} ")


def _is_late(look: Look[Any], kept: PartDone) -> bool:
    return kept.until is not None and kept.until <= look.now()


async def _may_have_changed(look: Look[Any], email: str, kept: PartDone) -> bool:
    """Tell from lists that all requests share whether an invite isn't as it was, or somebody is a member already."""
    pending = {invite.id for invite in await look.directory.invites() if invite.status == "pending"}
    return kept.thing_id not in pending or await look.directory.member_by_email(email) is not None


async def _as_it_stands(act: Act[Any], part: Part[Any], email: str, kept: PartDone) -> PartDone:
    """Return what became of an invite, or `kept` where it still waits."""
    invites = await invites_of(act, email)  # before the member: who accepts in between is found below
    member = await member_of(act, email)
    if member:
        return part.done(f"joined the organization as {role_words(member.role)[0]}", member.id)
    mine = next((one for one in invites if one.id == kept.thing_id), None)
    if mine and mine.status == "pending":
        return kept.model_copy(update={"until": act.now() + _AGAIN}) if _is_late(act, kept) else kept
    again = next((one for one in invites if one.status == "pending"), None)
    if again:
        said = f"invited again by somebody else, as {role_words(again.role)[0]}"
        return _sent(part, again).model_copy(update={"note": said})
    return part.done(_in_vain(mine), kept.thing_id).model_copy(update={"state": "over"})


def _in_vain(invite: Invite | None) -> str:
    if invite and invite.status == "accepted":
        return "accepted, but nobody has this address now: they left, or have another one"
    return EXPIRED if invite and invite.status == "expired" else WITHDRAWN
