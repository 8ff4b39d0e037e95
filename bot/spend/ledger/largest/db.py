"""The largest keys of a day and those that rose most, without reading the others: there may be thousands.

Only for days whose source tells keys. Of the last days that are final the largest keys of all workspaces are kept, as
digests compare them: with the day a week before. What writes one of the two days takes them back, in one transaction; a
replica of a version that doesn't know of them moves a day's total, with which they count no more.
"""

from collections.abc import Collection, Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import CTE, String, and_, case, cast, delete, func, insert, literal, null, or_, union_all
from sqlalchemy import select as select_columns
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.spend.model import ONE_DAY, dollars, nanos
from bot.store.session import Tx
from bot.store.tables import CostDayRow, LargestDayRow, LargestKeyRow, LedgerDayRow
from bot.store.types import Nanos

_KEYS_AT_ONCE = 500
_WEEK = ONE_DAY * 7
_KEPT_KEYS = 100
_KEPT_DAYS = 7
"""Digests are of the day before, or of a few more where they are late."""


class KeySum(NamedTuple):
    """What a key cost on a day, and on the day that it is compared with."""

    id: str
    amount: Decimal
    before: Decimal


class Largest(NamedTuple):
    """The largest keys, the largest first. Of all keys together, how many have or had an amount, have one, and the least."""

    keys: list[KeySum]
    parts: int
    spent: int
    least: Decimal


async def largest_keys(tx: Tx, day: date, before: date | None, most: int, workspace_ids: Sequence[str] = ()) -> Largest:
    """Return so many of the largest keys of a day, and counts of all; no `workspace_ids` means all workspaces.

    `before` is the day that it is compared with: a key of either is counted.
    """
    if not workspace_ids and before == day - _WEEK and most <= _KEPT_KEYS and (kept := await _kept(tx, day)):
        return kept._replace(keys=kept.keys[:most])
    return await _counted(tx, day, before, most, workspace_ids)


async def _counted(tx: Tx, day: date, before: date | None, most: int, workspace_ids: Sequence[str] = ()) -> Largest:
    sums = _by_key(day, before, workspace_ids)
    now, then = sums.c.now, sums.c.then
    top = select_columns(sums.c.key, now, then, literal(0).label("least")).order_by(now.desc()).limit(most).subquery()
    parts, spent = func.count(case((or_(now != 0, then != 0), 1))), func.count(case((now != 0, 1)))
    every = select_columns(cast(null(), String), parts, spent, func.min(now))
    rows = await tx.rows(union_all(select_columns(top.c.key, top.c.now, top.c.then, top.c.least), every))
    keys = [KeySum(one[0], dollars(int(one[1])), dollars(int(one[2]))) for one in rows if one[0] is not None]
    counts = next(one for one in rows if one[0] is None)
    keys.sort(key=lambda one: -one.amount)
    return Largest(keys, counts[1], counts[2], dollars(int(counts[3] or 0)))


async def _kept(tx: Tx, day: date) -> Largest | None:
    row, now, then = LargestDayRow, aliased(LedgerDayRow), aliased(LedgerDayRow)
    statement = select_columns(col(row.parts), col(row.spent), col(row.least_nanos)).where(col(row.day) == day)
    same_day = and_(col(now.day) == day, col(now.total_nanos) == col(row.total_nanos))
    same_before = and_(col(then.day) == day - _WEEK, col(then.total_nanos) == col(row.before_nanos))
    counts = await tx.rows(statement.join(now, same_day).join(then, same_before))
    if not counts:
        return None
    of_key = (col(LargestKeyRow.api_key_id), col(LargestKeyRow.nanos), col(LargestKeyRow.before_nanos))
    rows = await tx.rows(select_columns(*of_key).where(col(LargestKeyRow.day) == day).order_by(of_key[1].desc()))
    ((parts, spent, least),) = counts
    return Largest([KeySum(one, dollars(now), dollars(then)) for one, now, then in rows], parts, spent, dollars(least))


