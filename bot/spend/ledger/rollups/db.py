"""Roll-ups in the database: days without keys and people, and whole weeks and months with them.

What people ask for is read from the tables with the fewest rows that have it. Days are rolled up in the transaction that
writes them. Weeks and months are rolled up once they are over; what writes one of their days takes them back, in one
transaction.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import chain
from typing import Any

from sqlalchemy import ColumnElement, Date, case, cast, delete, func, insert, literal, union_all, update
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.spend.aggregate import days_between
from bot.spend.ledger.bulk.db import bulk_insert, insert_rows, stored
from bot.spend.ledger.largest.db import forget_largest
from bot.spend.ledger.rollups.summed import Counts, Ids, Rows, as_undivided, in_order
from bot.spend.ledger.rollups.units import MONTH, PART_UNITS, UNITS, WEEK, Rolled, Unit, units_of
from bot.spend.ledger.undivided.db import WHOLE_SUMS, as_parts, with_undivided
from bot.spend.model import ONE_DAY
from bot.store.session import Tx
from bot.store.tables import (
    CostDayRow,
    CostDaySumRow,
    CostPartRow,
    CostPartSumRow,
    LedgerDayRow,
    UsageDayRow,
    UsageDaySumRow,
    UsagePartRow,
    UsagePartSumRow,
)
from bot.store.types import Nanos

_SUMS: dict[Any, Any] = {
    CostDayRow: CostDaySumRow,
    UsageDayRow: UsageDaySumRow,
    CostPartRow: CostPartSumRow,
    UsagePartRow: UsagePartSumRow,
}


def narrowest(table: Any, names: Iterable[str]) -> Any:
    """Return the table with the fewest rows a day that has all of these columns of `table`."""
    small = _SUMS.get(table)
    return table if small is None or any(name not in small.__table__.c for name in names) else small


async def replace_rows(tx: Tx, table: Any, names: Sequence[str], days: Mapping[date, Rows]) -> None:
    """Replace all rows of days, and their roll-ups. `names` are the columns of ids, and then of counts."""
    await tx.execute(delete(table).where(col(table.day).in_(days)))
    await _take_back(tx, table, days)
    await _insert(tx, table, names, days)


async def insert_new(tx: Tx, table: Any, names: Sequence[str], days: Mapping[date, Rows]) -> None:
    """Insert the rows of days of which there is nothing yet, and their roll-ups: also of parts, which they don't have."""
    small = _SUMS[table]
    sums = await _insert(tx, table, names, days)
    for part, whole in WHOLE_SUMS.items():
        if whole is small:
            had, wanted = _columns(small), _columns(part)
            ids = [had[0].index(one) if one in had[0] else None for one in wanted[0]]
            counts = [had[1].index(one) for one in wanted[1]]
            undivided = {day: as_undivided(rows, ids, counts) for day, rows in sums.items()}
            await bulk_insert(tx, part, [*wanted[0], *wanted[1]], undivided)


async def _insert(tx: Tx, table: Any, names: Sequence[str], days: Mapping[date, Rows]) -> dict[date, dict[Ids, Counts]]:
    """Insert rows, and the roll-ups that are returned: summed here, so that the database doesn't read all rows again.

    Rows are sent by what is rolled up, as both databases keep them: PostgreSQL takes them in two thirds of the time.
    """
    ids, counts = _columns(_SUMS[table])
    sums: dict[date, dict[Ids, Counts]] = {day: {} for day in days}
    rows = (in_order(stored(tx, day), some, [*map(names.index, ids)], sums[day]) for day, some in days.items())
    await insert_rows(tx, table, names, chain.from_iterable(rows))
    await bulk_insert(tx, _SUMS[table], [*ids, *counts], sums)
    return sums


def _columns(table: Any) -> tuple[list[str], list[str]]:
    """Return the columns of a table's ids, which the day isn't one of, and of its counts."""
    ids = [one.name for one in table.__table__.primary_key.columns if one.name != "day"]
    return ids, [one.name for one in table.__table__.c if not one.primary_key]


async def roll_up(tx: Tx, table: Any, days: Collection[date]) -> None:
    """Write the roll-ups, if `table` has any, of days whose rows were written. Their weeks and months are taken back."""
    await _take_back(tx, table, days)
    if small := _SUMS.get(table):
        await _insert_sums(tx, small, table, col(table.day).in_(days))


async def _take_back(tx: Tx, table: Any, days: Collection[date]) -> None:
    if small := _SUMS.get(table):
        await tx.execute(delete(small).where(col(small.day).in_(days)))
    # What isn't told apart is read from the days by who, also in the units of parts.
    for unit in (*UNITS, *PART_UNITS) if table in WEEK.into else units_of(table):
        await tx.execute(delete(unit.rolled).where(col(unit.rolled.day).in_({unit.begin(day) for day in days})))
    if table is CostDayRow:
        await forget_largest(tx, days)


async def roll_up_undivided(tx: Tx, table: Any, days: Collection[date]) -> None:
    """Write the roll-ups of days that have no parts in `table`, from those of the same days by WHO."""
    await _take_back(tx, table, days)
    if (small := _SUMS.get(table)) is None:
        return
    whole = WHOLE_SUMS[small]
    rows = as_parts(small, whole).where(whole.__table__.c.day.in_(days)).subquery()
    await _insert_sums(tx, small, aliased(small, rows, adapt_on_names=True))


