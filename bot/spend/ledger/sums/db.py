"""Sums read back from the ledger's tables: from one cut that has all that was asked for, as the days' sources told it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from math import prod
from typing import Any, Literal, NamedTuple

from sqlalchemy import ColumnElement, String, bindparam, case, cast, func, literal_column, or_, union_all
from sqlalchemy import select as select_columns
from sqlmodel import col

from bot.spend.aggregate import days_between
from bot.spend.dimensions import DIMENSIONS, KEY, PERSON, UNREPORTED, Dimension
from bot.spend.ledger.cut_tables import OF_DAYS
from bot.spend.ledger.cuts import SHARED, cut_of
from bot.spend.ledger.rollups.db import narrowest, rolled_units
from bot.spend.ledger.rollups.units import Rolled, Unit, longest_row, units_of
from bot.spend.ledger.sources import SOURCES
from bot.spend.ledger.sums.rows import Key, as_cells, as_sums
from bot.spend.ledger.undivided.db import with_undivided
from bot.spend.model import ONE_DAY, Cell
from bot.store.session import Tx
from bot.store.tables import LedgerDayRow
from bot.store.types import Nanos
from bot.tasks import apart

GroupedBy = Sequence[Dimension | Literal["day"]]
Where = Mapping[Dimension, Collection[str]]
"""Dimension -> the ids of it that count; none at all is nothing."""
_FEW_PLACES = 500
"""So many rows of a day are looked up one by one; more are found faster among all of it."""


class Asked(NamedTuple):
    """What is summed: the days from `first` to `last`, filtered, by dimensions and columns such as "day"."""

    first: date
    last: date
    by: Sequence[Dimension | str]
    where: Where
    workspace_ids: Sequence[str] = ()

    @property
    def names(self) -> list[str]:
        """The columns that are grouped by."""
        return [one if isinstance(one, str) else one.column for one in self.by]

    @property
    def dimensions(self) -> list[Dimension]:
        """Everything that the cut must be split by."""
        return [*(one for one in self.by if not isinstance(one, str)), *self.where]

    def but(self, *dimensions: Dimension) -> "Asked":
        """Return the same without some dimensions."""
        by = [one for one in self.by if one not in dimensions]
        return self._replace(by=by, where={one: ids for one, ids in self.where.items() if one not in dimensions})


async def cells(
    tx: Tx,
    first: date,
    last: date,
    by: GroupedBy = ("day", *DIMENSIONS),
    workspace_ids: Sequence[str] = (),
    where: Where | None = None,
) -> list[Cell]:
    """Return sums from `first` to `last`, grouped by dimensions and days; NotSplit where no report splits by all of them.

    What isn't grouped by is absent (the day: `first`). No `workspace_ids` means all workspaces; `where` keeps, for each of
    its dimensions, only those ids ("" is the part without one). Where the source of a day can't split by a dimension, its id
    is UNREPORTED, because there "" doesn't mean that there was none; UNSPLIT is what isn't told apart yet.
    """
    dimensions = [one for one in by if one != "day"]
    by_day = len(dimensions) < len(by)
    asked = Asked(first, last, [*(["day"] if by_day else []), *dimensions], where or {}, workspace_ids)
    rows = await _rows(tx, cost_table(asked), ("nanos",), asked)
    return await apart(len(rows), as_cells, rows, first if not by_day else None, [one.column for one in dimensions])


def cost_table(asked: Asked) -> Any:
    """Return the table of money that has all that was asked for; NotSplit where none has."""
    return OF_DAYS[cut_of(asked.dimensions)].cost


async def sums(tx: Tx, table: Any, counts: Sequence[str], asked: Asked) -> dict[Key, dict[str, int | None]]:
    """Return sums by group. One is None as soon as a row of its group doesn't know it.

    Grouped by nothing, there is one group, also without rows.
    """
    unsure = [name for name in counts if table.__table__.c[name].nullable]
    rows = await _rows(tx, table, counts, asked)
    return await apart(len(rows), as_sums, rows, asked.names, counts, unsure)


async def _rows(tx: Tx, table: Any, counts: Sequence[str], asked: Asked) -> list[tuple[Any, ...]]:
    """Return rows of the groups, counts, and whether each count that may be unknown is known. A group may have several."""
    sources = await _sources(tx, asked)
    table = narrowest(table, [*asked.names, *(one.column for one in asked.where)])
    parts = await _parts(tx, table, asked, sources)
    return await tx.rows(
        _statement(parts[0], counts, asked, sources, is_postgresql=tx.dialect == "postgresql")
        if len(parts) == 1
        else _together(parts, counts, asked)
    )


class _Part(NamedTuple):
    """Rows that are summed: those of a table on some `days`, of which weeks and months have their first alone."""

    table: Any
    days: Sequence[date]


async def _parts(tx: Tx, table: Any, asked: Asked, sources: Sequence[str]) -> list[_Part]:
    """Return which rows have the sums: whole months, weeks and the days around them where that is the same as all days."""
    between, is_masked = (asked.first, asked.last), any(_without(one, sources) for one in asked.dimensions)
    units = units_of(table)
    if not units or "day" in asked.names or is_masked:
        return [_Part(await with_undivided(tx, table, *between), days_between(*between))]
    found = _in_units(table, *between, units, await rolled_units(tx, *between, units)) or [_Part(table, ())]
    return [
        one._replace(table=await with_undivided(tx, table, one.days[0], one.days[-1]))
        if one.table is table and one.days
        else one
        for one in found
    ]


def _in_units(table: Any, first: date, last: date, units: Sequence[Unit], rolled: Rolled) -> list[_Part]:
    """Return the longest units that lie between two days, with shorter ones and days before and behind them."""
    if not units or last - first < ONE_DAY * 6:
        return [_Part(table, days_between(first, last))] if first <= last else []
    unit, shorter = units[0], (units[1:], rolled[1:])
    starts = longest_row(unit, rolled[0], first, last)
    if not starts:
        return _in_units(table, first, last, *shorter)
    before = _in_units(table, first, starts[0] - ONE_DAY, *shorter)
    behind = _in_units(table, unit.end(starts[-1]) + ONE_DAY, last, *shorter)
    return [*before, _Part(unit.into[table], starts), *behind]


def _together(parts: Sequence[_Part], counts: Sequence[str], asked: Asked) -> Any:
    """Return the statement for the sums of rows of several tables, of which each tells all that was asked for."""
    wanted = [[*_columns(one.table, asked, ()), *(getattr(one.table, name) for name in counts)] for one in parts]
    rows = union_all(*[_rows_of(*one, asked, ()) for one in zip(parts, wanted, strict=True)]).subquery()
    columns, figures = [*rows.c][: len(asked.by)], [*rows.c][len(asked.by) :]
    unsure = [one for name, one in zip(counts, figures, strict=True) if parts[0].table.__table__.c[name].nullable]
    return select_columns(*columns, *map(_total, figures), *map(_is_known, unsure)).group_by(*columns)


def _numbered(day: Any) -> Any:
    """Return a day as its number: PostgreSQL's driver makes a date of each of hundreds of thousands of rows otherwise."""
    return day - literal_column("DATE '0001-01-01'") + 1


