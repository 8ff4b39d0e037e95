"""A pending invite is withdrawn, so that nobody can accept it any more."""

from datetime import timedelta
from typing import Final

from pydantic import BaseModel, ConfigDict

from bot.admin.model import Invite
from bot.approvals.act import Act, Asked, Look, Reading
from bot.approvals.concerned import Remedy
from bot.approvals.fields import WHY_FIELD
from bot.approvals.kind import Kind
from bot.approvals.outcome import Done, NeedsPerson, Outcome
from bot.approvals.parts import Checked, Concerns, Effect, Rules, Sample, Words
from bot.errors import InvalidInput, UpstreamMissing, UpstreamRefused
from bot.forms.fields import FormField
from bot.kinds.people.invite import INVITE_MEMBERS
from bot.kinds.people.invites_stay import invite_subject
from bot.kinds.people.inviting import invites_of
from bot.people.model import Who
from bot.people.roles import role_words
from bot.slack.markup import Markup, bold, escape, within_bold

GONE: Final = "gone"
"""The state of an invite that was withdrawn: the API doesn't list it any more (admin-api.md §4.3)."""

_CLOCKS = timedelta(hours=1)
"""By so much the API's clock may be ahead of the database's."""


class WithdrawInvite(BaseModel):
    """Whose invite is withdrawn, and with which role it was sent."""

    model_config = ConfigDict(frozen=True)

    invite_id: str
    email: str = ""
    role: str = ""


FORM = (
    FormField("invite_id", "Invite", "lookup", hint="Type the address.", placeholder="name@company.com"),
    WHY_FIELD,
)


async def _check(reading: Reading, _who: Who, payload: WithdrawInvite) -> Checked[WithdrawInvite]:
    found = next((one for one in await reading.directory.invites(fresh=True) if one.id == payload.invite_id), None)
    if found is None or found.status != "pending":
        raise InvalidInput({"invite_id": await _why_not(reading, payload.invite_id)})
    return Checked(payload.model_copy(update={"email": found.email, "role": found.role}))


async def _why_not(reading: Reading, invite_id: str) -> str:
    """Say why there is nothing to withdraw; only here is the whole list of invites read."""
    found = [one async for one in reading.admin.invites() if one.id == invite_id]
    if not found:
        return "This invite was withdrawn already. Choose another one from the list."
    return f"{_no_longer_waits(found[0])} Choose another one from the list."


def _no_longer_waits(invite: Invite) -> str:
    if invite.status == "accepted":
        return f"{invite.email} has accepted the invite. Only removing the member helps now."
    return f"The invite of {invite.email} expired already."


async def _inviters(reading: Reading, invite_id: str) -> tuple[Who, ...]:
    """Return who asked for a pending invite; nobody for one that was sent from the Console."""
    found = next((one for one in await reading.directory.invites() if one.id == invite_id), None)
    sent = await reading.others.at_work_since(INVITE_MEMBERS.name, found.invited_at - _CLOCKS) if found else []
    asked = (one for one in sent if any(part.thing_id == invite_id for part in one.outcome.parts))
    return tuple(one.requester for one in asked)


async def _state(look: Look[WithdrawInvite]) -> Invite | None:
    """Return the invite as it is now, None once it was withdrawn."""
    found = next((one for one in await invites_of(look, look.payload.email) if one.id == look.payload.invite_id), None)
    return None if found and found.status == "deleted" else found


async def _look(look: Look[WithdrawInvite]) -> Done | None:
    return _done_as(GONE) if await _state(look) is None else None


async def _apply(act: Act[WithdrawInvite]) -> Done:
    invite = await _state(act)
    if invite is None or invite.status == "expired":
        return _done_as(invite.status if invite else GONE)
    if invite.status != "pending":
        raise NeedsPerson(f"{_no_longer_waits(invite)} Nothing was changed.", is_final=True)
    try:
        await act.admin.delete_invite(invite.id)
    except UpstreamMissing:
        return _done_as(GONE)
    except UpstreamRefused:
        now = await _state(act)
        if now is None or now.status == "pending":
            raise
        raise NeedsPerson(f"{_no_longer_waits(now)} Nothing was changed.", is_final=True) from None
    return _done_as(GONE)


def _lets_go(asked: Asked[WithdrawInvite]) -> dict[str, str]:
    return {invite_subject(asked.payload.invite_id): ""}


def _done_as(state: str) -> Done:
    return Done(Outcome(value=state))


def _done(asked: Asked[WithdrawInvite]) -> Markup:
    whose: Markup = f"Invite of {within_bold(asked.payload.email)}"
    return f"{whose} had expired by itself" if asked.request.outcome.value == "expired" else f"{whose} withdrawn"


WITHDRAW_INVITE = Kind(
    name="withdraw_invite",
    payload=WithdrawInvite,
    form=FORM,
    words=Words(
        label="Withdraw an invite",
        asks="asks to withdraw an invite",
        title=lambda asked: f"Withdraw the invite of {asked.payload.email}",
        what=lambda asked: f"{bold(asked.payload.email)}, invited as {role_words(asked.payload.role)[0]}",
        done=_done,
        then=lambda asked: f"I withdraw it, so that {escape(asked.payload.email)} can't accept it any more",
        wish=lambda asked: f"to withdraw the invite of {bold(asked.payload.email)}",
        undone="the invite was not withdrawn",
        chosen=lambda asked: {"invite_id": asked.payload.email},
    ),
    rules=Rules(subject=lambda payload: f"withdraw:{payload.invite_id}", check=_check),
    effect=Effect(apply=_apply, repeatable=True, look=_look, lets_go=_lets_go, sets=("invite",)),
    concerns=Concerns(
        find=_inviters,
        field="invite_id",
        thing="invite",
        says_nobody=False,
        remedy=Remedy("ask to invite them again.", INVITE_MEMBERS.name, "Invite…", takes_thing=False),
    ),
    sample=Sample(WithdrawInvite(invite_id="invite_1", email="kim@acme.test", role="developer"), Outcome(value=GONE)),
)
