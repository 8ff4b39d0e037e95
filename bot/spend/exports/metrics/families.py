"""Metrics made of what the ledger holds: bounded in number, in the units that each name promises.

Pure.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from bot.spend.dimensions import COST_TYPE, MODEL, TIER, TOKEN_TYPE, UNSPLIT, WORKSPACE, Dimension
from bot.spend.model import ONE_DAY, ZERO, Cell, LedgerDay, Measures, dollars, nanos
from bot.telemetry import names as are
from bot.telemetry.model import OTHER, Family, Labels, Metric, Value, largest

MOST_WORKSPACES, MOST_MODELS = 30, 20
PROVIDER = "anthropic"
DEFAULT, NO_MODEL = "default", "none"
"""The labels of the workspace and the model that have no id."""
TOKEN_TYPES = {
    "uncached_input_tokens": "input",
    "cache_read_input_tokens": "cache_read",
    "cache_creation.ephemeral_5m_input_tokens": "cache_write_5m",
    "cache_creation.ephemeral_1h_input_tokens": "cache_write_1h",
    "output_tokens": "output",
}
"""How the reports call a type of token -> how metrics do."""
TOKEN_COUNTS: Mapping[str, Callable[[Measures], int]] = {
    "input": lambda one: one.uncached_input,
    "output": lambda one: one.output,
    "cache_read": lambda one: one.cache_read,
    "cache_write_5m": lambda one: one.cache_write_5m,
    "cache_write_1h": lambda one: one.cache_write_1h,
}
Count = tuple[str, Labels]
"""A counter's name and the values of its labels."""


@dataclass(frozen=True)
class Shown:
    """Which workspaces and models have a label of their own."""

    workspaces: frozenset[str]
    models: frozenset[str]

    def workspace(self, one: Cell | Measures) -> str:
        """Return the label of a workspace."""
        found = one.of(WORKSPACE)
        return (found or DEFAULT) if found in self.workspaces else OTHER

    def model(self, one: Cell | Measures) -> str:
        """Return the label of a model."""
        found = one.of(MODEL)
        return (found or NO_MODEL) if found in self.models else OTHER


NOBODY = Shown(frozenset(), frozenset())


@dataclass(frozen=True)
class Figures:
    """What the ledger holds at one moment."""

    today: date
    days: Mapping[date, LedgerDay]
    """What is known of the days since the first of the month before."""
    cells: Sequence[Cell]
    """Money of those days by day, workspace and model."""
    parts: Sequence[Measures] = ()
    """Money since the epoch by workspace, model, cost type, token type and tier."""
    usage: Sequence[Measures] = ()
    """Tokens since the epoch by workspace, model and tier."""
    requests: Sequence[Measures] = ()
    """Money and requests since the epoch by workspace and model."""
    names: Mapping[str, str] = field(default_factory=dict[str, str])
    """Of workspaces by id."""
    told: Shown = NOBODY
    """Which workspaces and models have had counters of their own."""

    @property
    def as_of(self) -> dict[str, datetime]:
        """Until when the report of costs reaches, nothing without figures."""
        return {"cost": max(one.refreshed_at for one in self.days.values())} if self.days else {}


def shown(cells: Iterable[Cell | Measures], told: Shown = NOBODY) -> Shown:
    """Return those that spent most, and those `told` before that are still among twice as many.

    Who is overtaken by a little keeps its label: all that it ever spent would else be growth of all others. Among equals
    the order is that of their ids.
    """
    found = list(cells)
    return Shown(
        _largest(found, WORKSPACE, MOST_WORKSPACES, told.workspaces), _largest(found, MODEL, MOST_MODELS, told.models)
    )


def _largest(cells: Sequence[Cell | Measures], by: Dimension, most: int, told: frozenset[str]) -> frozenset[str]:
    totals: dict[str, Decimal] = {}
    for cell in cells:
        totals[cell.of(by)] = totals.get(cell.of(by), ZERO) + cell.amount
    return largest(totals, most) | (told & largest(totals, 2 * most))


def gauges(figures: Figures) -> list[Family]:
    """Return what is exactly so since the ledger was last written. A window without data has no value."""
    who, today = shown(figures.cells), figures.today
    yesterday, month = today - ONE_DAY, today.replace(day=1)
    found = [
        Family(are.GEN_AI_COST, _cents(figures, who)),
        Family(are.TODAY, _by_workspace(figures, who, today, today)),
        Family(are.YESTERDAY, _by_workspace(figures, who, yesterday, yesterday)),
        Family(are.MONTH, _by_workspace(figures, who, month, today)),
        Family(are.ALL_TODAY, _all(figures, today, today)),
        Family(are.ALL_YESTERDAY, _all(figures, yesterday, yesterday)),
        Family(are.ALL_MONTH, _all(figures, month, today)),
    ]
    if fact := figures.days.get(yesterday):
        found.append(Family(are.YESTERDAY_FINAL, {(): int(fact.closed)}))
    return [*found, Family(are.WORKSPACE_INFO, _named(figures, who))]


