"""Every line by which a wish is served, typed in Slack: each is answered by what it asks for, or by its form."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.claude_code import sync as claude_code
from bot.kinds.limits.peaks import sync as peaks
from bot.sandbox.run import SandboxOptions
from bot.sandbox.stage import Json
from tests.test_asked_for import LINES
from tests.world import BOB, World, loaded_world_of

MISREAD = (
    "I don't know *",
    "I don't know `",
    "didn't understand",
    "can't find",
    "Something failed",
    "Nothing was changed",
    "That isn't zero",
)


async def _answer(world: World, line: str) -> str:
    """Return what Bob sees that wasn't there before."""

    async def seen() -> list[Json]:
        return [*(await world.messages(BOB, "C0GENERAL")), *(await world.messages(BOB)), *(await world.modals(BOB))]

    before = {str(one.get("id") or one.get("ts")) for one in await seen()}
    assert (await world.command(BOB, f"/claude-{line}"))["ok"]

    async def fresh() -> str:
        new = [one for one in await seen() if str(one.get("id") or one.get("ts")) not in before]
        text = str(new)
        return "" if "One moment" in text else text * bool(new)

    return str(await world.wait_for(fresh, f"an answer to {line}"))


@pytest.mark.proof
async def test_each_line_is_answered_through_the_front_door(tmp_path: Path) -> None:
    options = SandboxOptions(start=datetime(2026, 11, 22, 12, tzinfo=UTC))
    async with loaded_world_of(tmp_path, options, spenders=8) as world:
        for read in (claude_code.sync, peaks.sync):
            await read(world.rt, "", world.rt.now())
        answers = {line: await _answer(world, line) for line in LINES}
    assert not {line: said for line, said in answers.items() if any(one in said for one in MISREAD)}
