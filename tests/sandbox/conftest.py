"""A sandbox Slack workspace on a free port, a person's hands and eyes in it, and a real Bolt app connected to it."""

import contextlib
from collections.abc import AsyncGenerator
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.web.async_client import AsyncWebClient

from bot.sandbox.clock import SandboxClock
from bot.sandbox.control import control_routes
from bot.sandbox.faults import Faults
from bot.sandbox.servers import bind, serving
from bot.sandbox.slack.app import SlackServer, build_slack_app, build_slack_server
from bot.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackWorkspace
from bot.sandbox.wire import WireLog

Json = dict[str, Any]
SCOPES = (
    "chat:write,commands,users:read,users:read.email,usergroups:read,im:write,channels:read,groups:read,im:read,"
    "files:write,files:read,channels:history,im:history,team:read"
)


def small_manifest() -> Json:
    return {
        "display_information": {"name": "Quartermaster"},
        "features": {
            "app_home": {"home_tab_enabled": True, "messages_tab_enabled": True},
            "slash_commands": [
                {"command": "/ask", "description": "Ask for something", "usage_hint": "[what]", "should_escape": True},
                {"command": "/plain", "description": "Not escaped"},
            ],
            "shortcuts": [
                {"type": "global", "name": "Ask", "callback_id": "ask_anywhere", "description": "Ask"},
                {"type": "message", "name": "Ask here", "callback_id": "ask_here", "description": "Ask"},
            ],
        },
        "oauth_config": {"scopes": {"bot": SCOPES.split(",")}},
        "settings": {
            "event_subscriptions": {
                "bot_events": ["app_home_opened", "user_change", "subteam_members_changed", "message.im"]
            }
        },
    }


@dataclass
class Room:
    """The running workspace and what tests do in it."""

    server: SlackServer
    url: str
    http: httpx.AsyncClient
    client: AsyncWebClient

    @property
    def workspace(self) -> SlackWorkspace:
        return self.server.workspace

    async def control(self, path: str, body: Json | None = None, method: str = "POST") -> Json:
        answer = await self.http.request(method, f"{self.url}/_sandbox/{path}", json=body)
        return answer.json()

    async def act(self, what: str, user: str, **details: Any) -> Json:
        return await self.control(f"act/{what}", {"user": user} | details)

    async def sees(self, user: str) -> Json:
        return await self.control(f"sees?user={user}", method="GET")

    async def messages(self, user: str, channel: str) -> list[Json]:
        shown = await self.sees(user)
        return [message for one in shown["channels"] if one["id"] == channel for message in one["messages"]]

    def app(self) -> AsyncApp:
        client = AsyncWebClient(BOT_TOKEN, base_url=f"{self.url}/api/")
        return AsyncApp(client=client, signing_secret=SIGNING_SECRET)

    @contextlib.asynccontextmanager
    async def connected(self, app: AsyncApp) -> AsyncGenerator[AsyncSocketModeHandler]:
        handler = AsyncSocketModeHandler(app, APP_TOKEN)
        handler.client.ping_interval = 0.3
        await handler.connect_async()
        try:
            yield handler
        finally:
            await handler.close_async()


@contextlib.asynccontextmanager
async def open_room(manifest: Json) -> AsyncGenerator[Room]:
    sock = bind(0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    server = build_slack_server(SlackWorkspace(SandboxClock(), Faults(), WireLog(), manifest, url))
    app = build_slack_app(server, control_routes(server, lambda: "", []))
    async with serving(app, sock, server.hub.protocol), httpx.AsyncClient(timeout=10) as http:
        try:
            yield Room(server, url, http, AsyncWebClient(BOT_TOKEN, base_url=f"{url}/api/", retry_handlers=[]))
        finally:
            await server.close()


@pytest.fixture
async def room() -> AsyncGenerator[Room]:
    async with open_room(small_manifest()) as opened:
        yield opened
