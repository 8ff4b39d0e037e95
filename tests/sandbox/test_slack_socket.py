"""Socket Mode: tickets, hello, one envelope to one connection, repetition of events, disconnects."""

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator
from typing import Any

import aiohttp
import pytest

from bot.sandbox.slack.workspace import APP_TOKEN
from tests.sandbox.conftest import Json, Room

QUICK = {"ack_seconds": 0.15, "retry_delays": [0.0, 0.05, 0.05]}


@contextlib.asynccontextmanager
async def raw_socket(room: Room) -> AsyncGenerator[Any]:
    """A bare WebSocket that acknowledges nothing by itself; the hello is already read."""
    opened = await room.client.apps_connections_open(app_token=APP_TOKEN)
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]) as ws:
        assert (await received(ws))["type"] == "hello"
        yield ws


async def received(ws: Any) -> Json:
    return json.loads((await asyncio.wait_for(ws.receive(), 2)).data)


async def test_hello_counts_the_connections_and_names_the_app(room: Room):
    opened = await room.client.apps_connections_open(app_token=APP_TOKEN)
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]) as ws:
        hello = await received(ws)
        assert (hello["num_connections"], hello["connection_info"]) == (1, {"app_id": "A0QMAPP"})
        assert hello["debug_info"]["approximate_connection_time"] == 3600
        assert (await room.control("state", method="GET"))["connections"] == 1


async def test_a_ticket_opens_one_connection(room: Room):
    opened = await room.client.apps_connections_open(app_token=APP_TOKEN)
    async with aiohttp.ClientSession() as session, session.ws_connect(opened["url"]):
        with pytest.raises(aiohttp.WSServerHandshakeError):
            await session.ws_connect(opened["url"])


async def test_a_refused_ticket_ends_its_connection_so_that_the_next_call_gets_a_fresh_one(room: Room):
    reader, writer = await asyncio.open_connection("127.0.0.1", int(room.url.rsplit(":", 1)[1]))
    upgrade = "Host: 127.0.0.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
    writer.write(f"GET /_socket/used HTTP/1.1\r\n{upgrade}Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n".encode())
    answer = await asyncio.wait_for(reader.read(), 1)
    assert answer.startswith(b"HTTP/1.1 404 ")
    writer.close()


async def test_each_envelope_goes_to_one_of_two_connections_in_turn(room: Room):
    async def run(ws: Any, seen: list[str]) -> None:
        async for message in ws:
            envelope = json.loads(message.data)
            seen.append(envelope["payload"]["text"])
            await ws.send_str(json.dumps({"envelope_id": envelope["envelope_id"], "payload": {}}))

    seen: tuple[list[str], list[str]] = ([], [])
    async with raw_socket(room) as first, raw_socket(room) as second:
        readers = [asyncio.ensure_future(run(ws, part)) for ws, part in zip((first, second), seen, strict=True)]
        for n in range(6):
            assert (await room.act("command", "U0ALICE", channel="C0ENG", text=f"/ask {n}"))["ok"]
        for reader in readers:
            reader.cancel()
    assert sorted(seen[0] + seen[1]) == ["0", "1", "2", "3", "4", "5"]
    assert (len(seen[0]), len(seen[1])) == (3, 3)


async def test_an_event_without_ack_comes_again_with_attempt_and_reason_and_the_same_id(room: Room):
    await room.control("flags", QUICK)
    async with raw_socket(room) as ws:
        assert (await room.act("home", "U0ALICE"))["acked"] is False
        envelopes = [await received(ws) for _ in range(3)]
        await ws.send_str(json.dumps({"envelope_id": envelopes[2]["envelope_id"]}))
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ws.receive(), 0.4)
    assert [(e["retry_attempt"], e["retry_reason"]) for e in envelopes] == [(0, ""), (1, "timeout"), (2, "timeout")]
    assert len({envelope["envelope_id"] for envelope in envelopes}) == 3
    assert len({envelope["payload"]["event_id"] for envelope in envelopes}) == 1


async def test_a_click_or_command_without_ack_is_never_repeated(room: Room):
    await room.control("flags", QUICK)
    async with raw_socket(room) as ws:
        answer = await room.act("command", "U0ALICE", channel="C0ENG", text="/ask")
        assert answer["error"] == "operation_timeout"
        assert (await received(ws))["type"] == "slash_commands"
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(ws.receive(), 0.3)


async def test_the_sdk_client_comes_back_after_a_refresh(room: Room):
    app = room.app()

    @app.command("/ask")
    async def _(ack: Any) -> None:
        await ack("here")

    async with room.connected(app) as handler:
        first = room.server.hub.connections[0]
        await room.control("socket", {"action": "disconnect", "reason": "refresh_requested"})

        async def rejoined() -> bool:
            return any(connection is not first for connection in room.server.hub.connections)

        await room.until(rejoined)
        assert await handler.client.is_connected()
        assert (await room.act("command", "U0ALICE", channel="C0ENG", text="/ask"))["response"] == {"text": "here"}


async def test_the_sdk_client_notices_a_half_open_socket_by_its_pings(room: Room):
    app = room.app()

    @app.command("/ask")
    async def _(ack: Any) -> None:
        await ack("here")

    async with room.connected(app):
        silent = room.server.hub.connections[0]
        await asyncio.sleep(0.4)
        assert room.server.hub.connections == [silent]
        await room.control("socket", {"action": "silence"})

        async def rejoined() -> bool:
            await asyncio.sleep(0.03)
            return any(not connection.silent for connection in room.server.hub.connections)

        await room.until(rejoined)


async def test_an_eleventh_connection_is_turned_away(room: Room):
    async with contextlib.AsyncExitStack() as stack:
        for _ in range(10):
            await stack.enter_async_context(raw_socket(room))
        opened = await room.client.apps_connections_open(app_token=APP_TOKEN)
        session = await stack.enter_async_context(aiohttp.ClientSession())
        async with session.ws_connect(opened["url"]) as ws:
            refused = await received(ws)
            assert (refused["type"], refused["reason"]) == ("disconnect", "too_many_websockets")
            assert (await ws.receive()).type == aiohttp.WSMsgType.CLOSE
        assert len(room.server.hub.connections) == 10


async def test_without_a_connection_the_person_sees_an_error_at_once(room: Room):
    answer = await room.act("command", "U0ALICE", channel="C0ENG", text="/ask")
    assert answer["error"] == "operation_timeout"


async def test_garbage_from_the_app_disturbs_nobody(room: Room):
    async with raw_socket(room) as ws:
        for garbage in ("", "not json", "[]", '{"envelope_id": 7}', "[" * 100_000):
            await ws.send_str(garbage)
        asking = asyncio.ensure_future(room.act("command", "U0ALICE", channel="C0ENG", text="/ask"))
        envelope = await received(ws)
        assert envelope["accepts_response_payload"] is True
        await ws.send_str(json.dumps({"envelope_id": envelope["envelope_id"], "payload": {"text": "fine"}}))
        assert (await asking)["response"] == {"text": "fine"}


async def test_hello_tells_how_long_the_connection_lasts(room: Room):
    promised: list[int] = []
    async with aiohttp.ClientSession() as session:
        for debug in ("", "?debug_reconnects=true"):
            opened = await room.client.apps_connections_open(app_token=APP_TOKEN)
            async with session.ws_connect(str(opened["url"]) + debug) as ws:
                info = (await ws.receive_json())["debug_info"]
            assert info["started"]
            promised.append(info["approximate_connection_time"])
    assert promised == [3600, 360]
