"""The sync: cost and tokens per UTC day copied into the ledger, recent days read again, closed days never guessed."""

from datetime import UTC, date, datetime, timedelta

import structlog

from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.spend.aggregate import days_between
from bot.spend.ledger import db as table
from bot.spend.ledger.names import refresh_names
from bot.spend.ledger.pages import Loaded, OutOfOrder, load_days, midnight, usage_by_day
from bot.spend.model import ONE_DAY
from bot.store.names import names_of
from bot.store.notes import claim_note, end_turn, note, write_note
from bot.store.session import Tx

log = structlog.get_logger()

FIRST_LOAD_DAYS = 62
REREAD_DAYS = 3
DEEP_REREAD_DAYS = 31
"""Figures may be revised for 30 days (admin-api.md §4.10); once a day the whole span is read again."""
WINDOW_DAYS = 31
HISTORY_DAYS = 364
USAGE_STEP = ONE_DAY * 7
OLDEST_DAY = date(2026, 1, 1)
"""The report reaches back 365 days and never behind 2026 (admin-api.md §4.10)."""
GROUP_BY = ("workspace_id", "model", "api_key_id")
TURN_LASTS = timedelta(minutes=15)
TURN_NOTE, DEEP_NOTE, HISTORY_NOTE, NOTHING_NOTE = "sync:turn", "sync:deep", "sync:history", "sync:nothing"


async def load_range(rt: Runtime, now: datetime, first: date, last: date) -> Loaded:
    """Read the days from `first` to `last` from the Admin API into the ledger; an UpstreamError leaves whole days only."""
    admin, ends = rt.admin.background(), midnight(last + ONE_DAY)
    try:
        loaded = await load_days(rt.store, admin.cost_pages(midnight(first), ends, GROUP_BY, "1d"), first, last, now)
    except OutOfOrder:
        log.warning("report_out_of_order", first=first.isoformat(), last=last.isoformat())
        pages = admin.cost_pages(midnight(first), ends, GROUP_BY, "1d")
        loaded = await load_days(rt.store, pages, first, last, now, batch_rows=None)
    if not loaded.days and loaded.reaches is not None:
        await _note_nothing(rt, now, loaded.reaches)
    await _load_usage(rt, first, last)
    return loaded


async def _note_nothing(rt: Runtime, now: datetime, reaches: datetime) -> None:
    """Remember that nothing was ever spent until then, which is something else than not to know."""
    async with rt.store.write() as tx:
        if await table.ledger_edges(tx) is None:
            await write_note(tx, NOTHING_NOTE, {"reaches": reaches.isoformat()}, now)


async def nothing_spent_until(tx: Tx) -> datetime | None:
    """Return until when it is known that nothing was ever spent; None when something was, or nobody knows."""
    found = await note(tx, NOTHING_NOTE)
    if found is None or await table.ledger_edges(tx) is not None:
        return None
    return datetime.fromisoformat(found[0]["reaches"])


async def _load_usage(rt: Runtime, first: date, last: date) -> None:
    """Copy token counts; they explain figures but aren't money, so their failure doesn't fail the sync.

    A week at a time, because a report is held in memory as a whole.
    """
    while first <= last:
        until = min(first + USAGE_STEP, last + ONE_DAY)
        try:
            report = await rt.admin.background().usage(midnight(first), midnight(until), GROUP_BY, "1d")
        except UpstreamError as error:
            log.warning("usage_not_read", status=error.status, request_id=error.request_id)
            return
        days = usage_by_day(report.rows)
        async with rt.store.write() as tx:
            await table.replace_usage_days(tx, {day: days.get(day, {}) for day in days_between(first, until - ONE_DAY)})
        first = until


