"""Answers of the Admin API, remembered for a moment, so that type-ahead and cards don't use up the organization's budget."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

T = TypeVar("T")


class Cached(Generic[T]):
    """One remembered answer. Many who ask at once share one call; a failure is told to all of them and not kept."""

    def __init__(self, load: Callable[[], Awaitable[T]], seconds: float) -> None:
        self._load = load
        self._seconds = seconds
        self._value: T | None = None
        self._until = 0.0
        self._forgotten = 0
        self._lock = asyncio.Lock()

    async def get(self, *, fresh: bool = False) -> T:
        """Return the answer; with `fresh` one that was asked for after this call began."""
        asked = time.monotonic()
        if not fresh and self._value is not None and asked < self._until:
            return self._value
        async with self._lock:
            # Whoever waited for the lock may use what the one before it loaded, if that began late enough.
            loaded_at = self._until - self._seconds
            if self._value is not None and (loaded_at >= asked or (not fresh and asked < self._until)):
                return self._value
            began, forgotten = time.monotonic(), self._forgotten
            value = await self._load()
            self._value, self._until = value, began + self._seconds
            if forgotten != self._forgotten:  # something was changed while this was on its way
                self._until = 0.0
            return value

    def forget(self) -> None:
        """Make the next `get` ask again."""
        self._until = 0.0
        self._forgotten += 1
