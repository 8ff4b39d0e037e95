"""Weeks that are over are rolled up once a day, a few in each transaction. Until then they are read by their days."""

from bot.runtime import Runtime
from bot.spend.ledger.bulk.db import lock
from bot.spend.ledger.rollups.db import WEEKS_AT_ONCE, roll_up_weeks, weeks_to_roll_up


async def roll_up_past(rt: Runtime) -> None:
    """Roll up every week whose days are final and that isn't rolled up, the newest first."""
    async with rt.store.read() as tx:
        left = len(await weeks_to_roll_up(tx))
    for _ in range(0, left, WEEKS_AT_ONCE):
        async with rt.store.write() as tx:
            await lock(tx)
            await roll_up_weeks(tx, (await weeks_to_roll_up(tx))[:WEEKS_AT_ONCE])
