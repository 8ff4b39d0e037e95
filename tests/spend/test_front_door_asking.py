"""Asking further through the front door: the file, the form, and what a name that nobody knows leads to."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sandbox.run import SandboxOptions
from tests.world import COSTS, DANA, World, loaded_world_of

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with loaded_world_of(tmp_path, SandboxOptions(start=START), spenders=30) as opened:
        yield opened


async def test_an_answer_is_sent_as_a_file_and_asked_further_in_a_form(world: World) -> None:
    await world.command(DANA, "/claude-spend last 2 weeks by model, key in production", COSTS)
    answer = await world.message(DANA, "in Production* in the 2 whole weeks", COSTS)
    [table] = [block for block in answer["blocks"] if block["type"] == "table"]
    assert [cell["text"] for cell in table["rows"][0][:2]] == ["Model", "Key"]
    assert (await world.click_on(DANA, answer, "spend_csv"))["ok"]
    await world.message(DANA, "I sent you *spend-2026-11-09-to-2026-11-22-by-model-key-only-production.csv*", COSTS)
    assert (await world.click_on(DANA, answer, "spend_ask"))["ok"]
    await world.modal(DANA, "Ask for figures")
    wrong = await world.submit(DANA, spend_ask_period="3 to 5")
    assert "I don't know that period" in str(wrong["errors"])
    sent = await world.submit(DANA, spend_ask_period="Q4", spend_ask_more="modl opus, top 2", spend_ask_measure="tokens")
    assert sent["ok"]
    await world.modal(DANA, "I don't know modl. Did you mean Q4 tokens model opus, top 2 by model and key in Production?")
    assert (await world.submit(DANA, spend_ask_more="model opus, top 2"))["ok"]
    await world.message(DANA, "tokens so far in Production, model opus* in Q4 2026 (1 Oct–23 Nov)")


async def test_a_bare_name_or_one_that_nobody_knows_leads_to_the_nearest(world: World) -> None:
    for typed, said in (
        ("production 7d", "I don't know *production*. Did you mean `/claude-spend in Production 7d`?"),
        ("7d key ingset-prod", "I don't know a key `ingset-prod`. Did you mean `/claude-spend 7d key ingest-prod`?"),
    ):
        await world.command(DANA, f"/claude-spend {typed}", COSTS)
        asked = await world.message(DANA, said, COSTS)
        assert (await world.click_on(DANA, asked, "spend_retry"))["ok"]
    await world.message(DANA, "in Production* in the 7 days", COSTS)
    await world.message(DANA, "key `ingest-prod`* in the 7 days", COSTS)
