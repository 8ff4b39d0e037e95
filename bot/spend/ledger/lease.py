"""One process reads the reports at a time, be it the job or the command line."""

from contextlib import AbstractAsyncContextManager
from datetime import timedelta

from bot.runtime import Runtime
from bot.store.leases import hold_lease

LEASE = "sync"
LONGEST = timedelta(minutes=15)
"""How long after its beginning, by which it is dated, a sync may still write."""


def sync_lease(rt: Runtime) -> AbstractAsyncContextManager[bool]:
    """Hold the lease of the sync for a block; False where another process holds it."""
    return hold_lease(rt.store, LEASE)
