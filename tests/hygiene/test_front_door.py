"""Advice through the front door: asked for by an admin, accepted with a reason, refused to others, counted at home."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.hygiene.weekly import look
from tests.approvals.acting import press, told
from tests.handlers.test_requests import home_of
from tests.world import ALICE, BOB, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def test_an_admin_is_advised_and_accepts_and_nobody_else_sees_it(world: World) -> None:
    await world.command(ALICE, "/claude-admin advice")
    await told(world, ALICE, "Only admins of the Claude organization see the advice.")
    await world.command(BOB, "/claude-admin advice")
    answer = await told(world, BOB, "the most money at stake first")
    texts = str(answer["blocks"])
    assert "high risk" in texts
    first = next(
        element
        for block in answer["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == "advice_accept"
    )
    offer = next(
        element
        for block in answer["blocks"]
        for element in block.get("elements", [])
        if element.get("action_id") == "advice_offer" and element["value"].startswith(f"{first['value']}\n")
    )
    await world.click_on(BOB, answer, "advice_offer", value=offer["value"])
    await world.modal(BOB, "Send request")
    await world.click_on(BOB, answer, "advice_accept", value=first["value"])
    await world.modal(BOB, "Accept a finding")
    until = (world.rt.now() + timedelta(days=30)).date().isoformat()
    await world.submit(BOB, advice_until=until, advice_reason="Known, mended next quarter")
    await world.modal(BOB, "Accepted until")
    await world.click_on(BOB, answer, "advice_offer", value=offer["value"])
    await told(world, BOB, "This was fixed or accepted already. Nothing is left to do.")
    await world.command(BOB, "/claude-admin advice")
    answer = await told(world, BOB, "1 accepted finding isn't shown.")
    await press(world, BOB, answer, "advice_accepted")
    answer = await told(world, BOB, "Known, mended next quarter")
    await press(world, BOB, answer, "advice_take_back")
    await told(world, BOB, "if it is still so. Nothing is accepted now.")
    await look(world.rt, "", world.rt.now())
    assert "*Advice*: " in await home_of(world, BOB, "The organization")