def _named(figures: Figures, who: Shown) -> dict[Labels, Value]:
    """Return the names of all that gauges or counters tell: the largest of two months, and those since the epoch."""
    counted = shown(figures.requests, figures.told)
    info: dict[Labels, Value] = {
        (one or DEFAULT, figures.names.get(one, "") or ("" if one else "Default")): 1
        for one in sorted(who.workspaces | counted.workspaces)
    }
    spent, used = ({each.of(WORKSPACE) for each in some} for some in (figures.cells, figures.requests))
    if spent - who.workspaces or used - counted.workspaces:
        info[OTHER, "all others"] = 1
    return info


def ages(as_of: Mapping[str, datetime], synced_at: datetime | None, now: datetime) -> list[Family]:
    """Return how old the figures of each report are, and how long ago the ledger was brought up to date."""
    found: dict[Labels, Value] = {(report,): (now - at).total_seconds() for report, at in as_of.items()}
    return [
        Family(are.REPORT_AGE, found),
        Family(are.SYNC_AGE, {(): (now - synced_at).total_seconds()} if synced_at else {}),
    ]


def _within(figures: Figures, first: date, last: date) -> list[Cell]:
    return [cell for cell in figures.cells if first <= cell.day <= last]


def _has_data(figures: Figures, first: date, last: date) -> bool:
    return any(first <= day <= last for day in figures.days)


def _by_workspace(figures: Figures, who: Shown, first: date, last: date) -> dict[Labels, Value]:
    totals: dict[Labels, Decimal] = {}
    for cell in _within(figures, first, last):
        labels = (who.workspace(cell),)
        totals[labels] = totals.get(labels, ZERO) + cell.amount
    return dict(totals)


def _all(figures: Figures, first: date, last: date) -> dict[Labels, Value]:
    if not _has_data(figures, first, last):
        return {}
    return {(): sum((cell.amount for cell in _within(figures, first, last)), ZERO)}


def _cents(figures: Figures, who: Shown) -> dict[Labels, Value]:
    totals: dict[Labels, Decimal] = {}
    for cell in _within(figures, figures.today, figures.today):
        labels = (who.workspace(cell), who.model(cell), PROVIDER)
        totals[labels] = totals.get(labels, ZERO) + cell.amount * 100
    return dict(totals)


def counts(figures: Figures) -> dict[Count, int]:
    """Return what has been counted since the epoch, money in nano-dollars. These may be lower than they once were.

    What isn't told apart yet is counted once it is. The largest are those since the epoch: were they those of two months,
    all that a model ever had would be growth of all others once it is used no more.
    """
    who, found = shown(figures.requests, figures.told), dict[Count, int]()

    def add(metric: Metric, labels: Labels, amount: int) -> None:
        found[metric.name, labels] = found.get((metric.name, labels), 0) + amount

    unlisted: set[Labels] = set()
    for one in _told_apart(figures.parts):
        if not one.amount and not one.list_amount:
            continue  # tokens of which no money is told, which isn't $0
        kind = one.of(TOKEN_TYPE)
        labels = (
            who.workspace(one), who.model(one), one.of(COST_TYPE) or "none", TOKEN_TYPES.get(kind, kind) or "none",
            one.of(TIER) or "none",
        )  # fmt: skip
        add(are.COST, labels, nanos(one.amount))
        if one.list_amount is None:
            unlisted.add(labels)
        else:
            add(are.LIST_COST, labels, nanos(one.list_amount))
    for one in _told_apart(figures.usage):
        for kind, count in TOKEN_COUNTS.items():
            ids = (who.workspace(one), who.model(one))
            add(are.TOKENS, (*ids, kind, one.of(TIER) or "none"), count(one))
            add(are.GEN_AI_TOKENS, (*ids, PROVIDER, kind, one.of(TIER) or "none"), count(one))
    for one in figures.requests:
        if one.requests is not None:
            add(are.REQUESTS, (who.workspace(one), who.model(one)), one.requests)
    return {key: value for key, value in found.items() if key[0] != are.LIST_COST.name or key[1] not in unlisted}


def _told_apart(found: Iterable[Measures]) -> list[Measures]:
    """Leave out what isn't told apart yet: it would be counted there, and once more when it is."""
    return [one for one in found if UNSPLIT not in one.ids.values()]


_MONEY = (are.COST.name, are.LIST_COST.name)
_COUNTERS = (are.REQUESTS, are.GEN_AI_TOKENS, are.TOKENS, are.COST, are.LIST_COST)
COUNTERS = frozenset(one.name for one in _COUNTERS)
"""The names that `counts` counts."""


def counters(highest: Mapping[Count, int]) -> list[Family]:
    """Return counters as they are told, money in dollars."""
    values: dict[str, dict[Labels, Value]] = {}
    for (name, labels), value in highest.items():
        values.setdefault(name, {})[labels] = dollars(value) if name in _MONEY else value
    return [Family(metric, values.get(metric.name, {})) for metric in _COUNTERS]
