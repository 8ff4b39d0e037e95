"""When a threshold speaks, and what drove it there. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

from bot.spend.aggregate import days_between, sum_by, total_of
from bot.spend.alerts.model import WHOLE, Crossing, Threshold, ThresholdPeriod, TopSpender
from bot.spend.dimensions import KEY, MODEL, UNREPORTED
from bot.spend.ledger.sources import are_comparable
from bot.spend.model import ONE_DAY, ZERO, Cell, LedgerDay

LATE_DAYS = 3
"""Figures come late, so a period is watched this many days beyond its end."""
USUAL_DAYS = 7
COMPARED_DAYS = 2 * USUAL_DAYS + LATE_DAYS
"""What was usual is taken from so many days before the last one, of which the newest may still be open."""
NOTABLE_PART = Decimal("0.1")
"""A key drove an amount when it is above its usual day by this part of it; below that everything was as usual."""


@dataclass(frozen=True)
class Span:
    """One period of a threshold: its key and its first and last UTC day."""

    key: str
    first: date
    last: date


def span_of(period: ThresholdPeriod, day: date) -> Span:
    """Return the period that a UTC day belongs to: the day (`2026-11-22`) or its month (`2026-11`)."""
    if period == "daily":
        return Span(day.isoformat(), day, day)
    first = day.replace(day=1)
    last = (first + timedelta(days=31)).replace(day=1) - ONE_DAY
    return Span(f"{day:%Y-%m}", first, last)


def span_of_key(period: ThresholdPeriod, key: str) -> Span:
    """Return the period with this key."""
    return span_of(period, date.fromisoformat(key if period == "daily" else f"{key}-01"))


def spans_to_watch(threshold: Threshold, now: datetime) -> list[Span]:
    """Return the periods in which a threshold may speak now: the running one, and those just over since it was set up."""
    today = now.astimezone(UTC).date()
    set_up = threshold.created_at.astimezone(UTC).date()
    spans = {span_of(threshold.period, day) for day in days_between(today - ONE_DAY * LATE_DAYS, today)}
    return sorted((span for span in spans if span.last >= set_up), key=lambda span: span.first, reverse=True)


def find_crossing(
    threshold: Threshold, span: Span, now: datetime, known: Mapping[date, LedgerDay], cells: Sequence[Cell]
) -> Crossing | None:
    """Return the crossing of a period's highest step, None below the first or without any data; `cells` are the period's."""
    facts = [known[day] for day in days_between(span.first, span.last) if day in known]
    spent = total_of(cells)
    reached = [step for step in threshold.steps if spent * WHOLE >= threshold.amount * step]
    if not facts or not reached:
        return None
    running = datetime.combine(span.last + ONE_DAY, time(), UTC) > now
    so_far = running or len(facts) < (span.last - span.first).days + 1 or not all(fact.closed for fact in facts)
    as_of = max(fact.refreshed_at for fact in facts)
    return Crossing(threshold, span.key, span.first, span.last, spent, so_far, as_of, step=max(reached))


def find_top_spender(
    period: ThresholdPeriod,
    last: date,
    cells: Sequence[Cell],
    before: Sequence[Cell],
    known: Mapping[date, LedgerDay],
    names: Mapping[str, str],
) -> TopSpender | None:
    """Return the key behind a crossing: of a closed day, the one furthest above its usual day; else the largest.

    `cells` are the period's by day, key and model; `before` also holds the days that "usual" is taken from.
    """
    sums = sum_by(cells, KEY)
    if not sums:
        return None
    everything = {(c.day, c.of(KEY), c.of(MODEL)): c for c in (*before, *cells)}.values()
    if period == "daily":
        top, amount, ordinary = _furthest_above(last, sums, everything, known)
    else:
        top = _largest(sums)
        amount, ordinary = _two_weeks(last, [c for c in everything if c.of(KEY) == top], known)
    models = sum_by((c for c in cells if c.of(KEY) == top), MODEL)
    model = max(models, key=lambda one: models[one])
    name = "" if top in ("", UNREPORTED) else KEY.label(top, names)
    return TopSpender(name, MODEL.label(model, names), amount, ordinary)


def _largest(sums: Mapping[str, Decimal]) -> str:
    return max(sums, key=lambda key: (sums[key], key))


def _furthest_above(
    last: date, sums: Mapping[str, Decimal], everything: Iterable[Cell], known: Mapping[date, LedgerDay]
) -> tuple[str, Decimal, Decimal | None]:
    """Return the key that is furthest above its usual day; the largest one where nothing is notably above.

    An open day isn't held against whole ones: who is furthest above them so far says little about the day.
    """
    before = days_between(last - ONE_DAY * USUAL_DAYS, last - ONE_DAY)
    days = [day for day in before if day in known and known[day].closed]
    largest = _largest(sums)
    if not days or not known[last].closed or not are_comparable(KEY, known, [*days, last]):
        return largest, sums[largest], None
    earlier = sum_by((c for c in everything if c.day in days), KEY)
    usual = {key: earlier.get(key, ZERO) / len(days) for key in sums}
    # A credit that is less of one than usual cost nothing.
    paid = [key for key in sums if sums[key] > 0] or [largest]
    top = max(paid, key=lambda key: (sums[key] - usual[key], key))
    if sums[top] - usual[top] < NOTABLE_PART * sum(sums.values(), ZERO) or sums[top] <= usual[top]:
        return largest, sums[largest], None
    return top, sums[top], usual[top]


def _two_weeks(last: date, of_key: Sequence[Cell], known: Mapping[date, LedgerDay]) -> tuple[Decimal, Decimal | None]:
    """Return what a key spent in the last seven closed days, and in the seven before (None: not all are known)."""
    last = max((day for day, fact in known.items() if fact.closed and day <= last), default=last)
    week = days_between(last - ONE_DAY * (USUAL_DAYS - 1), last)
    week_before = [day - ONE_DAY * USUAL_DAYS for day in week]
    complete = all(day in known for day in (*week_before, *week)) and are_comparable(KEY, known, (*week_before, *week))
    ordinary = total_of(c for c in of_key if c.day in week_before)
    return total_of(c for c in of_key if c.day in week), ordinary if complete else None
