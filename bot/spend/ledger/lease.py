"""One process reads the reports at a time, be it the job or the command line."""

from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta

from bot.runtime import Runtime
from bot.store.leases import acquire_lease, release_lease

LEASE, LEASE_LASTS = "sync", timedelta(minutes=15)


@asynccontextmanager
async def sync_lease(rt: Runtime, now: datetime) -> AsyncGenerator[bool]:
    """Hold the lease of the sync for the block; False where another process holds it."""
    async with rt.store.write() as tx:
        is_ours = await acquire_lease(tx, LEASE, now, LEASE_LASTS)
    try:
        yield is_ours
    finally:
        if is_ours:
            # Only this run's lease: one that took too long may have been followed by another already.
            async with rt.store.write() as tx:
                await release_lease(tx, LEASE, now)
