"""The sync: cost and tokens per UTC day copied into the ledger, recent days read again, closed days never guessed."""

from collections.abc import AsyncIterator, Collection
from datetime import UTC, date, datetime

import structlog

from bot.admin.rows import CostBucket, Report
from bot.errors import OwnQueueFull, UpstreamError
from bot.runtime import Runtime
from bot.spend.aggregate import days_between
from bot.spend.ledger import db as table
from bot.spend.ledger.agree import MOST_READINGS, Days, Sides, not_final, to_read_again
from bot.spend.ledger.cuts import WHO
from bot.spend.ledger.doubts import db as doubts
from bot.spend.ledger.hours.sync import drop_old_hours, fill_hours, follow_open_days
from bot.spend.ledger.lease import sync_lease
from bot.spend.ledger.measures.db import unpaid_days
from bot.spend.ledger.names import refresh_names
from bot.spend.ledger.pages import Loaded, OutOfOrder, load_days, midnight
from bot.spend.ledger.parts.db import open_days, sides_of
from bot.spend.ledger.parts.sync import WINDOW_DAYS, Span, months, tell_apart, tell_rest_apart
from bot.spend.ledger.rollups.sync import keep_largest_keys, roll_up_past
from bot.spend.ledger.sources import ANALYTICS, Cursor, oldest_day
from bot.spend.ledger.tokens import days_to_count_again, load_usage
from bot.spend.model import ONE_DAY
from bot.store.held import NotHeld
from bot.store.names import names_of

log = structlog.get_logger()

FIRST_LOAD_DAYS = 62
REREAD_DAYS = 3
REVISED_FOR = ONE_DAY * 30
"""How long after its end the API may revise a day (admin-api.md §4.10)."""
GROUP_BY = WHO.cost_group_by


async def load_range(rt: Runtime, now: datetime, first: date, last: date) -> Loaded:
    """Read the days from `first` to `last` from the Admin API into the ledger; an UpstreamError leaves whole days only.

    Closed days of which the two cuts contradict each other are read again at once, and opened if they moved meanwhile.
    """
    before = await _sides(rt, first, last)
    loaded = await _load_once(rt, now, first, last)
    for _ in range(MOST_READINGS):
        after = await _sides(rt, first, last)
        if not loaded.is_told_apart or not (days := to_read_again(before, after)):
            return loaded
        log.info("cuts_differ", days=[day.isoformat() for day in days])
        for span in months(days):
            loaded.add(await _load_once(rt, now, *span))
        before = after
    if moved := not_final(before, await _sides(rt, first, last)):
        log.warning("days_not_final", days=[day.isoformat() for day in moved])
        async with rt.store.write() as tx:
            await open_days(tx, moved)
    return loaded


async def _sides(rt: Runtime, first: date, last: date) -> Days:
    async with rt.store.read() as tx:
        return {day: Sides(*sides) for day, sides in (await sides_of(tx, first, last)).items()}


async def _load_once(rt: Runtime, now: datetime, first: date, last: date) -> Loaded:
    fall = rt.settings.doubted_fall

    def pages(in_order: bool) -> AsyncIterator[Report[CostBucket]]:
        span = midnight(first), midnight(last + ONE_DAY)
        return rt.admin.background().cost_buckets(*span, GROUP_BY, "1d", in_order)

    try:
        loaded = await load_days(rt.store, pages(True), first, last, now, doubted_fall=fall)
    except OutOfOrder:
        log.warning("report_out_of_order", first=first.isoformat(), last=last.isoformat())
        loaded = await load_days(rt.store, pages(False), first, last, now, batch_rows=None, doubted_fall=fall)
    if not loaded.days and loaded.reaches is not None:
        await _note_nothing(rt, loaded.source, loaded.reaches)
    loaded.is_told_apart = await tell_apart(rt, now, first, last)
    return loaded


async def _note_nothing(rt: Runtime, source: str, reaches: datetime) -> None:
    """Remember that nothing was ever spent until then, which is something else than not to know."""
    async with rt.store.write() as tx:
        if await table.ledger_edges(tx) is None:
            await table.move_cursor(tx, source, nothing_until=reaches)


async def sync_costs(rt: Runtime, now: datetime, days: int | None = None) -> Loaded | None:
    """Bring the ledger up to date; `days` sets how far back to read and nothing else. None: another process is at it.

    An empty ledger gets 62 days, later runs read the last 3 UTC days, then gaps and days open or in doubt, however old.
    The first run of a day reads every day that the API may have revised since the last such reading, whenever that was;
    the others read one more month of history for as long as there is any.
    """
    try:
        async with sync_lease(rt) as is_ours:
            return await _sync_alone(rt, now, days) if is_ours else None
    except NotHeld:
        return None


async def _sync_alone(rt: Runtime, now: datetime, days: int | None) -> Loaded:
    # Before figures are read, so that nobody tells them by ids, as the first time for minutes.
    is_named = await _name(rt, now)
    try:
        loaded = await (_read(rt, now) if days is None else _read_days(rt, now, days))
    except OwnQueueFull:  # says nothing about the API, of which a failure would be told as an outage
        raise
    except UpstreamError as error:
        async with rt.store.write() as tx:
            known = await table.cursor(tx)
            await table.move_cursor(tx, known.source if known else ANALYTICS.name, failed_at=now, failure=error.sentence)
        raise
    async with rt.store.write() as tx:
        await table.move_cursor(tx, loaded.source, succeeded_at=now)
    if is_named:
        await _name(rt, now, loaded.ids)
    return loaded


async def _read_days(rt: Runtime, now: datetime, days: int) -> Loaded:
    today = now.astimezone(UTC).date()
    return await load_range(rt, now, max(today - ONE_DAY * (days - 1), oldest_day(today)), today)


