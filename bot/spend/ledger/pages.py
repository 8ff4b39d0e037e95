"""Pages of the cost report turned into whole days of the ledger.

Reading and writing overlap, because a first load is a hundred thousand rows: while one batch of whole days is written, the
next pages are fetched and decoded.
"""

import asyncio
from collections.abc import AsyncIterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from operator import attrgetter, itemgetter

from bot.admin.buckets import OutOfOrder, added
from bot.admin.rows import CostBucket, Exact, Group, Report, Spender, UsageRow
from bot.spend.aggregate import days_between
from bot.spend.ledger import db as table
from bot.spend.ledger.cuts import WHAT, WHO, Cut
from bot.spend.ledger.db import CostParts, UsageCounts, UsageParts
from bot.spend.ledger.doubts.rules import DOUBTED_FALL
from bot.spend.ledger.parts.db import replace_parts
from bot.spend.ledger.rounding import in_nanos
from bot.spend.ledger.sources import ANALYTICS, SOURCES
from bot.spend.model import ONE_DAY, LedgerDay, Revision, dollars
from bot.store.names import Named, remember
from bot.store.session import Store

_NAMED = tuple(n for n, one in enumerate(WHO.dimensions) if one.has_names)
BATCH_ROWS = {"sqlite": 15_000, "postgresql": 30_000}
"""By database. Each batch waits for the server some ten times; on SQLite nobody else writes meanwhile."""
FINE_ROWS = 5_000
"""For parts and hours, of which a day has several times as many rows, and which are held thrice: new, known, and fitted."""


@dataclass
class Loaded:
    """What one load did: its source, days written, revisions found, the ids seen, and until when its figures reach.

    `people` are the names of actors by id; `is_told_apart`: the parts of all days came, too.
    """

    source: str = ANALYTICS.name
    days: list[date] = field(default_factory=list[date])
    revisions: list[Revision] = field(default_factory=list[Revision])
    ids: set[str] = field(default_factory=set[str])
    reaches: datetime | None = None
    people: dict[str, str] = field(default_factory=dict[str, str])
    is_told_apart: bool = True

    def add(self, other: "Loaded") -> None:
        """Count another load with this one."""
        self.days += other.days
        self.revisions += other.revisions
        self.ids |= other.ids
        self.is_told_apart &= other.is_told_apart


@dataclass
class _Reading:
    """The state of one load: days still open for rows, and what the pages said about themselves."""

    first: date
    last: date
    now: datetime
    batch_rows: int | None
    doubted_fall: int = DOUBTED_FALL
    refreshed_at: datetime | None = None
    source: str = ANALYTICS.name
    days: dict[date, dict[Group, Exact]] = field(default_factory=dict[date, dict[Group, Exact]])
    people: dict[str, str] = field(default_factory=dict[str, str])
    waiting: int = 0
    written_to: date | None = None

    def add(self, page: Report[CostBucket]) -> None:
        """Sort a page's buckets into their days. What earlier pages told of a group is added up."""
        if page.source != self.source:
            self._begin_anew(page.source)
        if page.refreshed_at is not None:
            self.refreshed_at = min(page.refreshed_at, self.refreshed_at or page.refreshed_at)
        for bucket in page.rows:
            groups, more = self._groups(bucket.starts_at.date()), bucket.groups
            both = {group: added(groups[group], more[group]) for group in groups.keys() & more.keys()}
            groups.update(more)
            groups.update(both)
            self.waiting += len(more)
            self.people |= bucket.people

    def _begin_anew(self, source: str) -> None:
        """Forget what another source told so far, but for days that are written: this one tells all of it."""
        self.source, self.refreshed_at, self.days, self.waiting, self.written_to = source, None, {}, 0, None

    def _groups(self, day: date) -> dict[Group, Exact]:
        if self.written_to is not None and day <= self.written_to:
            raise OutOfOrder
        return self.days.setdefault(day, {})

    async def take(self, everything: bool = False) -> dict[date, CostParts]:
        """Return the days that can be written now. The newest is still being read until the end."""
        is_large = self.batch_rows is not None and self.waiting >= self.batch_rows and len(self.days) > 1
        if not everything and not is_large:
            return {}
        newest = max(self.days, default=self.first)
        ready: dict[date, CostParts] = {}
        for day in [day for day in self.days if everything or day < newest]:
            ready[day] = in_nanos(self.days[day])
            await asyncio.sleep(0)  # acts, and the batch that is being written, go on between days
        self.days = {d: g for d, g in self.days.items() if d not in ready}
        self.waiting = sum(len(groups) for groups in self.days.values())
        self.written_to = max(ready, default=self.written_to)
        return ready

    def reaches(self) -> datetime:
        """Return until when the figures are complete. A report that doesn't say so is given its time."""
        return _reaches(self.source, self.refreshed_at, self.now)

    def facts(self, days: dict[date, CostParts]) -> list[LedgerDay]:
        """Return what is known of days after this load."""
        return [day_fact(day, self.source, self.refreshed_at, self.now, groups) for day, groups in days.items()]


def _reaches(source: str, refreshed_at: datetime | None, now: datetime) -> datetime:
    return refreshed_at or now - SOURCES[source].closes_after


