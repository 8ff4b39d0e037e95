"""Starts the two sandbox servers in the running event loop, and stops them quickly with clients still connected."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.applications import Starlette

from bot.sandbox.claude.app import build_claude_app
from bot.sandbox.claude.control import control_routes as claude_routes
from bot.sandbox.claude.organization import ADMIN_KEY, ClaudeOrganization
from bot.sandbox.clock import SandboxClock
from bot.sandbox.control import control_routes
from bot.sandbox.faults import Faults
from bot.sandbox.servers import PortBusy, bind, serving
from bot.sandbox.slack.app import SlackServer, build_slack_app, build_slack_server
from bot.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackWorkspace
from bot.sandbox.wire import WireLog


@dataclass(frozen=True)
class SandboxOptions:
    """How a sandbox starts. `start` None: now; port 0: any free one; `manifest` None: the product's own."""

    start: datetime | None
    slack_port: int = 0
    claude_port: int = 0
    large: bool = False
    key_creation: bool = True
    manifest: dict[str, Any] | None = None


@dataclass(frozen=True)
class Sandbox:
    """A running sandbox."""

    slack_url: str
    claude_url: str
    clock: SandboxClock
    faults: Faults
    wire: WireLog
    slack: SlackWorkspace
    claude: ClaudeOrganization
    server: SlackServer
    app: Starlette
    """What answers at `slack_url`."""

    @property
    def control_url(self) -> str:
        """Return the address of the control API."""
        return f"{self.slack_url}/_sandbox"

    def settings(self) -> dict[str, str]:
        """Return the settings with which a bot talks to this sandbox."""
        return {
            "SLACK_BOT_TOKEN": BOT_TOKEN,
            "SLACK_APP_TOKEN": APP_TOKEN,
            "SLACK_SIGNING_SECRET": SIGNING_SECRET,
            "SLACK_API_URL": f"{self.slack_url}/api/",
            "ANTHROPIC_ADMIN_KEY": ADMIN_KEY,
            "ANTHROPIC_BASE_URL": self.claude_url,
            "SANDBOX_URL": self.control_url,
        }


def _manifest(options: SandboxOptions) -> dict[str, Any]:
    if options.manifest is not None:
        return options.manifest
    from bot.commands.manifest import render_manifest

    return render_manifest(prefix="claude", mode="socket", url=None)


@contextlib.asynccontextmanager
async def running_sandbox(options: SandboxOptions) -> AsyncGenerator[Sandbox]:
    """Serve a Slack workspace and a Claude organization on loopback until the block ends; raises PortBusy."""
    clock, faults, wire = SandboxClock(options.start), Faults(), WireLog()
    slack_socket = bind(options.slack_port)
    try:
        claude_socket = bind(options.claude_port)
    except PortBusy:
        slack_socket.close()
        raise
    slack_url, claude_url = (f"http://127.0.0.1:{sock.getsockname()[1]}" for sock in (slack_socket, claude_socket))
    workspace = SlackWorkspace(clock, faults, wire, _manifest(options), slack_url)
    organization = ClaudeOrganization(clock, large=options.large, key_creation=options.key_creation)
    server = build_slack_server(workspace)
    slack_app = build_slack_app(server, control_routes(server, lambda: claude_url, claude_routes(organization)))
    claude_app = build_claude_app(organization, faults, wire)
    async with (
        serving(slack_app, slack_socket, server.hub.protocol),
        serving(claude_app, claude_socket, None),
    ):
        try:
            yield Sandbox(slack_url, claude_url, clock, faults, wire, workspace, organization, server, slack_app)
        finally:
            await server.close()
