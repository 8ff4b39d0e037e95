"""A reconciliation made of the ledger's figures: coarse ones first, and finer ones of what these don't explain.

Pure.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from bot.spend.aggregate import days_between
from bot.spend.dimensions import MODEL
from bot.spend.model import ZERO, LedgerDay, Measures
from bot.spend.prices.model import PriceTable
from bot.spend.reconcile.explain import explain
from bot.spend.reconcile.model import DayModel, Line, Reason, Reconciliation, Whole, total_of

_LOOK_CLOSER = (Reason.UNEXPLAINED, Reason.NOT_SPLIT, Reason.NOT_FINAL, Reason.OTHER_TIER)
"""What figures by key, tier or type of cost may tell more of."""
Split = tuple[date, str]
"""A day and a model."""


@dataclass(frozen=True)
class Given:
    """What a reconciliation is made of.

    `by_model` is split by day and model. `finer` may split some of these further: by key, tier, region or type of cost.
    """

    first: date
    last: date
    known: Mapping[date, LedgerDay]
    by_model: Sequence[Measures]
    finer: Sequence[Measures] = ()
    wholes: tuple[Whole, ...] = ()
    doubtful: Collection[date] = field(default=())


def to_look_closer(given: Given, prices: PriceTable) -> frozenset[str]:
    """Return the models whose figures by day don't explain themselves."""
    rows = [one for one in given.by_model if one.day in given.known]
    lines = [(one.of(MODEL), explain(one, prices, closed=given.known[one.day].closed)) for one in rows]
    return frozenset(model for model, line in lines if any(reason in line.parts for reason in _LOOK_CLOSER))


def reconcile(given: Given, prices: PriceTable) -> Reconciliation:
    """Return what was billed against list price × tokens by day and model.

    Finer figures count where they add up to the coarse ones of the same day and model.
    """
    finer = _grouped(given.finer, given.known)
    cells: list[DayModel] = []
    for (day, model), coarse in sorted(_grouped(given.by_model, given.known).items()):
        closed = given.known[day].closed
        line = _line(coarse, prices, closed)
        if split := finer.get((day, model)):
            closer = _line(split, prices, closed)
            line = closer if _same_figures(closer, line) else line
        cells.append(DayModel(day, model, line, closed))
    days = days_between(given.first, given.last)
    have = [given.known[day] for day in days if day in given.known]
    return Reconciliation(
        first=given.first,
        last=given.last,
        cells=tuple(cells),
        wholes=(Whole("day", sum((fact.total for fact in have), ZERO)), *given.wholes) if have else (),
        missing=tuple(day for day in days if day not in given.known),
        open_days=tuple(fact.day for fact in have if not fact.closed),
        doubtful=tuple(sorted(given.doubtful)),
        as_of=max((fact.refreshed_at for fact in have), default=None),
        sources=tuple(sorted({fact.source for fact in have})),
    )


def _line(rows: Iterable[Measures], prices: PriceTable, closed: bool) -> Line:
    return total_of(explain(row, prices, closed=closed) for row in rows)


def _same_figures(one: Line, other: Line) -> bool:
    """Tell whether both are the same money and the same tokens, so that only what explains them differs."""
    return (one.billed, one.at_list, one.computed, one.tokens) == (
        other.billed,
        other.at_list,
        other.computed,
        other.tokens,
    )


def _grouped(rows: Iterable[Measures], known: Mapping[date, LedgerDay]) -> dict[Split, list[Measures]]:
    """Return rows by day and model; tokens of a day of which the costs aren't known are left out."""
    found: dict[Split, list[Measures]] = {}
    for row in rows:
        if row.day in known:
            found.setdefault((row.day, row.of(MODEL)), []).append(row)
    return found
