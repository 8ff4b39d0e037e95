"""Lets a bot process that runs beside the sandbox live in the sandbox's time."""

import asyncio
import contextlib
import ipaddress
from collections.abc import AsyncGenerator, Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

import httpx

from bot.admin.http import authorities
from bot.errors import QuartermasterError

POLL_SECONDS = 0.5


class RemoteClock:
    """Follows `GET <control_url>/clock`. Loopback only: no other host may tell a bot what time it is."""

    def __init__(self, control_url: str) -> None:
        if not _is_loopback(urlsplit(control_url).hostname or ""):
            raise ValueError("the sandbox clock must be on this machine (a loopback address)")
        self._url = f"{control_url.rstrip('/')}/clock"
        self._offset = timedelta(0)
        self._client: httpx.AsyncClient | None = None
        self._polling: asyncio.Task[None] | None = None

    def now(self) -> datetime:
        """Return the sandbox's present moment, aware UTC, at most half a second behind a change."""
        return datetime.now(UTC) + self._offset

    async def start(self) -> None:
        """Read the clock once and keep following it; raises httpx.HTTPError when the sandbox does not answer."""
        self._client = httpx.AsyncClient(trust_env=False, verify=authorities(), timeout=2.0)
        await self._read(self._client)
        self._polling = asyncio.create_task(self._follow(self._client))

    async def stop(self) -> None:
        """Stop following; `now` goes on with the last offset."""
        if self._polling is not None:
            self._polling.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._polling
        if self._client is not None:
            await self._client.aclose()

    async def _follow(self, client: httpx.AsyncClient) -> None:
        while True:
            await asyncio.sleep(POLL_SECONDS)
            # A sandbox that restarts is away for a moment; the last offset stays good.
            with contextlib.suppress(httpx.HTTPError, ValueError, KeyError):
                await self._read(client)

    async def _read(self, client: httpx.AsyncClient) -> None:
        answer = await client.get(self._url)
        answer.raise_for_status()
        self._offset = timedelta(seconds=float(answer.json()["offset"]))


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@contextlib.asynccontextmanager
async def following(control_url: str) -> AsyncGenerator[Callable[[], datetime]]:
    """Yield the sandbox's clock as the bot takes it, and follow it meanwhile; QuartermasterError where there is none."""
    clock = RemoteClock(control_url)
    try:
        try:
            await clock.start()
        except (httpx.HTTPError, ValueError, KeyError) as error:
            raise QuartermasterError(f"SANDBOX_URL: no sandbox answers there ({type(error).__name__}).") from None
        yield clock.now
    finally:
        await clock.stop()
