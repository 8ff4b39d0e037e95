"""The report's rows in the database: whole days are replaced at once, sums are made by the database."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import delete, func, insert
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.admin.rows import ClaudeCodeRow
from bot.claude_code.model import DAY, MODEL, PERSON, TERMINAL, TOOL, ActorId, By, ReadDay, Reading, Use
from bot.store.session import Tx
from bot.store.tables import (
    ClaudeCodeActivityRow,
    ClaudeCodeCursorRow,
    ClaudeCodeDayRow,
    ClaudeCodeModelRow,
    ClaudeCodeToolRow,
)
from bot.store.upsert import insert_into

_CURSOR = "claude_code"
_ACTOR = ("day", "actor_type", "actor", "terminal", "is_remote", "customer_type", "subscription_type")
_ACTIVITY = ("sessions", "lines_added", "lines_removed", "commits", "pull_requests")
_TOOL, _MODEL = ("accepted", "rejected"), ("input", "output", "cache_read", "cache_write", "other", "nanos")
_TABLES: tuple[tuple[Any, tuple[str, ...]], ...] = (
    (ClaudeCodeActivityRow, _ACTIVITY),
    (ClaudeCodeToolRow, _TOOL),
    (ClaudeCodeModelRow, _MODEL),
)
_COLUMNS: Mapping[By, tuple[str, ...]] = {
    PERSON: ("actor_type", "actor"),
    TOOL: ("tool",),
    MODEL: ("model",),
    TERMINAL: ("terminal",),
    DAY: ("day",),
}
LATE_BY = timedelta(hours=6)
"""No reading is written so long after it was made."""
EMPTY_AGAIN = timedelta(minutes=30)
"""A day that had rows and has none is believed when it is still so after this long."""
Key = tuple[Any, ...]
_Rows = dict[Key, list[int]]


async def replace_day(tx: Tx, day: ReadDay, rows: Sequence[ClaudeCodeRow]) -> bool:
    """Replace all that is known of a day; False where a newer reading is known, or a sudden emptiness isn't believed yet.

    One that is much newer is of a clock that ran ahead.
    """
    known = await tx.session.get(ClaudeCodeDayRow, day.day)
    if known is not None and timedelta() < known.read_at - day.read_at <= LATE_BY:
        return False
    if known is not None and not rows and not await _may_empty(tx, known, day.read_at):
        return False
    for (table, counts), found in zip(_TABLES, _as_rows(rows), strict=True):
        await tx.execute(delete(table).where(table.day == day.day))
        keys = (*_ACTOR, *({"tool", "model"} & set(table.model_fields)))
        values = [dict(zip((*keys, *counts), (*key, *sums), strict=True)) for key, sums in found.items()]
        if values:
            await tx.execute(insert(table), values)
    facts = {"day": day.day, "read_at": day.read_at, "as_of": day.as_of, "closed": day.closed, "doubted_at": None}
    statement = insert_into(tx, ClaudeCodeDayRow).values(facts)
    changed = {name: statement.excluded[name] for name in facts if name != "day"}
    await tx.execute(statement.on_conflict_do_update(index_elements=["day"], set_=changed))
    return True


async def _may_empty(tx: Tx, known: ClaudeCodeDayRow, now: datetime) -> bool:
    """Tell whether an empty answer is believed: there was nothing before, or it said so a while ago already."""
    has_rows = select_columns(func.count()).select_from(ClaudeCodeActivityRow)
    if not (await tx.execute(has_rows.where(col(ClaudeCodeActivityRow.day) == known.day))).scalar():
        return True
    if known.doubted_at is not None:
        return abs(now - known.doubted_at) >= EMPTY_AGAIN
    known.doubted_at = now
    tx.session.add(known)
    return False


def _as_rows(rows: Sequence[ClaudeCodeRow]) -> tuple[_Rows, _Rows, _Rows]:
    """Return the rows of the three tables by their keys. Two lines about the same are added up."""
    activity, tools, models = _Rows(), _Rows(), _Rows()
    for row in rows:
        key = _key(row)
        _add(activity, key, [getattr(row, name) for name in _ACTIVITY])
        for tool, counts in row.tools.items():
            _add(tools, (*key, tool), counts)
        for model, use in row.models.items():
            _add(models, (*key, model), [getattr(use, name) for name in _MODEL])
    return activity, tools, models


def _key(row: ClaudeCodeRow) -> Key:
    actor = row.actor.lower() if row.actor_type == "user" else row.actor
    where = (row.terminal or "", row.is_remote, row.customer_type or "", row.subscription_type or "")
    return (row.day, row.actor_type, actor, *where)


def _add(found: _Rows, key: Key, counts: Sequence[int]) -> None:
    before = found.setdefault(key, [0] * len(counts))
    found[key] = [one + other for one, other in zip(before, counts, strict=True)]


async def read_days(tx: Tx, first: date, last: date) -> dict[date, ReadDay]:
    """Return what is known of the days from `first` to `last`. A day that is absent has no data."""
    found = await tx.session.exec(select(ClaudeCodeDayRow).where(col(ClaudeCodeDayRow.day).between(first, last)))
    return {row.day: ReadDay(row.day, row.read_at, row.as_of, row.closed) for row in found.all()}


async def last_read(tx: Tx) -> datetime | None:
    """Return when a day was last read. All figures are the same as long as it is."""
    return (await tx.execute(select_columns(func.max(ClaudeCodeDayRow.read_at)))).scalar()


async def oldest_day(tx: Tx) -> date | None:
    """Return the oldest day that was read."""
    return (await tx.execute(select_columns(func.min(ClaudeCodeDayRow.day)))).scalar()


async def oldest_with_data(tx: Tx) -> date | None:
    """Return the oldest day on which anybody did anything."""
    return (await tx.execute(select_columns(func.min(ClaudeCodeActivityRow.day)))).scalar()


async def uses(tx: Tx, first: date, last: date, by: By | None = None, *, only: str = "") -> dict[Key, Use]:
    """Return the sums from `first` to `last` by the columns of a split, of one person's e-mail with `only`.

    A split by tool or model holds what is counted by that alone.
    """
    columns = _COLUMNS[by] if by else ()
    found: dict[Key, dict[str, int]] = {}
    for table, counts in _TABLES:
        if any(not hasattr(table, name) for name in columns):
            continue
        groups = [getattr(table, name) for name in columns]
        sums = [func.sum(getattr(table, name)) for name in counts]
        statement = select_columns(*groups, *sums).where(table.day.between(first, last))
        if only:
            statement = statement.where(table.actor_type == "user", table.actor == only.lower())
        for row in (await tx.execute(statement.group_by(*groups))).all():
            key, values = tuple(row)[: len(columns)], tuple(row)[len(columns) :]
            # PostgreSQL sums BIGINT as NUMERIC, hence int().
            found.setdefault(key, {}).update({name: int(one or 0) for name, one in zip(counts, values, strict=True)})
    return {key: Use(**counts) for key, counts in found.items()}


async def actors(tx: Tx, first: date, last: date) -> frozenset[ActorId]:
    """Return who did anything from `first` to `last`."""
    columns = (col(ClaudeCodeActivityRow.actor_type), col(ClaudeCodeActivityRow.actor))
    statement = select_columns(*columns).where(col(ClaudeCodeActivityRow.day).between(first, last)).distinct()
    rows: list[tuple[str, ...]] = [tuple(row) for row in (await tx.execute(statement)).all()]
    return frozenset((kind, name) for kind, name in rows)


async def reading(tx: Tx) -> Reading:
    """Return how far the report was read."""
    row = await tx.session.get(ClaudeCodeCursorRow, _CURSOR)
    if row is None:
        return Reading()
    return Reading(row.looked_back_to, row.is_history_over, row.succeeded_at, row.failed_at, row.failure)


async def note_reading(tx: Tx, now: datetime, failure: str | None = None) -> None:
    """Note that a reading succeeded, or failed with a sentence."""
    facts = {"failed_at": now, "failure": failure} if failure else {"succeeded_at": now, "failed_at": None, "failure": None}
    await _move(tx, facts)


async def note_looked_back(tx: Tx, day: date, *, is_over: bool) -> None:
    """Note the oldest day that was asked for, and whether nothing is expected before it."""
    await _move(tx, {"looked_back_to": day, "is_history_over": is_over})


async def _move(tx: Tx, facts: Mapping[str, Any]) -> None:
    fresh = {"name": _CURSOR, "is_history_over": False, **facts}
    statement = insert_into(tx, ClaudeCodeCursorRow).values(fresh)
    changed = {name: statement.excluded[name] for name in facts}
    await tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed))
