"""A database that is away when a process starts: waited for, for a while, with one line in the log."""

import asyncio
import time
from collections.abc import Awaitable, Callable

import structlog

from bot.store.migrate import DatabaseAway

log = structlog.get_logger()
WITHIN = 300.0
"""Seconds that a start waits for its database; after that it ends, and what runs it starts it again."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 15.0


async def opened(
    open_it: Callable[[], Awaitable[None]],
    stop: asyncio.Event,
    *,
    within: float = WITHIN,
    pause: float = FIRST_PAUSE,
    clock: Callable[[], float] = time.monotonic,
) -> bool:
    """Open a database, waiting while it is away; False where the process is to stop meanwhile.

    Raises DatabaseAway where it is still away after `within` seconds, and at once what `open_it` raises for good.
    """
    began, has_waited = clock(), False
    while True:
        try:
            await open_it()
        except DatabaseAway as away:
            if clock() - began >= within:
                raise
            if not has_waited:
                log.warning("waiting_for_database", why=away.sentence, seconds=round(within))
            has_waited = True
        else:
            if has_waited:
                log.info("database_is_back", seconds=round(clock() - began))
            return True
        if await _is_set_within(stop, pause):
            return False
        pause = min(pause * 2, LONGEST_PAUSE)


async def _is_set_within(stop: asyncio.Event, seconds: float) -> bool:
    try:
        async with asyncio.timeout(seconds):
            return await stop.wait()
    except TimeoutError:
        return False
