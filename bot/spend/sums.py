"""Small sums and words that every part of spend uses."""

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal

from bot.spend.model import NO_MODEL, ONE_DAY, ZERO, Cell, Dimension

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
