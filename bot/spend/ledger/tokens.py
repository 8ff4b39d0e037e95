"""Token counts copied into the ledger: they explain figures but aren't money, so a failure isn't one of the sync."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

import structlog

from bot.admin.rows import Report, UsageRow
from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.spend.aggregate import days_between
from bot.spend.ledger import db as table
from bot.spend.ledger.cuts import WHO, Cut
from bot.spend.ledger.measures.db import days_without_requests, uncounted_days
from bot.spend.ledger.pages import midnight, usage_by_day
from bot.spend.ledger.parts.db import CUTS, replace_usage_parts
from bot.spend.ledger.sources import ANALYTICS, oldest_day
from bot.spend.model import ONE_DAY, LedgerDay
from bot.store.session import Tx

log = structlog.get_logger()

USAGE_STEP = ONE_DAY * 7


async def load_usage(rt: Runtime, first: date, last: date) -> None:
    """Copy the token counts of the days from `first` to `last`, a week at a time, because a report is held as a whole."""
    while first <= last:
        until = min(first + USAGE_STEP, last + ONE_DAY)
        try:
            read = {
                cut: await rt.admin.background().usage(midnight(first), midnight(until), cut.group_by, "1d")
                for cut in (WHO, *CUTS)
            }
        except UpstreamError as error:
            log.warning("usage_not_read", status=error.status, request_id=error.request_id)
            return
        async with rt.store.write() as tx:
            await _write(tx, days_between(first, until - ONE_DAY), read)
        first = until


async def days_to_count_again(rt: Runtime, now: datetime) -> list[date]:
    """Return the days, however old, of which no tokens are known although a model cost something.

    So those whose tokens alone the legacy report told, which knows neither keys nor requests.
    """
    today = now.astimezone(UTC).date()
    first = oldest_day(today)
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, first, today)
        better = {day for day, fact in known.items() if fact.source == ANALYTICS.name}
        return sorted(await uncounted_days(tx, first, today) | (await days_without_requests(tx, first, today) & better))


async def _write(tx: Tx, days: list[date], read: Mapping[Cut, Report[UsageRow]]) -> None:
    """Write those days of each reading that may take the place of what is known."""
    known = await table.ledger_days(tx, days[0], days[-1])
    for cut, report in read.items():
        found = usage_by_day(report.rows, cut)
        wanted = [day for day in days if may_replace(known.get(day), report.source, found.get(day, {}))]
        if cut is WHO:
            await table.replace_usage_days(tx, {day: found.get(day, {}) for day in wanted})
        else:
            await replace_usage_parts(tx, {day: found.get(day, {}) for day in wanted}, cut)


def may_replace(day: LedgerDay | None, source: str, counts: Mapping[Any, object]) -> bool:
    """Tell whether a reading of a day's tokens may take the place of others.

    No tokens at all aren't believed while the day has money, and on a closed day the second report doesn't take away what
    the first one knows of keys and people.
    """
    if day is None:
        return True
    if not counts and day.total > 0:
        return False
    return not (day.closed and day.source == ANALYTICS.name and source != ANALYTICS.name)
