"""An organization of a thousand keys asks the same questions and gets answers that fit a message."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sandbox.run import SandboxOptions
from bot.spend.dimensions import DIMENSIONS
from tests.spend.front import run_digests
from tests.world import COSTS, DANA, World, loaded_world_of

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def large(tmp_path: Path) -> AsyncIterator[World]:
    async with loaded_world_of(tmp_path, SandboxOptions(start=START, large=True), 31) as opened:
        yield opened


@pytest.mark.proof
async def test_spend_by_key_is_answered_and_charted_with_a_thousand_keys(large: World) -> None:
    for text, part in (("yesterday by key", "on Sun 22 Nov"), ("7d by key", "7 days"), ("30d by key", "30 days")):
        assert (await large.command(DANA, f"/claude-spend {text}", COSTS))["ok"]
        answer = await large.message(DANA, part, COSTS)
        chart = next(block["chart"] for block in answer["blocks"] if block["type"] == "data_visualization")
        assert len(chart["series"]) == 1, "Slack groups bars and stacks nothing"
        assert 1 < len(chart["axis_config"]["categories"]) <= 20
        table = next(block for block in answer["blocks"] if block["type"] == "table")
        assert table["rows"][-1][0]["text"].endswith(" more")


@pytest.mark.proof
async def test_the_digest_of_a_thousand_keys_arrives_whole(large: World) -> None:
    assert (await large.command(DANA, "/claude-spend digest", COSTS))["ok"]
    await large.modal(DANA, "Channel")
    assert (await large.submit(DANA))["ok"]
    await large.modal(DANA, "✅")
    await large.post("/clock", to="tomorrow 09:00", tz="America/New_York")
    await run_digests(large.rt, large.rt.now())
    digest = await large.message(DANA, "📈", COSTS)
    assert "on Mon 23 Nov*" in digest["text"]
    replies = [m for m in await large.messages(DANA, COSTS) if m["thread_ts"] == digest["ts"] != m["ts"]]
    assert [m["text"].split(":")[0] for m in replies] == [f"*By {one.name}* on Mon 23 Nov" for one in DIMENSIONS]
