"""`/claude-limits` through the front door: the organization's own minutes, and the buttons under the answer."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.jobs import JOBS, run_job
from bot.kinds.limits.peaks.sync import sync_peaks
from bot.sandbox.run import SandboxOptions
from tests.world import ALICE, APPROVALS, BOB, COSTS, world_of

Json = dict[str, Any]
START = datetime(2026, 11, 23, 12, 15, tzinfo=UTC)


async def test_limits_are_shown_beside_the_busiest_minutes(tmp_path: Path) -> None:
    async with world_of(tmp_path, options=SandboxOptions(start=START), spenders=3) as world:
        await world.post("/claude/flags", peak_minute=True)
        await sync_peaks(world.rt, world.rt.now())
        await run_job(world.rt, next(job for job in JOBS if job.name == "peak_news"))

        async def said(words: str) -> Json:
            before = {one["ts"] for one in await world.messages(ALICE, COSTS)}
            assert (await world.command(ALICE, f"/claude-limits {words}", COSTS))["ok"]

            async def new() -> Json | None:
                return next((one for one in await world.messages(ALICE, COSTS) if one["ts"] not in before), None)

            return await world.wait_for(new, "an answer")

        answer = await said("")
        assert (
            "busiest known minute of the last 30 days reached 85 % of *Claude Opus 5.x, output tokens per minute*"
            in answer["text"]
        )
        assert "`ingest-prod` (100 %)" in answer["text"]
        told = await world.message(BOB, "Claude Opus 5.x reached 85 %", APPROVALS)
        assert "on Sun 22 Nov" in told["text"]
        assert "14:07 UTC" in told["text"]
        assert "tier *Scale*" in answer["text"]
        assert (await world.click_on(ALICE, answer, "limits_ask"))["ok"]
        await world.modal(ALICE, "Models")
        wrong = await said("Prodution opus")
        assert "Did you mean *Production*?" in wrong["text"]
