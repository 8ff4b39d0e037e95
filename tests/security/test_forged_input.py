"""Malformed and forged inputs, two thousand in `make proof`: always an answer, no exception, no change, nothing injected."""

import random
import time
from collections.abc import Iterable
from pathlib import Path
from statistics import median
from typing import Any, cast

import httpx

from bot.sandbox.slack.delivery import Kind
from bot.sandbox.slack.http_delivery import encode, signed_headers
from bot.serving import web_of
from tests.security.doors import Logs, any_world_of, captured_logs, kept, settled, shown_texts
from tests.security.forgeries import INJECTED, MEANT, MENTION, Aim, Delivered, click, forged, malformed, submission
from tests.sizes import share
from tests.world import ALICE, APPROVALS, BOB, CAROL, COSTS, DANA, World

USUAL_ANSWER = 0.5
"""Seconds that half of the answers may take at most: single ones say more about the machine than about the bot."""
PATIENCE = 30.0
EVENTS = "/slack/events"


async def staged(world: World) -> Aim:
    """Link those who act, and leave one request waiting and one applied whose secret nobody looked at yet."""
    await world.command(DANA, "/claude-requests")
    await world.message(DANA, "", "C0GENERAL")
    card = await world.ask_for_key(ALICE, "applied-before")
    await world.click_on(BOB, card, "request_approve")
    await world.message(ALICE, "Only you can see its secret")
    card = await world.ask_for_key(ALICE, "waits-for-all")
    await world.command(CAROL, "/claude-requests")
    await settled(world)
    cards = tuple(m["ts"] for m in await world.messages(BOB, APPROVALS) if "thread_ts" not in m or m["thread_ts"] is None)
    rows = (await kept(world))["request"]
    pending = next(row for row in rows if "waits-for-all" in repr(row))
    applied = next(row for row in rows if "applied-before" in repr(row))
    return Aim(_request_id(pending), _request_id(applied), await world.workspace_id("Sandbox"), await _watched(world), cards)


async def _watched(world: World) -> str:
    """Let dana watch an amount and subscribe a channel, and return the alert's id."""
    for what, values in (("alert", {"spend_amount": "100", "spend_period": "daily"}), ("digest", {"spend_time": "09:00"})):
        await world.command(DANA, f"/claude-spend {what}", COSTS)
        await world.modal(DANA, f"spend_{what}_form")
        assert (await world.submit(DANA, **values))["ok"]
        await world.modal(DANA, "notice")
    await settled(world)
    (alert,) = (await kept(world))["threshold"]
    return next(str(value) for value in alert if str(value).startswith("thr_"))


def _request_id(row: tuple[object, ...]) -> str:
    return next(str(value) for value in row if str(value).startswith("req_"))


async def assert_nothing_came_of_it(world: World, before: object, logs: Logs) -> None:
    await settled(world)
    assert not logs.failures(), logs.failures()[:3]
    assert await kept(world) == before
    for seen in await world.get("/history"):
        # Whom somebody mentions in a command is mentioned to them in its answer, which nobody else reads.
        is_private = str(seen.get("channel") or "D").startswith("D") or "user" in seen
        for text in shown_texts(seen):
            assert not any(part in text for part in MEANT if not (is_private and part == MENTION)), (text, seen)


async def _over_socket(world: World, payloads: Iterable[Delivered]) -> int:
    hub, timing, took = world.sandbox.server.hub, world.sandbox.server.delivery.timing, list[float]()
    timing.ack_seconds = PATIENCE
    for count, (kind, payload) in enumerate(payloads, 1):
        began = time.monotonic()
        answer = await hub.send(cast("Kind", kind), payload, timing, 0, None)
        assert answer.acked, (kind, payload)
        took.append(time.monotonic() - began)
        if count % 20 == 0:
            await settled(world)
    assert median(took) < USUAL_ANSWER
    return len(took)


async def test_malformed_and_forged_envelopes_are_all_acknowledged_and_change_nothing(tmp_path: Path) -> None:
    with captured_logs("INFO") as logs:
        async with any_world_of(tmp_path, "socket") as world:
            aim = await staged(world)
            before = await kept(world)
            assert await _over_socket(world, malformed(aim, share(550), seed=1)) == share(550)
            assert await _over_socket(world, forged(aim, share(450), seed=2)) == share(450)
            await assert_nothing_came_of_it(world, before, logs)


