"""Outside causes that were acted on: each counts once, however often it is delivered."""

import hashlib
from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col

from bot.store.session import Tx
from bot.store.tables import SeenEventRow
from bot.store.upsert import insert_new

MOST_CHARACTERS = 200


async def remember(tx: Tx, key: str, now: datetime) -> bool:
    """Remember a cause; False when it is known already."""
    done = await tx.execute(insert_new(tx, SeenEventRow), {"key": _short(key), "at": now})
    return done.rowcount == 1


async def remember_lately(tx: Tx, key: str, now: datetime, lasts: timedelta) -> bool:
    """Remember a cause for a while; False when it was acted on less than `lasts` ago."""
    if await remember(tx, key, now):
        return True
    at = col(SeenEventRow.at)
    is_over = (at <= now - lasts) | (at > now + lasts)  # a clock that was set back must not keep anybody waiting
    again = update(SeenEventRow).where(col(SeenEventRow.key) == _short(key), is_over).values(at=now)
    return (await tx.execute(again)).rowcount == 1


async def forget(tx: Tx, key: str) -> None:
    """Drop a cause that had no effect, so that it may have one."""
    await tx.execute(delete(SeenEventRow).where(col(SeenEventRow.key) == _short(key)))


def _short(key: str) -> str:
    """Return a key as it is stored: PostgreSQL refuses an index entry of more than 2,704 bytes."""
    return f"sha256:{hashlib.sha256(key.encode()).hexdigest()}" if len(key) > MOST_CHARACTERS else key


async def forget_before(tx: Tx, moment: datetime) -> None:
    """Drop causes so old that nobody delivers them again (Slack retries an event for 24 hours at most)."""
    await tx.execute(delete(SeenEventRow).where(col(SeenEventRow.at) < moment))
