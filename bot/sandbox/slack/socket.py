"""Socket Mode: who is connected, which connection gets an envelope, and who has acknowledged it (slack.md 6).

The WebSocket itself is aiohttp's. uvicorn hands every upgrade request over to `SocketHub.protocol`, so that the Web API
and the sockets share one port without one more library.
"""

import asyncio
import json
import time
import uuid
from dataclasses import dataclass, field
from typing import Any, cast

from aiohttp import WSMsgType, web

from bot.sandbox.people import APP_ID
from bot.sandbox.slack.delivery import Ack, Kind, Timing
from bot.sandbox.slack.state import Json
from bot.sandbox.slack.workspace import SlackWorkspace
from bot.sandbox.strict_json import read_strictly

MAX_CONNECTIONS = 10
TICKET_SECONDS = 30.0
HOST = "applink-sandbox"


@dataclass(eq=False)
class Connection:
    """One WebSocket of the app; `silent` ones are half-open: nothing goes through and nobody is told."""

    ws: web.WebSocketResponse
    silent: bool = False
    received: list[str] = field(default_factory=list[str])

    async def send(self, message: Json) -> bool:
        """Send one message; False when the connection turned out to be gone."""
        if self.silent:
            return True
        try:
            await self.ws.send_str(json.dumps(message))
        except (ConnectionError, RuntimeError):
            return False
        return True


class SocketHub:
    """The app's connections; a carrier for Delivery."""

    def __init__(self, workspace: SlackWorkspace) -> None:
        self._workspace = workspace
        self.connections: list[Connection] = []
        self._turn = 0
        self._waiting: dict[str, asyncio.Future[Any]] = {}
        self._server: web.Server | None = None

    def protocol(self, **_: Any) -> asyncio.Protocol:
        """Return the protocol that serves one upgraded connection; uvicorn calls this as its WebSocket class."""
        if self._server is None:
            self._server = web.Server(self._serve, access_log=None)
        return self._server()

    async def send(self, kind: Kind, payload: Json, timing: Timing, attempt: int, reason: str | None) -> Ack:
        """Give one envelope to one connection, in turn, and wait for its ack."""
        envelope: Json = {
            "envelope_id": str(uuid.uuid4()),
            "payload": payload,
            "type": kind,
            "accepts_response_payload": kind != "events_api",
        }
        if kind == "events_api":
            envelope |= {"retry_attempt": attempt, "retry_reason": reason or ""}
        elif attempt:
            envelope |= {"retry_attempt": attempt, "retry_reason": reason or "timeout"}
        waiting: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        self._waiting[envelope["envelope_id"]] = waiting
        try:
            if not await self._hand_out(envelope):
                return Ack(False, reason="connection_failed")
            return Ack(True, await asyncio.wait_for(waiting, timing.ack_seconds))
        except TimeoutError:
            return Ack(False, reason="timeout")
        finally:
            self._waiting.pop(envelope["envelope_id"], None)

    async def disconnect(self, reason: str) -> None:
        """Tell every connection to go; all but a mere `warning` close it as well."""
        for connection in list(self.connections):
            await connection.send({"type": "disconnect", "reason": reason, "debug_info": {"host": HOST}})
            if reason != "warning":
                self._forget(connection)
                asyncio.get_running_loop().call_later(0.2, lambda ws=connection.ws: asyncio.ensure_future(ws.close()))

    def silence(self) -> None:
        """Make the present connections half-open."""
        for connection in self.connections:
            connection.silent = True

    async def close(self) -> None:
        """Close every connection. A sender that waits for an ack learns at once that none will come."""
        for waiting in self._waiting.values():
            if not waiting.done():
                waiting.set_exception(TimeoutError())
        for connection in list(self.connections):
            connection.silent = False
            await connection.ws.close()
        if self._server is not None:
            await self._server.shutdown(0.2)

    async def _hand_out(self, envelope: Json) -> bool:
        while self.connections:
            self._turn += 1
            connection = self.connections[self._turn % len(self.connections)]
            if await connection.send(envelope):
                connection.received.append(envelope["envelope_id"])
                return True
            self._forget(connection)
        return False

    def _forget(self, connection: Connection) -> None:
        if connection in self.connections:
            self.connections.remove(connection)

    async def _serve(self, request: web.BaseRequest) -> web.StreamResponse:
        ticket = request.path.removeprefix("/_socket/")
        born = self._workspace.socket_tickets.pop(ticket, None)
        if born is None or time.monotonic() - born > TICKET_SECONDS:
            refused = web.Response(status=404, text="ticket unknown or used")
            refused.force_close()  # only this hub would hear what else comes on the connection, and it knows no other path
            return refused
        ws = web.WebSocketResponse(autoping=False, max_msg_size=0, timeout=0.3)
        await ws.prepare(request)
        connection = Connection(ws)
        if len(self.connections) >= MAX_CONNECTIONS:
            await connection.send({"type": "disconnect", "reason": "too_many_websockets", "debug_info": {"host": HOST}})
            await ws.close()
            return ws
        self.connections.append(connection)
        await connection.send(self._hello(short="debug_reconnects=true" in request.query_string))
        try:
            await self._workspace.wire.touch()
            await self._read(connection)
        finally:
            self._forget(connection)
        await self._workspace.wire.touch()
        return ws

    def _hello(self, *, short: bool) -> Json:
        started = self._workspace.clock.now().strftime("%Y-%m-%d %H:%M:%S.000")
        return {
            "type": "hello",
            "num_connections": len(self.connections),
            "debug_info": {
                "host": HOST,
                "started": started,
                "build_number": 1,
                "approximate_connection_time": 360 if short else 3600,
            },
            "connection_info": {"app_id": APP_ID},
        }

    async def _read(self, connection: Connection) -> None:
        async for message in connection.ws:
            if connection.silent:
                continue
            if message.type == WSMsgType.PING:
                await connection.ws.pong(message.data)
            elif message.type == WSMsgType.TEXT:
                self._acknowledge(message.data)

    def _acknowledge(self, data: str) -> None:
        try:
            answer: Any = read_strictly(data)
        except ValueError:
            return
        if not isinstance(answer, dict):
            return
        fields = cast("Json", answer)
        waiting = self._waiting.get(str(fields.get("envelope_id")))
        if waiting is not None and not waiting.done():
            waiting.set_result(fields.get("payload"))