def _statement(
    part: _Part, counts: Sequence[str], asked: Asked, sources: Sequence[str], *, is_postgresql: bool = False
) -> Any:
    table, columns = part.table, _columns(part.table, asked, sources)
    is_summed = not _is_row_by_row(table, asked)
    if not is_summed and is_postgresql:
        columns = [_numbered(one) if by == "day" else one for by, one in zip(asked.by, columns, strict=True)]
    statement = _rows_of(part, [*columns, *_figures(table, counts, is_summed=is_summed)], asked, sources)
    # Without labels PostgreSQL groups by the expression; both spell it out the same way twice.
    return statement.group_by(*columns, *_in_order(table, asked)) if is_summed else statement


def _columns(table: Any, asked: Asked, sources: Sequence[str]) -> list[Any]:
    return [col(getattr(table, one)) if isinstance(one, str) else _told(table, one, sources) for one in asked.by]


def _rows_of(part: _Part, selected: Sequence[Any], asked: Asked, sources: Sequence[str]) -> Any:
    """Return the statement for those rows that were asked for."""
    table = part.table
    statement = select_columns(*selected).where(_on_days(part, asked.where))
    if any(_without(one, sources) for one in asked.dimensions):
        statement = statement.join(LedgerDayRow, col(LedgerDayRow.day) == col(table.day), isouter=True)
    if asked.workspace_ids:
        statement = statement.where(col(table.workspace_id).in_(asked.workspace_ids))
    for dimension, ids in asked.where.items():
        # Under one name in all parts: PostgreSQL's driver takes 32,767 values, and all keys but one may be asked for.
        kept = bindparam(f"only_{dimension.column}", [*ids], String, expanding=True)
        statement = statement.where(_told(table, dimension, sources).in_(kept))
    return statement


