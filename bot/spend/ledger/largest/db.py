"""The largest keys of a day and those that rose most, without reading the others: there may be thousands.

Only for days whose source tells keys.
"""

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import CTE, String, case, cast, func, literal, null, or_, union_all
from sqlalchemy import select as select_columns
from sqlmodel import col

from bot.spend.model import dollars
from bot.store.session import Tx
from bot.store.tables import CostDayRow
from bot.store.types import Nanos

_KEYS_AT_ONCE = 500


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
