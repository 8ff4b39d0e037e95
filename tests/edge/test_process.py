"""The process: a socket that goes silent, readiness that tells the truth, two bots side by side, and the HTTP side."""

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.jobs import reload_policy
from bot.sandbox.slack.http_delivery import signed_headers
from bot.sandbox.together import bot_on
from bot.serving import web_of
from bot.web import MAX_BODY
from handlers.edge.socket import Socket
from tests.security.doors import captured_logs, http_world_of, settled
from tests.templates import copy_sqlite
from tests.world import ALICE, BOB, World, world_of


async def _restless(world: World) -> Socket:
    """Give the bot a watchdog of seconds instead of most of a minute."""
    assert world.bot is not None
    assert world.bot.socket is not None
    await world.bot.socket.stop()
    token = world.sandbox.settings()["SLACK_APP_TOKEN"]
    world.bot.socket = Socket(world.bot.app, token, silent_after=1.0, look_every=0.15)
    await world.bot.socket.start()
    return world.bot.socket


async def _answers_again(world: World) -> None:
    async def works() -> bool:
        return bool((await world.command(ALICE, "/claude-admin help"))["ok"])

    await world.post("/flags", ack_seconds=0.3)
    await world.wait_for(works, "an answer to a command")


async def test_a_socket_that_goes_silent_is_rebuilt(tmp_path: Path) -> None:
    with captured_logs("INFO") as logs:
        async with world_of(tmp_path) as world:
            socket = await _restless(world)
            assert await socket.is_live()
            await world.post("/socket", action="silence")

            async def is_noticed() -> bool:
                return not await socket.is_live()

            await world.wait_for(is_noticed, "a socket that is known to be silent", 4)
            await _answers_again(world)
            assert await socket.is_live()
            assert not [record for record in logs.failures() if record["event"] == "task_failed"]


async def test_a_socket_that_the_sdk_watches_no_more_is_rebuilt_by_the_watchdog(tmp_path: Path) -> None:
    """The SDK reconnects by itself only while its own monitor runs, and that has been seen to end without a word."""
    with captured_logs("INFO") as logs:
        async with world_of(tmp_path) as world:
            socket = await _restless(world)
            client: Any = socket._handler and socket._handler.client
            client.current_session_monitor.cancel()
            await world.post("/socket", action="silence")

            async def is_rebuilt() -> bool:
                return bool(logs.named("socket_rebuilt")) and await socket.is_live()

            await world.wait_for(is_rebuilt, "a socket that was rebuilt", 20)
            await _answers_again(world)


@pytest.mark.parametrize("reason", ["refresh_requested", "link_disabled", "warning"])
async def test_the_bot_is_back_after_slack_asked_it_to_reconnect(tmp_path: Path, reason: str) -> None:
    async with world_of(tmp_path) as world:
        await world.post("/socket", action="disconnect", reason=reason)
        await _answers_again(world)
        await asyncio.sleep(0.4)
        assert (await world.get("/state"))["connections"] >= 1
        assert (await world.command(ALICE, "/claude-admin help"))["ok"]


async def test_two_bots_on_one_app_token_share_the_work(tmp_path: Path) -> None:
    copy_sqlite(tmp_path / "quartermaster.db")  # the two share it
    async with world_of(tmp_path) as world, bot_on(world.sandbox, tmp_path, jobs=()):

        async def both() -> bool:
            return (await world.get("/state"))["connections"] == 2

        await world.wait_for(both, "two connections")
        for _ in range(6):
            assert (await world.command(ALICE, "/claude-admin help"))["ok"]
        assert [len(c.received) for c in world.sandbox.server.hub.connections] == [3, 3]
        card = await world.ask_for_key(ALICE, "by-either-of-two")
        assert (await world.click_on(BOB, card, "request_approve"))["ok"]
        await world.message(ALICE, "Only you can see its secret")


