"""A key by `api`, from the slash command to the one showing of its secret."""

from pathlib import Path

from tests.world import ALICE, APPROVALS, BOB, world_of


async def test_a_key_is_asked_for_approved_made_and_shown_once(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "nightly-ingest")
        assert "asks for an API key" in card["text"]
        answer = await world.click_on(BOB, card, "request_approve")
        assert answer["ok"], answer
        card = await world.message(BOB, "issued to", APPROVALS)
        notice = await world.message(ALICE, "Only you can see its secret")
        assert (await world.click_on(ALICE, notice, "request_reveal"))["ok"]
        await world.modal(ALICE, "sk-ant-")
        await world.message(ALICE, "Lost it?")
