"""A pending invite is withdrawn once; what became of it meanwhile is said in words."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.approvals.act import reading_of
from bot.approvals.model import Status
from bot.errors import InvalidInput
from bot.kinds.people.invite import INVITE_MEMBERS
from bot.kinds.people.withdraw import WITHDRAW_INVITE, WithdrawInvite
from bot.people.model import Who
from bot.sandbox.stage import Json
from tests.approvals.acting import card_with, labels, press, until
from tests.approvals.asking import fill_in, now_on_the_wire, writes_since
from tests.world import ALICE, BOB, DANA, World, world_of

KIM = "kim@acme.test"
DELETE = "DELETE /v1/organizations/invites/*"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def ask_to_withdraw(world: World) -> tuple[str, Json]:
    """Return the id of a new invite, and the card of a request to withdraw it."""
    invite = await world.rt.admin.invite(KIM, "developer")
    assert (await fill_in(world, ALICE, WITHDRAW_INVITE, {"invite_id": KIM, "reason": "Wrong address"}))["ok"]
    return invite.id, await card_with(world, f"asks to withdraw an invite* — *{KIM}*, invited as developer")


async def test_an_invite_whose_withdrawal_was_not_answered_is_withdrawn_once(world: World) -> None:
    invite_id, card = await ask_to_withdraw(world)
    seq = now_on_the_wire(world)
    await world.post("/faults", target="claude", name=DELETE, kind="drop_after", times=1)
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    assert world.sandbox.claude.invites[invite_id].deleted
    assert {name.partition(" ")[0] for name in writes_since(world, seq)} == {"DELETE"}
    await world.message(ALICE, f"✅ *Invite of {KIM} withdrawn*")


async def test_whoever_asked_for_an_invite_is_named_and_hears_that_somebody_else_wants_it_withdrawn(world: World) -> None:
    emails = f"lee@acme.test, {KIM}"
    asked = await fill_in(world, DANA, INVITE_MEMBERS, {"emails": emails, "role": "developer", "reason": "New team"})
    assert asked["ok"], asked
    await press(world, BOB, await card_with(world, "New team"), "request_approve")
    await world.message(DANA, f"{KIM}: invited as developer, waiting")
    await fill_in(world, ALICE, WITHDRAW_INVITE, {"invite_id": KIM, "reason": "Wrong address"})
    card = await card_with(world, f"<@{DANA}>'s invite")
    await world.message(DANA, f"<@{ALICE}> asks to withdraw an invite: *{KIM}*, invited as developer. It is your invite.")
    await press(world, BOB, card, "request_approve")
    told = await world.message(
        DANA, f"✅ *Invite of {KIM} withdrawn*. It is your invite. <@{ALICE}> asked for it, <@{BOB}> approved"
    )
    assert labels(told)[-1] == "Invite…"


async def test_whoever_asked_for_an_invite_is_named_where_others_of_the_batch_failed(world: World) -> None:
    await world.post("/faults", target="claude", name="POST /v1/organizations/invites", kind="slow", seconds=0.01)
    await world.post("/faults", target="claude", name="POST /v1/organizations/invites", kind="drop_before", times=9)
    emails = f"{KIM}, lee@acme.test"
    await fill_in(world, DANA, INVITE_MEMBERS, {"emails": emails, "role": "developer", "reason": "New team"})
    batch = await card_with(world, "New team")
    await press(world, BOB, batch, "request_approve")
    await until(world, batch, Status.FAILED)
    await fill_in(world, ALICE, WITHDRAW_INVITE, {"invite_id": KIM, "reason": "Wrong address"})
    await card_with(world, f"<@{DANA}>'s invite")


async def test_an_invite_that_was_accepted_meanwhile_is_not_withdrawn(world: World) -> None:
    invite_id, card = await ask_to_withdraw(world)
    await world.post(f"/claude/invites/{invite_id}/accept")
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.FAILED)
    assert request.failure == f"{KIM} has accepted the invite. Only removing the member helps now. Nothing was changed."


async def test_one_that_is_accepted_while_it_is_being_withdrawn_is_told_as_such(world: World) -> None:
    invite_id, card = await ask_to_withdraw(world)
    await world.post("/faults", target="claude", name=DELETE, kind="slow", seconds=0.6)
    await press(world, BOB, card, "request_approve")

    async def sent() -> bool:
        return not world.sandbox.slack.faults.planned

    await world.wait_for(sent, "the call to be on its way")
    await world.post(f"/claude/invites/{invite_id}/accept")
    request = await until(world, card, Status.FAILED)
    assert f"{KIM} has accepted the invite." in (request.failure or "")


@pytest.mark.parametrize("how", ["expired", "withdrawn"])
async def test_an_invite_that_ended_by_itself_needs_no_withdrawal(world: World, how: str) -> None:
    invite_id, card = await ask_to_withdraw(world)
    seq = now_on_the_wire(world)
    invite = world.sandbox.claude.invites[invite_id]
    if how == "expired":
        invite.expires_at = world.rt.now()
    else:
        invite.deleted = True
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    assert writes_since(world, seq) == []
    said = "had expired by itself" if how == "expired" else "withdrawn"
    await card_with(world, f"✅ *Invite of {KIM} {said}*")


@pytest.mark.parametrize(
    ("how", "said"),
    [
        ("accepted", f"{KIM} has accepted the invite."),
        ("expired", f"The invite of {KIM} expired already."),
        ("deleted", "This invite was withdrawn already."),
    ],
)
async def test_only_what_waits_can_be_withdrawn(world: World, how: str, said: str) -> None:
    invite = world.sandbox.claude.invites[(await world.rt.admin.invite(KIM, "developer")).id]
    changed = {"accepted": {"accepted_at": world.rt.now()}, "expired": {"expires_at": world.rt.now()}}
    vars(invite).update(changed.get(how, {"deleted": True}))
    with pytest.raises(InvalidInput, match=said):
        await WITHDRAW_INVITE.rules.check(
            reading_of(world.rt), Who(slack_id=ALICE, member_id="", email=""), WithdrawInvite(invite_id=invite.id)
        )
