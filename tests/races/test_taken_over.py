"""A process that was paused in the middle of an act that another one took over: one effect, and nothing left lying about."""

from datetime import timedelta
from pathlib import Path

import pytest

from bot.approvals import db as requests
from bot.approvals.execute import note
from bot.approvals.model import Event, Status
from bot.approvals.outcome import Done, Outcome
from bot.approvals.second import MOST_TRIES
from bot.sandbox.stage import Json
from tests.approvals.acting import (
    a_minute_passes,
    audit_of,
    card_with,
    keys_named,
    open_form,
    press,
    request_behind,
    settled,
    thread_of,
    until,
)
from tests.security.doors import captured_logs
from tests.world import ALICE, APPROVALS, BOB, World, a_minute, world_of

LIST = "GET /v1/organizations/api_keys"
MAKE = "POST /v1/organizations/api_keys"
ARCHIVE = "POST /v1/organizations/api_keys/*"
LATER = timedelta(minutes=3)
HANGS = 3.0
"""Seconds for which a call hangs; what others do meanwhile takes a fraction of one, also on a busy machine."""


async def living(world: World, name: str) -> int:
    return len([key for key in await keys_named(world, name) if key.status == "active"])


async def hanging(world: World, left: int = 0) -> None:
    """Wait until a call hangs: its planned fault is used up, and so many are left."""

    async def hangs() -> bool:
        return len(world.sandbox.faults.planned) == left

    await world.wait_for(hangs, "a call that hangs")


async def paused_at(world: World, name: str, call: str) -> Json:
    """Let an approval hang in a call, and somebody else take the request over meanwhile."""
    card, planned = await world.ask_for_key(ALICE, name), len(world.sandbox.faults.planned)
    await world.post("/faults", target="claude", name=call, kind="slow", seconds=HANGS)
    await press(world, BOB, card, "request_approve")
    await hanging(world, left=planned)
    world.sandbox.clock.advance(LATER)
    await a_minute(world.rt)
    await until(world, card, Status.APPLIED)
    await settled(world)
    return card


@pytest.mark.parametrize("call", [LIST, MAKE], ids=["before it made the key", "while it made the key"])
async def test_a_paused_process_leaves_no_second_key_behind(tmp_path: Path, call: str) -> None:
    async with world_of(tmp_path) as world:
        card = await paused_at(world, "resumed", call)
        assert await living(world, "resumed") == 1
        request = await request_behind(world, card)
        assert (await world.rt.admin.api_key(request.outcome.thing_id)).status == "active"
        assert request.outcome.handover == "ready"
        actions = [entry.action for entry in await audit_of(world, request)]
        assert actions.count("request.second_taken_back") == (1 if call == MAKE else 0)
        if call == MAKE:
            await a_minute(world.rt)
            assert "I did it twice by mistake and undid the second one" in await thread_of(world, card)


async def seconds_of(world: World, card: Json) -> list[str]:
    """Return what is on record of second keys of a request."""
    entries = await audit_of(world, await request_behind(world, card))
    return [entry.action for entry in entries if entry.action.startswith("request.second")]


