"""The sandbox's Claude organization for tests: in process for rules, behind a real socket for the SDK and for faults."""

import contextlib
import socket
import threading
import time
from collections.abc import Generator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import uvicorn
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.sandbox.claude.app import build_claude_app
from bot.sandbox.claude.organization import ADMIN_KEY, ClaudeOrganization
from bot.sandbox.clock import SandboxClock
from bot.sandbox.faults import Faults
from bot.sandbox.wire import WireLog

NOON = datetime(2026, 11, 23, 12, 17, tzinfo=UTC)
"""A Monday."""

HEADERS = {
    "x-api-key": ADMIN_KEY,
    "anthropic-version": "2026-10-21",
    "anthropic-beta": "analytics-usage-cost-2026-08-24,spend-limit-reads-2026-09-26,fast-mode-2026-02-01",
}


@dataclass
class World:
    """One organization, what plays tricks on it, and its app."""

    clock: SandboxClock = field(default_factory=lambda: SandboxClock(NOON))
    faults: Faults = field(default_factory=Faults)
    wire: WireLog = field(default_factory=WireLog)
    large: bool = False
    organization: ClaudeOrganization = field(init=False)
    app: Starlette = field(init=False)

    def __post_init__(self) -> None:
        self.organization = ClaudeOrganization(self.clock, large=self.large)
        self.app = build_claude_app(self.organization, self.faults, self.wire)

    def workspace(self, name: str) -> str:
        """The id of a workspace."""
        return self.organization.workspace_named(name).id

    def user(self, handle: str) -> str:
        """The id of a member."""
        user = self.organization.user_by_email(f"{handle}@acme.test")
        assert user is not None
        return user.id

    def key(self, name: str) -> str:
        """The id of a key."""
        return next(key.id for key in self.organization.keys.values() if key.name == name)


class Api:
    """A plain HTTP client with the right headers; `base` is in front of every path."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._client = TestClient(world.app, headers=HEADERS)

    def call(self, method: str, path: str, headers: dict[str, str] | None = None, **more: Any) -> Any:
        """Send one request."""
        return self._client.request(method, f"/v1/organizations/{path}", headers=headers, **more)

    def get(self, path: str, /, **query: str | int | bool | list[str]) -> dict[str, Any]:
        """Return the JSON of a call that must succeed; `group_by` and other lists become bracketed arrays."""
        params: list[tuple[str, str]] = []
        for name, value in query.items():
            if isinstance(value, list):
                params += [(f"{name}[]", item) for item in value]
            else:
                params.append((name, str(value).lower() if isinstance(value, bool) else str(value)))
        answer = self.call("GET", path, params=params)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, /, **body: Any) -> dict[str, Any]:
        """Return the JSON of a write that must succeed."""
        answer = self.call("POST", path, json=body)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def delete(self, path: str) -> dict[str, Any]:
        """Return the JSON of a deletion that must succeed."""
        answer = self.call("DELETE", path)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def refused(self, method: str, path: str, status: int, code: str | None = None, /, **body: Any) -> str:
        """Check that a call is refused with this status and error code, and return the message."""
        answer = self.call(method, path, **({"json": body} if method == "POST" else {"params": body}))
        assert answer.status_code == status, answer.text
        error = answer.json()["error"]
        assert error.get("details", {}).get("error_code") == code
        return error["message"]


@contextlib.contextmanager
def served(world: World) -> Generator[str]:
    """Serve the organization on a free port of loopback; yields its address."""
    listener = socket.socket(proto=socket.IPPROTO_TCP)  # else asyncio leaves Nagle on: 40 ms an answer
    listener.bind(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(world.app, log_level="error", lifespan="off", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.005)
    try:
        yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join(5)
        listener.close()
