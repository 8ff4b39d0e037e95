"""A request of several parts: each is done once, one that is refused spoils no other, and one that waits goes on later."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.approvals import db as requests
from bot.approvals import service
from bot.approvals.act import act_of
from bot.approvals.cards.several import MOST_LINES, part_lines, with_details
from bot.approvals.due import CLAIM_LASTS, FOLLOW_EVERY, LATE_AFTER
from bot.approvals.fence import ACT_WITHIN
from bot.approvals.follow import follow
from bot.approvals.model import Request, Status
from bot.approvals.outcome import LeaseLost, Outcome, PartDone
from bot.approvals.progress import Progress
from bot.errors import RequestClosed
from bot.kinds.several import in_vain
from bot.people.identity import resolve_actor
from tests.approvals.acting import a_minute_passes, audit_of, card_with, press, request_behind, settled, thread_of, until
from tests.approvals.asking import fill_in, now_on_the_wire, writes_since
from tests.approvals.kind_flags import FLAGS, WAITS, WITH_FLAGS
from tests.sizes import few
from tests.world import ALICE, BOB, World, world_of

CHANGE = "POST /v1/organizations/workspaces/*"


def test_what_could_not_be_done_is_not_cut_off_the_card() -> None:
    parts = [PartDone(name=f"p{n}", label=f"p{n}", state="done") for n in range(MOST_LINES)]
    lines = part_lines([*parts, PartDone(name="late", label="late", state="refused")]).splitlines()
    assert (lines[0], lines[1], lines[-1]) == ("⚠️ late", "✅ p0", "… and 1 more: see Details.")
    assert part_lines([*parts[1:], PartDone(name="late", label="late", state="refused")]).endswith("⚠️ late")


def test_a_message_that_leaves_lines_out_has_a_button_for_all_of_them() -> None:
    parts = [PartDone(name=f"p{n}", label=f"p{n}", state="done") for n in range(MOST_LINES + 1)]
    assert "request_details" in str(with_details("req_1", part_lines(parts)).blocks)
    assert "request_details" not in str(with_details("req_1", part_lines(parts[1:])).blocks)


def test_where_nothing_could_be_done_one_reason_is_told_and_how_many_more_there_are() -> None:
    parts = [PartDone(name=f"p{n}", label=f"Key {n}", state="refused", note="Gone.") for n in range(3)]
    assert in_vain(parts[:1]) == "Key 0: Gone. Nothing was changed."
    assert in_vain(parts) == "Key 0: Gone. And 2 more. Nothing was changed."


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path, kinds=WITH_FLAGS) as running:
        yield running


async def approved(world: World, *names: str) -> Any:
    """Ask for flags and approve them; returns the card as it was asked."""
    assert (await fill_in(world, ALICE, FLAGS, {"names": ", ".join(names), "reason": "Flags please"}))["ok"]
    card = await card_with(world, "Flags please")
    await press(world, BOB, card, "request_approve")
    return card


def flags(world: World) -> list[str]:
    sandbox = next(w for w in world.sandbox.claude.workspaces.values() if w.name == "Sandbox")
    return sorted(tag.removeprefix("flag-") for tag in sandbox.tags if tag.startswith("flag-"))


def states(request: Request) -> dict[str, str]:
    return {part.name: part.state for part in request.outcome.parts}


async def it_comes(world: World) -> None:
    """Make outside what a part waits for."""
    await world.rt.admin.update_workspace(await world.workspace_id("Sandbox"), tags={"come": "yes"})


async def test_what_one_part_is_refused_spoils_no_other_and_all_is_said_and_on_record(world: World) -> None:
    seq = now_on_the_wire(world)
    card = await approved(world, "red", "bad", "then", "blue")
    request = await until(world, card, Status.APPLIED)
    assert states(request) == {"red": "done", "bad": "refused", "then": "left_out", "blue": "done"}
    assert flags(world) == ["blue", "red"]
    assert len(writes_since(world, seq)) == 2
    shown = await card_with(world, "⚠️ Flag bad: Nobody wants a bad flag.")
    assert "✅ Flag red: hoisted" in shown["text"]
    assert "▫️ Flag then" in shown["text"]
    assert "⚠️ Flag bad" in (await world.message(ALICE, "*Flags hoisted*"))["text"]
    entries = [(entry.action, entry.detail.get("name")) for entry in await audit_of(world, request)]
    assert [name for action, name in entries if action == "request.part"] == ["red", "bad", "then", "blue"]


def test_what_was_refused_before_and_fails_now_is_told_as_it_is_now() -> None:
    red, blue = (PartDone(name=one, label=one, state="refused", note="No") for one in ("red", "blue"))
    now = red.model_copy(update={"note": "Down"})
    assert Outcome(parts=(red,)).with_failed(now).with_failed(blue).told == (now, blue)
    assert Outcome().with_failed(now).told == ()


async def test_where_no_part_could_be_done_the_request_has_failed_and_a_retry_tries_all_again(world: World) -> None:
    card = await approved(world, "bad")
    request = await until(world, card, Status.FAILED)
    assert request.failure == "Flag bad: Nobody wants a bad flag. Nothing was changed."
    await press(world, ALICE, await world.message(ALICE, "Nobody wants a bad flag"), "request_retry")
    again = await until(world, card, Status.FAILED)
    assert again.attempts == 2


async def test_a_failure_outside_stops_one_part_and_a_retry_does_only_that_one(world: World) -> None:
    await world.post("/faults", target="claude", name=CHANGE, kind="500_final", times=1)
    card = await approved(world, "red", "blue", "green")
    request = await until(world, card, Status.FAILED)
    assert states(request) == {"blue": "done", "green": "done"}
    shown = await card_with(world, "✅ Flag green: hoisted\n⚠️ Flag red: The Claude Admin API failed.")
    assert "only a part of it was done" in shown["text"]
    told = await world.message(ALICE, "only a part of it was done")
    assert told["text"].splitlines()[1:] == ["⚠️ Flag red: The Claude Admin API failed."]
    seq = now_on_the_wire(world)
    await press(world, ALICE, told, "request_retry")
    request = await until(world, card, Status.APPLIED)
    assert "failed" not in str((await card_with(world, "✅ Flag red"))["text"])
    assert states(request) == {"blue": "done", "green": "done", "red": "done"}
    assert len(writes_since(world, seq)) == 1


@pytest.mark.proof
async def test_a_part_that_comes_late_is_noted_though_the_one_before_it_never_comes(world: World) -> None:
    await world.post("/faults", target="claude", name=CHANGE, kind="500_final", times=2)
    card = await approved(world, "red", "blue")
    await until(world, card, Status.FAILED)
    await world.rt.admin.update_workspace(await world.workspace_id("Sandbox"), tags={"flag-blue": "up"})
    await a_minute_passes(world, LATE_AFTER.total_seconds())
    await card_with(world, "✅ Flag blue: found")
    request = await request_behind(world, card)
    assert (states(request), request.outcome.in_doubt) == ({"blue": "done"}, False)


@pytest.mark.proof
async def test_what_waits_is_followed_after_another_part_failed_and_a_retry_at_once_does_nothing_twice(
    world: World,
) -> None:
    await world.post("/faults", target="claude", name=CHANGE, kind="500_final", times=1)
    card = await approved(world, "red", "later", "then")
    failed = await until(world, card, Status.FAILED)
    assert states(failed) == {"later": "waits"}
    await card_with(world, "only a part of it was done, and what waits goes on by itself")
    await it_comes(world)
    seq, bob = now_on_the_wire(world), await resolve_actor(world.rt, BOB, world.rt.team_id, fresh=True)
    world.sandbox.clock.advance(CLAIM_LASTS)
    acts = follow(world.rt, failed), service.retry(world.rt, bob, failed.id), follow(world.rt, failed)
    ended = await asyncio.gather(*acts, return_exceptions=True)
    assert all(isinstance(one, Request | RequestClosed) for one in ended), ended
    now = await request_behind(world, card)
    if now.status is Status.FAILED:
        assert states(now) == {"later": "done", "then": "done"}, "the other one is for Retry"
        await service.retry(world.rt, bob, failed.id)
    await a_minute_passes(world, (FOLLOW_EVERY + CLAIM_LASTS).total_seconds())
    request = await until(world, card, Status.APPLIED)
    assert states(request) == {"later": "done", "then": "done", "red": "done"}
    assert len(writes_since(world, seq)) == 2, "each of the two that were left, once"


@pytest.mark.proof
async def test_while_a_part_that_waited_is_being_done_nobody_retries_or_gives_up(world: World) -> None:
    await world.post("/faults", target="claude", name=CHANGE, kind="500_final", times=1)
    card = await approved(world, "red", "later", "later-same", "then")
    request = await until(world, card, Status.FAILED)
    bob = await resolve_actor(world.rt, BOB, world.rt.team_id, fresh=True)
    following = request.outcome.model_copy(update={"following": True})
    async with world.rt.store.write() as tx:  # as another process leaves it that is at it
        assert await requests.touch(tx, request, outcome=following, claimed_at=world.rt.now())
    for act in (service.retry, service.give_up):
        with pytest.raises(RequestClosed, match=r"I'm doing a part of this right now .* Try again in 3 minutes."):
            await act(world.rt, bob, request.id)
    await it_comes(world)
    await a_minute_passes(world, (FOLLOW_EVERY + CLAIM_LASTS).total_seconds())
    await settled(world)
    request = await until(world, card, Status.FAILED)
    assert states(request) == {"later": "done", "later-same": "waits", "then": "done"}, "the other one is for Retry"
    await press(world, ALICE, await world.message(ALICE, "only a part of it was done"), "request_give_up")
    await until(world, card, Status.WITHDRAWN)
    await card_with(world, "A part of it was done, and stays. I no longer follow what still waits")


async def test_a_part_that_was_done_before_a_crash_is_not_done_again(world: World) -> None:
    card = await approved(world, "red", "blue")
    request = await until(world, card, Status.APPLIED)
    async with world.rt.store.write() as tx:  # as the process left it that died after the first part
        kept = request.outcome.model_copy(update={"parts": request.outcome.parts[:1]})
        left = await requests.touch(tx, request, outcome=kept, status=Status.APPLYING, claimed_at=world.rt.now())
    assert left
    seq = now_on_the_wire(world)
    await a_minute_passes(world, CLAIM_LASTS.total_seconds() + 60)
    request = await until(world, card, Status.APPLIED)
    assert set(states(request).values()) == {"done"}
    assert request.outcome.parts[1].note == "found"
    assert writes_since(world, seq) == []


async def test_a_part_that_waits_goes_on_once_when_what_it_waits_for_has_come(world: World) -> None:
    card = await approved(world, "later", "then")
    request = await until(world, card, Status.APPLIED)
    assert states(request) == {"later": "waits"}
    await a_minute_passes(world, FOLLOW_EVERY.total_seconds() + 1)
    await settled(world)
    assert (await request_behind(world, card)).version == request.version
    await it_comes(world)
    now = await request_behind(world, card)
    await asyncio.gather(follow(world.rt, now), follow(world.rt, now))
    await a_minute_passes(world, 2 * FOLLOW_EVERY.total_seconds())
    request = await until(world, card, Status.APPLIED)
    assert states(request) == {"later": "done", "then": "done"}
    assert flags(world) == ["later", "then"]
    news = await world.message(ALICE, "✅ Flag then: hoisted")
    assert "✅ Flag later: it has come" in news["text"]
    assert len([m for m in await world.messages(ALICE) if "Flag then: hoisted" in m["text"]]) <= 2
    assert [line for line in await thread_of(world, card) if line.startswith("News: Flag later")]
    writes = [entry for entry in world.sandbox.wire.after(0) if entry.name.startswith("POST /v1/organizations/workspaces/")]
    assert len(writes) == 3


async def test_what_waits_too_long_is_over_and_what_comes_after_it_is_left_out(world: World) -> None:
    card = await approved(world, "later", "then")
    await until(world, card, Status.APPLIED)
    await a_minute_passes(world, WAITS.total_seconds() + 60)
    request = await until(world, card, Status.APPLIED)
    assert states(request) == {"later": "over", "then": "left_out"}
    await world.message(ALICE, "⌛ Flag later: Nobody answered in time.")
    assert flags(world) == ["later"]


async def test_who_wakes_up_late_in_a_follow_up_does_nothing_more(world: World) -> None:
    card = await approved(world, "later", "then")
    request = await until(world, card, Status.APPLIED)
    await it_comes(world)
    seq = now_on_the_wire(world)
    late = request.model_copy(update={"claimed_at": world.rt.now() - ACT_WITHIN - timedelta(seconds=1)})
    assert FLAGS.follow_up
    async with world.rt.store.write() as tx:
        await requests.touch(tx, request)  # somebody else took it over
    with pytest.raises(LeaseLost):
        await FLAGS.follow_up.act(act_of(world.rt, FLAGS.asked(late), Progress(world.rt, late)))
    assert writes_since(world, seq) == []


async def test_a_part_whose_answer_was_lost_is_looked_for_before_anybody_is_told_that_it_failed(world: World) -> None:
    await world.post("/faults", target="claude", name=CHANGE, kind="drop_after", times=3)
    card = await approved(world, "red", "blue")
    request = await until(world, card, Status.APPLIED)
    assert {part.name: part.note for part in request.outcome.parts} == {"red": "found", "blue": "hoisted"}


async def test_what_came_before_a_follow_up_failed_is_told_and_the_rest_follows(world: World) -> None:
    card = await approved(world, "later", "then")
    await until(world, card, Status.APPLIED)
    await it_comes(world)
    await world.post("/faults", target="claude", name=CHANGE, kind="500_final", times=1)
    await a_minute_passes(world, FOLLOW_EVERY.total_seconds() + 1)
    await settled(world)
    assert states(await request_behind(world, card)) == {"later": "done"}
    await a_minute_passes(world, FOLLOW_EVERY.total_seconds() + 1)
    await settled(world)
    assert states(await request_behind(world, card)) == {"later": "done", "then": "done"}
    news = [line for line in await thread_of(world, card) if line.startswith("News")]
    assert [line.partition(": ")[2] for line in news] == ["Flag later: it has come", "Flag then: hoisted"]
    assert not (await request_behind(world, card)).outcome.waits


@pytest.mark.proof
async def test_what_goes_on_as_it_was_is_no_news(world: World) -> None:
    card = await approved(world, "later-same")
    await until(world, card, Status.APPLIED)
    await it_comes(world)
    for _ in range(2):
        await a_minute_passes(world, FOLLOW_EVERY.total_seconds() + 1)
        await settled(world)
    assert [part.batch for part in (await request_behind(world, card)).outcome.parts] == [0]
    assert not [line for line in await thread_of(world, card) if line.startswith("News")]


async def test_where_the_own_queue_is_full_between_two_parts_the_rest_goes_on_by_itself(world: World) -> None:
    card = await approved(world, "red", "queued", "blue")
    await settled(world)
    request = await request_behind(world, card)
    assert (request.status, states(request)) == (Status.APPROVED, {"red": "done"})
    await a_minute_passes(world)
    assert set(states(await until(world, card, Status.APPLIED)).values()) == {"done"}
    assert len([e for e in world.sandbox.wire.after(0) if e.name.startswith("POST /v1/organizations/workspaces/")]) == 3


@pytest.mark.parametrize("names", few([("unread", "lost"), ("lost", "unread"), ("lost", "queued")]))
async def test_what_one_part_leaves_in_doubt_is_not_forgotten_for_another_that_surely_did_nothing(
    world: World, names: tuple[str, ...]
) -> None:
    card = await approved(world, *names)
    request = await until(world, card, Status.FAILED)
    assert (request.outcome.in_doubt, request.outcome.may_come_late) == (True, True)
    await a_minute_passes(world, LATE_AFTER.total_seconds())
    await a_minute_passes(world)
    assert set(states(await until(world, card, Status.APPLIED)).values()) == {"done"}
