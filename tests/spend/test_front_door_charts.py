"""When Slack doesn't draw charts yet: a picture takes the chart's place, and if that fails the text still goes out."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.sandbox.run import SandboxOptions
from tests.spend.front import run_digests
from tests.world import COSTS, DANA, Json, World, loaded_world_of

START = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with loaded_world_of(tmp_path, SandboxOptions(start=START), spenders=30) as opened:
        yield opened


async def figures(world: World) -> Json:
    """Let Dana subscribe, go to the next morning, and return the digest."""
    await world.command(DANA, "/claude-spend digest", COSTS)
    await world.modal(DANA, "Channel")
    assert (await world.submit(DANA))["ok"]
    await world.modal(DANA, "✅")
    await world.post("/clock", to="tomorrow 09:00", tz="America/New_York")
    await run_digests(world.rt, world.rt.now())
    return await world.message(DANA, "📈", COSTS)


@pytest.mark.proof
async def test_a_picture_takes_the_place_of_a_chart_that_slack_refuses(world: World) -> None:
    await world.post("/flags", refused_blocks=["data_visualization"])
    digest = await figures(world)
    picture = next(block for block in digest["blocks"] if block["type"] == "image")
    answer = await world.http.get(f"{world.control_url}/files/{picture['slack_file']['id']}")
    assert answer.content.startswith(b"\x89PNG")
    assert "$" in picture["alt_text"]


@pytest.mark.proof
async def test_the_text_goes_out_when_neither_chart_nor_picture_does(world: World) -> None:
    await world.post("/flags", refused_blocks=["data_visualization", "image"])
    await world.post("/faults", target="slack", name="files.getUploadURLExternal", kind="500", times=9)
    digest = await figures(world)
    assert not {"image", "data_visualization"} & {block["type"] for block in digest["blocks"]}
    assert "on Tue 24 Nov" in digest["text"]


@pytest.mark.proof
async def test_a_private_answer_keeps_its_sentence_when_its_chart_is_refused(world: World) -> None:
    await world.post("/flags", refused_blocks=["data_visualization"])
    await world.command(DANA, "/claude-spend 7d by model", COSTS)
    answer = await world.message(DANA, "in the 7 days", COSTS)
    assert "data_visualization" not in {block["type"] for block in answer["blocks"]}
