"""Which splits and filters of a question go together, and the nearest question whose do. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from bot.spend.ask.splits import DAY, HOUR, in_ledger
from bot.spend.dimensions import Dimension
from bot.spend.ledger.cuts import NotSplit, cut_of, hourly_cut_of
from bot.spend.model import SpendQuery
from bot.spend.scope import Scope


def why_not(query: SpendQuery) -> NotSplit | None:
    """Return why no report tells all that is asked for at once, None where one does."""
    return not_together([*query.splits, *(one.by for one in query.where)])


def not_together(dimensions: Sequence[Dimension]) -> NotSplit | None:
    """Return why no report tells these dimensions, among them units of time, at once; None where one does."""
    asked = in_ledger(dimensions)
    try:
        hourly_cut_of(asked) if HOUR in dimensions else cut_of(asked)
    except NotSplit as refusal:
        return refusal
    return None


def nearest_together(query: SpendQuery) -> SpendQuery | None:
    """Return the question nearest to one whose parts don't go together: by day, by one less, or without a filter."""
    return next((one for one in _nearer(query) if why_not(one) is None), None)


def is_seen(query: SpendQuery, seen: Scope) -> bool:
    """Tell whether what is asked is told by anything of what somebody may see."""
    asked = in_ledger([*query.splits, *(one.by for one in query.where)])
    return seen.is_told(asked, hourly=HOUR in query.splits)


def nearest_seen(query: SpendQuery, seen: Scope) -> SpendQuery | None:
    """Return the question nearest to one that isn't seen, of which somebody may see something."""
    return next((one for one in _nearer(query) if why_not(one) is None and is_seen(one, seen)), None)


def _nearer(query: SpendQuery) -> Iterator[SpendQuery]:
    if HOUR in query.splits:
        by = tuple(dict.fromkeys(DAY if one == HOUR else one for one in query.splits))
        yield replace(query, by=by[0], and_by=by[1] if len(by) > 1 else None)
    if query.and_by is not None:
        yield replace(query, and_by=None)
        yield replace(query, by=query.and_by, and_by=None)
    for one in query.where:
        yield replace(query, where=tuple(other for other in query.where if other != one))
    yield replace(query, and_by=None, where=())
