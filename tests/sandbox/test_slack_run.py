"""The sandbox as a whole: start, settings, busy ports, quick stop, clock here and from another process, the stream."""

import asyncio
import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import aiohttp
import httpx
import pytest

from bot.sandbox.clock_words import parse_moment
from bot.sandbox.people import CAST
from bot.sandbox.remote_clock import RemoteClock
from bot.sandbox.run import SandboxOptions, running_sandbox
from bot.sandbox.servers import PortBusy
from bot.sandbox.slack.workspace import APP_TOKEN
from tests.day import DAY
from tests.sandbox.conftest import Room, small_manifest

OPTIONS = SandboxOptions(start=DAY, manifest=small_manifest())


async def test_the_settings_lead_to_both_servers():
    async with running_sandbox(OPTIONS) as sandbox, httpx.AsyncClient() as http:
        settings = sandbox.settings()
        slack = await http.post(
            settings["SLACK_API_URL"] + "auth.test", headers={"Authorization": f"Bearer {settings['SLACK_BOT_TOKEN']}"}
        )
        claude = await http.get(
            settings["ANTHROPIC_BASE_URL"] + "/v1/organizations/me", headers={"x-api-key": settings["ANTHROPIC_ADMIN_KEY"]}
        )
        state = (await http.get(settings["SANDBOX_URL"] + "/state")).json()
    assert slack.json()["user_id"] == "U0QMBOT"
    assert claude.status_code == 200
    assert [person["id"] for person in state["people"] if person["in_cast"]] == [person.slack_id for person in CAST]
    assert state["claude_url"] == settings["ANTHROPIC_BASE_URL"]
    assert [entry["command"] for entry in state["commands"]] == ["/ask", "/plain"]


async def test_a_busy_port_is_one_clear_sentence():
    async with running_sandbox(OPTIONS) as sandbox:
        port = int(sandbox.claude_url.rsplit(":", 1)[1])
        with pytest.raises(PortBusy, match=rf"^Port {port} is in use by another program; .*\.$"):
            async with running_sandbox(SandboxOptions(start=DAY, claude_port=port, manifest=small_manifest())):
                pass


async def test_it_stops_within_a_second_whatever_is_connected():
    async with aiohttp.ClientSession() as session:
        async with running_sandbox(OPTIONS) as sandbox:
            stream = await session.get(sandbox.control_url + "/stream")
            opened = await session.post(
                sandbox.slack_url + "/api/apps.connections.open", headers={"Authorization": f"Bearer {APP_TOKEN}"}
            )
            ws = await session.ws_connect((await opened.json())["url"])
            stopping = time.monotonic()
        assert time.monotonic() - stopping < 1
        assert stream.status == 200
        await ws.close()


async def test_a_remote_clock_follows_the_sandbox():
    start = datetime(2026, 3, 1, 12, tzinfo=UTC)
    async with running_sandbox(SandboxOptions(manifest=small_manifest(), start=start)) as sandbox:
        clock = RemoteClock(sandbox.control_url)
        await clock.start()
        assert abs(clock.now() - start) < timedelta(seconds=2)
        sandbox.clock.advance(timedelta(days=1))
        for _ in range(80):
            if clock.now() > start + timedelta(hours=23):
                break
            await asyncio.sleep(0.01)
        assert abs(clock.now() - sandbox.clock.now()) < timedelta(seconds=0.2)
        await clock.stop()


@pytest.mark.parametrize("url", ["http://example.com/_sandbox", "http://10.0.0.1:8765/_sandbox", "/_sandbox"])
def test_a_remote_clock_listens_to_this_machine_only(url: str):
    with pytest.raises(ValueError, match="this machine"):
        RemoteClock(url)


@pytest.mark.parametrize(
    ("words", "tz", "moment"),
    [
        ("tomorrow 09:00", "Europe/Berlin", "2026-11-24T08:00"),
        ("today 17:30", "UTC", "2026-11-23T17:30"),
        ("monday 09:00", "America/New_York", "2026-11-30T14:00"),
        ("friday 09:00", "UTC", "2026-11-27T09:00"),
    ],
)
def test_moments_are_read_as_people_say_them(words: str, tz: str, moment: str):
    now = datetime(2026, 11, 23, 16, tzinfo=UTC)  # A Monday.
    assert parse_moment(words, tz, now) == datetime.fromisoformat(f"{moment}+00:00")


async def test_the_clock_is_moved_by_words_and_new_messages_carry_its_time(room: Room):
    moved = await room.control("clock", {"to": "tomorrow 09:00", "tz": "Europe/Berlin"})
    assert moved["ok"]
    assert moved["now"].startswith("2026-11-25T08:00:0")
    ts = float((await room.client.chat_postMessage(channel="C0ENG", text="x"))["ts"])
    assert 0 <= ts - datetime.fromisoformat(moved["now"]).timestamp() < 5
    back = await room.control("clock", {"now": "2026-01-01T00:00:00+00:00"})
    assert back["now"].startswith("2026-01-01T00:00:0")
    assert (await room.control("clock", {"to": "someday"}))["error"] == "bad_request"
    assert (await room.control("clock", {"now": "2026-01-01T00:00:00"}))["error"] == "bad_request"


@pytest.mark.parametrize(
    "move",
    [
        {"now": "1969-12-31T23:00:00+00:00"},
        {"now": "0001-01-01T00:00:00+14:00"},
        {"now": "9999-12-31T23:59:59+00:00"},
        {"now": "2100-01-01T00:00:00+00:00"},
        {"advance": 86_400 * 366 * 80},
        {"advance": -86_400 * 366 * 30},
        {"advance": 1e12},
        {"advance": 1e300},
        {"advance": "nan"},
    ],
)
async def test_the_clock_stays_where_everything_can_count(room: Room, move: dict[str, Any]):
    before = await room.control("clock", method="GET")
    answer = await room.control("clock", move)
    assert (answer["ok"], answer["error"]) == (False, "bad_request")
    after = await room.control("clock", method="GET")
    assert abs(after["offset"] - before["offset"]) < 5


async def test_the_stream_speaks_at_each_change(room: Room):
    async with aiohttp.ClientSession() as session, session.get(f"{room.url}/_sandbox/stream") as stream:

        async def event() -> Any:
            while True:
                line = (await asyncio.wait_for(stream.content.readline(), 2)).decode().strip()
                if line.startswith("data: "):
                    return json.loads(line.removeprefix("data: "))

        assert await event() == {"seq": 0}
        await room.client.chat_postMessage(channel="C0ENG", text="x")
        assert (await event())["seq"] == 1
        await room.control("clock", {"advance": 60})
        assert (await event())["seq"] == 1


async def test_malformed_control_calls_are_answered_with_a_sentence(room: Room):
    for path, body in (("act/click", b"{"), ("act/fly", b"{}"), ("clock", b"[]"), ("people/U0NOBODY", b"{}")):
        answer = await room.http.post(f"{room.url}/_sandbox/{path}", content=body)
        assert answer.status_code == 400
        assert answer.json()["message"].endswith(".")


async def test_half_a_character_from_the_control_is_refused_and_the_workspace_stays_readable(room: Room):
    for raw in (b'{"name": "\\ud83d"}', b'{"name": "\xed\xa0\xbd"}'):
        answer = await room.http.post(f"{room.url}/_sandbox/people/U0ALICE", content=raw)
        assert (answer.status_code, answer.json()["error"]) == (400, "bad_request")
    state = await room.control("state", method="GET")
    assert "Alice Moreno" in [person["name"] for person in state["people"]]
