"""The parts of days, read by each cut behind the days themselves, and again where not all was told apart."""

import time
from collections.abc import AsyncIterator, Iterable
from datetime import UTC, date, datetime

import structlog

from bot.admin.rows import CostBucket, Report
from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.spend.ledger.cuts import Cut
from bot.spend.ledger.pages import OutOfOrder, load_parts, midnight
from bot.spend.ledger.parts.db import CUTS, days_to_tell_apart, note_reading
from bot.spend.ledger.sources import oldest_day
from bot.spend.ledger.tokens import load_usage
from bot.spend.model import ONE_DAY

log = structlog.get_logger()

WINDOW_DAYS = 31
DAYS_AT_ONCE, READS_FOR = 7, 120.0
"""A week of a thousand keys is a minute of the budget, and a run of the job may take ten minutes for everything."""
Span = tuple[date, date]


async def tell_apart(rt: Runtime, now: datetime, first: date, last: date) -> bool:
    """Read the parts of days, and their tokens, and tell whether all parts came.

    A failure doesn't fail the sync, because the money is known without.

    What isn't told apart because of it is read again later.
    """
    is_read = True
    async with rt.store.write() as tx:
        await note_reading(tx, first, last, now)

    try:
        for cut in CUTS:
            await _read_parts(rt, now, first, last, cut)
    except UpstreamError as error:
        is_read = False
        log.warning("parts_not_read", status=error.status, request_id=error.request_id)
    await load_usage(rt, first, last)
    return is_read


async def _read_parts(rt: Runtime, now: datetime, first: date, last: date, cut: Cut) -> None:
    def pages(in_order: bool) -> AsyncIterator[Report[CostBucket]]:
        span = midnight(first), midnight(last + ONE_DAY)
        return rt.admin.background().cost_buckets(*span, cut.cost_group_by, "1d", in_order)

    try:
        await load_parts(rt.store, pages(True), first, last, now, cut=cut)
    except OutOfOrder:
        await load_parts(rt.store, pages(False), first, last, now, batch_rows=None, cut=cut)


async def tell_rest_apart(rt: Runtime, now: datetime, seconds: float = READS_FOR) -> None:
    """Read the parts of closed days again whose money isn't told apart, the newest first.

    After so many seconds no further days are begun; the first always are.
    """
    today, until = now.astimezone(UTC).date(), time.monotonic() + seconds
    async with rt.store.read() as tx:
        days = await days_to_tell_apart(tx, oldest_day(today), today, now)
    for first, last in reversed(months(days, DAYS_AT_ONCE)):
        await tell_apart(rt, now, first, last)
        if time.monotonic() >= until:
            break


def months(days: Iterable[date], most: int = WINDOW_DAYS) -> list[Span]:
    """Return the spans that cover days, a month each at most, or as many days."""
    spans: list[Span] = []
    for day in days:
        if spans and day - spans[-1][0] < ONE_DAY * most:
            spans[-1] = (spans[-1][0], day)
        else:
            spans.append((day, day))
    return spans