async def days_to_keep(tx: Tx) -> list[date]:
    """Return those of the last days that are final, whose day a week before is, too, and that aren't kept."""
    last = (await tx.execute(select_columns(func.max(col(LedgerDayRow.day))))).scalar()
    if last is None:
        return []
    final = select_columns(col(LedgerDayRow.day)).where(col(LedgerDayRow.closed), col(LedgerDayRow.day) > last - _WEEK * 3)
    days = {row[0] for row in (await tx.execute(final)).all()}
    done = {row[0] for row in (await tx.execute(select_columns(col(LargestDayRow.day)))).all()}
    newest = sorted(days, reverse=True)[:_KEPT_DAYS]
    return [day for day in newest if day not in done and day - _WEEK in days]


async def keep_largest(tx: Tx, days: Sequence[date]) -> None:
    """Keep the largest keys of days, and forget those that are older than digests need."""
    if not days:
        return
    old = max(days) - ONE_DAY * _KEPT_DAYS
    for table in (LargestKeyRow, LargestDayRow):
        await tx.execute(delete(table).where(or_(col(table.day).in_(days), col(table.day) <= old)))
    total = select_columns(col(LedgerDayRow.day), col(LedgerDayRow.total_nanos))
    both = {other for day in days for other in (day, day - _WEEK)}
    totals = {row[0]: row[1] for row in await tx.execute(total.where(col(LedgerDayRow.day).in_(both)))}
    for day in days:
        found = await _counted(tx, day, day - _WEEK, _KEPT_KEYS)
        counts = {"parts": found.parts, "spent": found.spent, "least_nanos": nanos(found.least)}
        counts |= {"total_nanos": totals.get(day, 0), "before_nanos": totals.get(day - _WEEK, 0)}
        keys = [
            {"day": day, "api_key_id": one.id, "nanos": nanos(one.amount), "before_nanos": nanos(one.before)}
            for one in found.keys
        ]
        await tx.execute(insert(LargestDayRow), [{"day": day, **counts}])
        if keys:
            await tx.execute(insert(LargestKeyRow), keys)


async def forget_largest(tx: Tx, days: Iterable[date]) -> None:
    """Take back what is kept of days that are written, and of those that are compared with them."""
    stale = {other for day in days for other in (day, day + _WEEK)}
    await tx.execute(delete(LargestDayRow).where(col(LargestDayRow.day).in_(stale)))


def _by_key(day: date, before: date | None, workspace_ids: Sequence[str]) -> CTE:
    of_day, nanos, nothing = col(CostDayRow.day) == day, col(CostDayRow.nanos), literal(0, Nanos)
    key: Any = col(CostDayRow.api_key_id)
    now, then = _sum(case((of_day, nanos), else_=nothing)), _sum(case((of_day, nothing), else_=nanos))
    statement = select_columns(key.label("key"), now.label("now"), then.label("then"))
    return _within(statement, day, before, workspace_ids).group_by(key).cte("sums")


async def risen_keys(tx: Tx, day: date, before: date, workspace_id: str, least: Decimal) -> list[str]:
    """Return the keys of a workspace, "" for none, of which twice the rise since another day is at least so much."""
    nanos = col(CostDayRow.nanos)
    change = _sum(case((col(CostDayRow.day) == day, nanos), else_=-nanos))
    statement = _within(select_columns(col(CostDayRow.api_key_id)), day, before, [workspace_id])
    risen = statement.group_by(col(CostDayRow.api_key_id)).having(change * 2 >= int(least.scaleb(9)))
    return [row[0] for row in await tx.rows(risen)]


async def keys_of(tx: Tx, day: date, before: date, key_ids: Collection[str], workspace_ids: Sequence[str] = ()) -> set[str]:
    """Return those of the keys that two days have figures of."""
    found, wanted = set[str](), sorted(key_ids)
    for start in range(0, len(wanted), _KEYS_AT_ONCE):
        some = col(CostDayRow.api_key_id).in_(wanted[start : start + _KEYS_AT_ONCE])
        statement = select_columns(col(CostDayRow.api_key_id)).where(some).distinct()
        found |= {row[0] for row in await tx.rows(_within(statement, day, before, workspace_ids))}
    return found


def _within(statement: Any, day: date, before: date | None, workspace_ids: Sequence[str]) -> Any:
    days = [day] if before is None else [day, before]
    statement = statement.where(col(CostDayRow.day).in_(days))
    return statement.where(col(CostDayRow.workspace_id).in_(workspace_ids)) if workspace_ids else statement


def _sum(count: Any) -> Any:
    return cast(func.sum(count), Nanos)  # PostgreSQL sums BIGINT as NUMERIC
