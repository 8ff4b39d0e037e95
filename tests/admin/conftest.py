"""A Claude organization on loopback, and the client on it."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
import uvicorn
from pydantic import SecretStr

from bot.admin.call import Manner
from bot.admin.client import AdminClient
from bot.admin.http import Transport
from bot.sandbox.claude.app import build_claude_app
from bot.sandbox.claude.organization import ADMIN_KEY, ClaudeOrganization
from bot.sandbox.clock import SandboxClock
from bot.sandbox.faults import Fault, Faults
from bot.sandbox.wire import WireLog
from tests.day import DAY

QUICK = Manner(first_wait=0.01, retry_after_cap=1.0, budget_wait=0.3)


@dataclass
class Claude:
    """The running organization, and what went over its wire."""

    organization: ClaudeOrganization
    faults: Faults
    wire: WireLog
    url: str

    def fail(self, name: str, kind: str, times: int = 1, seconds: float | None = None) -> None:
        """Plan a failure of `METHOD /path` below /v1/organizations."""
        method, path = name.split()
        self.faults.add(Fault("claude", f"{method} /v1/organizations{path}", kind, times, seconds))  # pyright: ignore[reportArgumentType]

    def calls(self) -> list[str]:
        """Return the calls so far, `METHOD /path status`."""
        return [f"{e.name.replace('/v1/organizations', '')} {e.status}" for e in self.wire.after(0)]


@pytest.fixture
async def claude() -> AsyncIterator[Claude]:
    organization, faults, wire = ClaudeOrganization(SandboxClock(DAY)), Faults(), WireLog()
    app = build_claude_app(organization, faults, wire)
    config = uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error", lifespan="off")
    config.load()
    server = uvicorn.Server(config)
    server.lifespan = config.lifespan_class(config)
    await server.startup()  # without serve(), whose loop notices the end of a test a tenth of a second late
    port = server.servers[0].sockets[0].getsockname()[1]
    yield Claude(organization, faults, wire, f"http://127.0.0.1:{port}")
    for listening in server.servers:  # server.shutdown() would sleep a tenth of a second
        listening.close()
    for connection in list(server.server_state.connections):
        connection.shutdown()
    await asyncio.sleep(0)


@pytest.fixture
async def admin(claude: Claude) -> AsyncIterator[AdminClient]:
    client = AdminClient(Transport(SecretStr(ADMIN_KEY), claude.url), QUICK, clock=claude.organization.clock.now)
    yield client
    await client.aclose()
