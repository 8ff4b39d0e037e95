"""The hours of days in the database. A day either has hours that sum up to it exactly, or none."""

import re
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import delete, func, text, union_all, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.spend.dimensions import Dimension
from bot.spend.ledger.bulk.db import bulk_insert
from bot.spend.ledger.cut_tables import OF_HOURS
from bot.spend.ledger.cuts import WHEN, WHO, Cut, hourly_cut_of
from bot.spend.ledger.measures.db import COST_COUNTS, USAGE_COUNTS, counted, measured, uncounted
from bot.spend.ledger.sources import SOURCES
from bot.spend.ledger.sums.db import Asked, Where, sums
from bot.spend.model import Hour
from bot.store.session import Tx
from bot.store.tables import LedgerDayRow

ASKED_AGAIN_AFTER = timedelta(hours=6)
"""How long a day isn't asked for its hours after they didn't sum up to it."""
_TABLES: tuple[Any, ...] = tuple(one for tables in OF_HOURS.values() for one in tables)
_WHO = [one.column for one in WHO.dimensions]
Rows = Mapping[date, Mapping[tuple[Any, ...], tuple[int | None, ...]]]
"""Day -> (hour, ids of a cut) -> counts."""


async def hours(tx: Tx, first: date, last: date, by: Sequence[Dimension] = (), where: Where | None = None) -> list[Hour]:
    """Return all counts from `first` to `last` by the hour and dimensions; NotSplit where no cut of hours has them all.

    An hour in which nothing happened is absent, and so are days of which `days_with_hours` doesn't know hours.
    """
    asked = Asked(first, last, ("day", "hour", *by), where or {})
    tables, nothing = OF_HOURS[hourly_cut_of(asked.dimensions)], uncounted(asked)
    costs = await sums(tx, tables.cost, COST_COUNTS, asked)
    usage = await counted(tx, tables.usage, asked)
    return [
        Hour(datetime.combine(key[0], time(key[1]), UTC), measured(asked, key, costs.get(key, {}), usage.get(key, nothing)))
        for key in sorted({**costs, **usage})
    ]


async def days_with_hours(tx: Tx, first: date, last: date) -> set[date]:
    """Return the days of which the hours are known."""
    known = select_columns(col(LedgerDayRow.day)).where(col(LedgerDayRow.hours_at).is_not(None))
    return {row[0] for row in (await tx.execute(known.where(col(LedgerDayRow.day).between(first, last)))).all()}


async def days_without_hours(tx: Tx, first: date, last: date, now: datetime) -> list[date]:
    """Return the days whose hours can be asked for, the newest first."""
    found = select(LedgerDayRow).where(col(LedgerDayRow.hours_at).is_(None), _has_hours(first, last))
    rows = (await tx.session.exec(found.order_by(col(LedgerDayRow.day).desc()))).all()
    return [row.day for row in rows if not row.hours_asked_at or row.hours_asked_at + ASKED_AGAIN_AFTER <= now]


async def open_days_with_hours(tx: Tx, first: date, last: date) -> list[date]:
    """Return the days that still grow, and whose hours do."""
    is_open = select(LedgerDayRow).where(col(LedgerDayRow.closed).is_(False), col(LedgerDayRow.hours_at).is_not(None))
    return sorted(row.day for row in (await tx.session.exec(is_open.where(_has_hours(first, last)))).all())


def _has_hours(first: date, last: date) -> Any:
    names = [name for name, source in SOURCES.items() if source.tells_hours]
    return col(LedgerDayRow.day).between(first, last) & col(LedgerDayRow.source).in_(names)


async def day_rows(tx: Tx, table: Any, counts: Sequence[str], days: Collection[date]) -> dict[date, dict[Any, Any]]:
    """Return a table's rows of days as they are written: by day, then ids of WHO -> counts."""
    found: dict[date, dict[Any, Any]] = {day: {} for day in days}
    names = ("day", *_WHO, *counts)
    statement = select_columns(*(getattr(table, name) for name in names)).where(col(table.day).in_(days))
    for row in (await tx.execute(statement)).all() if days else ():
        day, *values = tuple[Any, ...](row)
        found[day][tuple(values[: len(_WHO)])] = tuple(values[len(_WHO) :])
    return found


