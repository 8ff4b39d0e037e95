"""How fresh the ledger's figures are."""

from datetime import datetime

from bot.runtime import Runtime
from bot.spend.ledger import db as table
from bot.spend.ledger.sources import Cursor
from bot.spend.model import ONE_DAY


async def last_reading(rt: Runtime) -> Cursor | None:
    """Return how the last reading of the costs went, None before the first."""
    async with rt.store.read() as tx:
        return await table.cursor(tx)


async def figures_as_of(rt: Runtime) -> datetime | None:
    """Return the moment up to which the ledger's figures reach, None while it is empty."""
    async with rt.store.read() as tx:
        edges = await table.ledger_edges(tx)
        # The newest day isn't always the freshest: the one before is read again until it is closed.
        known = await table.ledger_days(tx, edges[1] - ONE_DAY, edges[1]) if edges else {}
    return max((day.refreshed_at for day in known.values()), default=None)