def day_fact(day: date, source: str, refreshed_at: datetime | None, now: datetime, groups: CostParts) -> LedgerDay:
    """Return what is known of a day after a reading."""
    closed = _reaches(source, refreshed_at, now) >= midnight(day + ONE_DAY)
    return LedgerDay(day, source, refreshed_at or now, now, closed, dollars(sum(map(itemgetter(0), groups.values()))))


async def load_days(
    store: Store,
    pages: AsyncIterable[Report[CostBucket]],
    first: date,
    last: date,
    now: datetime,
    *,
    batch_rows: int | None = 0,
    doubted_fall: int = DOUBTED_FALL,
) -> Loaded:
    """Write the days from `first` to `last` from pages ordered by day; OutOfOrder when they aren't.

    Whole days are written as soon as `batch_rows` have come, 0 for what suits the database; None keeps everything for the
    end, in any order.
    Days without rows become $0 only up to where the figures reach, and only after a first day with figures. What fell by
    `doubted_fall` percent waits for a second reading.
    """
    at_once = BATCH_ROWS[store.dialect] if batch_rows == 0 else batch_rows
    reading, loaded = _Reading(first, last, now, at_once, doubted_fall), Loaded()
    writing: asyncio.Task[None] | None = None
    try:
        async for page in pages:
            reading.add(page)
            if ready := await reading.take():
                if writing is not None:
                    await writing
                writing = asyncio.create_task(_write(store, reading, ready, reading.facts(ready), loaded))
        rest = await reading.take(everything=True)
        if writing is not None:
            await writing
        rest = {**await _quiet_days(store, reading, loaded, rest), **rest}
        await _write(store, reading, rest, reading.facts(rest), loaded)
    finally:
        if writing is not None:
            await asyncio.gather(writing, return_exceptions=True)
    loaded.source, loaded.reaches = reading.source, reading.reaches()
    return loaded


async def _write(
    store: Store, reading: _Reading, days: dict[date, CostParts], facts: list[LedgerDay], loaded: Loaded
) -> None:
    """Write days with their facts, which were taken down before the next page could change what the reading knows."""
    if not days:
        return
    async with store.write() as tx:
        revised = await table.replace_days(tx, facts, days, reading.doubted_fall)
        unknown = reading.people.keys() - loaded.people.keys()
        await remember(tx, [Named(one, reading.people[one]) for one in sorted(unknown)], reading.now)
    loaded.people |= reading.people
    loaded.days += days
    loaded.revisions += revised
    for groups in days.values():
        for n in _NAMED:
            loaded.ids.update(map(itemgetter(n), groups))


async def _quiet_days(store: Store, reading: _Reading, loaded: Loaded, rest: dict[date, CostParts]) -> dict[date, CostParts]:
    """Return the days that the report covers without a row: nothing was spent on them.

    Before the first day with figures there may not have been an organization, so those days stay without data.
    """
    with_rows = {*loaded.days, *rest}
    reaches = reading.refreshed_at or reading.now
    async with store.read() as tx:
        edges = await table.ledger_edges(tx)
    proof = with_rows if edges is None else {*with_rows, edges[0]}
    if not proof:
        return {}
    candidates = days_between(max(min(proof), reading.first), reading.last)
    return {day: {} for day in candidates if day not in with_rows and midnight(day) < reaches}


async def load_parts(
    store: Store,
    pages: AsyncIterable[Report[CostBucket]],
    first: date,
    last: date,
    now: datetime,
    batch_rows: int | None = FINE_ROWS,
    cut: Cut = WHAT,
) -> None:
    """Write the parts of the days from `first` to `last`, which are in the ledger already, from pages of a cut by day.

    OutOfOrder and `batch_rows` are as with `load_days`. A day without rows has no parts: what it cost isn't told apart.
    """
    reading, left = _Reading(first, last, now, batch_rows), set(days_between(first, last))

    async def write(days: dict[date, CostParts]) -> None:
        left.difference_update(days)
        if days:
            async with store.write() as tx:
                await replace_parts(tx, reading.source, days, cut)

    async for page in pages:
        reading.add(page)
        await write(await reading.take())
    await write(await reading.take(everything=True))
    await write({day: {} for day in sorted(left)})


def midnight(day: date) -> datetime:
    """Return the first moment of a UTC day."""
    return datetime.combine(day, time(), UTC)


def usage_by_day(rows: list[UsageRow], cut: Cut = WHO) -> dict[date, UsageParts]:
    """Return token counts and requests by day and group, its ids in the order of the cut; rows of one group are added up."""
    ids_of = attrgetter(*(one.column for one in cut.dimensions))
    days: dict[date, dict[Group, UsageCounts]] = {}
    for row in rows:
        groups = days.setdefault(row.starts_at.date(), {})
        group: Group = tuple([one.key if isinstance(one, Spender) else one or "" for one in ids_of(row)])
        counts = (row.uncached_input, row.cache_read, row.cache_write_5m, row.cache_write_1h, row.output, row.requests)
        groups[group] = more_usage(groups[group], counts) if group in groups else counts
    return dict(days)


def more_usage(one: UsageCounts, other: UsageCounts) -> UsageCounts:
    """Return both together; requests are known of the sum if they are of each."""
    requests = None if one[5] is None or other[5] is None else one[5] + other[5]
    a, b, c, d, e = (left + right for left, right in zip(one[:5], other[:5], strict=True))
    return a, b, c, d, e, requests
