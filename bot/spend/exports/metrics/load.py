"""The organization's metrics, read from the ledger by one process at a time: sums over replicas would count them twice."""

import asyncio
from datetime import UTC, date, datetime, timedelta

from bot.runtime import Runtime
from bot.spend.dimensions import COST_TYPE, MODEL, TIER, TOKEN_TYPE, WORKSPACE
from bot.spend.exports.metrics import db
from bot.spend.exports.metrics.families import Figures, counters, counts, gauges
from bot.spend.ledger import db as table
from bot.spend.ledger.measures.db import measures
from bot.spend.model import ONE_DAY
from bot.store.leases import acquire_lease, release_lease
from bot.store.names import names_of
from bot.store.session import Tx
from bot.telemetry import names as are
from bot.telemetry.model import Family

LEASE, LEASE_LASTS = "metrics", timedelta(minutes=3)
RENEWED_AFTER = timedelta(seconds=30)


class OrganizationMetrics:
    """What one process knows of the organization's metrics; it tells them as long as it holds the lease."""

    def __init__(self) -> None:
        self._lock = asyncio.Lock()
        self._since: datetime | None = None
        self._read: tuple[object, Figures, list[Family]] | None = None

    async def families(self, rt: Runtime, now: datetime) -> list[Family] | None:
        """Return all of them, or None where another process tells them."""
        async with self._lock:  # of two scrapes at once the second would lose the lease to the first
            return await self._families(rt, now)

    async def _families(self, rt: Runtime, now: datetime) -> list[Family] | None:
        if not await self._is_ours(rt, now):
            return None
        today = now.astimezone(UTC).date()
        async with rt.store.read() as tx:
            stamp = (today, await db.stamp(tx))
            cursor = await table.cursor(tx)
        if self._read is None or self._read[0] != stamp:
            async with rt.store.write() as tx:
                since = await db.epoch(tx, now)
            async with rt.store.read() as tx:
                figures = await load(tx, now, since)
            async with rt.store.write() as tx:
                told = await db.raise_peaks(tx, counts(figures))
            self._read = (stamp, figures, counters(told))
        synced_at = cursor.succeeded_at if cursor else None
        age = Family(are.SYNC_AGE, {(): (now - synced_at).total_seconds()} if synced_at else {})
        return [*gauges(self._read[1], now), age, *self._read[2]]

    async def _is_ours(self, rt: Runtime, now: datetime) -> bool:
        """Take the lease, or hold it further; a process that isn't scraped any more loses it."""
        if self._since and self._since <= now <= self._since + RENEWED_AFTER:
            return True
        async with rt.store.write() as tx:
            if self._since:
                await release_lease(tx, LEASE, self._since)
            taken = await acquire_lease(tx, LEASE, now, LEASE_LASTS)
        self._since = now if taken else None
        return taken


async def load(tx: Tx, now: datetime, since: date) -> Figures:
    """Return what the ledger holds; counters count from the day `since`."""
    today = now.astimezone(UTC).date()
    first = (today.replace(day=1) - ONE_DAY).replace(day=1)
    days = await table.ledger_days(tx, first, today)
    cells = await table.cells(tx, first, today, ("day", WORKSPACE, MODEL))
    return Figures(
        today=today,
        days=days,
        cells=cells,
        parts=await measures(tx, since, today, (WORKSPACE, MODEL, COST_TYPE, TOKEN_TYPE, TIER)),
        usage=await measures(tx, since, today, (WORKSPACE, MODEL, TIER)),
        requests=await measures(tx, since, today, (WORKSPACE, MODEL)),
        names=await names_of(tx, {cell.of(WORKSPACE) for cell in cells}),
    )
