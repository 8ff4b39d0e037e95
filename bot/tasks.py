"""Work that outlives the listener that began it, and waits for a lull when many come together."""

import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from typing import Any, ParamSpec, TypeVar

import structlog

log = structlog.get_logger()

P = ParamSpec("P")
T = TypeVar("T")
FEW = 1_000
"""Work on so many rows takes a few milliseconds, and a thread as long as that to begin on a busy machine."""


async def apart(rows: int, work: Callable[P, T], *given: P.args, **named: P.kwargs) -> T:
    """Do work that only computes: on many rows in a thread, so that acks go out meanwhile."""
    return work(*given, **named) if rows <= FEW else await asyncio.to_thread(work, *given, **named)


CROWD_WITHIN, LULL, LONGEST_WAIT = 0.02, 0.005, 0.25
"""Seconds: acts so close together are a crowd; so long without another one is its end; nobody waits for that longer."""


@dataclass
class Tasks:
    """Work that outlives the listener that began it: referenced until done, waited for at shutdown."""

    running: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])
    _came: float = -math.inf

    async def wait_for_lull(self) -> None:
        """Return at once for a single act; when many come together, return in the first lull.

        Slack waits 3 seconds for an ack; the work behind it can wait a moment, so that all acks are out before it begins.
        """
        loop = asyncio.get_running_loop()
        came = loop.time()
        alone, self._came = came - self._came > CROWD_WITHIN, came
        # A lull is time passing, not an event.
        while not alone and loop.time() - self._came < LULL and loop.time() - came < LONGEST_WAIT:  # noqa: ASYNC110
            await asyncio.sleep(LULL)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start work now. A failure is logged, because nobody awaits it."""
        task = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self.running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task_failed", error=type(error).__name__, exc_info=error)

    async def drain(self, seconds: float) -> None:
        """Wait for what runs, at most `seconds`. What is left is cancelled, and repaired by timers after a restart."""
        if self.running:
            _, late = await asyncio.wait(set(self.running), timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)
