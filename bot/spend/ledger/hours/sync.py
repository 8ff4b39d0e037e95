"""The hours of the newest days, read where days have none: first the newest, older ones a few at a time."""

import math
import time
from collections.abc import Sequence
from datetime import UTC, date, datetime

import structlog

from bot.admin.buckets import added
from bot.admin.rows import Exact, UsageRow
from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.spend.ledger.cuts import WHEN, WHO, Cut
from bot.spend.ledger.hours import db as table
from bot.spend.ledger.hours.write import HourGroup, HoursOfDay, replace_hours
from bot.spend.ledger.pages import FINE_ROWS, UsageCounts, midnight, usage_by_day
from bot.spend.ledger.rounding import in_nanos
from bot.spend.ledger.sources import SOURCES
from bot.spend.model import ONE_DAY

log = structlog.get_logger()

DAYS_AT_ONCE = 8
"""Today and the last seven, so that `7d by hour` is known after the first reading."""
FILLS_FOR = 120.0
"""A day of a thousand keys is half a minute of the budget, and a run of the job may take ten minutes for everything."""


async def follow_open_days(rt: Runtime, now: datetime) -> None:
    """Read the hours of days that still grow, before the days themselves: what both say is the same then."""
    if rt.settings.hours_kept:
        async with rt.store.read() as tx:
            days = await table.open_days_with_hours(tx, *_kept(rt, now))
        await _fill(rt, now, days)


async def fill_hours(rt: Runtime, now: datetime, seconds: float = FILLS_FOR) -> int:
    """Read the hours of the newest days that have none, and return of how many days something was answered.

    After so many seconds no further day is begun; the first always is.
    """
    if not rt.settings.hours_kept:
        return 0
    async with rt.store.read() as tx:
        days = (await table.days_without_hours(tx, *_kept(rt, now), now))[:DAYS_AT_ONCE]
    return await _fill(rt, now, days, time.monotonic() + seconds)


async def days_by_hour(rt: Runtime, now: datetime) -> tuple[int, int]:
    """Return how many of the days that keep hours have some, and how many could still be asked for theirs."""
    async with rt.store.read() as tx:
        left = await table.days_without_hours(tx, *_kept(rt, now), now)
        return len(await table.days_with_hours(tx, *_kept(rt, now))), len(left)


async def drop_old_hours(rt: Runtime, now: datetime) -> None:
    """Drop the hours that aren't kept any longer, and those that a version with fewer cuts wrote while it ran, too."""
    async with rt.store.read() as tx:
        other = await table.days_of_other_hours(tx, *_kept(rt, now))
    async with rt.store.write() as tx:
        await table.prune_hours(tx, _kept(rt, now)[0])
        await table.forget_hours(tx, other)


def _kept(rt: Runtime, now: datetime) -> tuple[date, date]:
    today = now.astimezone(UTC).date()
    return today - ONE_DAY * (rt.settings.hours_kept - 1), today


async def _fill(rt: Runtime, now: datetime, days: Sequence[date], until: float = math.inf) -> int:
    """Read days one by one and write as many at once as the ledger's batches hold. A failure isn't one of the sync.

    Returns how many were read.
    """
    waiting: list[HoursOfDay] = []
    count = 0
    for day in days:
        if count and time.monotonic() >= until:
            break
        try:
            read = await _read(rt, day)
        except UpstreamError as error:
            log.warning("hours_not_read", status=error.status, request_id=error.request_id)
            break
        if read is None:
            break
        waiting.append(read)
        count += 1
        if sum(one.rows for one in waiting) >= FINE_ROWS:
            await _write(rt, now, waiting)
            waiting = []
    await _write(rt, now, waiting)
    return count


async def _write(rt: Runtime, now: datetime, read: list[HoursOfDay]) -> None:
    if read:
        async with rt.store.write() as tx:
            good = await replace_hours(tx, read, now, rt.settings.doubted_fall)
        refused = sorted({one.day.isoformat() for one in read} - {day.isoformat() for day in good})
        if refused:
            log.info("hours_do_not_sum_up", days=refused)


async def _read(rt: Runtime, day: date) -> HoursOfDay | None:
    """Return the hours of a day; None where the report that answers doesn't tell them."""
    admin, span = rt.admin.background(), (midnight(day), midnight(day + ONE_DAY))
    found = HoursOfDay(day)
    for cut in (WHEN, WHO):  # what they are written by last: its figures are the day's
        usage = await admin.usage(*span, cut.group_by, "1h")
        found.source, found.refreshed_at = usage.source, usage.refreshed_at
        if not SOURCES[found.source].tells_hours:
            return None
        found.usage[cut] = _usage_by_hour(usage.rows, cut)
        cost: dict[HourGroup, Exact] = {}
        async for page in admin.cost_buckets(*span, cut.cost_group_by, "1h"):
            found.source, found.refreshed_at = page.source, page.refreshed_at
            for bucket in page.rows:
                for group, amounts in bucket.groups.items():
                    key = (bucket.starts_at.hour, *group)
                    cost[key] = added(cost[key], amounts) if key in cost else amounts
        found.cost[cut] = in_nanos(cost)
        if not SOURCES[found.source].tells_hours:
            return None
    return found


def _usage_by_hour(rows: Sequence[UsageRow], cut: Cut) -> dict[HourGroup, UsageCounts]:
    by_hour: dict[int, list[UsageRow]] = {}
    for row in rows:
        by_hour.setdefault(row.starts_at.hour, []).append(row)
    return {
        (hour, *group): counts
        for hour, some in by_hour.items()
        for groups in usage_by_day(some, cut).values()
        for group, counts in groups.items()
    }
