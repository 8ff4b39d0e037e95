"""Small sums and words that every part of spend uses. Pure."""

from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TypeVar

from bot.spend.dimensions import Dimension
from bot.spend.model import ONE_DAY, ZERO, Breakdown, Cell, DayFigure, Series, Slice

TINY, TINY_PART = Decimal(1), Decimal("0.01")
"""A dollar, or a hundredth of what is compared with it, is too little to be the base of a percentage."""
POINTS = 20
"""Bars that Slack's chart block holds (slack.md §3.2)."""
T = TypeVar("T")


def bars_of(things: Sequence[T], step: int) -> list[Sequence[T]]:
    """Return things in bars of so many, the odd ones first: a last bar of fewer would look like a fall."""
    odd = len(things) % step
    return [*([things[:odd]] if odd else []), *(things[start : start + step] for start in range(odd, len(things), step))]


def day_bars(days: Sequence[T]) -> list[Sequence[T]]:
    """Return days as at most 20 bars: single days, two days each, from six weeks on whole weeks; odd days come first."""
    step = -(-len(days) // POINTS) or 1
    return bars_of(days, step if step < 3 else -(-step // 7) * 7)


def days_between(first: date, last: date) -> list[date]:
    """Return every day from `first` to `last`, both included."""
    return [first + ONE_DAY * n for n in range((last - first).days + 1)]


def sum_by(cells: Iterable[Cell], dimension: Dimension) -> dict[str, Decimal]:
    """Return the sums of cells by one dimension. The sums add up to the whole."""
    sums: dict[str, Decimal] = {}
    for cell in cells:
        name = cell.of(dimension)
        sums[name] = sums.get(name, ZERO) + cell.amount
    return sums


def breakdown(
    dimension: Dimension, cells: Iterable[Cell], before: Iterable[Cell] | None, names: Mapping[str, str]
) -> Breakdown:
    """Return the parts of a total, largest first, with what each was before (None: no data for the time before)."""
    now = sum_by(cells, dimension)
    earlier = None if before is None else sum_by(before, dimension)
    parts = [
        Slice(one, dimension.label(one, names), now.get(one, ZERO), None if earlier is None else earlier.get(one, ZERO))
        for one in {**now, **(earlier or {})}
    ]
    parts.sort(key=lambda part: (-part.amount, part.name))
    return Breakdown(dimension, tuple(parts))


def series(
    dimension: Dimension, days: Iterable[date], known: Container[date], cells: Iterable[Cell], names: Mapping[str, str]
) -> Series:
    """Return days stacked by one dimension, the largest part first. A day that isn't `known` has no data."""
    parts: dict[date, dict[str, Decimal]] = {}
    totals: dict[str, Decimal] = {}
    for cell in cells:
        one, of_day = cell.of(dimension), parts.setdefault(cell.day, {})
        of_day[one] = of_day.get(one, ZERO) + cell.amount
        totals[one] = totals.get(one, ZERO) + cell.amount
    order = sorted(totals, key=lambda one: (-totals[one], one))
    figures = tuple(DayFigure(day, parts.get(day, {}) if day in known else None) for day in days)
    return Series(figures, tuple((one, dimension.label(one, names)) for one in order))


def total_of(cells: Iterable[Cell]) -> Decimal:
    """Return the sum of cells."""
    return sum((cell.amount for cell in cells), ZERO)


def growth(now: Decimal, before: Decimal) -> Decimal | None:
    """Return a change as a ratio of what was before (0.18 is +18 %), None where only dollars make sense.

    That is where the base is nothing, tiny, or negative because of credits, and where the amount has become negative.
    """
    if now < 0 or before < max(TINY, TINY_PART * now):
        return None
    return (now - before) / before


def shares(amounts: Sequence[Decimal]) -> list[Decimal | None]:
    """Return each amount as a part of their sum, None where parts of both signs, or nothing at all, have no shares."""
    total = sum(amounts, ZERO)
    if total <= 0 or min(amounts) < 0:
        return [None] * len(amounts)
    return [amount / total for amount in amounts]


def months_of(days: Sequence[date]) -> list[tuple[date, date]]:
    """Return the first and last of the days in each month: months are read as such, with whole weeks in them."""
    begins = [day for day in days if day in (days[0], day.replace(day=1))]
    return list(zip(begins, [*(day - ONE_DAY for day in begins[1:]), days[-1]], strict=True))
