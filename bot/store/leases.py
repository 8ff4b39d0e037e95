"""Leases: work that one process does at a time. A lease ends when it is released, or expires."""

from datetime import datetime, timedelta

from sqlalchemy import delete, update
from sqlmodel import col

from bot.store.session import Tx
from bot.store.tables import LeaseRow
from bot.store.upsert import insert_new


async def acquire_lease(tx: Tx, name: str, now: datetime, lasts: timedelta) -> bool:
    """Take a lease; False while somebody else holds it. It is free again once released, and after `lasts`."""
    if (await tx.execute(insert_new(tx, LeaseRow), {"name": name, "since": now})).rowcount == 1:
        return True
    # A clock that was set back must not keep everybody waiting: a lease from the future doesn't count either.
    is_over = (col(LeaseRow.since) < now - lasts) | (col(LeaseRow.since) > now + lasts)
    retake = update(LeaseRow).where(col(LeaseRow.name) == name, is_over).values(since=now)
    return (await tx.execute(retake)).rowcount == 1


async def release_lease(tx: Tx, name: str, since: datetime) -> None:
    """Release a lease that was taken `since` then. One that somebody else took meanwhile stays theirs."""
    await tx.execute(delete(LeaseRow).where(col(LeaseRow.name) == name, col(LeaseRow.since) == since))
