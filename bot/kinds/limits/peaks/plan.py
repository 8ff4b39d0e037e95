"""Which hours are read next: those that just ended, then a step further back. Each again once late data is in. Pure."""

from collections.abc import Mapping
from datetime import datetime, timedelta

from bot.kinds.limits.peaks.model import HOUR

KEPT = timedelta(days=35)
ENDED_FOR = timedelta(minutes=10)
"""An hour is over this long after its end: reports name requests some minutes after they ended (admin-api.md §4.11)."""
LATE = timedelta(hours=24)
"""Data may come this late (admin-api.md §4.10); an hour that was read before is read again then."""
_RECENT, STEP = 24, 4
Span = tuple[datetime, datetime]
"""From the begin of an hour to the end of one, at most 24 hours apart, which is what one call may ask for."""


def newest_hour(now: datetime) -> datetime:
    """Return the newest hour that is over."""
    return (now - ENDED_FOR).replace(minute=0, second=0, microsecond=0) - HOUR


def is_settled(hour: datetime, read_at: datetime) -> bool:
    """Tell whether an hour was read after late data had time to come."""
    return read_at >= hour + HOUR + LATE


def spans_to_read(now: datetime, known: Mapping[datetime, datetime]) -> list[Span]:
    """Return what to ask for now: steps of the newest day, then one further back. `known`: when each hour was read.

    What was read later than now was read by a clock that ran ahead.
    """
    known = {hour: read_at for hour, read_at in known.items() if read_at <= now + HOUR}
    newest, oldest = newest_hour(now), (now - KEPT).replace(minute=0, second=0, microsecond=0) + HOUR
    spans = _newest_day([hour for n in range(_RECENT) if (hour := newest - n * HOUR) not in known])
    hour = newest - _RECENT * HOUR
    while hour >= oldest:
        if _is_wanted(hour, known):
            first = max(hour - (STEP - 1) * HOUR, oldest)
            while not _is_wanted(first, known):
                first += HOUR
            return [*spans, (first, hour + HOUR)]
        hour -= HOUR
    return spans


def _newest_day(missing: list[datetime]) -> list[Span]:
    """Return the step that ends with the newest missing hour, which people ask about first, and the oldest other one.

    A report that is hours behind doesn't know the newest ones yet, so these alone would keep the others waiting.
    """
    if not missing:
        return []
    first = min(hour for hour in missing if hour > missing[0] - STEP * HOUR)
    spans, rest = [(first, missing[0] + HOUR)], [hour for hour in missing if hour < first]
    if rest:
        spans.append((rest[-1], max(hour for hour in rest if hour < rest[-1] + STEP * HOUR) + HOUR))
    return spans


def _is_wanted(hour: datetime, known: Mapping[datetime, datetime]) -> bool:
    """Tell whether an hour of the days before is missing, or was read before late data had time to come."""
    return hour not in known or not is_settled(hour, known[hour])


def hours_of(span: Span) -> list[datetime]:
    """Return the hours of a span, in their order."""
    first, end = span
    return [first + n * HOUR for n in range(int((end - first) / HOUR))]
