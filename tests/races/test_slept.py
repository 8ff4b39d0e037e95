"""A process that is put to sleep while it reads the reports: another one follows soon, and what comes late is refused."""

import os
import signal
from pathlib import Path

import pytest

from bot.store.leases import LASTS
from tests.postgres import connect
from tests.processes import BotProcess, Fleet, fleet_of

COSTS = "GET /v1/organizations/analytics/cost"
OPEN = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND state LIKE 'idle in transaction%'"


async def _put_to_sleep(fleet: Fleet, bot: BotProcess) -> None:
    """Stop a process between two transactions: in the middle of one PostgreSQL would wait for it first."""
    server = await connect(fleet.database_url.replace("+asyncpg", ""))

    async def asleep() -> bool:
        os.kill(bot.process.pid, signal.SIGSTOP)
        if await server.fetchval(OPEN) == 0:
            return True
        os.kill(bot.process.pid, signal.SIGCONT)
        return False

    await fleet.wait_for(asleep, "a moment between two transactions")
    await server.close()


@pytest.mark.proof
async def test_who_follows_a_process_that_sleeps_has_its_work_alone(tmp_path: Path, migrated_postgres_url: str) -> None:
    async with fleet_of(tmp_path, migrated_postgres_url, idle=True) as fleet:
        held = await fleet.held_at("claude", COSTS, "slow", seconds=5.0)
        sleeper = await fleet.start_one()
        await held.reached()
        await _put_to_sleep(fleet, sleeper)
        try:
            fleet.mend()
            fleet.sandbox.clock.advance(LASTS * 1.1)
            follower = await fleet.start_one()
            await fleet.until_said(follower, "costs_synced")
        finally:
            os.kill(sleeper.process.pid, signal.SIGCONT)
        await fleet.until_said(sleeper, "lease_lost")
        assert not sleeper.said("costs_synced")
