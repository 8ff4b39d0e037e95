"""What people type after `/claude-spend`, as Slack delivers it, and the buttons that go on from there."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.commands.parse import parse
from bot.sandbox.run import SandboxOptions
from bot.store.names import Named, remember
from tests.world import COSTS, DANA, Json, World, loaded_world_of

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
NAME = 'R&D "blue"'


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with loaded_world_of(tmp_path, SandboxOptions(start=START), spenders=30) as opened:
        yield opened


async def ask(world: World, text: str, part: str) -> Json:
    """Deliver a command with its text as Slack writes it, and return the answer."""
    payload = {
        "command": "/claude-spend", "text": text, "user_id": DANA, "team_id": "T0ACME", "channel_id": COSTS,
        "trigger_id": "1.2.3",
    }  # fmt: skip
    await world.post("/act/raw", kind="slash_commands", payload=payload)
    return await world.message(DANA, part)


async def test_a_name_with_an_ampersand_and_quotation_marks_is_found_and_asked_further(world: World) -> None:
    research = await world.workspace_id("Research")
    async with world.rt.store.write() as tx:
        await remember(tx, [Named(research, NAME)], START)
    await ask(world, 'yesterday in R&amp;D "blue"', "in R&amp;D")
    assert (await world.command(DANA, f"/claude-spend 7d in {NAME}", COSTS))["ok"]
    answer = await world.message(DANA, 'in R&amp;D "blue"* in the 7 days', COSTS)
    assert "R&amp;D" not in str([b for b in answer["blocks"] if b["type"] == "table"])
    assert (await world.click_on(DANA, answer, "spend_by_key"))["ok"]
    by_key = await world.message(DANA, "eval-runs", COSTS)
    assert (await world.click_on(DANA, by_key, "spend_share"))["ok"]
    await world.message(DANA, f"Shared by <@{DANA}>", COSTS)


async def test_a_period_in_other_words_is_asked_back_about_and_shown_with_the_button(world: World) -> None:
    await world.command(DANA, "/claude-spend last weak", COSTS)
    answer = await world.message(DANA, "I don't know *last weak*. Did you mean", COSTS)
    assert (await world.click_on(DANA, answer, "spend_retry"))["ok"]
    await world.message(DANA, "in the 7 days", COSTS)


async def test_the_month_that_is_over_and_two_dates_are_answered_and_asked_further(world: World) -> None:
    asked = (("last month", "in Oct 2026", ""), ("3 Nov to 17 Nov", "in the 15 days 3–17 Nov", "vs the 15 days before"))
    for typed, when, against in asked:
        await world.command(DANA, f"/claude-spend {typed} by model", COSTS)
        answer = await world.message(DANA, when, COSTS)
        assert against in answer["text"]
        assert (await world.click_on(DANA, answer, "spend_by_key"))["ok"]
        await world.message(DANA, "ingest", COSTS)


async def test_a_second_period_is_reported(world: World) -> None:
    await world.command(DANA, "/claude-spend today yesterday", COSTS)
    await world.message(
        DANA,
        "I read *today*; *yesterday* is a second period, but I can use only one. Did you mean `/claude-spend today`?",
        COSTS,
    )


@pytest.mark.parametrize("text", ["month", "week by key", "30 d", "7 days", "last month", "yesterdy in Produktion"])
def test_words_about_spend_are_read_by_spend(text: str) -> None:
    parsed = parse("/claude-spend", text)
    assert parsed.subcommand is not None
    assert (parsed.subcommand.name, " ".join(parsed.words)) == ("", text)
