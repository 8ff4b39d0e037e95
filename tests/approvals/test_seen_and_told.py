"""Whoever waits for a word gets it, and what stands in Slack is true, whatever Slack did in between."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.approvals import db as requests
from bot.approvals.cards.topic import refresh
from bot.approvals.model import Status
from bot.posts import db as posts
from bot.slack.blocks import section
from bot.slack.model import Message
from tests.approvals.acting import (
    a_minute_passes,
    audit_of,
    card_with,
    choose,
    labels,
    press,
    request_behind,
    settled,
    until,
)
from tests.approvals.test_card_flows import revoke
from tests.approvals.test_secret import ready
from tests.approvals.test_stale_acts import taken
from tests.world import ALICE, APPROVALS, BOB, CAROL, DANA, World, a_minute, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def ask(world: World, name: str) -> None:
    assert (await world.command(ALICE, "/claude-keys request"))["ok"]
    await world.modal(ALICE, "Workspace")
    await world.submit(ALICE, workspace_id=await world.workspace_id("Staging"), name=name, reason="Nightly")


@pytest.mark.parametrize(
    "change", [{"members": [ALICE, BOB, CAROL, DANA]}, {"is_archived": True}], ids=["not in", "archived"]
)
async def test_a_request_that_no_approver_would_see_is_not_taken(world: World, change: dict[str, object]) -> None:
    await world.post(f"/channels/{APPROVALS}", **change)
    await ask(world, "nowhere")
    await world.modal(ALICE, f"I'm not in <#{APPROVALS}>, or it is archived, so no approver would see it.")
    async with world.rt.store.read() as tx:
        assert await requests.of_requester(tx, ALICE) == []


async def test_what_came_of_a_form_is_said_in_a_direct_message_where_slack_loses_the_window(world: World) -> None:
    await world.post("/faults", target="slack", name="views.update", kind="500", times=9)
    await ask(world, "lost-window")
    assert "Sent to" in (await world.message(ALICE, "I'll message you when it's decided."))["text"]
    world.sandbox.faults.clear()


async def test_the_requester_gets_the_secret_although_the_card_can_not_be_posted(world: World) -> None:
    await world.post("/faults", target="slack", name="chat.postMessage", kind="500")  # the card
    await ask(world, "cardless")
    await world.modal(ALICE, "Your request is on record.")
    await settled(world)
    await world.post(f"/channels/{APPROVALS}", members=[ALICE, BOB, CAROL, DANA])  # the bot was thrown out
    await world.command(BOB, "/claude-requests waiting")
    listed = await world.message(BOB, "cardless", "C0GENERAL")
    block = next(b for b in listed["blocks"] if "cardless" in str(b.get("text")))
    await world.click_on(BOB, listed, "request_decide", block_id=block["block_id"])
    view = await world.modal(BOB, "cardless")
    await world.click(BOB, "request_approve", view_id=view["id"])
    notice = await world.message(ALICE, "cardless")
    assert "Show the key once" in labels(notice)


async def test_a_secret_is_found_without_the_direct_message_by_its_requester_alone(world: World) -> None:
    card, _ = await ready(world, "unsaid")
    await choose(world, BOB, card, "Details")
    assert "Show the key once" not in str(await world.modal(BOB, "unsaid"))
    await world.command(ALICE, "/claude-requests")
    listed = await world.message(ALICE, "unsaid", "C0GENERAL")
    assert (await world.click_on(ALICE, listed, "request_details"))["ok"]
    view = await world.modal(ALICE, "Show the key once")
    assert (await world.click(ALICE, "request_reveal", view_id=view["id"]))["ok"]
    await world.modal(ALICE, "sk-ant-api03-")
    await settled(world)
    assert (await request_behind(world, card)).outcome.handover == "shown"


async def test_a_secret_that_is_on_screen_when_its_day_ends_counts_as_seen(world: World) -> None:
    card, notice = await ready(world, "edge")
    world.sandbox.clock.advance(timedelta(hours=23, minutes=59, seconds=50))
    await world.post("/faults", target="slack", name="views.update", kind="slow", seconds=1)
    await press(world, ALICE, notice, "request_reveal")
    await taken(world)
    world.sandbox.clock.advance(timedelta(seconds=30))
    await a_minute(world.rt)
    await world.modal(ALICE, "sk-ant-api03-")
    await settled(world)
    request = await request_behind(world, card)
    actions = [entry.action for entry in await audit_of(world, request)]
    assert (request.outcome.handover, actions.count("secret.shown"), "secret.wiped_unseen" in actions) == (
        "shown",
        1,
        False,
    )


async def test_a_secret_whose_window_may_have_been_read_is_not_shown_again(world: World) -> None:
    card, notice = await ready(world, "twice")
    await world.post("/faults", target="slack", name="views.update", kind="drop_after")
    await world.post("/faults", target="slack", name="views.update", kind="slow", seconds=1)
    await press(world, ALICE, notice, "request_reveal")
    view = await world.modal(ALICE, "sk-ant-api03-")
    await world.post("/act/close", user=ALICE, view_id=view["id"])  # so that the repeat finds no window
    await settled(world)
    await world.message(ALICE, "I can't tell whether you saw the key")
    assert (await request_behind(world, card)).outcome.handover == "failed"


async def test_a_card_that_slack_would_not_redraw_for_a_while_is_redrawn_later(world: World) -> None:
    card = await world.ask_for_key(ALICE, "scopeless")
    scopes = (await world.get("/flags"))["scopes"]
    await world.post("/flags", scopes=[scope for scope in scopes if scope != "chat:write"])
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await world.post("/flags", scopes=scopes)
    await a_minute_passes(world, seconds=180)
    assert (await card_with(world, "issued to"))["ts"] == card["ts"]


@pytest.mark.proof
async def test_an_older_drawing_that_lands_late_is_drawn_over(world: World) -> None:
    card = await revoke(world, "late-draw")
    await world.post("/faults", target="slack", name="chat.update", kind="slow", seconds=3)
    await press(world, BOB, card, "request_approve")
    await taken(world)  # the drawing of "1 of 2 so far" is on its way
    await world.click_on(CAROL, card, "request_approve")

    async def drawn_as_done() -> bool:
        seen = next(m for m in await world.messages(BOB, APPROVALS) if m["ts"] == card["ts"])
        return "is revoked for good" in seen["text"]

    await world.wait_for(drawn_as_done, "the newest drawing")
    await settled(world)
    assert await drawn_as_done()


async def test_a_request_for_somebody_who_is_the_only_other_approver_is_not_taken(world: World) -> None:
    await world.post("/groups/S0ADMINS", users=[ALICE, "U0CROWD01"])
    await world.command(ALICE, "/claude-members role <@U0CROWD01> billing because")
    said = await world.message(ALICE, "but you and the person it is for can't approve it, and nobody else can", "C0GENERAL")
    assert "Nothing was sent" in said["text"]


@pytest.mark.proof
async def test_covering_a_channel_goes_on_where_slack_broke_off(world: World) -> None:
    for name in ("first", "second", "third"):
        card = await world.ask_for_key(ALICE, f"inside-{name}")
        await press(world, BOB, card, "request_deny")
        await world.modal(BOB, "Reason")
        await world.submit(BOB, comment=f"nobody outside reads {name}")
        await card_with(world, f"reads {name}")
    await settled(world)
    world.sandbox.slack.channels[APPROVALS].is_ext_shared = True
    for _ in range(4):
        await world.post("/faults", target="slack", name="chat.update", kind="500", times=1)
        await a_minute(world.rt)
        world.sandbox.faults.clear()
        world.sandbox.clock.advance(timedelta(minutes=1))
    await a_minute(world.rt)
    left = [m["text"] for m in await world.messages(BOB, APPROVALS) if "inside-" in str(m) or "nobody outside" in str(m)]
    assert left == []


@pytest.mark.proof
async def test_a_refused_redrawing_is_given_up_a_day_after_the_end(world: World) -> None:
    card = await world.ask_for_key(ALICE, "kicked")
    await world.post("/faults", target="slack", name="chat.update", kind="500", times=3)
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    world.sandbox.faults.clear()
    await world.post(f"/channels/{APPROVALS}", is_archived=True)
    await a_minute_passes(world, seconds=2 * 86400)
    await a_minute_passes(world, seconds=60)
    request = await request_behind(world, card)
    async with world.rt.store.read() as tx:
        standing = [post for post in await posts.of_subject(tx, "request", request.id) if post.ts]
    assert [post.purpose for post in standing if post.drawn_version < post.wanted_version] == []


async def test_a_notice_that_two_processes_sent_stays_true_in_both_places(world: World) -> None:
    card, notice = await ready(world, "told-twice")
    request = await request_behind(world, card)
    second = await world.rt.notifier.send(ALICE, Message("Your key is ready, again", [section("again")]))
    async with world.rt.store.write() as tx:
        await posts.adopt(tx, "request", request.id, "requester:result", second.channel, second.ts, world.rt.now())
    await refresh(world.rt, request.id)
    await press(world, ALICE, notice, "request_reveal")
    await world.modal(ALICE, "sk-ant-api03-")
    await settled(world)
    seen = [m["text"] for m in await world.messages(ALICE, second.channel) if m["ts"] in (notice["ts"], second.ts)]
    assert [("Shown" in text, "ready" in text) for text in seen] == [(True, False)] * 2


async def test_what_slack_does_not_take_yet_is_not_said_to_be_sent(world: World) -> None:
    await world.post("/faults", target="slack", name="chat.postMessage", kind="500", times=1)
    await world.command(ALICE, "/claude-keys request")
    await world.modal(ALICE, "Workspace")
    staging = await world.workspace_id("Staging")
    await world.submit(ALICE, workspace_id=staging, name="not-yet", reason="Slack is down for a moment")
    await world.modal(ALICE, "Your request is on record. Slack didn't take the card yet; I'll post it in <#C0APPROVALS>")
    await a_minute_passes(world, seconds=180)
    await a_minute_passes(world)
    await card_with(world, "not-yet")


async def test_a_decided_card_still_says_what_it_is_for(world: World) -> None:
    card = await world.ask_for_key(ALICE, "kept-purpose", reason="Reads the invoices")
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    assert "> Reads the invoices" in (await card_with(world, "issued to"))["text"]
