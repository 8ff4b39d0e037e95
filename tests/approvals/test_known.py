"""What is looked up for those who decide, while something is asked: shown on its card, and never in the way of the ask."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from tests.approvals.acting import card_with, keys_named, make_key, press, settled
from tests.spend.world import DOLLAR, OPUS, fill
from tests.world import ALICE, BOB, DANA, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def test_a_card_says_whose_key_it_is_and_what_it_was_used_for(world: World) -> None:
    card = await world.ask_for_key(DANA, "in-use")
    assert "For good · <@U0DANA> (billing member) has no active keys\n> Nightly job" in card["text"]
    await press(world, BOB, card, "request_approve")
    await card_with(world, "issued to")
    await settled(world)
    (key,) = await keys_named(world, "in-use")
    now = world.rt.now()
    days = [now.date() - timedelta(days=n) for n in range(9)]
    await fill(world.rt.store, [(day, "", OPUS, key.id, 3 * DOLLAR) for day in days[1:]], now, now)
    await world.command(ALICE, "/claude-keys disable in-use")
    await world.modal(ALICE, "in-use")
    await world.submit(ALICE, reason="Pause")
    card = await card_with(world, "asks to disable a key")
    second = card["text"].splitlines()[1]
    assert second.startswith("Until it is enabled again · Key of <@U0DANA>, last used ")
    assert ", $18.00 in 7 days · <@U0ALICE> (developer) has " in second
    assert "figures as of " in card["text"]


async def test_what_cannot_be_read_keeps_nobody_from_asking(world: World) -> None:
    await make_key(world, "unread")

    async def fails(_keys: object, _now: object) -> object:
        raise RuntimeError("the ledger can't be read")

    world.rt.use_of_keys = fails  # pyright: ignore[reportAttributeAccessIssue] - it never returns
    await world.command(ALICE, "/claude-keys disable unread")
    await world.modal(ALICE, "unread")
    world.rt.directory.forget_keys()
    await world.post("/faults", target="claude", name="GET /v1/organizations/api_keys", kind="529", times=30, seconds=0)
    await world.submit(ALICE, reason="Pause")
    card = await card_with(world, "asks to disable a key")
    assert card["text"].splitlines()[1] == "Until it is enabled again · <@U0ALICE> (developer), keys unknown"
    assert "I couldn't look up yet whose key it is" in card["text"]
