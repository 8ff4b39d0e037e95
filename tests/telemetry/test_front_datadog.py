"""The running bot beside a Datadog: what its Agent reads and what its cost files hold are the ledger's figures."""

from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.jobs import JOBS, run_job
from bot.sandbox.datadog.agent import running_agent
from bot.sandbox.datadog.costs import API_KEY, APP_KEY, running_costs
from bot.sandbox.run import SandboxOptions
from bot.spend.ledger.db import ledger_days
from bot.spend.model import ONE_DAY
from tests.world import World, world_of


async def _run(world: World, *names: str) -> None:
    for name in names:
        await run_job(world.rt, next(job for job in JOBS if job.name == name))


async def test_the_running_bot_tells_datadog_its_figures_limits_and_closed_days(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    async with running_costs() as at, running_agent() as agent:
        keys = {"DATADOG_API_KEY": API_KEY, "DATADOG_APP_KEY": APP_KEY}
        more = {"DATADOG_URL": at.url, "DOGSTATSD_ADDRESS": agent.address}
        options = SandboxOptions(start=datetime(2026, 11, 20, 15, tzinfo=UTC))
        async with world_of(tmp_path, options=options, more={**keys, **more}, spenders=1) as world:
            at.today = lambda: world.rt.now().date()
            await _run(world, "costs", "dogstatsd", "custom_costs")
            today = world.rt.now().date()
            async with world.rt.store.read() as tx:
                days = await ledger_days(tx, today - ONE_DAY * 31, today)
            await world.wait_for(agent.arrived.wait, "a datagram")
        told = agent.metrics
        named = {metric.name for metric in told}
        assert sum((one.value for one in told if one.name == "claude.org.cost.month_to_date"), Decimal(0)) == sum(
            (known.total for day, known in days.items() if day >= today.replace(day=1)), Decimal(0)
        )
        assert {"claude.org.cost.today", "claude.org.tokens.today", "claude.org.rate_limit"} <= named
        yesterday = today - ONE_DAY
        assert at.total() == days[yesterday].total > 0
        assert {line["Tags"]["workspace"] for line in at.lines()} <= {"Production", "Staging", "Research", "Default"}
        assert API_KEY not in "".join(capsys.readouterr())
