"""What every service and listener works with, handed to it by name. Built once, in `bot.app`; nothing here is global."""

import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import structlog

from bot.approvals.policy import Policy
from bot.config import Settings
from bot.directory.directory import Directory
from bot.ports import Admin, Notifier
from bot.store.session import Store
from bot.store.vault import Vault

log = structlog.get_logger()

CROWD_WITHIN, LULL, LONGEST_TURN = 0.02, 0.005, 0.25
"""Seconds: acts so close together are a crowd; so long without another one is its end; nobody waits for that longer."""


@dataclass
class Tasks:
    """Work that outlives the listener that began it: referenced until done, waited for at shutdown."""

    running: set[asyncio.Task[Any]] = field(default_factory=set[asyncio.Task[Any]])
    _came: float = -math.inf

    async def turn(self) -> None:
        """Return at once to whoever comes alone; when many come together, once no more are coming.

        Slack waits 3 seconds for an ack; the work behind it can wait a moment, so that all acks are out before it begins.
        """
        loop = asyncio.get_running_loop()
        came = loop.time()
        alone, self._came = came - self._came > CROWD_WITHIN, came
        # A lull is time passing, not an event.
        while not alone and loop.time() - self._came < LULL and loop.time() - came < LONGEST_TURN:  # noqa: ASYNC110
            await asyncio.sleep(LULL)

    def spawn(self, work: Coroutine[Any, Any, Any]) -> asyncio.Task[Any]:
        """Start work now; a failure is logged, because nobody awaits it."""
        task = asyncio.create_task(work)
        self.running.add(task)
        task.add_done_callback(self._finished)
        return task

    def _finished(self, task: asyncio.Task[Any]) -> None:
        self.running.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            log.error("task_failed", error=type(error).__name__, exc_info=error)

    async def drain(self, seconds: float) -> None:
        """Wait for what runs, at most `seconds`; what is left is cancelled, and repaired by `reconcile` after a restart."""
        if self.running:
            _, late = await asyncio.wait(set(self.running), timeout=seconds)
            for task in late:
                task.cancel()
            await asyncio.gather(*late, return_exceptions=True)


@dataclass
class Runtime:
    """The running bot: settings, policy, store, the two ports, the vault and the clock (aware UTC).

    `team_id` and `bot_user_id` are what the bot token belongs to, known once `self_test` was answered.
    """

    settings: Settings
    policy: Policy
    store: Store
    admin: Admin
    directory: Directory
    notifier: Notifier
    vault: Vault
    clock: Callable[[], datetime]
    team_id: str = ""
    bot_user_id: str = ""
    tasks: Tasks = field(default_factory=Tasks)

    def now(self) -> datetime:
        """Return the present moment."""
        return self.clock()
