"""The way in: credentials, version, faults, the request limit, and the same headers and error shape on every answer."""

import asyncio
import math
import re
import secrets
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import msgspec
import structlog
from starlette.datastructures import QueryParams
from starlette.requests import Request
from starlette.responses import Response

from bot.sandbox.claude.errors import ApiError, invalid
from bot.sandbox.claude.organization import ADMIN_KEY, OAUTH_TOKEN, ClaudeOrganization
from bot.sandbox.claude.records import NEW_VERSION, OLD_VERSION
from bot.sandbox.claude.shapes import stamp
from bot.sandbox.drop import DroppedConnection, hold
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.strict_json import read_strictly
from bot.sandbox.wire import WireLog

log = structlog.get_logger()

_CONSOLE_ONLY = tuple(
    f"/v1/organizations/{family}"
    for family in (
        "workspaces", "api_keys", "rate_limits", "service_accounts", "federation_", "usage_report", "cost_report",
    )
)  # fmt: skip
"""What Claude Enterprise organizations don't have (admin-api.md §3)."""


@dataclass(frozen=True)
class Call:
    """One request that was let in."""

    organization: ClaudeOrganization
    path: dict[str, str]
    query: QueryParams
    body: dict[str, Any]
    version: str
    betas: frozenset[str]
    by_oauth: bool


Handler = Callable[[Call], dict[str, Any]]


@dataclass(frozen=True)
class Endpoint:
    """One call of the API. `heavy` ones are computed in a thread, so that the other server's answers don't wait."""

    method: str
    path: str
    handler: Handler
    version_required: bool = False
    beta: str | None = None
    heavy: bool = False

    def pattern(self) -> re.Pattern[str]:
        """Return the pattern that a path must match. A name in braces stands for one segment."""
        return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>[^/]+)", self.path))


class Edge:
    """Serves a table of endpoints for one organization."""

    def __init__(self, organization: ClaudeOrganization, faults: Faults, wire: WireLog, endpoints: list[Endpoint]) -> None:
        self._organization = organization
        self._faults = faults
        self._wire = wire
        self._endpoints = [(endpoint.pattern(), endpoint) for endpoint in endpoints]
        self._recent: deque[float] = deque()

    async def __call__(self, request: Request) -> Response:
        """Answer one request, with an error body where something is wrong, and note it in the wire log."""
        name = f"{request.method} {request.url.path}"
        request_id = f"req_{secrets.token_hex(12)}"
        raw = await request.body()
        fault = self._faults.take("claude", name)
        if fault is not None and await _ends_before(fault, request):
            await self._note(name, 0, request, raw, {"sandbox": "connection dropped before the act"})
            return DroppedConnection()
        headers = {"request-id": request_id, "anthropic-organization-id": self._organization.id}
        try:
            if fault is not None:
                _play(fault)
            status, body = 200, await self._answer(request, raw, headers)
        except ApiError as error:
            status, body = error.status, error.body(request_id)
            headers |= error.headers
        except Exception:
            log.exception("claude_call_failed", call=name, request_id=request_id)
            status, body = 500, ApiError(500, "Internal server error").body(request_id)
        await self._note(name, status, request, raw, body)
        if fault is not None and fault.kind == "slow_after":
            await hold(request, fault.seconds or 0)
        if fault is not None and fault.kind == "drop_after":
            return DroppedConnection()
        return Response(msgspec.json.encode(body), status, headers, "application/json")

    async def _answer(self, request: Request, raw: bytes, headers: dict[str, str]) -> dict[str, Any]:
        by_oauth = _check_credential(request)
        self._count(headers)
        endpoint, path = self._find(request.method, request.url.path)
        if self._organization.flags.organization_kind == "enterprise" and request.url.path.startswith(_CONSOLE_ONLY):
            raise ApiError(403, "This endpoint is not available to this organization.")
        version = request.headers.get("anthropic-version")
        if version is None and endpoint.version_required:
            raise invalid("anthropic-version: header is required")
        if version not in (None, OLD_VERSION, NEW_VERSION):
            raise invalid(f"anthropic-version: '{version}' is not a valid version")
        betas = frozenset(part.strip() for part in request.headers.get("anthropic-beta", "").split(",") if part.strip())
        if endpoint.beta is not None and endpoint.beta not in betas:
            raise invalid(f"anthropic-beta: this endpoint is in beta; requests must send '{endpoint.beta}'")
        body = _json_body(raw) if request.method == "POST" else {}
        call = Call(self._organization, path, request.query_params, body, version or NEW_VERSION, betas, by_oauth)
        if endpoint.heavy:
            return await asyncio.to_thread(endpoint.handler, call)
        return endpoint.handler(call)

    def _find(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]]:
        known = False
        for pattern, endpoint in self._endpoints:
            found = pattern.fullmatch(path)
            if found is None:
                continue
            if endpoint.method in (method, "*"):
                return endpoint, found.groupdict()
            known = True
        raise ApiError(405, "Method Not Allowed") if known else ApiError(404, "Not Found")

    def _count(self, headers: dict[str, str]) -> None:
        """Enforce the requests per minute, where the flag is set; in real time, as the Date header beside it is."""
        limit = self._organization.flags.rate_limit_per_minute
        if limit is None:
            return
        now = time.monotonic()
        while self._recent and self._recent[0] <= now - 60:
            self._recent.popleft()
        wait = 60 - (now - self._recent[0]) if self._recent else 0.0
        full = len(self._recent) >= limit
        if not full:
            self._recent.append(now)
        prefix = "anthropic-ratelimit-requests-"
        headers[f"{prefix}limit"] = str(limit)
        headers[f"{prefix}remaining"] = str(limit - len(self._recent))
        headers[f"{prefix}reset"] = stamp(datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=math.ceil(wait)))
        if full:
            seconds = str(max(1, math.ceil(wait)))
            raise ApiError(429, "Number of requests has exceeded your rate limit.", headers={"retry-after": seconds})

    async def _note(self, name: str, status: int, request: Request, raw: bytes, body: dict[str, Any]) -> None:
        asked: dict[str, Any] = {"query": request.url.query} if request.url.query else {}
        if raw:
            try:
                asked["body"] = without_secrets(read_strictly(raw))
            except ValueError:
                asked["body"] = "(not JSON)"
        now = self._organization.clock.now()
        await self._wire.add(now, "claude", "in", name, status, asked, without_secrets(body))


