"""The only user of httpx: carries calls to the Admin API, with the key, the budget, the retries and the timeouts.

Errors are raised outside the `except` that caught httpx's, because an httpx exception holds its request and with it the key.
"""

import asyncio
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import stamina
from pydantic import SecretStr

from bot import __version__
from bot.admin.budget import Budget, Use, patience
from bot.admin.call import ApiCall, Manner
from bot.admin.errors import (
    OUR_BUDGET,
    SILENT,
    UNREACHABLE,
    UNREADABLE,
    UNSENDABLE,
    error_from_answer,
    no_answer,
    rate_limit_state,
    retry_after,
)
from bot.errors import OwnQueueFull, UpstreamError, UpstreamRefused
from bot.settings.network import MENDS, silence
from bot.settings.network import authorities as authorities
from bot.tasks import Tasks
from bot.telemetry import names as metrics
from bot.telemetry.meter import Meter
from bot.telemetry.wire import trusted_proxy

DEFAULT_BASE_URL = "https://api.anthropic.com"
PREFIX = "/v1/organizations"
REQUESTS_PER_MINUTE = 90
SPEND_LIMIT_REQUESTS_PER_MINUTE = 54
INVITES_PER_HOUR = 1080
"""Nine tenths of the documented 100 and 60 a minute, and 1,200 an hour, for the whole organization."""
_HOUR = 3600.0

_NEVER_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)


@dataclass(frozen=True)
class _Answer:
    """What came back. httpx's response would hold its body until the garbage collector finds the circle that it is in."""

    status: int
    headers: httpx.Headers
    body: bytes


