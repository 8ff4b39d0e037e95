"""What every part of the client shares: the transport, the manner, and how answers, lists and creations are handled."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Protocol, TypeVar

from bot.admin.budget import Use
from bot.admin.call import ApiCall, Manner, Params
from bot.admin.pages import PAGE_SIZE, Fetch, id_pages, token_pages
from bot.admin.wire import understood
from bot.errors import UpstreamError, UpstreamMissing

Parsed = TypeVar("Parsed")


Clock = Callable[[], datetime]


def machine_time() -> datetime:
    """Return the present moment."""
    return datetime.now(UTC)


class Carrier(Protocol):
    """What sends calls and decodes their answers."""

    async def send(self, call: ApiCall, manner: Manner) -> Any:
        """Return the decoded JSON answer, or raise an UpstreamError."""
        ...

    @property
    def use(self) -> Use:
        """How much of the bot's share of requests the last minute took."""
        ...

    async def aclose(self) -> None:
        """Close the connections."""
        ...


@dataclass
class Known:
    """What doesn't change and is asked once: the default workspace's id."""

    default_workspace_id: str | None = None


class Base:
    """Calls through one carrier in one manner; `clock` tells figures of the future."""

    def __init__(self, carrier: Carrier, manner: Manner, known: Known | None = None, clock: Clock = machine_time) -> None:
        self._carrier = carrier
        self._manner = manner
        self._known = known or Known()
        self._clock = clock

    async def _ask(self, call: ApiCall, parse: Callable[[Any], Parsed]) -> Parsed:
        """Send a call and read its answer."""
        return understood(parse, await self._carrier.send(call, self._manner), changed=call.writes)

    def _fetch(self, path: str, beta: str | None = None) -> Fetch:
        """Return how one page of a list is asked for."""

        async def fetch(params: Params) -> dict[str, Any]:
            return await self._ask(ApiCall("GET", path, params, beta=beta, spend_limits=path == "/spend_limits"), a_page)

        return fetch

    async def _list_by_id(
        self, path: str, params: Params, parse: Callable[[Any], Parsed], size: int = PAGE_SIZE
    ) -> AsyncIterator[Parsed]:
        """Iterate over a list of style A, row by row."""
        async for page in id_pages(self._fetch(path), params, size):
            for row in page["data"]:
                yield understood(parse, row)

    async def _list_by_token(
        self, path: str, params: Params, parse: Callable[[Any], Parsed], beta: str | None = None
    ) -> list[Parsed]:
        """Return a list of style B."""
        pages = token_pages(self._fetch(path, beta), params)
        return [understood(parse, row) async for page in pages for row in page["data"]]

    async def _delete(self, call: ApiCall) -> None:
        """Delete; when an earlier try may have worked, "not found" is what success looks like."""
        sent_before = False

        async def look() -> bool | None:
            nonlocal sent_before
            sent_before = True
            return None

        async def send() -> bool:
            try:
                await self._carrier.send(call, self._manner)
            except UpstreamMissing:
                if not sent_before:
                    raise
            return True

        await self._create(send, look)

    async def _create(
        self,
        send: Callable[[], Awaitable[Parsed]],
        look: Callable[[], Awaitable[Parsed | None]],
        *,
        counts_twice: bool = False,
    ) -> Parsed:
        """Run a change that isn't idempotent: after an unknown outcome, look for its effect before sending it again.

        `look` returns what was created, or None. What `counts_twice`, because the API takes it a second time, isn't sent
        again: the first may still arrive. Raises with `may_have_happened` when the outcome stays unknown.
        """
        unknown: UpstreamError | None = None
        is_late = False
        for attempt in range(self._manner.attempts):
            try:
                if unknown is not None:
                    await asyncio.sleep(self._manner.first_wait * 2 ** (attempt - 1))
                    found = await look()
                    if found is not None:
                        return found
                    if counts_twice:
                        continue
                return await send()
            except UpstreamError as error:
                if unknown is None and not error.may_have_happened:
                    raise
                is_late = is_late or error.may_come_late
                unknown = error
                unknown.may_have_happened, unknown.may_come_late = True, is_late
        assert unknown is not None  # noqa: S101  attempts are at least one
        raise unknown


def a_page(body: Any) -> dict[str, Any]:
    """Return a page. Its rows are in `data`."""
    if not isinstance(body["data"], list):
        raise TypeError("a page without rows")
    return body
