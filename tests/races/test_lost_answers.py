"""Answers that get lost, and a Slack that is busy or broken for a while: said truly, repaired by itself, done once."""

import asyncio
from datetime import timedelta
from pathlib import Path

import pytest

from bot.approvals import service
from bot.approvals.late import look_last
from bot.people.identity import resolve_actor
from bot.sandbox.stage import Json
from tests.approvals.acting import request_behind, settled
from tests.sizes import few
from tests.world import ALICE, APPROVALS, BOB, World, a_minute, world_of

MAKE = "POST /v1/organizations/api_keys"
LATER = timedelta(minutes=3)


def keys_named(world: World, name: str) -> int:
    return len([key for key in world.sandbox.claude.keys.values() if key.name == name])


async def repair(world: World) -> None:
    """Let the time of all claims pass, and do what the job of each minute does."""
    world.sandbox.clock.advance(LATER)
    await a_minute(world.rt)


async def cards(world: World, name: str) -> list[Json]:
    seen = await world.messages(BOB, APPROVALS)
    return [m for m in seen if f"`{name}`" in m["text"] and not m["ephemeral"]]


@pytest.mark.parametrize("ahead", few([0, 60, -60]), ids=["same clock", "bot's clock ahead", "bot's clock behind"])
async def test_a_key_whose_answer_got_lost_is_found_and_its_secret_said_to_be_lost(tmp_path: Path, ahead: int) -> None:
    async with world_of(tmp_path) as world:
        world.rt.clock = lambda: world.sandbox.clock.now() + timedelta(seconds=ahead)
        card = await world.ask_for_key(ALICE, "unheard")
        await world.post("/faults", target="claude", name=MAKE, kind="drop_after")
        await world.click_on(BOB, card, "request_approve")
        await world.message(BOB, "its secret is lost: revoke the key and ask again", APPROVALS)
        await world.message(ALICE, "its secret got lost on the way")
        await repair(world)
        assert keys_named(world, "unheard") == 1


async def test_a_call_that_never_arrived_can_be_retried_and_makes_one_key(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "unsent")
        await world.post("/faults", target="claude", name=MAKE, kind="drop_before")
        await world.click_on(BOB, card, "request_approve")
        card = await world.message(BOB, "the key was not created", APPROVALS)
        assert keys_named(world, "unsent") == 0
        await world.click_on(BOB, card, "request_retry")
        await world.message(BOB, "issued to", APPROVALS)
        await repair(world)
        assert keys_named(world, "unsent") == 1


@pytest.mark.parametrize("comes", few([True, False]), ids=["it came", "it never came"])
async def test_a_retry_waits_for_what_nobody_waited_for_to_the_end(tmp_path: Path, comes: bool) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "behind-a-gateway")
        await world.post("/faults", target="claude", name=MAKE, kind="504")
        await world.click_on(BOB, card, "request_approve")
        card = await world.message(
            BOB, "*I can't tell whether it was done*: The Claude Admin API failed. It isn't there yet", APPROVALS
        )
        await world.click_on(BOB, card, "request_retry")
        await world.message(BOB, "What I sent before may still arrive, so I look again", APPROVALS)
        await a_minute(world.rt)
        assert keys_named(world, "behind-a-gateway") == 0
        if comes:
            staging = await world.workspace_id("Staging")
            await world.post("/claude/keys", workspace_id=staging, name="behind-a-gateway")
        await repair(world)
        await world.message(BOB, "its secret is lost" if comes else "issued to", APPROVALS)
        assert keys_named(world, "behind-a-gateway") == 1


@pytest.mark.parametrize("how", few(["later", "at once"]))
async def test_a_call_that_arrives_after_it_was_looked_for_is_found_and_not_said_to_be_undone(
    tmp_path: Path, how: str
) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "slow")
        await world.post("/faults", target="claude", name=MAKE, kind="drop_before")
        await world.click_on(BOB, card, "request_approve")
        card = await world.message(BOB, "the key was not created", APPROVALS)
        made = await world.post("/claude/keys", workspace_id=await world.workspace_id("Staging"), name="slow")
        if how == "later":
            for _ in range(2):
                await repair(world)
        else:
            await world.click_on(BOB, card, "request_give_up")
            await world.message(BOB, "It was done after all, only late. Nothing was given up.", APPROVALS)
        await world.message(BOB, "its secret is lost: revoke the key and ask again", APPROVALS)
        await world.message(ALICE, "its secret got lost on the way")
        await settled(world)
        assert made["secret"] not in str(await world.messages(ALICE))


