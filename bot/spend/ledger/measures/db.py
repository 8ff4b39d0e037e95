"""Money, requests and tokens of the same groups, from the ledger's tables of cost and of usage."""

from datetime import date
from typing import Any

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import col

from bot.spend.ledger.db import GroupedBy, Where
from bot.spend.model import Measures, dollars
from bot.store.session import Tx
from bot.store.tables import CostDayRow, UsageDayRow

_Key = tuple[tuple[str, Any], ...]
_TOKENS = ("uncached_input", "cache_read", "cache_write_5m", "cache_write_1h", "output")


async def measures(tx: Tx, first: date, last: date, by: GroupedBy, where: Where | None = None) -> list[Measures]:
    """Return all counts from `first` to `last`, grouped by dimensions and days; what isn't grouped by is absent.

    `where` keeps, for each of its dimensions, only those ids. The day of what isn't grouped by day is `first`.
    """
    costs = await _sums(tx, CostDayRow, ("nanos", "list_nanos"), (first, last), by, where)
    usage = await _sums(tx, UsageDayRow, (*_TOKENS, "requests"), (first, last), by, where)
    return [_measures(first, key, costs.get(key, {}), usage.get(key, {})) for key in {**costs, **usage}]


async def _sums(
    tx: Tx, table: Any, counts: tuple[str, ...], span: tuple[date, date], by: GroupedBy, where: Where | None
) -> dict[_Key, dict[str, int | None]]:
    """Return sums by group; one is None as soon as a row of its group doesn't know it."""
    columns = {name: col(getattr(table, name)) for name in (one if isinstance(one, str) else one.column for one in by)}
    known = [func.count(getattr(table, name)) == func.count() for name in counts]
    sums = [func.sum(getattr(table, name)) for name in counts]
    statement = select_columns(*columns.values(), *sums, *known).where(col(table.day).between(*span))
    for dimension, ids in (where or {}).items():
        statement = statement.where(col(getattr(table, dimension.column)).in_(ids))
    found: dict[_Key, dict[str, int | None]] = {}
    rows: list[tuple[Any, ...]] = [tuple(row) for row in (await tx.execute(statement.group_by(*columns.values()))).all()]
    for row in rows:
        key, values = row[: len(columns)], row[len(columns) :]
        told = values[len(counts) :]
        # PostgreSQL sums BIGINT as NUMERIC, hence int().
        found[tuple(zip(columns, key, strict=True))] = {
            name: int(value or 0) if is_told else None for name, value, is_told in zip(counts, values, told, strict=False)
        }
    return found


def _measures(first: date, key: _Key, cost: dict[str, int | None], usage: dict[str, int | None]) -> Measures:
    ids = dict(key)
    at_list = cost.get("list_nanos", 0)
    return Measures(
        ids.pop("day", first),
        ids,
        dollars(cost.get("nanos") or 0),
        None if at_list is None else dollars(at_list),
        usage.get("requests", 0),
        **{name: usage.get(name) or 0 for name in _TOKENS},
    )
