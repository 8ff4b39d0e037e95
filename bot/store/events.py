"""Outside causes that were acted on: each counts once, however often it is delivered."""

import hashlib
from datetime import datetime

from sqlalchemy import delete
from sqlmodel import col

from bot.store.session import Tx
from bot.store.tables import SeenEventRow
from bot.store.upsert import insert_into

MOST_CHARACTERS = 200


async def remember(tx: Tx, key: str, now: datetime) -> bool:
    """Remember a cause; False when it is known already."""
    if len(key) > MOST_CHARACTERS:  # PostgreSQL refuses an index entry of more than 2,704 bytes
        key = f"sha256:{hashlib.sha256(key.encode()).hexdigest()}"
    done = await tx.execute(insert_into(tx, SeenEventRow).values({"key": key, "at": now}).on_conflict_do_nothing())
    return done.rowcount == 1


async def forget_before(tx: Tx, moment: datetime) -> None:
    """Drop causes so old that nobody delivers them again (Slack retries an event for 24 hours at most)."""
    await tx.execute(delete(SeenEventRow).where(col(SeenEventRow.at) < moment))
