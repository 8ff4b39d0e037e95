"""Figures of one model for reconciliations in tests."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

from bot.spend.model import LedgerDay, Measures
from bot.spend.reconcile.build import Given

OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))
DAY = date(2026, 10, 15)
AS_OF = datetime(2026, 11, 2, 6, 5, tzinfo=UTC)
OPUS, SONNET, HAIKU = "claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5"


def used(
    at_list: str | None,
    *,
    model: str = OPUS,
    billed: str | None = None,
    day: date = DAY,
    tokens: Sequence[int] = (250_000, 0, 0, 0, 100_000),
    **ids: str,
) -> Measures:
    """One group: on opus-5-5 its tokens cost $3.00 at list price; `billed` as much as the list price unless said."""
    amount = Decimal(billed if billed is not None else at_list or "0")
    listed = None if at_list is None else Decimal(at_list)
    return Measures(day, {"model": model, **ids}, amount, listed, None, *tokens)


def given(
    rows: Sequence[Measures],
    *,
    finer: Sequence[Measures] = (),
    missing: Sequence[date] = (),
    still_open: Sequence[date] = (),
    source: str = "analytics",
) -> Given:
    """October 2026 with these rows."""
    first, last = OCTOBER
    days = [first + timedelta(days=n) for n in range(31)]
    totals = {day: sum((row.amount for row in rows if row.day == day), Decimal(0)) for day in days}
    known = {
        day: LedgerDay(day, source, AS_OF, AS_OF, day not in still_open, totals[day]) for day in days if day not in missing
    }
    return Given(first, last, known, rows, finer)
