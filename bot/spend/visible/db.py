"""Conditions for what was asked as far as somebody may see it, and the ids that the ledger has."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import select
from sqlmodel import col

from bot.errors import UserError
from bot.spend.dimensions import KEY, PERSON, WORKSPACE, Dimension
from bot.spend.ledger.cut_tables import OF_DAYS, OF_HOURS
from bot.spend.ledger.cuts import WHAT, WHO, cut_of, hourly_cut_of, is_told_by_day
from bot.spend.ledger.db import ledger_days
from bot.spend.ledger.measures.db import WITHOUT_COST
from bot.spend.ledger.rollups.db import narrowest
from bot.spend.ledger.sources import SOURCES
from bot.spend.ledger.undivided.db import with_undivided
from bot.spend.scope import NOT_TOLD, AllBut, Meant, Scope, Where
from bot.store.session import Tx


class NotSaid(UserError):
    """What somebody may see isn't told by the reports: that isn't $0."""


async def conditions(
    tx: Tx, scope: Scope, meant: Meant, by: Iterable[Dimension], first: date, last: date, *, hourly: bool = False
) -> tuple[Where, ...]:
    """Return the conditions under which the ledger's figures may be seen; no row fulfils two, so that they add up.

    `by` is what the figures are split by, `meant` what they are narrowed to already. Days from `first` to `last` are read
    in this transaction: only so are all ids known besides those that are left out. NotSaid where what somebody may see is
    told by none of that.
    """
    tables = _tables_of((*by, *meant), hourly=hourly)
    asked = {
        one: await ids_in(tx, one, first, last, tables=tables) - ids.ids if isinstance(ids, AllBut) else ids
        for one, ids in meant.items()
    }
    if scope.is_all:
        return (asked,)
    if not scope.is_told((*by, *asked), hourly=hourly):
        raise NotSaid(NOT_TOLD)
    told = scope.told((*by, *asked), hourly=hourly)
    is_asked = told.people and told.by_key
    keys = await ids_in(tx, KEY, first, last, {PERSON: told.people}) if is_asked else frozenset[str]()
    return told.where(asked, await ids_in(tx, WORKSPACE, first, last), keys)


async def seen_on(tx: Tx, scope: Scope, first: date, last: date) -> Scope:
    """Return a scope as far as the reports of these days tell it; NotSaid where they name no keys and it has only those."""
    known = await ledger_days(tx, first, last) if scope.keys or scope.people else {}
    if scope.is_all or all(SOURCES[one.source].tells(KEY) for one in known.values()):
        return scope
    if not scope.workspaces:
        raise NotSaid("The report of these days names no keys, so I can't say what yours cost.")
    return scope.without_keys()


def _tables_of(asked: Collection[Dimension], *, hourly: bool) -> Sequence[Any]:
    """Return the tables that tell what is asked for. Hours are compared with whole days, where a cut of days has it all."""
    if not hourly:
        return OF_DAYS[cut_of(asked)]
    return [*OF_HOURS[hourly_cut_of(asked)], *(OF_DAYS[cut_of(asked)] if is_told_by_day(asked) else ())]


async def ids_in(
    tx: Tx,
    dimension: Dimension,
    first: date,
    last: date,
    where: Where | None = None,
    tables: Sequence[Any] = (),
) -> frozenset[str]:
    """Return the ids of a dimension that the ledger has from `first` to `last`; "" is the part without one.

    `tables` are those of the cut that is read: one may know ids of a day that another hasn't been told yet.
    """
    found: set[str] = set(WITHOUT_COST.get(dimension, ()))
    for table in tables or OF_DAYS[WHO if WHO.has(dimension) else WHAT]:
        if dimension.column not in table.__table__.c:
            continue
        narrow = narrowest(table, [dimension.column, *(one.column for one in where or {})])
        rows = await with_undivided(tx, narrow, first, last)
        statement = select(col(getattr(rows, dimension.column))).where(col(rows.day).between(first, last)).distinct()
        for one, ids in (where or {}).items():
            statement = statement.where(col(getattr(rows, one.column)).in_(ids))
        found |= {str(row[0]) for row in (await tx.execute(statement)).all()}
    return frozenset(found)
