"""The live record of what went over the wire, shown in the page's side panel and read by tests."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True)
class Exchange:
    """One request and its answer; `service` is `slack` or `claude`, `direction` is `in` (to the sandbox) or `out`."""

    seq: int
    at: datetime
    service: str
    direction: str
    name: str
    status: int
    request: Any
    response: Any

    def public(self) -> dict[str, Any]:
        """Return it as JSON-ready data."""
        return asdict(self) | {"at": self.at.isoformat()}


class WireLog:
    """The last `keep` exchanges, and a signal for watchers that something changed."""

    def __init__(self, keep: int = 2000) -> None:
        self._entries: deque[Exchange] = deque(maxlen=keep)
        self._seq = 0
        self._changed = asyncio.Condition()

    async def add(
        self, at: datetime, service: str, direction: str, name: str, status: int, request: Any, response: Any
    ) -> None:
        """Record one exchange. The caller has taken credentials out of it."""
        self._seq += 1
        self._entries.append(Exchange(self._seq, at, service, direction, name, status, request, response))
        await self.touch()

    async def touch(self) -> None:
        """Tell watchers to look again, without an entry."""
        async with self._changed:
            self._changed.notify_all()

    def after(self, seq: int) -> list[Exchange]:
        """Return the kept exchanges newer than `seq`, oldest first."""
        return [entry for entry in self._entries if entry.seq > seq]

    async def changes(self) -> AsyncIterator[int]:
        """Yield the newest sequence number each time something changed."""
        while True:
            async with self._changed:
                await self._changed.wait()
            yield self._seq
