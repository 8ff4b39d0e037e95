"""Leases: work that one process does at a time.

A lease ends when it is released, and expires when it isn't renewed. Work under `hold_lease` renews it while it goes on, so
it is free soon after its process died. One that was only paused can write nothing more once another process has the lease.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from functools import partial

import structlog
from sqlalchemy import delete, func, update
from sqlalchemy import select as select_columns
from sqlmodel import col

from bot.store.held import HELD, NotHeld
from bot.store.session import Store, Tx
from bot.store.tables import LeaseRow
from bot.store.upsert import insert_new

LASTS, RENEWED_EVERY = timedelta(seconds=90), 20.0
"""How long a lease lasts that isn't renewed, and seconds from one renewal to the next: three may fail."""
log = structlog.get_logger()


@contextlib.asynccontextmanager
async def hold_lease(store: Store, name: str, every: float = RENEWED_EVERY) -> AsyncGenerator[bool]:
    """Hold a lease for the block, renewed each `every` seconds; False where another process holds it.

    In the block a transaction that would commit after the lease was lost raises NotHeld instead.
    """
    async with store.write() as tx:
        since, is_ours = tx.now, await acquire_lease(tx, name, tx.now, LASTS)
    if not is_ours:
        yield False
        return
    renewing = asyncio.create_task(_keep(store, name, since, every))  # before HELD is set, which tasks inherit
    before = HELD.set(partial(_check, name, since))
    try:
        yield True
    finally:
        HELD.reset(before)
        renewing.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await renewing
        async with store.write() as tx:
            await release_lease(tx, name, since)


async def _keep(store: Store, name: str, since: datetime, every: float) -> None:
    """Renew a lease until it is lost. Where the database is away the next renewal may do."""
    is_held = True
    while is_held:
        await asyncio.sleep(every)
        try:
            async with store.write() as tx:
                is_held = await _renew(tx, name, since)
        except Exception as error:
            log.warning("lease_not_renewed", lease=name, error=type(error).__name__)


async def _renew(tx: Tx, name: str, since: datetime) -> bool:
    ours = (col(LeaseRow.name) == name, col(LeaseRow.since) == since)
    return (await tx.execute(update(LeaseRow).where(*ours).values(renewed_at=tx.now))).rowcount == 1


async def _check(name: str, since: datetime, tx: Tx) -> None:
    """Raise NotHeld where somebody else has the lease; who wants it waits until this transaction is committed."""
    ours = select_columns(col(LeaseRow.name)).where(col(LeaseRow.name) == name, col(LeaseRow.since) == since)
    if (await tx.execute(ours.with_for_update(read=True))).first() is None:
        log.warning("lease_lost", lease=name)
        raise NotHeld


async def acquire_lease(tx: Tx, name: str, now: datetime, lasts: timedelta) -> bool:
    """Take a lease; False while somebody else holds it. It is free once released, and when it wasn't renewed for `lasts`."""
    if (await tx.execute(insert_new(tx, LeaseRow), {"name": name, "since": now})).rowcount == 1:
        return True
    # A clock that was set back must not keep everybody waiting: a lease from the future doesn't count either.
    renewed = func.coalesce(col(LeaseRow.renewed_at), col(LeaseRow.since))
    is_over = (renewed < now - lasts) | (renewed > now + lasts)
    retake = update(LeaseRow).where(col(LeaseRow.name) == name, is_over).values(since=now, renewed_at=None)
    return (await tx.execute(retake)).rowcount == 1


async def release_lease(tx: Tx, name: str, since: datetime) -> None:
    """Release a lease that was taken `since` then. One that somebody else took meanwhile stays theirs."""
    await tx.execute(delete(LeaseRow).where(col(LeaseRow.name) == name, col(LeaseRow.since) == since))