def _figures(table: Any, counts: Sequence[str], *, is_summed: bool) -> list[Any]:
    """Return the counts, or their sums, and whether each that may be unknown is known."""
    figures = [getattr(table, name) for name in counts]
    unsure = [one for name, one in zip(counts, figures, strict=True) if table.__table__.c[name].nullable]
    if not is_summed:
        return [*figures, *(one.is_not(None) for one in unsure)]
    return [*map(_total, figures), *map(_is_known, unsure)]


def _on_days(part: _Part, where: Where) -> ColumnElement[bool]:
    """Return the condition for the days: one by one where what follows in the key is given, so that rows are looked up."""
    day, places = col(part.table.day), prod(len(where[one]) for one in SHARED) if where.keys() >= {*SHARED} else 0
    if 0 < places <= _FEW_PLACES or not part.days:
        return day.in_(part.days)
    return day.between(part.days[0], part.days[-1])


def _is_known(count: Any) -> Any:
    return func.count(count) == func.count()


def _total(count: Any) -> Any:
    """Return a sum as the integer that it is: PostgreSQL sums BIGINT as NUMERIC, which takes long to read."""
    return cast(func.sum(count), Nanos)


def _is_row_by_row(table: Any, asked: Asked) -> bool:
    """Tell whether there are hardly fewer groups than rows, as by day and key: then rows are added up as they come.

    A database would put them in order first, or put them aside on its disk. Of parts a key has many on a day.
    """
    return {"day", KEY.column} <= {*asked.names} and PERSON.column in table.__table__.c


def _in_order(table: Any, asked: Asked) -> list[Any]:
    """Return more columns to group by, so that parts by day and key come as they are stored and needn't be sorted."""
    names = {*asked.names}
    if not {"day", KEY.column} <= names:
        return []
    stored = [one.name for one in table.__table__.primary_key.columns]
    needed = stored[: max(stored.index(one) for one in names) + 1]
    return [col(getattr(table, one)) for one in needed if one not in names]


async def _sources(tx: Tx, asked: Asked) -> list[str]:
    """Return which sources told the days; nearly always it is one that tells everything, and nothing has to be masked."""
    days = select_columns(col(LedgerDayRow.source)).where(col(LedgerDayRow.day).between(asked.first, asked.last))
    return sorted(str(row[0]) for row in (await tx.execute(days.distinct())).all())


def _told(table: Any, dimension: Dimension, sources: Sequence[str]) -> Any:
    """Return a dimension's column as the days' sources told it."""
    column = col(getattr(table, dimension.column))
    if not (without := _without(dimension, sources)):
        return column
    # Spelled out and not bound: PostgreSQL takes an expression with parameters in SELECT and GROUP BY for two.
    is_without = or_(*(col(LedgerDayRow.source) == literal_column(f"'{one}'", String) for one in without))
    return case((is_without, literal_column(f"'{UNREPORTED}'", String)), else_=column)


def _without(dimension: Dimension, sources: Sequence[str]) -> list[str]:
    """Return those sources that can't split by a dimension."""
    return [one for one in sources if not SOURCES[one].tells(dimension)]
