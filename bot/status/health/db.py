"""What waits in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, or_
from sqlalchemy import select as select_columns
from sqlmodel import col

from bot.store.session import Tx
from bot.store.tables import PostRow, RequestRow, TimerRow

Waiting = tuple[int, datetime | None]
"""How many are due, and since when the first one is."""


async def requests_by_status(tx: Tx) -> dict[str, int]:
    """Return how many requests there are in each status that one has."""
    statement = select_columns(col(RequestRow.status), func.count()).group_by(col(RequestRow.status))
    rows: list[tuple[Any, ...]] = [tuple(row) for row in (await tx.execute(statement)).all()]
    return {row[0]: row[1] for row in rows}


async def posts_waiting(tx: Tx, now: datetime) -> Waiting:
    """Return which messages should stand in Slack otherwise than they do."""
    due = col(PostRow.due_at)
    return await _waiting(tx, select_columns(func.count(), func.min(due)).where(due <= now))


async def timers_late(tx: Tx, now: datetime) -> Waiting:
    """Return which timers are due and nobody works on."""
    due, claimed = col(TimerRow.due_at), col(TimerRow.claimed_until)
    statement = select_columns(func.count(), func.min(due)).where(due <= now, or_(claimed.is_(None), claimed <= now))
    return await _waiting(tx, statement)


async def _waiting(tx: Tx, statement: Any) -> Waiting:
    row = tuple((await tx.execute(statement)).one())
    return int(row[0]), row[1]
