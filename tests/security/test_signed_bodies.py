"""Signed HTTP: what isn't Slack's is turned away, and what nobody can read gets a plain answer."""

import json
import random
import time
from pathlib import Path

from bot.sandbox.slack.http_delivery import encode, signed_headers
from tests.security.doors import any_world_of, captured_logs, kept, settled
from tests.security.forgeries import Aim, click
from tests.security.test_forged_input import EVENTS, assert_nothing_came_of_it, door, staged
from tests.world import BOB, EVE


async def test_200_requests_with_bad_signatures_or_times_are_turned_away(tmp_path: Path) -> None:
    with captured_logs("INFO") as logs:
        async with any_world_of(tmp_path, "http") as world, door(world) as http:
            aim = await staged(world)
            before = await kept(world)
            for number in range(200):
                headers, body = _wrongly_signed(number, aim)
                raw = {name.encode(): value.encode("latin-1") for name, value in headers.items()}
                answer = await http.post(EVENTS, content=body, headers=raw)
                assert answer.status_code == 401, (number, answer.status_code)
            await assert_nothing_came_of_it(world, before, logs)


def _wrongly_signed(number: int, aim: Aim) -> tuple[dict[str, str], bytes]:
    """Return an approval that bob's account would be entitled to, signed in one of ten wrong ways."""
    rnd, now = random.Random(number), int(time.time())
    body, form = encode("interactive", click(BOB, "request_approve", aim.pending, rnd))
    good, signature = signed_headers(body, form), "X-Slack-Signature"
    ways: list[dict[str, str]] = [
        signed_headers(body, form, at=now - 301 - number),
        signed_headers(body, form, at=now + 301 + number),
        signed_headers(body, form, secret="another-secret-of-somebody"),
        signed_headers(body + b"&x=1", form),
        signed_headers(body, form) | {"X-Slack-Request-Timestamp": str(now - 1 - number)},
        {name: value for name, value in good.items() if name != signature},
        {name: value for name, value in good.items() if name != "X-Slack-Request-Timestamp"},
        good | {signature: good[signature][:-1] + ("0" if good[signature][-1] != "0" else "1")},
        good | {signature: rnd.choice(("", "v0=", "v1=" + good[signature][3:], "null", "a" * 5000, "v0=\xe9"))},
        good | {"X-Slack-Request-Timestamp": rnd.choice(("", "NaN", "0", "-1", "9" * 40, "1e9", "\xb2", str(now) + ".5"))},
    ]
    return ways[number % len(ways)], body


async def test_time_stamps_count_up_to_five_minutes_either_way(tmp_path: Path) -> None:
    async with any_world_of(tmp_path, "http") as world, door(world) as http:
        body, form = encode("slash_commands", {"command": "/claude-admin", "user_id": EVE, "team_id": "T0ACME"})
        for seconds, status in ((-295, 200), (295, 200), (-305, 401), (305, 401)):
            headers = signed_headers(body, form, at=int(time.time()) + seconds)
            assert (await http.post(EVENTS, content=body, headers=headers)).status_code == status
        await settled(world)


async def test_odd_bodies_get_a_plain_answer(tmp_path: Path) -> None:
    with captured_logs("INFO") as logs:
        async with any_world_of(tmp_path, "http") as world, door(world) as http:
            before, form, js = await kept(world), "application/x-www-form-urlencoded", "application/json"
            bodies: list[tuple[bytes, str, set[int]]] = [
                (b"", form, {200}),
                (b"{", js, {400}),
                (b"[]", js, {400}),
                (b"5", js, {400}),
                (b'"text"', js, {400}),
                (b"null", js, {200, 400}),
                (b"payload=", form, {400}),
                (b"payload=5", form, {400}),
                (b"payload=%5B%5D", form, {400}),
                (b"payload=%7B", form, {400}),
                (b"\xff\xfe\x00", form, {400}),
                (b"<xml/>", "text/xml", {200}),
                (b"ssl_check=1&token=x", form, {200}),
                (b"command=%2Fclaude-keys", "multipart/form-data; boundary=x", {200}),
                (b'{"a":' * 5000 + b"1" + b"}" * 5000, js, {200, 400}),
                (b"a=" + b"x" * (3 * 1024 * 1024), form, {413}),
            ]
            for body, content_type, statuses in bodies:
                answer = await http.post(EVENTS, content=body, headers=signed_headers(body, content_type))
                assert answer.status_code in statuses, (body[:40], answer.status_code)
            await assert_nothing_came_of_it(world, before, logs)


async def test_ssl_check_opens_no_way_around_the_signature(tmp_path: Path) -> None:
    async with any_world_of(tmp_path, "http") as world, door(world) as http:
        aim = await staged(world)
        before = await kept(world)
        approve = click(BOB, "request_approve", aim.pending, random.Random(0)) | {"ssl_check": "1"}
        form, js = "application/x-www-form-urlencoded", "application/json"
        bodies = [
            encode("interactive", approve),
            (json.dumps(approve).encode(), js),
            (b"ssl_check=1&" + encode("interactive", approve)[0], form),
        ]
        for body, content_type in bodies:
            answer = await http.post(EVENTS, content=body, headers={"Content-Type": content_type})
            assert answer.status_code == 401, body[:40]
        await settled(world)
        assert await kept(world) == before
