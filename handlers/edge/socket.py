"""Socket Mode with a watchdog: a socket that went silent is rebuilt, because handlers then stop without a word.

Known to happen after idle reconnects (slack.md §9.4); a socket may also be half open, with nothing arriving any more.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable
from typing import Any

import structlog
from slack_bolt.async_app import AsyncApp

from handlers.edge.front import SocketFront

log = structlog.get_logger()

LOOK_EVERY = 5.0
CONNECT_WITHIN = 15.0
SILENT_AFTER = 45.0
"""Slack is pinged every 10 seconds; four unanswered pings are too many."""


class Socket:
    """One live socket, replaced when it dies."""

    def __init__(
        self,
        app: AsyncApp,
        app_token: str,
        *,
        silent_after: float = SILENT_AFTER,
        look_every: float = LOOK_EVERY,
        connect_within: float = CONNECT_WITHIN,
        proxy_for: Callable[[str], str | None] = lambda _url: None,
    ) -> None:
        self._app, self._token, self._connect_within = app, app_token, connect_within
        self._silent_after, self._look_every = silent_after, look_every
        self._proxy_for = proxy_for
        self._handler: SocketFront | None = None
        self._watch: asyncio.Task[None] | None = None
        self._down_since = 0.0
        self._pong: tuple[float | None, float] = (None, 0.0)

    async def start(self) -> None:
        """Connect and watch; raises what the first connection raises."""
        await self._connect()
        self._watch = asyncio.create_task(self._keep_alive())

    async def _connect(self) -> None:
        # The constructor opens an aiohttp session, so it has to run inside the loop.
        handler = SocketFront(self._app, self._token, ping_interval=min(10.0, self._silent_after / 4))
        _choose_way(handler.client, self._proxy_for)
        try:
            # The SDK's client tries for ever, and with the same ticket, which is good for 30 seconds and once.
            await asyncio.wait_for(handler.connect_async(), self._connect_within)
        except BaseException:
            await _close(handler)
            raise
        self._handler, self._down_since = handler, 0.0

    async def is_live(self) -> bool:
        """Tell whether the socket is connected and answers pings."""
        client: Any = self._handler.client if self._handler else None
        if client is None or not await client.is_connected():
            return False
        last_pong: float | None = getattr(client, "last_ping_pong_time", None)
        # The SDK notes it by the clock, which may be set back: what counts is since when it stands still.
        if last_pong != self._pong[0]:
            self._pong = (last_pong, time.monotonic())
        return last_pong is None or time.monotonic() - self._pong[1] < self._silent_after

    async def _keep_alive(self) -> None:
        while True:
            await asyncio.sleep(self._look_every)
            try:
                await self._look()
            except Exception as error:
                log.warning("socket_not_rebuilt", error=type(error).__name__)

    async def _look(self) -> None:
        if await self.is_live():
            self._down_since = 0.0
            return
        # The client reconnects after an ordinary disconnect: give it time for that first.
        self._down_since = self._down_since or time.monotonic()
        if time.monotonic() - self._down_since < self._look_every * 2:
            return
        log.warning("socket_rebuilt")
        old, self._handler = self._handler, None
        if old:
            await _close(old)
        await self._connect()

    async def stop(self) -> None:
        """Stop taking envelopes."""
        if self._watch:
            self._watch.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._watch
        if self._handler:
            await _close(self._handler)
            self._handler = None


def _choose_way(client: Any, proxy_for: Callable[[str], str | None]) -> None:
    """Let a client connect by the way that its ticket's address takes: it would take one from the environment for all."""
    client.proxy, issue = None, client.issue_new_wss_url

    async def issue_and_choose() -> str:
        url: str = await issue()
        client.proxy = proxy_for(url)
        return url

    client.issue_new_wss_url = issue_and_choose


async def _close(handler: SocketFront) -> None:
    # Old sockets that stay open count against Slack's ten connections.
    with contextlib.suppress(Exception):
        await asyncio.wait_for(handler.close_async(), 5)
