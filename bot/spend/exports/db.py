"""How many records there are of each day, and which workspaces the ledger has, without reading the records themselves."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import String, and_, case, func, literal, or_, select, union
from sqlmodel import col

from bot.spend.dimensions import UNREPORTED, Dimension
from bot.spend.exports.query import Selection
from bot.spend.ledger.cut_tables import OF_DAYS, OF_HOURS
from bot.spend.ledger.cuts import cut_of, hourly_cut_of
from bot.spend.ledger.undivided.db import with_undivided
from bot.spend.scope import Where
from bot.store.session import Tx

Untold = Mapping[Dimension, Sequence[date]]
"""Dimension -> the days whose report can't tell it: what stands there all is one."""


async def count_by_day(tx: Tx, selection: Selection, wheres: Sequence[Where], untold: Untold) -> dict[date, int]:
    """Return how many records each day has for which one of the conditions holds."""
    asked = {*selection.in_ledger, *(one for part in wheres for one in part)}
    tables = OF_HOURS[hourly_cut_of(asked)] if selection.is_hourly else OF_DAYS[cut_of(asked)]
    rows = [await with_undivided(tx, one, selection.first, selection.last) for one in tables]
    groups = union(*(_groups(one, selection, wheres, untold) for one in rows)).subquery()
    found = await tx.execute(select(groups.c.day, func.count()).group_by(groups.c.day))
    rows: list[tuple[Any, ...]] = [tuple(row) for row in found.all()]
    return {row[0]: int(row[1]) for row in rows}


def _told(table: Any, dimension: Dimension, untold: Untold) -> Any:
    """Return a dimension's column as the days' reports told it: of keys the legacy one counts tokens, and no money."""
    column = getattr(table, dimension.column)
    days = untold.get(dimension)
    return case((col(table.day).in_(days), literal(UNREPORTED, String)), else_=column) if days else column


def _groups(table: Any, selection: Selection, wheres: Sequence[Where], untold: Untold) -> Any:
    columns: list[Any] = [col(table.day).label("day")]
    columns += [_told(table, one, untold).label(one.column) for one in selection.by]
    statement: Any = select(*columns).where(col(table.day).between(selection.first, selection.last)).distinct()
    if not all(wheres):  # an empty condition holds everywhere
        return statement
    return statement.where(
        or_(*(and_(*(_told(table, one, untold).in_(ids) for one, ids in part.items())) for part in wheres))
    )
