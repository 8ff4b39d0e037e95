"""A card that somebody deleted: approvers are reminded by a new one, once, and decide on it."""

from pathlib import Path

from bot.approvals.model import Status
from bot.slack.model import Sent
from tests.approvals.acting import a_minute_passes, press, request_behind, until
from tests.world import ALICE, APPROVALS, BOB, world_of


async def test_a_card_that_was_deleted_is_shown_anew_when_approvers_are_reminded(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        first = await world.ask_for_key(ALICE, "deleted-card")
        remind_at = (await request_behind(world, first)).asked_under.remind_at
        assert remind_at is not None
        await world.rt.notifier.delete(Sent(APPROVALS, first["ts"]))
        await a_minute_passes(world, seconds=(remind_at - world.rt.now()).total_seconds() + 60)
        for _ in range(3):
            await a_minute_passes(world)
        (card,) = await world.messages(BOB, APPROVALS)
        assert "deleted-card" in card["text"]
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.APPLIED)
        (card,) = await world.messages(BOB, APPROVALS)
        assert "request_approve" not in str(card["blocks"])
