"""How many records there are of each day, and which workspaces the ledger has, without reading the records themselves."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select, union
from sqlmodel import col

from bot.spend.exports.query import Selection
from bot.spend.ledger.cuts import WHAT, WHO, Cut, cut_of
from bot.spend.ledger.undivided.db import with_undivided
from bot.spend.scope import Where
from bot.store.session import Tx
from bot.store.tables import CostDayRow, CostHourRow, CostPartRow, UsageDayRow, UsageHourRow, UsagePartRow

_DAYS: dict[Cut, tuple[Any, ...]] = {WHO: (CostDayRow, UsageDayRow), WHAT: (CostPartRow, UsagePartRow)}
_HOURS: tuple[Any, ...] = (CostHourRow, UsageHourRow)


async def count_by_day(tx: Tx, selection: Selection, wheres: Sequence[Where]) -> dict[date, int]:
    """Return how many records each day has for which one of the conditions holds."""
    asked = {*selection.in_ledger, *(one for part in wheres for one in part)}
    tables = _HOURS if selection.is_hourly else _DAYS[cut_of(asked)]
    rows = [await with_undivided(tx, one, selection.first, selection.last) for one in tables]
    groups = union(*(_groups(one, selection, wheres) for one in rows)).subquery()
    found = await tx.execute(select(groups.c.day, func.count()).group_by(groups.c.day))
    rows: list[tuple[Any, ...]] = [tuple(row) for row in found.all()]
    return {row[0]: int(row[1]) for row in rows}


def _groups(table: Any, selection: Selection, wheres: Sequence[Where]) -> Any:
    columns: list[Any] = [col(table.day).label("day")]
    columns += [getattr(table, one.column).label(one.column) for one in selection.by]
    statement: Any = select(*columns).where(col(table.day).between(selection.first, selection.last)).distinct()
    if not all(wheres):  # an empty condition holds everywhere
        return statement
    return statement.where(
        or_(*(and_(*(getattr(table, one.column).in_(ids) for one, ids in part.items())) for part in wheres))
    )
