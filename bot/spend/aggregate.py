"""Small sums and words that every part of spend uses. Pure."""

from collections.abc import Callable, Container, Iterable, Mapping
from datetime import date
from decimal import Decimal

from bot.spend.model import (
    DEFAULT_WORKSPACE,
    NO_KEY,
    NO_MODEL,
    NOT_BY_KEY,
    ONE_DAY,
    UNREPORTED_KEY,
    ZERO,
    Breakdown,
    Cell,
    DayFigure,
    Dimension,
    LedgerDay,
    Series,
    Slice,
)

_ID_OF: dict[Dimension, Callable[[Cell], str]] = {
    "workspace": lambda cell: cell.workspace_id,
    "model": lambda cell: cell.model,
    "key": lambda cell: cell.api_key_id,
}


def days_between(first: date, last: date) -> list[date]:
    """Return every day from `first` to `last`, both included."""
    return [first + ONE_DAY * n for n in range((last - first).days + 1)]


def short_model(model: str) -> str:
    """Return a model as people call it: `claude-opus-5-5-20260901` is `opus-5-5`."""
    if not model:
        return NO_MODEL
    head, _, tail = model.removeprefix("claude-").rpartition("-")
    return head if len(tail) == 8 and tail.isdigit() else model.removeprefix("claude-")


def sum_by(cells: Iterable[Cell], dimension: Dimension) -> dict[str, Decimal]:
    """Return the sums of cells by one dimension; the sums add up to the whole."""
    id_of = _ID_OF[dimension]
    sums: dict[str, Decimal] = {}
    for cell in cells:
        name = id_of(cell)
        sums[name] = sums.get(name, ZERO) + cell.amount
    return sums


def label(dimension: Dimension, thing_id: str, names: Mapping[str, str]) -> str:
    """Return a workspace, model or key as people know it; without a name, the end of its id."""
    if dimension == "model":
        return short_model(thing_id)
    if not thing_id:
        return NO_KEY if dimension == "key" else DEFAULT_WORKSPACE
    if thing_id == UNREPORTED_KEY:
        return NOT_BY_KEY
    return names.get(thing_id) or f"…{thing_id[-4:]}"


def breakdown(
    dimension: Dimension, cells: Iterable[Cell], before: Iterable[Cell] | None, names: Mapping[str, str]
) -> Breakdown:
    """Return the parts of a total, largest first, with what each was before (None: no data for the time before)."""
    now = sum_by(cells, dimension)
    earlier = None if before is None else sum_by(before, dimension)
    parts = [
        Slice(one, label(dimension, one, names), now.get(one, ZERO), None if earlier is None else earlier.get(one, ZERO))
        for one in {**now, **(earlier or {})}
    ]
    parts.sort(key=lambda part: (-part.amount, part.name))
    return Breakdown(dimension, tuple(parts))


def series(
    dimension: Dimension, days: Iterable[date], known: Container[date], cells: Iterable[Cell], names: Mapping[str, str]
) -> Series:
    """Return days stacked by one dimension, the largest part first; a day that isn't `known` has no data."""
    id_of = _ID_OF[dimension]
    parts: dict[date, dict[str, Decimal]] = {}
    totals: dict[str, Decimal] = {}
    for cell in cells:
        one, of_day = id_of(cell), parts.setdefault(cell.day, {})
        of_day[one] = of_day.get(one, ZERO) + cell.amount
        totals[one] = totals.get(one, ZERO) + cell.amount
    order = sorted(totals, key=lambda one: (-totals[one], one))
    figures = tuple(DayFigure(day, parts.get(day, {}) if day in known else None) for day in days)
    return Series(figures, tuple((one, label(dimension, one, names)) for one in order))


def told_alike(known: Mapping[date, LedgerDay], days: Iterable[date]) -> bool:
    """Tell whether days were told by one report, so that their spend by key can be compared."""
    return len({known[day].source for day in days if day in known}) <= 1


def total_of(cells: Iterable[Cell]) -> Decimal:
    """Return the sum of cells."""
    return sum((cell.amount for cell in cells), ZERO)
