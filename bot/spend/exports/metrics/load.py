"""The organization's metrics, read from the database by one process at a time: sums over replicas would count them twice."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.runtime import Runtime
from bot.spend.dimensions import COST_TYPE, MODEL, TIER, TOKEN_TYPE, WORKSPACE
from bot.spend.exports.metrics import db
from bot.spend.exports.metrics.families import COUNTERS, MOST_WORKSPACES, Figures, ages, counters, counts, gauges
from bot.spend.ledger import db as table
from bot.spend.ledger.measures.db import measures
from bot.spend.model import ONE_DAY
from bot.store.leases import acquire_lease, release_lease
from bot.store.names import names_of
from bot.store.session import Tx
from bot.telemetry.model import Family, Part, largest

LEASE, LEASE_LASTS = "metrics", timedelta(minutes=3)
RENEWED_AFTER = timedelta(seconds=30)
READ_EVERY = timedelta(minutes=1)
"""How often everything but the ledger is read, which says by itself whether it was written."""
Source = Callable[[Runtime, datetime], Awaitable[Part]]
"""Reads one part from the database; it asks nobody else, because a scrape doesn't wait for anybody."""


@dataclass(frozen=True)
class Told:
    """What the metrics say: `steady` is the same list until a figure changes, `moving` says how old all of it is."""

    steady: Sequence[Family]
    moving: Sequence[Family]


@dataclass(frozen=True)
class _Ledger:
    stamp: object
    part: Part
    again_at: datetime | None = None
    """When what is told as 0 at first is told as it is; None where nothing is."""


class OrganizationMetrics:
    """What one process knows of the organization's metrics. It tells them as long as it holds the lease."""

    def __init__(self, sources: Sequence[Source] = ()) -> None:
        self._lock = asyncio.Lock()
        self._since: datetime | None = None
        self._sources = sources
        self._ledger: _Ledger | None = None
        self._others: tuple[datetime, Sequence[Part]] | None = None
        self._steady: list[Family] = []

    async def told(self, rt: Runtime, now: datetime) -> Told | None:
        """Return all of them, or None where another process tells them."""
        async with self._lock:  # of two scrapes at once the second would lose the lease to the first
            if not await self._is_ours(rt, now):
                return None
            parts = [await self._of_ledger(rt, now), *await self._of_others(rt, now)]
            async with rt.store.read() as tx:
                cursor = await table.cursor(tx)
        families = [family for part in parts for family in part.families]
        if families != self._steady:
            self._steady = families
        as_of: Mapping[str, datetime] = {report: at for part in parts for report, at in part.as_of.items()}
        return Told(self._steady, ages(as_of, cursor.succeeded_at if cursor else None, now))

    async def _of_ledger(self, rt: Runtime, now: datetime) -> Part:
        today = now.astimezone(UTC).date()
        async with rt.store.read() as tx:
            stamp = (today, await db.stamp(tx))
        last = self._ledger
        if (
            last is None
            or last.stamp != stamp
            or (last.again_at and not last.again_at - db.FIRST_TOLD_FOR <= now < last.again_at)
        ):
            async with rt.store.write() as tx:
                since = await db.epoch(tx, now)
            async with rt.store.read() as tx:
                figures = await load(tx, now, since)
            counted = await asyncio.to_thread(counts, figures)
            async with rt.store.write() as tx:
                highest = await db.raise_peaks(tx, counted, COUNTERS)
            families = await asyncio.to_thread(lambda: [*gauges(figures), *counters(highest)])
            again_at = None if db.is_whole(counted, highest) else now + db.FIRST_TOLD_FOR
            last = self._ledger = _Ledger(stamp, Part(families, figures.as_of), again_at)
        return last.part

    async def _of_others(self, rt: Runtime, now: datetime) -> Sequence[Part]:
        if self._others is None or not self._others[0] <= now < self._others[0] + READ_EVERY:
            self._others = (now, [await source(rt, now) for source in self._sources])
        return self._others[1]

    async def _is_ours(self, rt: Runtime, now: datetime) -> bool:
        """Take the lease, or hold it further. A process that isn't scraped any more loses it."""
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
    requests = await measures(tx, since, today, (WORKSPACE, MODEL))
    return Figures(
        today=today,
        days=days,
        cells=cells,
        parts=await measures(tx, since, today, (WORKSPACE, MODEL, COST_TYPE, TOKEN_TYPE, TIER)),
        usage=await measures(tx, since, today, (WORKSPACE, MODEL, TIER)),
        requests=requests,
        names=await names_of(tx, {one.of(WORKSPACE) for one in (*cells, *requests)}),
        told=await db.told_before(tx),
    )


async def largest_workspaces(tx: Tx, now: datetime) -> list[str]:
    """Return the ids of the workspaces that cost most in the last 30 days, without the default one, which has none."""
    today = now.astimezone(UTC).date()
    cells = await table.cells(tx, today - 30 * ONE_DAY, today, (WORKSPACE,))
    return sorted(largest({cell.of(WORKSPACE): cell.amount for cell in cells if cell.of(WORKSPACE)}, MOST_WORKSPACES))
