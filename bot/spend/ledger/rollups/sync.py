"""Weeks and months that are over are rolled up once a day, a few at once. Until then they are read by their days."""

from bot.runtime import Runtime
from bot.spend.ledger.bulk.db import lock
from bot.spend.ledger.rollups.db import UNITS, roll_up_units, units_to_roll_up


async def roll_up_past(rt: Runtime) -> None:
    """Roll up every week and month whose days are final and that isn't rolled up, the newest first."""
    for unit in UNITS:
        async with rt.store.read() as tx:
            left = len(await units_to_roll_up(tx, unit))
        for _ in range(0, left, unit.at_once):
            async with rt.store.write() as tx:
                await lock(tx)
                await roll_up_units(tx, unit, (await units_to_roll_up(tx, unit))[: unit.at_once])
