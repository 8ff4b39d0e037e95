"""A sandbox Slack workspace on a free port, a person's hands and eyes in it, and a real Bolt app connected to it."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from slack_bolt.adapter.socket_mode.async_handler import AsyncSocketModeHandler
from slack_bolt.adapter.starlette.async_handler import AsyncSlackRequestHandler
from slack_bolt.async_app import AsyncApp
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from bot.admin.http import authorities
from bot.sandbox.clock import SandboxClock
from bot.sandbox.control import control_routes
from bot.sandbox.faults import Faults
from bot.sandbox.servers import bind, serving
from bot.sandbox.slack.app import SlackServer, build_slack_app, build_slack_server
from bot.sandbox.slack.workspace import APP_TOKEN, BOT_TOKEN, SIGNING_SECRET, SlackWorkspace
from bot.sandbox.wire import WireLog
from tests.day import DAY

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
    client: Any
    """An AsyncWebClient; its types are too loose for strict checks."""

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

    def app(self) -> Any:
        """Return a real AsyncApp that talks to this workspace."""
        client = AsyncWebClient(BOT_TOKEN, base_url=f"{self.url}/api/")
        return AsyncApp(client=client, signing_secret=SIGNING_SECRET)

    @contextlib.asynccontextmanager
    async def connected(self, app: Any) -> AsyncGenerator[AsyncSocketModeHandler]:
        handler = AsyncSocketModeHandler(app, APP_TOKEN)
        handler.client.ping_interval = 0.3
        await handler.connect_async()
        try:
            yield handler
        finally:
            await handler.close_async()

    @contextlib.asynccontextmanager
    async def posted_to(self, app: Any) -> AsyncGenerator[str]:
        handler = AsyncSlackRequestHandler(app)

        async def endpoint(request: Request) -> Response:
            return await handler.handle(request)

        async with listening(endpoint) as url:
            answer = await self.control("delivery", {"mode": "http", "url": url})
            assert answer["verified"] is True
            yield url

    async def until(self, look: Callable[[], Awaitable[Any]]) -> Any:
        """Return what `look` finds, as soon as it finds something; a second is plenty on loopback."""
        for _ in range(100):
            found = await look()
            if found:
                return found
            await asyncio.sleep(0.01)
        raise AssertionError("nothing came within a second")

    async def latest(self, user: str, channel: str, text: str) -> Json:
        async def look() -> Json | None:
            return next((m for m in await self.messages(user, channel) if text in m["text"]), None)

        return await self.until(look)

    async def modal(self, user: str, callback_id: str) -> Json:
        async def look() -> Json | None:
            stack = (await self.sees(user))["modals"]
            return stack[-1] if stack and stack[-1]["callback_id"] == callback_id else None

        return await self.until(look)


@contextlib.asynccontextmanager
async def listening(endpoint: Callable[[Request], Awaitable[Response]]) -> AsyncGenerator[str]:
    """Serve one endpoint at `/slack/events` on a free port and yield its address."""
    sock = bind(0)
    app = Starlette(routes=[Route("/slack/events", endpoint, methods=["POST"])])
    async with serving(app, sock, None):
        yield f"http://127.0.0.1:{sock.getsockname()[1]}/slack/events"


async def refusal(call: Awaitable[Any]) -> str:
    """Return the error name with which Slack refuses a call."""
    with pytest.raises(SlackApiError) as caught:
        await call
    error: Any = caught.value
    return str(error.response["error"])


def plain(text: str) -> Json:
    return {"type": "plain_text", "text": text}


def button(action_id: str, **more: Any) -> Json:
    return {"type": "button", "action_id": action_id, "text": plain("Go")} | more


def modal(callback_id: str = "form", *blocks: Json, **more: Any) -> Json:
    name = {"type": "plain_text_input", "action_id": "name"}
    field = {"type": "input", "block_id": "name", "label": plain("Name"), "element": name}
    view = {"type": "modal", "callback_id": callback_id, "title": plain("Ask"), "submit": plain("Send")}
    return view | {"blocks": list(blocks) or [field]} | more


def sections(text: str) -> list[Json]:
    return [{"type": "section", "text": {"type": "mrkdwn", "text": text}}]


@contextlib.asynccontextmanager
async def open_room(manifest: Json) -> AsyncGenerator[Room]:
    sock = bind(0)
    url = f"http://127.0.0.1:{sock.getsockname()[1]}"
    server = build_slack_server(SlackWorkspace(SandboxClock(DAY), Faults(), WireLog(), manifest, url))
    app = build_slack_app(server, control_routes(server, lambda: "", []))
    async with serving(app, sock, server.hub.protocol), httpx.AsyncClient(timeout=10, verify=authorities()) as http:
        try:
            yield Room(server, url, http, AsyncWebClient(BOT_TOKEN, base_url=f"{url}/api/", retry_handlers=[]))
        finally:
            await server.close()


@pytest.fixture
async def room() -> AsyncGenerator[Room]:
    async with open_room(small_manifest()) as opened:
        yield opened