async def sync_costs(rt: Runtime, now: datetime, days: int | None = None) -> Loaded | None:
    """Bring the ledger up to date; `days` sets how far back to read. None: another process is at it.

    An empty ledger gets 62 days, later runs read the last 3 UTC days, then those that aren't closed and gaps, however old;
    once a day the last 31, and one more month of history for as long as there is any.
    """
    async with rt.store.write() as tx:
        if not await claim_note(tx, TURN_NOTE, now, TURN_LASTS):
            return None
    try:
        today = now.astimezone(UTC).date()
        first = today - ONE_DAY * (days - 1) if days else await _first_to_read(rt, today)
        loaded = await load_range(rt, now, max(first, _oldest(today)), today)
        is_deep = today - first >= ONE_DAY * (DEEP_REREAD_DAYS - 1)
        if is_deep:
            async with rt.store.write() as tx:
                await write_note(tx, DEEP_NOTE, {"day": today.isoformat()}, now)
        if days is None:
            for begins, ends in await _gaps(rt, today, first):
                loaded.add(await load_range(rt, now, begins, ends))
        if days is None and not is_deep:
            await load_history(rt, now)
        await _name(rt, now, loaded)
        return loaded
    finally:
        # Only this run's turn: one that took too long may have been followed by another already.
        async with rt.store.write() as tx:
            await end_turn(tx, TURN_NOTE, now)


async def _name(rt: Runtime, now: datetime, loaded: Loaded) -> None:
    """Refresh the names, sooner when an id without one turned up; figures without names are better than none."""
    ids = loaded.ids - {""}
    async with rt.store.read() as tx:
        known = await names_of(tx, ids)
    try:
        await refresh_names(rt, now, unknown=len(known) < len(ids))
    except UpstreamError as error:
        log.warning("names_not_read", status=error.status, request_id=error.request_id)


async def _first_to_read(rt: Runtime, today: date) -> date:
    async with rt.store.read() as tx:
        edges, deep = await table.ledger_edges(tx), await note(tx, DEEP_NOTE)
    if edges is None:
        return today - ONE_DAY * (FIRST_LOAD_DAYS - 1)
    is_read_deep = deep is not None and deep[0].get("day") == today.isoformat()
    return today - ONE_DAY * ((REREAD_DAYS if is_read_deep else DEEP_REREAD_DAYS) - 1)


def _oldest(today: date) -> date:
    return max(today - ONE_DAY * HISTORY_DAYS, OLDEST_DAY)


async def _gaps(rt: Runtime, today: date, before: date) -> list[tuple[date, date]]:
    """Return the spans `before` a day in which days are missing or open, the oldest first, a month each at most.

    A day behind the oldest in the ledger isn't missing: that is history, which may never have been.
    """
    async with rt.store.read() as tx:
        edges = await table.ledger_edges(tx)
        known = {} if edges is None else await table.ledger_days(tx, edges[0], before)
    first = _oldest(today) if edges is None else max(edges[0], _oldest(today))
    wanted = [day for day in days_between(first, before - ONE_DAY) if day not in known or not known[day].closed]
    spans: list[tuple[date, date]] = []
    for day in wanted:
        if spans and day - spans[-1][0] < ONE_DAY * WINDOW_DAYS:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans


async def load_history(rt: Runtime, now: datetime) -> bool:
    """Load one more month behind the oldest day in the ledger; False once there is nothing more to get."""
    async with rt.store.read() as tx:
        edges, looked = await table.ledger_edges(tx), await note(tx, HISTORY_NOTE)
    oldest = _oldest(now.astimezone(UTC).date())
    if edges is None:
        return False
    # Months without a row leave no days behind, so how far back was looked is remembered apart.
    reached = date.fromisoformat(looked[0]["looked"]) if looked and "looked" in looked[0] else edges[0]
    last = min(edges[0], reached) - ONE_DAY
    if last < oldest:
        return False
    first = max(last - ONE_DAY * (WINDOW_DAYS - 1), oldest)
    await load_range(rt, now, first, last)
    async with rt.store.write() as tx:
        await write_note(tx, HISTORY_NOTE, {"looked": first.isoformat()}, now)
    return first > oldest
