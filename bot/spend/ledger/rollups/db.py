"""Roll-ups in the database: days without keys and people, and whole weeks with them.

What people ask for is read from the table with the fewest rows that has it. Days are rolled up in the transaction that
writes them. Weeks are rolled up once they are over; what writes one of their days takes the week back, in one transaction.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Date, case, cast, delete, func, insert, literal
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.spend.ledger.undivided.db import WHOLE_SUMS, as_parts
from bot.spend.model import ONE_DAY
from bot.store.session import Tx
from bot.store.tables import (
    CostDayRow,
    CostDaySumRow,
    CostPartRow,
    CostPartSumRow,
    CostWeekRow,
    LedgerDayRow,
    LedgerWeekRow,
    UsageDayRow,
    UsageDaySumRow,
    UsagePartRow,
    UsagePartSumRow,
    UsageWeekRow,
)
from bot.store.types import Nanos

WEEK = ONE_DAY * 7
WEEKS_AT_ONCE = 5
"""As many weeks are rolled up in one transaction: nobody else writes meanwhile."""
_SUMS: dict[Any, Any] = {
    CostDayRow: CostDaySumRow,
    UsageDayRow: UsageDaySumRow,
    CostPartRow: CostPartSumRow,
    UsagePartRow: UsagePartSumRow,
}
_WEEKS: dict[Any, Any] = {CostDayRow: CostWeekRow, UsageDayRow: UsageWeekRow}


def narrowest(table: Any, names: Iterable[str]) -> Any:
    """Return the table with the fewest rows a day that has all of these columns of `table`."""
    small = _SUMS.get(table)
    return table if small is None or any(name not in small.__table__.c for name in names) else small


def weekly(table: Any) -> Any:
    """Return the table that has the weeks of `table`, or None."""
    return _WEEKS.get(table)


async def roll_up(tx: Tx, table: Any, days: Collection[date]) -> None:
    """Write the roll-ups of days whose rows in `table` were written. The weeks of the days aren't rolled up any more."""
    small = _SUMS[table]
    await tx.execute(delete(small).where(col(small.day).in_(days)))
    await _insert_sums(tx, small, table, col(table.day).in_(days))
    if table in _WEEKS:
        await tx.execute(delete(LedgerWeekRow).where(col(LedgerWeekRow.day).in_({monday(day) for day in days})))


async def roll_up_undivided(tx: Tx, table: Any, days: Collection[date]) -> None:
    """Write the roll-ups of days that have no parts in `table`, from those of the same days by WHO."""
    small = _SUMS[table]
    whole = WHOLE_SUMS[small]
    await tx.execute(delete(small).where(col(small.day).in_(days)))
    rows = as_parts(small, whole).where(whole.__table__.c.day.in_(days)).subquery()
    await _insert_sums(tx, small, aliased(small, rows, adapt_on_names=True))


async def _insert_sums(
    tx: Tx, into: Any, table: Any, where: ColumnElement[bool] | None = None, as_day: date | None = None
) -> None:
    """Insert the sums of `table` by the columns of the key of `into`, by day or all of them as one day.

    A count is unknown as soon as one of its rows doesn't know it.
    """
    ids = [one.name for one in into.__table__.primary_key.columns if one.name != "day"]
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


def monday(day: date) -> date:
    """Return the first day of a day's week."""
    return day - ONE_DAY * day.weekday()


async def weeks_to_roll_up(tx: Tx) -> list[date]:
    """Return the Mondays of the weeks whose seven days are final and that aren't rolled up, the newest first."""
    final = select_columns(col(LedgerDayRow.day)).where(col(LedgerDayRow.closed))
    days = {row[0] for row in (await tx.execute(final)).all()}
    done = {row[0] for row in (await tx.execute(select_columns(col(LedgerWeekRow.day)))).all()}
    mondays = {monday(day) for day in days} - done
    return sorted((one for one in mondays if all(one + ONE_DAY * n in days for n in range(7))), reverse=True)


async def roll_up_weeks(tx: Tx, weeks: Sequence[date]) -> None:
    """Roll up whole weeks, given by their Mondays."""
    if not weeks:
        return
    for table, into in _WEEKS.items():
        await tx.execute(delete(into).where(col(into.day).in_(weeks)))
        for one in weeks:
            await _insert_sums(tx, into, table, col(table.day).between(one, one + WEEK - ONE_DAY), one)
    await tx.execute(insert(LedgerWeekRow), [{"day": one} for one in weeks])


async def rolled_weeks(tx: Tx, first: date, last: date) -> list[date]:
    """Return the Mondays of the longest row of rolled-up weeks that lie between two days."""
    within = col(LedgerWeekRow.day).between(first, last - WEEK + ONE_DAY)
    found = await tx.execute(select_columns(col(LedgerWeekRow.day)).where(within).order_by(col(LedgerWeekRow.day)))
    runs: list[list[date]] = [[]]
    for one in [row[0] for row in found.all()]:
        if runs[-1] and one - runs[-1][-1] != WEEK:
            runs.append([])
        runs[-1].append(one)
    return max(runs, key=len)