async def _insert_sums(
    tx: Tx, into: Any, table: Any, where: ColumnElement[bool] | None = None, as_day: date | None = None
) -> None:
    """Insert the sums of `table` by the columns of the key of `into`, by day or all of them as one day.

    A count is unknown as soon as one of its rows doesn't know it.
    """
    ids, _ = _columns(into)
    counts = [one for one in into.__table__.c if not one.primary_key]
    day: Any = col(table.day) if as_day is None else literal(as_day, Date())
    groups = [getattr(table, name) for name in ids]
    sums = [_sum(col(getattr(table, one.name)), is_unsure=bool(one.nullable)) for one in counts]
    statement = select_columns(day, *groups, *sums)
    statement = statement if where is None else statement.where(where)
    statement = statement.group_by(*groups) if as_day else statement.group_by(day, *groups)
    names = ["day", *ids, *(one.name for one in counts)]
    await tx.execute(into.__table__.insert().from_select(names, statement))


def _sum(count: Any, *, is_unsure: bool) -> Any:
    total = cast(func.sum(count), Nanos)  # PostgreSQL sums BIGINT as NUMERIC
    return case((func.count(count) == func.count(), total)) if is_unsure else total


async def units_to_roll_up(tx: Tx, unit: Unit) -> list[date]:
    """Return the first days of the weeks or months whose days are final and that aren't rolled up, the newest first."""
    final = select_columns(col(LedgerDayRow.day)).where(col(LedgerDayRow.closed))
    days = {row[0] for row in (await tx.execute(final)).all()}
    [done] = await rolled_units(tx, date.min, date.max, (unit,))
    starts = {unit.begin(day) for day in days} - {*done}
    return sorted((one for one in starts if days.issuperset(days_between(one, unit.end(one)))), reverse=True)


async def roll_up_units(tx: Tx, unit: Unit, starts: Sequence[date]) -> None:
    """Roll up whole weeks or months, given by their first days."""
    if not starts:
        return
    for table in unit.into:
        for one in starts:
            await roll_up_table(tx, unit, table, one)
    if unit not in PART_UNITS:
        await tx.execute(insert(unit.rolled), [{"day": one} for one in starts])
        return
    for one in starts:
        await begin_unit(tx, unit, one)
        await end_unit(tx, unit, one)


async def roll_up_table(tx: Tx, unit: Unit, table: Any, start: date) -> None:
    """Roll up the rows of one table in a week or month, which counts once all of its tables are."""
    into, last = unit.into[table], unit.end(start)
    rows = await with_undivided(tx, table, start, last)
    await tx.execute(delete(into).where(col(into.day) == start))
    await _insert_sums(tx, into, rows, col(rows.day).between(start, last), start)


async def begin_unit(tx: Tx, unit: Unit, start: date) -> None:
    """Note that a week or month of parts is being rolled up. What writes one of its days takes that back, too."""
    await tx.execute(delete(unit.rolled).where(col(unit.rolled.day) == start))
    known = await _as_known(tx, start, unit.end(start))
    await tx.execute(insert(unit.rolled), [{"day": start, **known, "last": start - ONE_DAY}])


async def end_unit(tx: Tx, unit: Unit, start: date) -> None:
    """Let a week or month of parts count from now on, if none of its days was written since `begin_unit`."""
    begun = update(unit.rolled).where(col(unit.rolled.day) == start, col(unit.rolled.last) < start)
    await tx.execute(begun.values(last=unit.end(start)))


async def _as_known(tx: Tx, first: date, last: date) -> dict[str, Any]:
    """Return of which totals, and of which reading, the parts of some days are."""
    figures = func.sum(col(LedgerDayRow.total_nanos)), func.max(col(LedgerDayRow.parts_at))
    statement = select_columns(*figures).where(col(LedgerDayRow.day).between(first, last))
    total, read_at = tuple[Any, ...]((await tx.execute(statement)).one())
    return {"last": last, "total_nanos": int(total or 0), "read_at": read_at}


async def rolled_units(tx: Tx, first: date, last: date, units: Sequence[Unit] = UNITS) -> Rolled:
    """Return which units are rolled up that begin between two days."""
    each = [_rolled(unit, at).where(col(unit.rolled.day).between(first, last)) for at, unit in enumerate(units)]
    rows = (await tx.execute(union_all(*each) if len(each) > 1 else each[0])).all()
    return [sorted(day for which, day in rows if which == at) for at in range(len(units))]


def _rolled(unit: Unit, at: int) -> Any:
    """Select what is rolled up as the unit; of parts that whose days are what they were, whoever has written them."""
    begins = col(unit.rolled.day)
    if unit not in PART_UNITS:
        return select_columns(literal(at), begins)
    last, total, read_at = (col(getattr(unit.rolled, name)) for name in ("last", "total_nanos", "read_at"))
    now_read = func.max(col(LedgerDayRow.parts_at))
    is_same = cast(func.sum(col(LedgerDayRow.total_nanos)), Nanos) == total, now_read.is_not_distinct_from(read_at)
    days = select_columns(literal(at), begins).join(LedgerDayRow, col(LedgerDayRow.day).between(begins, last))
    return days.group_by(begins, total, read_at).having(*is_same)


async def read_again(tx: Tx, first: date, last: date, now: datetime) -> None:
    """Note on days that their parts are read now; what is rolled up of them counts on, until one is written."""
    rolled = await rolled_units(tx, first - ONE_DAY * MONTH.most_days, last, PART_UNITS)
    reads = col(LedgerDayRow.rest_reads) + 1
    changed = update(LedgerDayRow).where(col(LedgerDayRow.day).between(first, last))
    await tx.execute(changed.values(parts_at=now, rest_reads=reads).execution_options(synchronize_session=False))
    for unit, starts in zip(PART_UNITS, rolled, strict=True):
        for one in (one for one in starts if unit.end(one) >= first):
            known = await _as_known(tx, one, unit.end(one))
            await tx.execute(update(unit.rolled).where(col(unit.rolled.day) == one).values(read_at=known["read_at"]))