def without_secrets(value: Any) -> Any:
    """Return JSON data for the wire log: secrets taken out, long lists cut to their first three items."""
    if isinstance(value, dict):
        items = cast(dict[str, Any], value).items()
        return {key: "(removed)" if key == "secret" else without_secrets(item) for key, item in items}
    if isinstance(value, list):
        rows = cast(list[Any], value)
        short = [without_secrets(item) for item in rows[:3]]
        return [*short, f"… {len(rows) - 3} more"] if len(rows) > 3 else short
    return value


def _check_credential(request: Request) -> bool:
    """Let the Admin key in (x-api-key or Bearer) and the OAuth token (Bearer only); return whether it was the token."""
    bearer = request.headers.get("authorization", "")
    token = bearer[7:].strip() if bearer.lower().startswith("bearer ") else None
    given = request.headers.get("x-api-key") or token
    if not given:
        raise ApiError(401, "x-api-key header is required")
    if secrets.compare_digest(given.encode(), ADMIN_KEY.encode()):
        return False
    if token is not None and secrets.compare_digest(token.encode(), OAUTH_TOKEN.encode()):
        return True
    if given.startswith(("sk-ant-api03-", "sk-ant-api01-")):
        raise ApiError(403, "This endpoint requires an Admin API key.")
    raise ApiError(401, "invalid x-api-key" if token is None else "Invalid bearer token")


def _json_body(raw: bytes) -> dict[str, Any]:
    if len(raw) > 32_000_000:
        raise ApiError(413, "Request exceeds the maximum size")
    if not raw.strip():
        return {}
    try:
        body: Any = read_strictly(raw)
    except ValueError:
        raise invalid("The request body is not valid JSON") from None
    if not isinstance(body, dict):
        raise invalid("Input should be a valid dictionary")
    return cast(dict[str, Any], body)


async def _ends_before(fault: Fault, request: Request) -> bool:
    """Tell whether the connection ends before anything is done: cut, or left by a caller who had to wait."""
    if fault.kind == "slow":
        return not await hold(request, fault.seconds or 0)
    return fault.kind == "drop_before"


def _play(fault: Fault) -> None:
    if fault.kind in ("401", "403"):
        raise ApiError(int(fault.kind), "invalid x-api-key" if fault.kind == "401" else "Missing required scopes.")
    if fault.kind == "on_hold":
        raise invalid("The organization is on hold.", "organization_on_hold")
    if fault.kind == "429":
        headers = {} if fault.seconds is None else {"retry-after": f"{fault.seconds:g}"}
        raise ApiError(429, "This request would exceed your organization's rate limit.", headers=headers)
    if fault.kind in ("500", "500_final"):
        again = "true" if fault.kind == "500" else "false"
        raise ApiError(500, "Internal server error", headers={"x-should-retry": again})
    if fault.kind == "504":
        raise ApiError(504, "The request timed out")
    if fault.kind == "529":
        raise ApiError(529, "Overloaded")
