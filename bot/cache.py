"""What was read outside and is remembered for a while: by key, bounded, and forgotten when it is told of a change."""

import asyncio
import time
from collections import deque
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")

AT_ONCE = 6
"""Loads of a key that nothing holds apart."""


@dataclass(eq=False)
class _Flight(Generic[V]):
    """A load on its way, how many wait for it, and the one after which it begins."""

    previous: "_Flight[V] | None"
    task: asyncio.Task[V] = field(init=False)
    waiting: int = 0
    has_begun: bool = False
    is_stale: bool = False


class Cache(Generic[K, V]):
    """Answers of `load`, each kept for `seconds` from when it was asked for, and at most `most` of them.

    Those who ask for the same key at once share one load. A failure is told to all who wait for it and is not kept. A load
    for which nobody waits any more is cancelled. Once `AT_ONCE` loads of a key have begun within as many times `apart`
    seconds, the next one begins `apart` seconds after the last, so that a crowd of which everybody needs a `fresh` answer
    shares a few and one person hardly waits.
    """

    def __init__(
        self,
        load: Callable[[K], Awaitable[V]],
        seconds: float,
        *,
        most: int = 2000,
        apart: float = 0.0,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._load, self._seconds, self._most, self._apart, self._clock = load, seconds, most, apart, clock
        self._kept: dict[K, tuple[float, V]] = {}  # in the order in which they were kept
        self._flights: dict[K, _Flight[V]] = {}  # the latest of each key
        self._begun: dict[K, deque[float]] = {}  # when the last few loads of what is kept were asked for

    async def get(self, key: K, *, fresh: bool = False) -> V:
        """Return the answer for a key; with `fresh` one whose load begins after this call."""
        kept = self._kept.get(key)
        if kept and not fresh and self._clock() < kept[0]:
            return kept[1]
        flight = self._flight(key, fresh=fresh)
        flight.waiting += 1
        try:
            return await asyncio.shield(flight.task)
        finally:
            flight.waiting -= 1
            if not flight.waiting:
                self._leave(key, flight)
                flight.task.cancel()  # nothing happens where it is done

    def holds(self, key: K) -> bool:
        """Tell whether `get` would answer at once."""
        kept = self._kept.get(key)
        return kept is not None and self._clock() < kept[0]

    def forget(self, key: K) -> None:
        """Make the next `get` of a key load again. What is on its way now is not kept."""
        self._kept.pop(key, None)
        self._begun.pop(key, None)
        flight = self._flights.get(key)
        while flight:
            flight.is_stale, flight = flight.has_begun, flight.previous

    def change(self, key: K, change: Callable[[V], V]) -> None:
        """Change what is kept of a key as it was changed outside. What is on its way now is not kept."""
        kept, begun = self._kept.get(key), self._begun.get(key)
        self.forget(key)
        if kept and begun is not None:
            self._kept[key], self._begun[key] = (kept[0], change(kept[1])), begun

    def __len__(self) -> int:
        return len(self._kept)

    def _flight(self, key: K, *, fresh: bool) -> _Flight[V]:
        """Return the load to wait for: the one on its way where that is new enough, else one that follows it."""
        last = self._flights.get(key)
        if last and not last.is_stale and not (fresh and last.has_begun):
            return last
        flight = self._flights[key] = _Flight(last)
        flight.task = asyncio.create_task(self._fly(key, flight))
        return flight

    async def _fly(self, key: K, flight: _Flight[V]) -> V:
        try:
            if flight.previous:
                await asyncio.wait({flight.previous.task})
            if early := self._too_early_by(key):
                await asyncio.sleep(early)
            flight.previous, flight.has_begun, asked = None, True, self._clock()
            value = await self._load(key)
        finally:
            self._leave(key, flight)
        if not flight.is_stale:
            self._keep(key, value, asked)
        return value

    def _too_early_by(self, key: K) -> float:
        """Return the seconds until the next load of a key may begin."""
        begun, now = self._begun.get(key), self._clock()
        if begun is None or len(begun) < AT_ONCE or now >= begun[0] + self._apart * AT_ONCE:
            return 0.0
        return max(begun[-1] + self._apart - now, 0.0)

    def _leave(self, key: K, flight: _Flight[V]) -> None:
        if self._flights.get(key) is flight:
            del self._flights[key]

    def _keep(self, key: K, value: V, asked: float) -> None:
        self._kept.pop(key, None)
        self._kept[key] = (asked + self._seconds, value)
        self._begun.setdefault(key, deque(maxlen=AT_ONCE)).append(asked)
        now = self._clock()
        while self._kept:
            oldest = next(iter(self._kept))
            if len(self._kept) <= self._most and now < self._kept[oldest][0]:
                return
            del self._kept[oldest], self._begun[oldest]