class Transport:
    """A connection pool to one organization; `key` is an Admin key or an OAuth token with the scope `org:admin`."""

    def __init__(
        self,
        key: SecretStr,
        base_url: str = DEFAULT_BASE_URL,
        *,
        requests_per_minute: int = REQUESTS_PER_MINUTE,
        wire: httpx.AsyncBaseTransport | None = None,
        proxy: str | None = None,
        authorities_file: Path | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.budget = Budget(requests_per_minute)
        self._meter = meter or Meter()
        self._meter.watch(metrics.BUDGET_LEFT, lambda: self.budget.left)
        self._spend_budget = Budget(min(requests_per_minute, SPEND_LIMIT_REQUESTS_PER_MINUTE))
        self.invite_budget = Budget(INVITES_PER_HOUR, _HOUR)
        self._questions = Tasks()
        self._client = httpx.AsyncClient(
            base_url=base_url.rstrip("/"),
            headers={"user-agent": f"Quartermaster/{__version__}", "accept": "application/json", **_credential(key)},
            limits=httpx.Limits(max_connections=20, max_keepalive_connections=10),
            transport=wire,
            trust_env=False,  # proxies and authorities come from the settings, the same for all clients
            proxy=trusted_proxy(proxy, authorities_file),
            verify=authorities(authorities_file),
        )

    async def send(self, call: ApiCall, manner: Manner) -> Any:
        """Return the answer as `call.read` decodes it, or its JSON (fractions as Decimal).

        Raises an UpstreamError after the retries that apply.
        """

        def hook(error: Exception) -> bool | float:
            if not isinstance(error, UpstreamError) or not error.repeatable:
                return False
            if error.retry_after is None:
                return True
            return error.retry_after if error.retry_after <= manner.retry_after_cap else False

        attempts = stamina.retry_context(
            on=hook,
            attempts=manner.attempts,
            timeout=None,
            wait_initial=manner.first_wait,
            wait_max=8.0,
            wait_jitter=manner.first_wait / 4,
        )
        in_doubt = is_late = False
        try:
            async for attempt in attempts:
                with attempt:
                    try:
                        await self._wait_for_budget(call, manner)
                        return await self._once(call)
                    except UpstreamError as error:
                        in_doubt = in_doubt or error.may_have_happened
                        is_late = is_late or error.may_come_late
                        raise
        except UpstreamError as error:
            # Even if the last attempt says no, an earlier one may have done it.
            error.may_have_happened, error.may_come_late = in_doubt, is_late
            raise
        raise AssertionError("unreachable: the last attempt returns or raises")

    @property
    def use(self) -> Use:
        """How much of the bot's share of requests the last minute took."""
        return self.budget.use

    async def aclose(self) -> None:
        """Close the pool, and with it what nobody waits for any more."""
        await self._questions.drain(0)
        await self._client.aclose()

    async def _wait_for_budget(self, call: ApiCall, manner: Manner) -> None:
        try:
            async with asyncio.timeout(patience(manner.budget_wait)):
                if call.spend_limits:
                    await self._spend_budget.take(manner.interactive)
                await self.budget.take(manner.interactive)
                if call.invites:
                    await self.invite_budget.take(manner.interactive)
        except TimeoutError:
            late = True
        else:
            late = False
        if late:
            raise OwnQueueFull(OUR_BUDGET, retry_after=60.0)

    async def _once(self, call: ApiCall) -> Any:
        """Send once; returns the decoded answer or raises."""
        route = _route_of(call)
        for status in _STATUSES:
            self._meter.begin(metrics.API_CALLS, route, status)
        with self._meter.spans.span(f"admin {call.method} {route}", outgoing=True) as note:
            answer = await self._to_its_end(call)
            note(route=route, status=_status_of(answer))
        self._meter.count(metrics.API_CALLS, route, _status_of(answer))
        if isinstance(answer, UpstreamError):
            raise answer
        self._learn(answer)
        if not 200 <= answer.status < 300:
            raise error_from_answer(call, answer.status, answer.headers, answer.body)
        try:
            return call.read(answer.body) if call.read else json.loads(answer.body, parse_float=Decimal)
        except (ValueError, RecursionError):
            pass
        raise no_answer(call, UNREADABLE, sent=True, request_id=answer.headers.get("request-id"))

    async def _to_its_end(self, call: ApiCall) -> _Answer | UpstreamError:
        """Exchange. A question goes on to its answer or time-out where nobody waits for it any more.

        httpx's pool may lose the place of an exchange that is cancelled while its answer is read, and for good.
        """
        if call.method != "GET":
            return await self._exchange(call)
        return await asyncio.shield(self._questions.spawn(self._exchange(call)))

    async def _exchange(self, call: ApiCall) -> _Answer | UpstreamError:
        headers = {"anthropic-version": call.version}
        if call.beta:
            headers["anthropic-beta"] = call.beta
        timeout = httpx.Timeout(call.timeout, connect=5.0, pool=5.0)
        body = dict(call.body) if call.body is not None else None
        try:
            # httpx counts the silence between two pieces, and an answer may come in any number of them.
            async with (
                asyncio.timeout(call.timeout),
                self._client.stream(
                    call.method, _path_of(call), params=call.params or None, json=body, headers=headers, timeout=timeout
                ) as response,
            ):
                parts = [part async for part in response.aiter_bytes()]
                return _Answer(response.status_code, response.headers, b"".join(parts))
        except _NEVER_SENT as error:
            mend = MENDS.get(silence(error), "")
            return no_answer(call, f"{UNREACHABLE} {mend}".strip(), sent=False)
        except (httpx.TimeoutException, TimeoutError):
            return no_answer(call, SILENT, sent=True, may_come_late=True)
        except httpx.HTTPError:
            return no_answer(call, UNREACHABLE, sent=True)
        except UnicodeError:  # half of a surrogate pair
            return UpstreamRefused(UNSENDABLE)

    def _learn(self, answer: _Answer) -> None:
        """Hold everybody back when the server says that its limit is near or reached."""
        state = rate_limit_state(answer.headers)
        if state is not None:
            self.budget.learn(*state)
        if answer.status == 429:
            self.budget.pause(retry_after(answer.headers) or 1.0, interactive=False)


def _route_of(call: ApiCall) -> str:
    """Return the first word of a path, such as `workspaces`: the others may be ids."""
    return _path_of(call).removeprefix(PREFIX).strip("/").partition("/")[0] or "organization"


_STATUSES = ("2xx", "4xx", "429", "5xx", "none")


def _status_of(answer: _Answer | UpstreamError) -> str:
    """Return an answer's class, such as 2xx; 429 by itself, and `none` where there was no answer."""
    if isinstance(answer, UpstreamError):
        return "none"
    return "429" if answer.status == 429 else f"{answer.status // 100}xx"


def _path_of(call: ApiCall) -> str:
    return call.path if call.path.startswith("/v1/") else f"{PREFIX}{call.path}"


def _credential(key: SecretStr) -> dict[str, str]:
    """OAuth tokens travel only as Bearer; for keys the documentation of plain HTTP shows x-api-key."""
    secret = key.get_secret_value()
    if secret.startswith("sk-ant-") and not secret.startswith("sk-ant-oat"):
        return {"x-api-key": secret}
    return {"authorization": f"Bearer {secret}"}