async def test_malformed_and_forged_signed_requests_are_all_answered_and_change_nothing(tmp_path: Path) -> None:
    with captured_logs("INFO") as logs:
        async with any_world_of(tmp_path, "http") as world, door(world) as http:
            aim = await staged(world)
            before = await kept(world)
            payloads, took = [*malformed(aim, share(550), seed=3), *forged(aim, share(450), seed=4)], list[float]()
            for number, (kind, payload) in enumerate(payloads):
                body, content_type = encode(cast("Kind", kind), _as_form(payload) if kind == "slash_commands" else payload)
                began = time.monotonic()
                answer = await http.post(EVENTS, content=body, headers=signed_headers(body, content_type))
                assert answer.status_code in (200, 400), (answer.status_code, payload)
                took.append(time.monotonic() - began)
                if number % 20 == 0:
                    await settled(world)
            assert median(took) < USUAL_ANSWER
            await assert_nothing_came_of_it(world, before, logs)


def door(world: World) -> httpx.AsyncClient:
    """Return a client that reaches the bot's own web app without a network between."""
    assert world.bot is not None
    return httpx.AsyncClient(transport=httpx.ASGITransport(web_of(world.bot)), base_url="http://bot.test")


def _as_form(payload: Any) -> dict[str, str]:
    """Return what a form can carry: text, and no halves of surrogate pairs."""
    return {name: str(value).encode(errors="ignore").decode() for name, value in payload.items()}


async def test_a_replayed_approval_counts_once(tmp_path: Path) -> None:
    with captured_logs("INFO") as logs:
        async with any_world_of(tmp_path, "http") as world, door(world) as http:
            aim = await staged(world)
            body, form = encode("interactive", click(BOB, "request_approve", aim.pending, random.Random(0)))
            headers = signed_headers(body, form)
            assert (await http.post(EVENTS, content=body, headers=headers)).status_code == 200
            await settled(world)
            after_first = await kept(world)
            for _ in range(20):
                assert (await http.post(EVENTS, content=body, headers=headers)).status_code == 200
            await assert_nothing_came_of_it(world, after_first, logs)
            assert len([row for row in after_first["decision"] if aim.pending in row]) == 1


async def test_a_replayed_form_asks_once(tmp_path: Path) -> None:
    async with any_world_of(tmp_path, "socket") as world:
        aim = await staged(world)
        before = await kept(world)
        values = {"workspace_id": aim.workspace, "name": "asked-once", "reason": "replay"}
        payload = submission(ALICE, "form_create_key", values, "", random.Random(0))
        for _ in range(10):
            assert await _over_socket(world, [("interactive", payload)]) == 1
        await settled(world)
        assert len((await kept(world))["request"]) == len(before["request"]) + 1


async def test_a_request_shows_what_was_typed_as_text_everywhere(tmp_path: Path) -> None:
    async with any_world_of(tmp_path, "socket") as world:
        reason = " ".join(INJECTED)[:480]
        claude = world.sandbox.claude
        claude.workspace_named("Staging").name = "<!channel> *Sta|ging*"
        card = await world.ask_for_key(ALICE, "plain-name", "<!channel> *Sta|ging*", reason)
        await world.click_on(BOB, card, "request_more", selected=_option(card, "details"))
        await world.modal(BOB, "Asked by")
        await world.click_on(BOB, card, "request_deny")
        await world.modal(BOB, "Deny")
        assert (await world.submit(BOB, comment=f"no {reason}"))["ok"]
        await world.message(ALICE, "denied")
        await world.command(ALICE, "/claude-requests")
        await world.command(ALICE, "/claude-keys list <!channel>")
        await world.command(ALICE, "/claude-members role <!here>")
        await world.command(ALICE, "/claude-spend 7d in <https://evil.test|x>")
        await settled(world)
        shown = [text for seen in await world.get("/history") for text in shown_texts(seen)]
        assert not [text for text in shown if any(part in text for part in MEANT)]
        assert any("@channel" in text for text in shown)


def _option(card: dict[str, Any], part: str) -> str:
    options = [o["value"] for b in card["blocks"] for e in b.get("elements", []) for o in e.get("options", [])]
    return next(value for value in options if part in value)
