"""Buttons whose offer others took already: the click says so in one sentence, and the card offers it no more."""

from pathlib import Path

from bot.approvals import offers
from bot.approvals.kind import undo_of
from bot.approvals.model import Status
from bot.kinds.people.invite import INVITE_MEMBERS
from bot.kinds.registry import KINDS
from bot.slack.blocks import section
from bot.slack.elements import button
from bot.slack.model import Message
from tests.approvals.acting import card_with, labels, press, told, until
from tests.approvals.asking import approve, ask
from tests.approvals.samples import a_request
from tests.world import ALICE, BOB, World, world_of


def test_whoever_was_invited_again_is_left_out() -> None:
    assert INVITE_MEMBERS.offers
    request = a_request("invite_members", Status.APPLIED)
    filled = INVITE_MEMBERS.offers.filled(INVITE_MEMBERS.asked(request))
    assert filled
    assert filled.values["emails"] == ("lou@acme.test",)
    served = a_request("invite_members", Status.APPLIED, outcome={"served": ["lou@acme.test"]})
    assert INVITE_MEMBERS.offers.filled(INVITE_MEMBERS.asked(served)) is None


def test_every_offer_has_a_button_and_a_sentence_for_when_it_is_over() -> None:
    for kind in KINDS.values():
        if kind.offers:
            assert undo_of(KINDS, kind)
            assert offers.why_over(kind.offers).endswith("Nothing is left to do.")


async def opens(world: World, kind: str, value: str) -> None:
    """Press a button of a message that was drawn some time ago."""
    row = {"type": "actions", "elements": [button("Open", f"open_{kind}", value)]}
    sent = await world.rt.notifier.send("C0ENG", Message("Open", [section("Open"), row]))
    assert (await world.click(ALICE, f"open_{kind}", channel="C0ENG", ts=sent.ts))["ok"]


async def test_a_key_that_was_revoked_in_the_console_is_offered_to_nobody_any_more(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await ask(world, KINDS["create_key"])
        await approve(world, KINDS["create_key"], card)
        request = await until(world, card, Status.APPLIED)
        assert "Revoke…" in labels(await card_with(world, "issued to"))
        key_id = request.outcome.thing_id or ""
        await world.rt.admin.update_api_key(key_id, status="archived")
        await press(world, BOB, card, "request_undo")
        await told(world, BOB, "This key has ended already. Nothing is left to do.", "C0APPROVALS")

        async def redrawn() -> bool:
            return "Revoke…" not in labels(await card_with(world, "issued to"))

        await world.wait_for(redrawn, "a card without the button")
        world.rt.directory.forget_keys()
        await opens(world, "revoke_key", key_id)
        await told(world, ALICE, "is revoked now, so this can't be asked for it any more", "C0ENG")
