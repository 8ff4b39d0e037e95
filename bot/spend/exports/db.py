"""How many records there are of each day, and which workspaces the ledger has, without reading the records themselves."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select, union
from sqlmodel import col

from bot.spend.dimensions import Dimension
from bot.spend.exports.query import Selection
from bot.spend.scope import Where
from bot.store.session import Tx
from bot.store.tables import CostDayRow, UsageDayRow

_TABLES: tuple[Any, ...] = (CostDayRow, UsageDayRow)


async def count_by_day(tx: Tx, selection: Selection, wheres: Sequence[Where]) -> dict[date, int]:
    """Return how many records each day has for which one of the conditions holds."""
    groups = union(*(_groups(table, selection, wheres) for table in _TABLES)).subquery()
    found = await tx.execute(select(groups.c.day, func.count()).group_by(groups.c.day))
    rows: list[tuple[Any, ...]] = [tuple(row) for row in found.all()]
    return {row[0]: int(row[1]) for row in rows}


async def ids_in(tx: Tx, dimension: Dimension, first: date, last: date) -> frozenset[str]:
    """Return the ids of a dimension that the ledger has from `first` to `last`; "" is the part without one."""
    found: set[str] = set()
    for table in _TABLES:
        statement = select(col(getattr(table, dimension.column))).where(col(table.day).between(first, last)).distinct()
        found |= {str(row[0]) for row in (await tx.execute(statement)).all()}
    return frozenset(found)


def _groups(table: Any, selection: Selection, wheres: Sequence[Where]) -> Any:
    columns: list[Any] = [col(table.day).label("day")]
    columns += [getattr(table, one.column).label(one.column) for one in selection.by]
    statement: Any = select(*columns).where(col(table.day).between(selection.first, selection.last)).distinct()
    if not all(wheres):  # an empty condition holds everywhere
        return statement
    return statement.where(
        or_(*(and_(*(getattr(table, one.column).in_(ids) for one, ids in part.items())) for part in wheres))
    )
