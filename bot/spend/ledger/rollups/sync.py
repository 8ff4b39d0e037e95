"""What is over is rolled up: weeks and months once a day, a few at once, and the last days' largest keys at each reading.

Until then it is read by the days' rows.
"""

from datetime import date

from bot.runtime import Runtime
from bot.spend.ledger.bulk.db import lock
from bot.spend.ledger.largest.db import days_to_keep, keep_largest
from bot.spend.ledger.rollups.db import begin_unit, end_unit, roll_up_table, roll_up_units, units_to_roll_up
from bot.spend.ledger.rollups.units import PART_UNITS, UNITS, Unit


async def roll_up_past(rt: Runtime) -> None:
    """Roll up every week and month whose days are final and that isn't rolled up, the newest first."""
    for unit in UNITS:
        async with rt.store.read() as tx:
            left = len(await units_to_roll_up(tx, unit))
        for _ in range(0, left, unit.at_once):
            async with rt.store.write() as tx:
                await lock(tx)
                await roll_up_units(tx, unit, (await units_to_roll_up(tx, unit))[: unit.at_once])
    for unit in PART_UNITS:
        async with rt.store.read() as tx:
            starts = await units_to_roll_up(tx, unit)
        for start in starts:
            await _roll_up_parts(rt, unit, start)


async def _roll_up_parts(rt: Runtime, unit: Unit, start: date) -> None:
    """Roll up the parts of a week or month table by table: whoever else writes waits for none of them for long."""
    async with rt.store.write() as tx:
        await lock(tx)
        await begin_unit(tx, unit, start)
    for table in unit.into:
        async with rt.store.write() as tx:
            await lock(tx)
            await roll_up_table(tx, unit, table, start)
    async with rt.store.write() as tx:
        await lock(tx)
        await end_unit(tx, unit, start)


async def keep_largest_keys(rt: Runtime) -> None:
    """Keep the largest keys of the last days that are final, for the digests that are about to be made of them."""
    async with rt.store.read() as tx:
        if not await days_to_keep(tx):
            return
    async with rt.store.write() as tx:
        await lock(tx)
        await keep_largest(tx, await days_to_keep(tx))