async def test_a_connection_that_does_not_come_is_given_up_and_tried_anew(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        assert world.bot is not None
        socket = Socket(world.bot.app, "xapp-of-somebody-else", connect_within=0.2)
        with pytest.raises(TimeoutError):
            await socket.start()
        assert not await socket.is_live()
        await socket.stop()


async def test_a_policy_that_cannot_be_read_is_said_at_start_and_then_only_when_it_changes(tmp_path: Path) -> None:
    with captured_logs("INFO") as logs:
        async with world_of(tmp_path, more={"POLICY_FILE": "/nope.toml"}) as world:
            await reload_policy(world.rt, "", world.rt.now())
            (said,) = logs.named("nobody_may_approve")
            assert said["level"] == "warning"
            assert "/nope.toml can't be read: No such file" in said["nobody_because"]
            assert not logs.named("policy_changed")


@pytest.fixture
async def served(tmp_path: Path) -> AsyncGenerator[tuple[World, str, httpx.AsyncClient]]:
    """The bot over signed HTTP, served by uvicorn, and a client for its address."""
    async with http_world_of(tmp_path) as (world, address), httpx.AsyncClient(trust_env=False, timeout=10) as http:
        yield world, address, http


async def test_http_answers_health_challenge_and_nothing_else(served: tuple[World, str, httpx.AsyncClient]) -> None:
    _, address, http = served
    assert (await http.get(f"{address}/healthz")).json() == {"ok": True}
    assert (await http.get(f"{address}/readyz")).json() == {"ready": True, "missing": {}}
    body = b'{"type":"url_verification","challenge":"abc","token":"t"}'
    answer = await http.post(f"{address}/slack/events", content=body, headers=signed_headers(body, "application/json"))
    assert answer.status_code == 200
    assert "abc" in answer.text
    assert (await http.get(f"{address}/slack/events")).status_code == 405
    assert (await http.get(f"{address}/")).status_code == 404
    assert (await http.post(f"{address}/slack/install")).status_code == 404
    assert "server" not in answer.headers


async def test_a_body_that_is_too_large_is_turned_away_also_in_chunks(
    served: tuple[World, str, httpx.AsyncClient],
) -> None:
    world, address, http = served
    large = b"x" * (MAX_BODY + 1)
    headers = signed_headers(large, "application/json")
    assert (await http.post(f"{address}/slack/events", content=large, headers=headers)).status_code == 413
    taken, sent = 0, list[Any]()

    async def receive() -> dict[str, Any]:
        nonlocal taken
        taken += 65_536
        assert taken < MAX_BODY * 2, "it reads on and on"
        return {"type": "http.request", "body": b"x" * 65_536, "more_body": True}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "POST", "path": "/slack/events", "query_string": b"", "headers": [(b"host", b"x")]}
    assert world.bot is not None
    await web_of(world.bot)(scope, receive, send)
    assert sent[0]["status"] == 413


async def test_an_event_that_slack_repeats_over_http_counts_once(served: tuple[World, str, httpx.AsyncClient]) -> None:
    world, _, _ = served
    members = world.sandbox.slack.channels["C0COSTS"].members
    members.remove("U0QMBOT")
    await world.post("/flags", retry_delays=[0.0, 0.0, 0.0])
    await world.post("/faults", target="slack", name="events_api", kind="drop_after", times=2)
    await world.post("/channels/C0COSTS", members=[*members, "U0QMBOT"])
    await world.message(BOB, "I issue Claude API keys", "C0COSTS")

    async def is_repeated() -> bool:
        return len([x for x in await world.get("/wire") if "member_joined_channel" in x["name"]]) == 3

    await world.wait_for(is_repeated, "an event that came three times")
    await asyncio.sleep(0.1)
    await settled(world)
    said = [m for m in await world.messages(BOB, "C0COSTS") if "I issue Claude API keys" in m["text"]]
    assert len(said) == 1


async def test_a_whole_request_works_over_signed_http(served: tuple[World, str, httpx.AsyncClient]) -> None:
    world, _, _ = served
    card = await world.ask_for_key(ALICE, "over-http")
    assert (await world.click_on(BOB, card, "request_approve"))["ok"]
    notice = await world.message(ALICE, "Only you can see its secret")
    assert (await world.click_on(ALICE, notice, "request_reveal"))["ok"]
    await world.modal(ALICE, "sk-ant-")