@pytest.mark.parametrize("fault", ["500", "slow"])
async def test_what_nobody_can_look_for_is_not_said_to_be_undone_when_it_is_given_up(
    tmp_path: Path, fault: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "LOOK_WITHIN", 0.1 if fault == "slow" else service.LOOK_WITHIN)
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "unknown")
        await world.post("/faults", target="claude", name=MAKE, kind="drop_before")
        await world.click_on(BOB, card, "request_approve")
        card = await world.message(BOB, "the key was not created", APPROVALS)
        keys = "GET /v1/organizations/api_keys"
        await world.post("/faults", target="claude", name=keys, kind=fault, times=9, seconds=60)
        await world.click_on(BOB, card, "request_give_up")
        await world.message(BOB, "It may have been done. Check in the Console.", APPROVALS)
        await settled(world)


async def test_what_somebody_makes_after_the_last_look_is_never_taken_for_it(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "by-hand")
        await world.post("/faults", target="claude", name=MAKE, kind="drop_before")
        await world.click_on(BOB, card, "request_approve")
        card = await world.message(BOB, "the key was not created", APPROVALS)
        await world.post("/faults", target="claude", name="GET /v1/organizations/api_keys", kind="500_final")
        await world.click_on(BOB, card, "request_retry")
        await world.message(BOB, "Retry checks that first.", APPROVALS)
        for _ in range(2):
            await repair(world)
        await world.message(BOB, "I checked: it was not done, so Retry is safe.", APPROVALS)
        await world.post("/claude/keys", workspace_id=await world.workspace_id("Staging"), name="by-hand")
        await world.click_on(BOB, card, "request_give_up")
        await world.message(BOB, "The key was not created", APPROVALS)
        await settled(world)


async def test_a_retry_beside_the_last_look_makes_the_key(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "beside")
        await world.post("/faults", target="claude", name=MAKE, kind="drop_before")
        await world.click_on(BOB, card, "request_approve")
        failed = await request_behind(world, await world.message(BOB, "the key was not created", APPROVALS))
        bob = await resolve_actor(world.rt, BOB, world.rt.team_id, fresh=True)
        await asyncio.gather(look_last(world.rt, failed), service.retry(world.rt, bob, failed.id))
        await world.message(BOB, "issued to", APPROVALS)
        assert keys_named(world, "beside") == 1


@pytest.mark.parametrize("kind", few(["500", "empty", "drop_before"]))
async def test_a_card_that_slack_may_not_have_taken_is_posted_later(tmp_path: Path, kind: str) -> None:
    """Where Slack gave no usable answer the card may stand there already, so it isn't repeated before its claim is old."""
    async with world_of(tmp_path) as world:
        await world.command(ALICE, "/claude-keys request")
        await world.modal(ALICE, "Workspace")
        await world.post("/faults", target="slack", name="chat.postMessage", kind=kind)
        workspace_id = await world.workspace_id("Staging")
        await world.submit(ALICE, workspace_id=workspace_id, name="late-card", reason="Nightly")

        async def tried() -> bool:
            return not world.sandbox.faults.planned

        await world.wait_for(tried, "a post that failed")
        await a_minute(world.rt)
        before = len(await cards(world, "late-card"))
        assert before == (1 if kind == "empty" else 0)
        await repair(world)
        await repair(world)
        assert len(await cards(world, "late-card")) == before + 1
        for card in await cards(world, "late-card"):
            assert "asks for an API key" in card["text"]


async def test_a_busy_slack_delays_the_card_and_shows_it_once(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.post("/faults", target="slack", name="chat.postMessage", kind="429", seconds=1)
        await world.ask_for_key(ALICE, "busy-slack")
        await repair(world)
        assert len(await cards(world, "busy-slack")) == 1


@pytest.mark.parametrize("kind", few(["500", "drop_before", "drop_after", "429"]))
async def test_a_card_that_could_not_be_redrawn_is_right_a_minute_later(tmp_path: Path, kind: str) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "stale-card")
        await world.post("/faults", target="slack", name="chat.update", kind=kind, times=4, seconds=30)
        await world.click_on(BOB, card, "request_approve")

        async def made() -> bool:
            return keys_named(world, "stale-card") == 1

        await world.wait_for(made, "a key")
        await world.message(ALICE, "Only you can see its secret")
        await settled(world)
        world.sandbox.faults.clear()
        await repair(world)
        (card,) = await cards(world, "stale-card")
        assert "issued to" in card["text"]