async def write_hours(tx: Tx, cost: Mapping[Cut, Rows], usage: Mapping[Cut, Rows], now: datetime) -> None:
    """Write the hours of days that have none, or have others, by each cut."""
    if not (days := list(cost[WHO])):
        return
    await forget_hours(tx, days)
    await _make_partitions(tx, days)
    for cut, tables in OF_HOURS.items():
        ids = ["hour", *(one.column for one in (*cut.dimensions, *cut.by_money))]
        counts = [*COST_COUNTS, "requests"] if cut is WHO else COST_COUNTS
        await bulk_insert(tx, tables.cost, [*ids, *counts], cost[cut])
        await bulk_insert(tx, tables.usage, ["hour", *(one.column for one in cut.dimensions), *USAGE_COUNTS], usage[cut])
    await _note(tx, days, hours_at=now)


async def note_asked(tx: Tx, days: Collection[date], now: datetime) -> None:
    """Remember that days were asked for their hours."""
    await _note(tx, days, hours_asked_at=now)


async def forget_hours(tx: Tx, days: Collection[date]) -> None:
    """Drop hours that don't sum up to their days any more."""
    if not days:
        return
    for table in _TABLES:
        await tx.execute(delete(table).where(col(table.day).in_(days)))
    await _note(tx, days, hours_at=None, hours_asked_at=None)


async def _note(tx: Tx, days: Collection[date], **changes: datetime | None) -> None:
    changed = update(LedgerDayRow).where(col(LedgerDayRow.day).in_(days)).values(**changes)
    await tx.execute(changed.execution_options(synchronize_session=False))


async def days_of_other_hours(tx: Tx, first: date, last: date) -> list[date]:
    """Return the days whose hours by WHEN have another sum, or are none: a version without WHEN wrote the others."""
    days = await days_with_hours(tx, first, last)

    def side(table: Any, sign: int) -> Any:
        columns: list[Any] = [col(table.day), col(table.hour), (col(table.nanos) * sign).label("nanos")]
        return select_columns(*columns).where(col(table.day).in_(days))

    rows = union_all(side(OF_HOURS[WHO].cost, 1), side(OF_HOURS[WHEN].cost, -1)).subquery()
    differ = select_columns(rows.c.day).group_by(rows.c.day, rows.c.hour).having(func.sum(rows.c.nanos) != 0)
    return sorted({row[0] for row in (await tx.execute(differ)).all()})


async def prune_hours(tx: Tx, before: date) -> None:
    """Drop the hours of the days before one; on PostgreSQL whole months at once where all of them goes."""
    old = sorted(await days_with_hours(tx, date.min, before - timedelta(days=1)))
    if not old:
        return
    await _drop_partitions(tx, before)
    await forget_hours(tx, old)


async def _make_partitions(tx: Tx, days: Collection[date]) -> None:
    """Make what PostgreSQL keeps months in; making one locks the whole table, so it is asked for first."""
    if tx.dialect != "postgresql":
        return
    for first in sorted({day.replace(day=1) for day in days}):
        behind = (first + timedelta(days=31)).replace(day=1)
        for table in (one.__tablename__ for one in _TABLES):
            name = f"{table}_{_month(first)}"
            if (await tx.execute(text("SELECT to_regclass(:name)"), {"name": name})).scalar() is None:
                span = f"FROM ('{first}') TO ('{behind}')"
                await tx.execute(text(f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES {span}"))


async def _drop_partitions(tx: Tx, before: date) -> None:
    if tx.dialect != "postgresql":
        return
    month = _month(before)
    for table in (one.__tablename__ for one in _TABLES):
        children = text("SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = to_regclass(:name)")
        for (name,) in (await tx.execute(children, {"name": table})).all():
            if re.fullmatch(rf"{table}_\d{{4}}_\d{{2}}", str(name)) and str(name)[-7:] < month:
                await tx.execute(text(f"DROP TABLE {name}"))


def _month(day: date) -> str:
    """Return the end of a partition's name."""
    return day.isoformat()[:7].replace("-", "_")