async def _read(rt: Runtime, now: datetime) -> Loaded:
    today = now.astimezone(UTC).date()
    async with rt.store.read() as tx:
        edges, known = await table.ledger_edges(tx), await table.cursor(tx)
    await follow_open_days(rt, now)
    # A day to come was written by a clock that ran ahead.
    is_deep = known is None or known.read_deep_on is None or known.read_deep_on != today or edges is None
    first = max(_first_to_read(today, edges, known), oldest_day(today)) if is_deep else today - ONE_DAY * (REREAD_DAYS - 1)
    spans = [(first, today)] if edges is None else _newest_first(first, today)
    loaded = await load_range(rt, now, *spans[0])
    told_by = {loaded.source}
    for span in [*spans[1:], *await _gaps(rt, now, first)]:
        other = await load_range(rt, now, *span)
        told_by.add(other.source)
        loaded.add(other)
    if is_deep and len(told_by) == 1:
        await _note_deep(rt, today, edges, loaded.source, first)
    # Noted before: what can't be told better is tried once a day, and not by each run.
    for span in await _told_poorly(rt, now, first) if is_deep and loaded.source == ANALYTICS.name else ():
        loaded.add(await load_range(rt, now, *span))
    await keep_largest_keys(rt)
    await tell_rest_apart(rt, now)
    await fill_hours(rt, now)
    if is_deep:
        for span in reversed(months(await days_to_count_again(rt, now))):
            await load_usage(rt, *span)
        await drop_old_hours(rt, now)
        if edges is not None:
            await roll_up_past(rt)
    else:
        await load_history(rt, now)
    return loaded


async def _note_deep(rt: Runtime, today: date, edges: Span | None, source: str, first: date) -> None:
    """Remember a deep reading for the source that answered, if it reached as far back as that one needs.

    Who was asked last may be another: while one source is away, what it told can be revised and the other doesn't say so.
    """
    async with rt.store.write() as tx:
        if first <= max(_first_to_read(today, edges, await table.cursor(tx, source)), oldest_day(today)):
            looked = await table.looked_back_to(tx) or (edges[0] if edges else first)
            await table.move_cursor(tx, source, read_deep_on=today, looked_back_to=looked)


def _first_to_read(today: date, edges: Span | None, known: Cursor | None) -> date:
    """Return the first day that may have been revised since it was read.

    On the day of the last deep reading, all days were read of which the API may have revised one since then. Where nobody
    knows which day that was, everything in the ledger is read again.
    """
    if edges is None:
        return today - ONE_DAY * (FIRST_LOAD_DAYS - 1)
    read_on = edges[0] + REVISED_FOR if known is None or known.read_deep_on is None else known.read_deep_on
    return min(read_on, today) - REVISED_FOR


def _newest_first(first: date, last: date) -> list[Span]:
    """Cut a span into months, the newest first, because people ask for that one first."""
    ends = [last - ONE_DAY * n for n in range(0, (last - first).days + 1, WINDOW_DAYS)]
    return [(max(end - ONE_DAY * (WINDOW_DAYS - 1), first), end) for end in ends]


async def _name(rt: Runtime, now: datetime, ids: Collection[str] = ()) -> bool:
    """Refresh the names, sooner when an id without one turned up; False where they couldn't be read.

    Figures without names are better than none.
    """
    ids = {one for one in ids if one}
    async with rt.store.read() as tx:
        known = await names_of(tx, ids)
    try:
        await refresh_names(rt, now, unknown=len(known) < len(ids))
    except UpstreamError as error:
        log.warning("names_not_read", status=error.status, request_id=error.request_id)
        return False
    return True


async def _gaps(rt: Runtime, now: datetime, before: date) -> list[Span]:
    """Return the spans `before` a day in which days are missing, open or in doubt, oldest first, a month each at most.

    A day behind the oldest in the ledger isn't missing: that is history, which may never have been.
    """
    today = now.astimezone(UTC).date()
    async with rt.store.read() as tx:
        edges = await table.ledger_edges(tx)
        known = {} if edges is None else await table.ledger_days(tx, edges[0], before)
        doubtful = await doubts.due(tx, now)
    first = oldest_day(today) if edges is None else max(edges[0], oldest_day(today))
    candidates = days_between(first, before - ONE_DAY)
    return months([day for day in candidates if day not in known or not known[day].closed or day in doubtful])


async def _told_poorly(rt: Runtime, now: datetime, before: date) -> list[Span]:
    """Return spans likewise with days that the legacy report told, which knows no keys, or that have tokens and no costs."""
    first, last = oldest_day(now.astimezone(UTC).date()), before - ONE_DAY
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, first, last)
        unpaid = await unpaid_days(tx, first, last)
    return months([day for day, fact in sorted(known.items()) if fact.source != ANALYTICS.name or day in unpaid])


async def load_history(rt: Runtime, now: datetime) -> bool:
    """Load one more month behind the oldest day in the ledger; False once there is nothing more to get."""
    async with rt.store.read() as tx:
        edges, looked = await table.ledger_edges(tx), await table.looked_back_to(tx)
    oldest = oldest_day(now.astimezone(UTC).date())
    if edges is None:
        return False
    # A month that was begun and not noted has days without tokens, so the oldest day doesn't say what is loaded.
    last = (looked or edges[0]) - ONE_DAY
    if last < oldest:
        return False
    first = max(last - ONE_DAY * (WINDOW_DAYS - 1), oldest)
    loaded = await load_range(rt, now, first, last)
    async with rt.store.write() as tx:
        await table.move_cursor(tx, loaded.source, looked_back_to=first)
    return first > oldest
