"""Signed HTTP delivery: signature, encodings, repetition of events, and its end on request."""

import asyncio
import time
from typing import Any

import pytest
from slack_sdk.signature import SignatureVerifier
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from bot.sandbox.slack.workspace import SIGNING_SECRET
from tests.sandbox.conftest import Room, listening


class Ear:
    """An endpoint that keeps what it was told and answers the challenge, then as it is set."""

    def __init__(self, status: int = 200, headers: dict[str, str] | None = None) -> None:
        self.heard: list[tuple[dict[str, str], bytes]] = []
        self.status, self.headers = status, headers

    async def hear(self, request: Request) -> Response:
        body = await request.body()
        if b"url_verification" in body:
            return PlainTextResponse((await request.json())["challenge"])
        self.heard.append((dict(request.headers), body))
        return PlainTextResponse("", self.status, headers=self.headers)


async def listen(room: Room, ear: Ear, url: str) -> None:
    await room.control("flags", {"ack_seconds": 0.2, "retry_delays": [0.0, 0.01, 0.01]})
    assert (await room.control("delivery", {"mode": "http", "url": url}))["verified"] is True


async def test_every_delivery_is_signed_with_the_real_time_even_when_the_clock_was_moved(room: Room):
    ear = Ear()
    async with listening(ear.hear) as url:
        await listen(room, ear, url)
        await room.control("clock", {"advance": 86_400})
        await room.act("command", "U0ALICE", channel="C0ENG", text="/ask a&b")
        await room.act("home", "U0ALICE")
    verifier: Any = SignatureVerifier(SIGNING_SECRET)
    for headers, body in ear.heard:
        stamp, signature = headers["x-slack-request-timestamp"], headers["x-slack-signature"]
        assert verifier.is_valid(body, stamp, signature)
        assert abs(time.time() - int(stamp)) < 5
    kinds = [headers["content-type"] for headers, _ in ear.heard]
    assert kinds == ["application/x-www-form-urlencoded", "application/json"]
    assert b"text=a%26b" in ear.heard[0][1]


async def test_an_event_that_fails_comes_three_more_times_with_number_and_reason(room: Room):
    ear = Ear(status=500)
    async with listening(ear.hear) as url:
        await listen(room, ear, url)
        assert (await room.act("home", "U0ALICE"))["acked"] is False

        async def all_there() -> bool:
            return len(ear.heard) == 4

        await room.until(all_there)
        await asyncio.sleep(0.1)
    retries = [(h.get("x-slack-retry-num"), h.get("x-slack-retry-reason")) for h, _ in ear.heard]
    assert retries == [(None, None), ("1", "http_error"), ("2", "http_error"), ("3", "http_error")]


async def test_no_retry_in_the_answer_ends_the_repetition(room: Room):
    ear = Ear(status=500, headers={"X-Slack-No-Retry": "1"})
    async with listening(ear.hear) as url:
        await listen(room, ear, url)
        await room.act("home", "U0ALICE")
        await asyncio.sleep(0.15)
    assert len(ear.heard) == 1


async def test_no_retry_in_a_later_answer_ends_the_repetition_too(room: Room):
    ear = Ear(status=500)
    async with listening(ear.hear) as url:
        await listen(room, ear, url)
        await room.control("flags", {"retry_delays": [0.05, 0.01, 0.01]})
        await room.act("home", "U0ALICE")
        ear.headers = {"X-Slack-No-Retry": "1"}

        async def is_repeated() -> bool:
            return len(ear.heard) == 2

        await room.until(is_repeated)
        await asyncio.sleep(0.1)
    assert len(ear.heard) == 2


async def test_a_url_that_does_not_echo_the_challenge_is_not_taken(room: Room):
    async def deaf(_: Request) -> Response:
        return PlainTextResponse("hello")

    async with listening(deaf) as url:
        answer = await room.control("delivery", {"mode": "http", "url": url})
    assert answer["error"] == "url_verification_failed"
    assert (await room.control("state", method="GET"))["delivery"] == "socket"


async def test_an_unreachable_app_is_an_error_for_the_person(room: Room):
    ear = Ear()
    async with listening(ear.hear) as url:
        await listen(room, ear, url)
    answer = await room.act("command", "U0ALICE", channel="C0ENG", text="/ask")
    assert answer["error"] == "operation_timeout"


async def test_a_url_that_fails_the_challenge_does_not_replace_the_one_in_use(room: Room):
    ear = Ear()

    async def deaf(_: Request) -> Response:
        return PlainTextResponse("no")

    async with listening(ear.hear) as good, listening(deaf) as bad:
        assert (await room.control("delivery", {"mode": "http", "url": good}))["verified"] is True
        assert (await room.control("delivery", {"mode": "http", "url": bad}))["error"] == "url_verification_failed"
        assert (await room.act("home", "U0ALICE"))["acked"] is True
    assert len(ear.heard) == 1


@pytest.mark.parametrize("kind", ["events_api", "interactive", "slash_commands"])
async def test_a_payload_of_any_shape_is_delivered_as_it_is(room: Room, kind: str):
    ear = Ear()
    payloads: list[Any] = ["text", ["a"], 5, None, {"event": None}, {"event": "x"}, {"event": ["x"], "command": {"a": 1}}]
    unheard = [await room.control("act/raw", {"kind": kind, "payload": payload}) for payload in payloads]
    assert [(answer["ok"], answer["acked"]) for answer in unheard] == [(True, False)] * len(payloads)
    async with listening(ear.hear) as url:
        await listen(room, ear, url)
        for payload in payloads:
            assert (await room.control("act/raw", {"kind": kind, "payload": payload}))["acked"] is True
    first = [b"payload=%22text%22", b"payload=%5B%22a%22%5D"] if kind == "interactive" else [b'"text"', b'["a"]']
    assert [body for _, body in ear.heard][:2] == first
