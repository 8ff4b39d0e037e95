"""The hours of the newest days, read where days have none: first the newest, older ones a few at a time."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import structlog

from bot.admin.buckets import added
from bot.admin.rows import Exact, UsageRow
from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.spend.ledger.cuts import WHO
from bot.spend.ledger.hours import db as table
from bot.spend.ledger.hours.write import HourGroup, HoursOfDay, replace_hours
from bot.spend.ledger.pages import FINE_ROWS, midnight, usage_by_day
from bot.spend.ledger.rounding import in_nanos
from bot.spend.ledger.sources import SOURCES
from bot.spend.model import ONE_DAY

log = structlog.get_logger()

DAYS_AT_ONCE = 14


async def follow_open_days(rt: Runtime, now: datetime) -> None:
    """Read the hours of days that still grow, before the days themselves: what both say is the same then."""
    if rt.settings.hours_kept:
        async with rt.store.read() as tx:
            days = await table.open_days_with_hours(tx, *_kept(rt, now))
        await _fill(rt, now, days)


async def fill_hours(rt: Runtime, now: datetime) -> int:
    """Read the hours of the newest days that have none, and return of how many days something was answered."""
    if not rt.settings.hours_kept:
        return 0
    async with rt.store.read() as tx:
        days = (await table.days_without_hours(tx, *_kept(rt, now), now))[:DAYS_AT_ONCE]
    return await _fill(rt, now, days)


async def drop_old_hours(rt: Runtime, now: datetime) -> None:
    """Drop the hours that aren't kept any longer."""
    async with rt.store.write() as tx:
        await table.prune_hours(tx, _kept(rt, now)[0])


def _kept(rt: Runtime, now: datetime) -> tuple[date, date]:
    today = now.astimezone(UTC).date()
    return today - ONE_DAY * (rt.settings.hours_kept - 1), today


async def _fill(rt: Runtime, now: datetime, days: Sequence[date]) -> int:
    """Read days one by one and write as many at once as the ledger's batches hold. A failure isn't one of the sync.

    Returns how many were read.
    """
    waiting: list[HoursOfDay] = []
    count = 0
    for day in days:
        try:
            read = await _read(rt, day)
        except UpstreamError as error:
            log.warning("hours_not_read", status=error.status, request_id=error.request_id)
            break
        if read is None:
            break
        waiting.append(read)
        count += 1
        if sum(len(one.cost) + len(one.usage) for one in waiting) >= FINE_ROWS:
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
    usage = await admin.usage(*span, WHO.group_by, "1h")
    if not SOURCES[usage.source].tells_hours:
        return None
    found = HoursOfDay(day, usage.source, usage.refreshed_at)
    by_hour: dict[int, list[UsageRow]] = {}
    for row in usage.rows:
        by_hour.setdefault(row.starts_at.hour, []).append(row)
    for hour, rows in by_hour.items():
        found.usage |= {(hour, *group): counts for group, counts in usage_by_day(rows)[day].items()}
    cost: dict[HourGroup, Exact] = {}
    async for page in admin.cost_buckets(*span, WHO.cost_group_by, "1h"):
        found.source, found.refreshed_at = page.source, page.refreshed_at
        for bucket in page.rows:
            for group, amounts in bucket.groups.items():
                key = (bucket.starts_at.hour, *group)
                cost[key] = added(cost[key], amounts) if key in cost else amounts
    found.cost = in_nanos(cost)
    return found if SOURCES[found.source].tells_hours else None
