"""Records: what one day's use of a model by a key in a workspace cost, and its tokens; as rows for people and for programs.

Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import NamedTuple, TypeVar

from bot.slack.paging import Page
from bot.spend.ask.splits import HOUR
from bot.spend.dimensions import MODEL, UNREPORTED, Dimension
from bot.spend.exports.csv import STATUS, is_final
from bot.spend.exports.query import RecordsQuery, Selection
from bot.spend.ledger.sources import SOURCES
from bot.spend.model import ZERO, LedgerDay, Measures, Narrowed
from bot.spend.render import shown_cell
from bot.spend.scope import Ids, Scope
from bot.spend.table import Column, Row, Table, Value

T = TypeVar("T")
_FIGURES = (
    Column("cost_usd", "Cost", "money"),
    Column("uncached_input_tokens", "Uncached input", "count"),
    Column("cache_read_tokens", "Cache read", "count"),
    Column("cache_write_tokens", "Cache write", "count"),
    Column("output_tokens", "Output", "count"),
    Column("requests", "Requests", "count"),
)
"""What people read of a record, in tokens but for the first and last."""
_LARGEST = 5
_COUNTS = (
    "input_tokens",
    "uncached_input_tokens",
    "cache_read_tokens",
    "cache_write_5m_tokens",
    "cache_write_1h_tokens",
    "output_tokens",
    "requests",
)
_DAY = Column("date", "Day", "day")


class Facts(NamedTuple):
    """What is known besides the figures: the ledger's days, and names by id."""

    known: Mapping[date, LedgerDay]
    names: Mapping[str, str]


@dataclass(frozen=True)
class Records:
    """A page of records, and the total of all of them (None: no data). `missing` are the days without data.

    `unsplit` are those whose report can't tell what was asked for, `doubtful` those of which the last reading said much
    less; `nothing_until` is set where nothing was ever spent. `narrowed`: what counts besides `workspace_name`.
    """

    query: RecordsQuery
    selection: Selection
    scope: Scope
    page: Page[Measures]
    total: Measures | None
    facts: Facts
    missing: tuple[date, ...] = ()
    unsplit: tuple[date, ...] = ()
    workspace_name: str | None = None
    narrowed: tuple[Narrowed, ...] = ()
    nothing_until: datetime | None = None
    doubtful: tuple[date, ...] = ()
    today: date | None = None
    not_split: Decimal = ZERO
    """How much isn't told apart yet by what narrows them."""

    @property
    def open_days(self) -> tuple[date, ...]:
        """The days whose figures may still change."""
        return tuple(sorted(day for day, fact in self.facts.known.items() if not fact.closed))

    @property
    def sources(self) -> frozenset[str]:
        """The names of the sources that told them."""
        return frozenset(fact.source for fact in self.facts.known.values())

    @property
    def as_of(self) -> datetime | None:
        """Until when the newest figures reach."""
        return max((fact.refreshed_at for fact in self.facts.known.values()), default=None)


def summed(parts: Iterable[Measures]) -> list[Measures]:
    """Return the sums of equal groups, in the order of their first part. A sum with an unknown part isn't known."""
    found: dict[tuple[object, ...], Measures] = {}
    for one in parts:
        group = (one.day, *sorted(one.ids.items()))
        found[group] = _sum(found[group], one) if group in found else one
    return list(found.values())


def _sum(one: Measures, other: Measures) -> Measures:
    at_list = (
        None if None in (one.list_amount, other.list_amount) else (one.list_amount or ZERO) + (other.list_amount or ZERO)
    )
    requests = None if None in (one.requests, other.requests) else (one.requests or 0) + (other.requests or 0)
    return Measures(
        one.day,
        one.ids,
        one.amount + other.amount,
        at_list,
        requests,
        one.uncached_input + other.uncached_input,
        one.cache_read + other.cache_read,
        one.cache_write_5m + other.cache_write_5m,
        one.cache_write_1h + other.cache_write_1h,
        one.output + other.output,
    )


def in_order(found: Iterable[Measures], by: Sequence[Dimension]) -> list[Measures]:
    """Return records newest day or hour first, then the largest; equal ones by their ids."""
    largest = sorted(found, key=lambda one: (-one.amount, *(one.of(dimension) for dimension in by)))
    return sorted(largest, key=lambda one: (one.day, one.ids.get(HOUR.column, "")), reverse=True)


def unsplit_days(selection: Selection, known: Mapping[date, LedgerDay]) -> tuple[date, ...]:
    """Return the days whose report can't tell what is asked for."""
    asked = {*selection.in_ledger, *selection.where}
    return tuple(
        day for day, fact in sorted(known.items()) if not all(SOURCES[fact.source].tells(dimension) for dimension in asked)
    )


def untold_on(day: date, selection: Selection, known: Mapping[date, LedgerDay]) -> tuple[Dimension, ...]:
    """Return what a day's report can't tell of what records are split by."""
    fact = known.get(day)
    return tuple(one for one in selection.in_ledger if fact is not None and not SOURCES[fact.source].tells(one))


def stretches(selection: Selection, known: Mapping[date, LedgerDay]) -> list[tuple[date, date, tuple[Dimension, ...]]]:
    """Return the period cut where another report begins: first and last day, and what it can't tell of what is asked for."""
    found: list[tuple[date, date, tuple[Dimension, ...]]] = []
    for day in sorted(known):
        untold = untold_on(day, selection, known)
        if found and found[-1][2] == untold:
            found[-1] = (found[-1][0], day, untold)
        else:
            found.append((day, day, untold))
    return found