async def test_a_second_key_that_could_not_be_taken_back_at_once_is_taken_back_later(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.post("/faults", target="claude", name=ARCHIVE, kind="500", times=20)
        card = await paused_at(world, "second", MAKE)
        assert (await living(world, "second"), await seconds_of(world, card)) == (2, [])
        request = await request_behind(world, card)
        [extra] = [key.id for key in await keys_named(world, "second") if key.id != request.outcome.thing_id]
        assert await note(world.rt, request, Done(Outcome(thing_id=extra))) is None, "it is about to be gone"
        world.sandbox.faults.clear()
        await a_minute_passes(world)
        assert (await living(world, "second"), await seconds_of(world, card)) == (1, ["request.second_taken_back"])
        await a_minute_passes(world)
        assert await seconds_of(world, card) == ["request.second_taken_back"]
        assert "I did it twice by mistake and undid the second one" in await thread_of(world, card)


@pytest.mark.proof
async def test_two_that_take_a_second_key_back_put_it_on_record_once(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "second")
        await world.post("/faults", target="claude", name=MAKE, kind="slow", seconds=HANGS)
        await world.post("/faults", target="claude", name=ARCHIVE, kind="slow_after", seconds=HANGS)
        await press(world, BOB, card, "request_approve")
        await hanging(world, left=1)
        world.sandbox.clock.advance(LATER)
        await a_minute(world.rt)
        await until(world, card, Status.APPLIED)
        await hanging(world)  # the first try has its answer and takes its key back
        await a_minute_passes(world)
        assert await seconds_of(world, card) == ["request.second_taken_back"]
        await settled(world)
        assert (await living(world, "second"), await seconds_of(world, card)) == (1, ["request.second_taken_back"])


@pytest.mark.proof
async def test_a_second_key_that_nobody_can_take_back_is_left_to_people(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.post("/faults", target="claude", name=ARCHIVE, kind="403", times=50)
        card = await paused_at(world, "second", MAKE)
        for _ in range(MOST_TRIES + 1):
            assert await seconds_of(world, card) == []
            await a_minute_passes(world)
        assert await seconds_of(world, card) == ["request.second_left"]
        assert any("Revoke the second key: nobody has its secret" in line for line in await thread_of(world, card))


async def test_a_slow_look_stops_before_it_makes_a_key_that_others_may_be_making(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "too-slow")
        await world.post("/faults", target="claude", name=LIST, kind="slow", seconds=HANGS)
        await press(world, BOB, card, "request_approve")
        await hanging(world)
        world.sandbox.clock.advance(timedelta(seconds=90))
        await until(world, card, Status.APPROVED)
        assert await living(world, "too-slow") == 0
        await a_minute_passes(world)
        await until(world, card, Status.APPLIED)
        assert await living(world, "too-slow") == 1


async def test_what_failed_is_named_by_the_reference_of_its_click(tmp_path: Path) -> None:
    with captured_logs("INFO") as logs:
        async with world_of(tmp_path) as world:
            card = await world.ask_for_key(ALICE, "referred-to")
            await world.post("/faults", target="claude", name=LIST, kind="500", times=3)
            await press(world, BOB, card, "request_approve")
            await card_with(world, "*the key was not created*")
            (failed,) = logs.named("apply_failed")
            tries = {line["ref"] for line in logs.named("stamina.retry_scheduled")}
            await card_with(world, f"ref {failed['ref']}")
    assert tries == {failed["ref"]}


async def test_a_doubt_outlives_a_look_that_failed(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "in-doubt")
        await world.post("/faults", target="claude", name=LIST, kind="slow", seconds=0)
        await world.post("/faults", target="claude", name=MAKE, kind="drop_after")
        await world.post("/faults", target="claude", name=LIST, kind="500", times=6)
        await press(world, BOB, card, "request_approve")
        card = await card_with(world, "An earlier try may have done it. Retry checks that first.")
        await press(world, BOB, card, "request_retry")

        async def tried_twice() -> bool:
            request = await request_behind(world, card)
            return request.status is Status.FAILED and request.attempts == 2

        await world.wait_for(tried_twice, "a second try that failed")
        await press(world, BOB, card, "request_retry")
        await card_with(world, "its secret is lost: revoke the key and ask again")
        assert await living(world, "in-doubt") == 1


@pytest.mark.proof
async def test_giving_up_says_who_did_it_and_what_is_known(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "given-up")
        await world.post("/faults", target="claude", name=MAKE, kind="drop_before")
        await press(world, BOB, card, "request_approve")
        card = await card_with(world, "I checked: it was not done, so Retry is safe.")
        await press(world, BOB, card, "request_give_up")
        await world.message(BOB, "Given up. The key was not created.", APPROVALS)
        assert ". The key was not created." in (await card_with(world, "*Given up by <@U0BOB>* — "))["text"]
        await world.message(ALICE, "<@U0BOB> gave up your request for the API key `given-up` in *Staging*. The key was not")


@pytest.mark.proof
async def test_giving_up_what_may_have_happened_says_so(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "given-up")
        await world.post("/faults", target="claude", name=LIST, kind="slow", seconds=0)
        await world.post("/faults", target="claude", name=MAKE, kind="drop_after")
        await world.post("/faults", target="claude", name=LIST, kind="500", times=6)
        await press(world, BOB, card, "request_approve")
        card = await card_with(world, "*I can't tell whether it was done*")
        await press(world, BOB, card, "request_give_up")
        await world.message(BOB, "Given up. ⚠️ It may have been done. Check in the Console.", APPROVALS)
        card = await card_with(world, "*Given up by <@U0BOB>* — ")
        assert ". ⚠️ It may have been done. Check in the Console." in card["text"]


async def test_an_interrupted_change_of_somebody_who_left_ends_with_a_person(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await open_form(world, ALICE, "change_role")
        await world.submit(ALICE, slack_id="U0CROWD01", role="billing", reason="Soon gone")
        card = await card_with(world, "Soon gone")
        request = await request_behind(world, card)
        async with world.rt.store.write() as tx:
            approved = await requests.advance(tx, request, Event.ENOUGH, approved_at=world.rt.now())
            assert approved
            assert await requests.advance(tx, approved, Event.CLAIM, claimed_at=world.rt.now(), attempts=1)
        await world.rt.admin.remove_user(request.payload["member_id"])
        world.sandbox.clock.advance(LATER)
        await a_minute(world.rt)
        await until(world, card, Status.FAILED)
        await card_with(
            world, "I was interrupted while doing it. The Claude organization doesn't have this, or no longer has it."
        )


@pytest.mark.proof
async def test_two_cards_of_one_request_are_both_redrawn(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.command(ALICE, "/claude-keys request")
        await world.modal(ALICE, "Workspace")
        await world.post("/faults", target="slack", name="chat.postMessage", kind="slow_after", seconds=HANGS)
        workspace_id = await world.workspace_id("Staging")
        await world.submit(ALICE, workspace_id=workspace_id, name="two-cards", reason="Nightly")
        await world.message(BOB, "two-cards", APPROVALS)
        world.sandbox.clock.advance(LATER)
        await a_minute(world.rt)
        await settled(world)
        card = next(m for m in await world.messages(BOB, APPROVALS) if "`two-cards`" in m["text"])
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.APPLIED)
        await a_minute(world.rt)
        cards = [m for m in await world.messages(BOB, APPROVALS) if "`two-cards`" in m["text"] and not m["ephemeral"]]
        assert len(cards) == 2
        assert all("issued to" in one["text"] for one in cards)


@pytest.mark.proof
async def test_a_failed_request_that_nobody_retries_ends_and_frees_its_name(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "never-retried")
        await world.post("/faults", target="claude", name=LIST, kind="401")
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.FAILED)
        world.sandbox.faults.clear()
        world.sandbox.clock.advance(timedelta(days=6))
        await a_minute(world.rt)
        await until(world, card, Status.FAILED)
        world.sandbox.clock.advance(timedelta(days=2))
        await a_minute(world.rt)
        await until(world, card, Status.EXPIRED)
        await card_with(world, "*Expired*, it was approved, but it failed and nobody pressed Retry: The Claude Admin API")
        await world.message(ALICE, "nobody pressed Retry")
        await world.ask_for_key(ALICE, "never-retried")
        assert (await card_with(world, "if nobody decides"))["ts"] != card["ts"]
