"""The bot's share of the 100 admin requests a minute that the organization has, so that it never starves the others.

A sliding window, not a refilling bucket: no 60 seconds ever see more than the limit, also right after a pause. People go
before background work, and background work leaves a third of the window free for them.
"""

import asyncio
import heapq
import time
from collections import deque
from collections.abc import Generator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from itertools import count

WINDOW = 60.0
PEOPLE_RESERVE = 1 / 3
LOW_WATER = 0.1
"""Below this share of the server's own `remaining`, background work waits for its reset."""


_IN_A_HURRY: ContextVar[bool] = ContextVar("in_a_hurry", default=False)
HURRIED_WAIT = 20.0
"""Seconds; what is done under a claim is given back then, and taken up again."""


@contextmanager
def in_a_hurry() -> Generator[None]:
    """Wait for the budget only shortly in this block: the right to do what comes after the wait expires."""
    token = _IN_A_HURRY.set(True)
    try:
        yield
    finally:
        _IN_A_HURRY.reset(token)


def patience(usual: float) -> float:
    """Return how long to wait for the budget here."""
    return min(usual, HURRIED_WAIT) if _IN_A_HURRY.get() else usual


@dataclass(frozen=True)
class Use:
    """How much of a budget the last window took, and what the server said in it of its own: (limit, remaining), or None.

    `waits` is for how many seconds background work is held back now, 0 for not at all.
    """

    used: int
    most: int
    server: tuple[int, int] | None
    waits: float


class Budget:
    """At most `most` permissions in any `window` seconds, queued by priority, first come first served within one."""

    def __init__(self, most: int, window: float = WINDOW) -> None:
        self.most = most
        self._window = window
        self._spent: deque[float] = deque()
        self._waiting: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = count()
        self._closed_until = [0.0, 0.0]
        self._timer: asyncio.TimerHandle | None = None
        self._server: tuple[int, int] | None = None
        self._told_at = 0.0

    @property
    def use(self) -> Use:
        """How it stands now."""
        now = time.monotonic()
        used = sum(at > now - self._window for at in self._spent)
        server = self._server if now - self._told_at < self._window else None
        return Use(used, self.most, server, max(self._closed_until[1] - now, 0.0))

    @property
    def left(self) -> int:
        """How many permissions the present window has left."""
        since = time.monotonic() - self._window
        return self.most - sum(spent > since for spent in self._spent)

    async def take(self, interactive: bool) -> None:
        """Return when one request may be sent; `interactive` goes first."""
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._waiting, (0 if interactive else 1, next(self._order), future))
        self._grant()
        await future

    def pause(self, seconds: float, interactive: bool = True) -> None:
        """Grant nothing for so long, at most one window. With `interactive` False only background work is held back."""
        until = time.monotonic() + min(max(seconds, 0.0), self._window)
        for rank in (0, 1) if interactive else (1,):
            self._closed_until[rank] = max(self._closed_until[rank], until)

    def learn(self, limit: int, remaining: int, reset_in: float) -> None:
        """Take in what the server says about its own window: wait before it would answer 429."""
        self._server, self._told_at = (limit, remaining), time.monotonic()
        if remaining <= 0:
            self.pause(reset_in)
        elif remaining <= limit * LOW_WATER:
            self.pause(reset_in, interactive=False)

    def _grant(self) -> None:
        """Let as many waiters go as the window allows, and come back when it allows the next."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        while self._waiting:
            rank, _, future = self._waiting[0]
            if not future.done():
                delay = self._delay(rank)
                if delay > 0:
                    self._timer = asyncio.get_running_loop().call_later(delay, self._grant)
                    return
                self._spent.append(time.monotonic())
                future.set_result(None)
            heapq.heappop(self._waiting)

    def _delay(self, rank: int) -> float:
        """Seconds until a waiter of this rank may go; 0 for now."""
        now = time.monotonic()
        while self._spent and self._spent[0] <= now - self._window:
            self._spent.popleft()
        allowed = self.most if rank == 0 else max(1, int(self.most * (1 - PEOPLE_RESERVE)))
        excess = len(self._spent) - allowed
        room_in = self._spent[excess] + self._window - now if excess >= 0 else 0.0
        return max(room_in, self._closed_until[rank] - now, 0.0)
