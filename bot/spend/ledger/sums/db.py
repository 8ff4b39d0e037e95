"""Sums read back from the ledger's tables: from one cut that has all that was asked for, as the days' sources told it."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any, Literal, NamedTuple

from sqlalchemy import String, case, func, literal_column, or_
from sqlalchemy import select as select_columns
from sqlmodel import col

from bot.spend.dimensions import DIMENSIONS, UNREPORTED, Dimension
from bot.spend.ledger.cuts import WHAT, WHO, Cut, cut_of
from bot.spend.ledger.sources import SOURCES
from bot.spend.model import Cell, dollars
from bot.store.session import Tx
from bot.store.tables import CostDayRow, CostPartRow, LedgerDayRow

GroupedBy = Sequence[Dimension | Literal["day"]]
Where = Mapping[Dimension, Collection[str]]
"""Dimension -> the ids of it that count; none at all is nothing."""
Key = tuple[Any, ...]
"""The values of what was grouped by, in its order."""
_COSTS: dict[Cut, Any] = {WHO: CostDayRow, WHAT: CostPartRow}


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
    asked = Asked(first, last, by, where or {}, workspace_ids)
    table = cost_table(asked)
    found = await sums(tx, table, ("nanos",), asked)
    cells: list[Cell] = []
    for key, counts in found.items():
        ids = dict(zip(asked.names, key, strict=True))
        cells.append(Cell(ids.pop("day", first), amount=dollars(counts["nanos"] or 0), ids=ids))
    return cells


def cost_table(asked: Asked) -> Any:
    """Return the table of money that has all that was asked for; NotSplit where none has."""
    return _COSTS[cut_of(asked.dimensions)]


async def sums(tx: Tx, table: Any, counts: Sequence[str], asked: Asked) -> dict[Key, dict[str, int | None]]:
    """Return sums by group; one is None as soon as a row of its group doesn't know it.

    Grouped by nothing, there is one group, also without rows.
    """
    sources = await _sources(tx, asked)
    columns = [col(getattr(table, one)) if isinstance(one, str) else _told(table, one, sources) for one in asked.by]
    unsure = [name for name in counts if table.__table__.c[name].nullable]
    known = [func.count(getattr(table, name)) == func.count() for name in unsure]
    # Without labels PostgreSQL groups by the expression; both spell it out the same way twice.
    statement = select_columns(*columns, *(func.sum(getattr(table, name)) for name in counts), *known)
    statement = statement.where(col(table.day).between(asked.first, asked.last))
    if any(_without(one, sources) for one in asked.dimensions):
        statement = statement.join(LedgerDayRow, col(LedgerDayRow.day) == col(table.day), isouter=True)
    if asked.workspace_ids:
        statement = statement.where(col(table.workspace_id).in_(asked.workspace_ids))
    for dimension, ids in asked.where.items():
        statement = statement.where(_told(table, dimension, sources).in_(ids))
    found: dict[Key, dict[str, int | None]] = {}
    for row in (await tx.execute(statement.group_by(*columns))).all():
        values: Key = tuple(row)
        told = dict(zip(unsure, values[len(columns) + len(counts) :], strict=True))
        # PostgreSQL sums BIGINT as NUMERIC, hence int().
        found[values[: len(columns)]] = {
            name: int(value or 0) if told.get(name, True) else None
            for name, value in zip(counts, values[len(columns) :], strict=False)
        }
    return found


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
