"""Which UTC days of the report to read now: those that run, those that may have changed, and further back. Pure."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta

from bot.claude_code.model import ReadDay, Reading
from bot.spend.aggregate import days_between
from bot.spend.model import ONE_DAY

WITHHELD = timedelta(hours=1)
"""The report leaves out what is younger (admin-api.md §4.12)."""
MAY_CHANGE_FOR = ONE_DAY * 3
"""How long after its end a day is read again: clients may have been away, and send late."""
OPEN_AGAIN, CLOSED_AGAIN = timedelta(minutes=15), timedelta(hours=6)
"""How soon a day that isn't over, and one that may have changed, is read again."""
FAILED_AGAIN = timedelta(minutes=15)
HISTORY_STEP = 30
"""Days that one run reads further back."""
OLDEST_DAY = date(2025, 2, 24)
"""The day on which Claude Code came out; of none before it the report is asked."""


def end_of(day: date) -> datetime:
    """Return the moment when a UTC day ends."""
    return datetime.combine(day + ONE_DAY, time(), UTC)


def read_day(day: date, now: datetime) -> ReadDay:
    """Return what a reading at a moment says of a day."""
    as_of = min(now - WITHHELD, end_of(day))
    return ReadDay(day, now, as_of, closed=as_of >= end_of(day))


def is_settled(known: ReadDay) -> bool:
    """Tell whether a day was read when it couldn't change any more."""
    return known.read_at >= end_of(known.day) + MAY_CHANGE_FOR


def days_to_read(now: datetime, known: Mapping[date, ReadDay]) -> list[date]:
    """Return the days from the oldest known one to today that were never read or may be others by now, newest first."""
    today = (now - WITHHELD).astimezone(UTC).date()
    first = min(known, default=today)
    return [day for day in reversed(days_between(first, today)) if _is_due(known.get(day), now)]


def _is_due(known: ReadDay | None, now: datetime) -> bool:
    if known is None:
        return True
    # A clock that was set back keeps nothing waiting.
    if is_settled(known) and known.read_at <= now + CLOSED_AGAIN:
        return False
    return abs(now - known.read_at) >= (CLOSED_AGAIN if known.closed else OPEN_AGAIN)


def days_further_back(reading: Reading, oldest_known: date | None) -> list[date]:
    """Return the next days before the oldest one that was asked for, newest first. None once history is over."""
    from_day = reading.looked_back_to or oldest_known
    if from_day is None or reading.is_history_over:
        return []
    first = max(from_day - ONE_DAY * HISTORY_STEP, OLDEST_DAY)
    return list(reversed(days_between(first, from_day - ONE_DAY)))


def begins_on(reading: Reading) -> date:
    """Return the first day of which the report tells anything, as far as that is known."""
    return (reading.looked_back_to if reading.is_history_over else None) or OLDEST_DAY


def may_try(reading: Reading, now: datetime) -> bool:
    """Tell whether enough time has passed since the last reading failed."""
    return reading.failed_at is None or abs(now - reading.failed_at) >= FAILED_AGAIN