def as_told(one: Measures, untold: Sequence[Dimension]) -> Measures:
    """Return a record without what its report can't tell: no key is named there, which doesn't mean that there was none."""
    return one._replace(ids={**one.ids, **{dimension.column: UNREPORTED for dimension in untold}}) if untold else one


def label(one: Measures, dimension: Dimension, facts: Facts) -> str:
    """Return what a record is of, as people know it."""
    return dimension.label(one.of(dimension), facts.names)


def shown_records(found: Records) -> Table:
    """Return the page's records for people: what is the same in all rows is left out, what isn't on the page is one row."""
    selection = found.selection
    shown = [one for one in selection.by if not _is_one(selection.where.get(one)) or len(selection.by) == 1]
    has_day = selection.daily and not selection.is_hourly and (selection.first != selection.last or not shown)
    columns = ([_DAY] if has_day else []) + [Column(one.column, one.heading, "text") for one in shown]

    def row(one: Measures) -> Row:
        day: list[Value] = [one.day] if has_day else []
        return _cost_second(
            (*day, *(label(one, dimension, found.facts) for dimension in shown), *_figures(one)), len(columns)
        )

    rows = [row(one) for one in found.page.items]
    rest = (found.page.total or 0) - len(rows)
    if found.total is not None and rest > 0:
        more = f"{rest:,} {'others' if found.page.previous else 'more'}"
        figures = _figures(_without(found.total, found.page.items))
        rows.append(_cost_second((more, *[""] * (len(columns) - 1), *figures), len(columns)))
    return Table(_cost_second((*columns, *_FIGURES), len(columns)), tuple(rows), found.as_of, bool(found.open_days))


def _cost_second(cells: tuple[T, ...], cost: int) -> tuple[T, ...]:
    """Return a row with its cost behind its first cell: a phone shows three columns."""
    return (cells[0], cells[cost], *cells[1:cost], *cells[cost + 1 :])


def _is_one(ids: Ids | None) -> bool:
    return isinstance(ids, frozenset) and len(ids) == 1


def largest_in_text(table: Table) -> list[str]:
    """Return the first records in plain text, a line each, for those who don't see the table."""
    texts = [at for at, column in enumerate(table.columns) if column.kind in ("text", "day")]
    cost = table.columns.index(_FIGURES[0])
    shown = [[shown_cell(table.columns[at], row[at]) for at in (*texts, cost)] for row in table.rows[:_LARGEST]]
    return [" · ".join(filter(None, cells)) for cells in shown]


def _without(total: Measures, parts: Sequence[Measures]) -> Measures:
    """Return what is left of a total. A count of which a part isn't known isn't known."""
    counted = [one.requests for one in (total, *parts) if one.requests is not None]
    return Measures(
        total.day,
        {},
        total.amount - sum((one.amount for one in parts), ZERO),
        None,
        counted[0] - sum(counted[1:]) if len(counted) == len(parts) + 1 else None,
        total.uncached_input - sum(one.uncached_input for one in parts),
        total.cache_read - sum(one.cache_read for one in parts),
        total.cache_write_5m - sum(one.cache_write_5m for one in parts),
        total.cache_write_1h - sum(one.cache_write_1h for one in parts),
        total.output - sum(one.output for one in parts),
    )


def _figures(one: Measures) -> tuple[Value, ...]:
    cache_write = one.cache_write_5m + one.cache_write_1h
    return (one.amount, one.uncached_input, one.cache_read, cache_write, one.output, one.requests)


def record_columns(selection: Selection) -> tuple[Column, ...]:
    """Return the columns of records for programs."""
    columns = [_DAY] if selection.daily else []
    for one in selection.by:
        columns.append(Column(one.column, one.heading, "hour" if one == HOUR else "text"))
        if one not in (MODEL, HOUR):
            columns.append(Column(one.column.removesuffix("_id"), one.heading, "text"))
    columns += [Column(name, name, "count") for name in _COUNTS]
    columns += [Column("list_usd", "At list price", "money"), Column("cost_usd", "Cost", "money")]
    return (*columns, *STATUS)


def record_row(one: Measures, selection: Selection, facts: Facts) -> Row:
    """Return one record for programs, under `record_columns`. Of several days it is as old as the freshest of them."""
    cells: list[Value] = [one.day] if selection.daily else []
    for dimension in selection.by:
        if dimension == HOUR:
            cells.append(datetime.fromisoformat(f"{one.of(HOUR)}:00+00:00"))
            continue
        cells.append("" if one.of(dimension) == UNREPORTED else one.of(dimension))
        if dimension is not MODEL:
            cells.append(label(one, dimension, facts))
    cells += [
        one.input,
        one.uncached_input,
        one.cache_read,
        one.cache_write_5m,
        one.cache_write_1h,
        one.output,
        one.requests,
    ]
    days = [facts.known[one.day]] if selection.daily and one.day in facts.known else list(facts.known.values())
    as_of = max((fact.refreshed_at for fact in days), default=None)
    return (*cells, one.list_amount, one.amount, as_of, is_final(bool(days) and all(fact.closed for fact in days)))
