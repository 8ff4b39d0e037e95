"""Whoever acts late, twice, or on what has changed meanwhile: the organization ends up as the approvals say."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from bot.approvals import db as requests
from bot.approvals.decide import decide
from bot.approvals.model import Event, Status, Verdict
from bot.kinds.keys.create import CREATE_KEY
from bot.kinds.registry import KINDS, registry_of
from bot.people.identity import resolve_actor
from bot.sandbox.stage import Json
from tests.approvals.acting import (
    a_minute_passes,
    audit_of,
    card_with,
    keys_named,
    make_key,
    open_form,
    press,
    request_behind,
    settled,
    until,
)
from tests.approvals.test_grants import PRIYA, TWO_WEEKS, in_a_week, priya_gets_billing_for_a_week, role_of
from tests.processes import APPROVERS
from tests.sizes import few
from tests.world import ALICE, BOB, CAROL, DANA, World, a_minute, world_of

PRIYAS = "priya@acme.test"
CLAIM_IS_OLD = timedelta(minutes=3, seconds=1)
DAY = 86400


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def taken(world: World) -> None:
    """Wait until a planned fault has met its call."""

    async def none_left() -> bool:
        return not world.sandbox.faults.planned

    await world.wait_for(none_left, "a call that hangs")


async def done(world: World, card: dict[str, object]) -> None:
    async def applied() -> bool:
        return (await request_behind(world, card)).status is Status.APPLIED

    await world.wait_for(applied, "a request that is done")


async def ask_for_billing(world: World, reason: str, ends_on: str | None = None) -> dict[str, object]:
    await open_form(world, ALICE, "change_role")
    await world.submit(ALICE, slack_id=PRIYA, role="billing", reason=reason, **({"ends_on": ends_on} if ends_on else {}))
    return await card_with(world, reason)


@pytest.mark.proof
async def test_a_process_that_slept_before_its_change_leaves_it_be(world: World) -> None:
    key_id = await make_key(world, "leaky")
    await world.post(f"/claude/keys/{key_id}", status="inactive")
    await open_form(world, ALICE, "enable_key", key_id)
    await world.submit(ALICE, reason="enable it")
    card = await card_with(world, "enable it")
    await world.post("/faults", target="claude", name="GET /v1/organizations/api_keys/*", kind="slow", seconds=2)
    await press(world, BOB, card, "request_approve")
    await taken(world)
    world.sandbox.clock.advance(CLAIM_IS_OLD)
    await a_minute(world.rt)  # another one takes over, and does it
    assert (await request_behind(world, card)).status is Status.APPLIED
    await open_form(world, ALICE, "disable_key", key_id)
    await world.submit(ALICE, reason="it leaked")
    later = await card_with(world, "it leaked")
    await press(world, CAROL, later, "request_approve")
    await done(world, later)
    await settled(world)
    assert (await world.rt.admin.api_key(key_id)).status == "inactive"


async def test_a_process_that_slept_before_it_ended_a_grant_leaves_a_newer_one_be(world: World) -> None:
    card = await priya_gets_billing_for_a_week(world)
    world.sandbox.clock.advance(timedelta(days=8))
    await world.post("/faults", target="claude", name="GET /v1/organizations/users/*", kind="slow", seconds=2)
    asleep = asyncio.create_task(a_minute(world.rt))
    await taken(world)
    world.sandbox.clock.advance(CLAIM_IS_OLD)
    await a_minute(world.rt)
    assert (await request_behind(world, card)).status is Status.REVERTED
    await done_after_approval(world, await ask_for_billing(world, "For good"))
    await asleep
    assert await role_of(world, PRIYAS) == "billing"


async def done_after_approval(world: World, card: dict[str, object]) -> None:
    await press(world, BOB, card, "request_approve")
    await done(world, card)


@pytest.mark.proof
async def test_of_three_that_take_over_the_end_of_a_grant_one_ends_it(world: World) -> None:
    card = await priya_gets_billing_for_a_week(world)
    world.sandbox.clock.advance(timedelta(days=8))
    request = await request_behind(world, card)
    async with world.rt.store.write() as tx:  # a process died right after this
        assert await requests.advance(tx, request, Event.END, claimed_at=world.rt.now())
    world.sandbox.clock.advance(CLAIM_IS_OLD)
    seen = max(entry.seq for entry in world.sandbox.wire.after(0))
    await asyncio.gather(*(a_minute(world.rt) for _ in range(3)))
    posts = [e for e in world.sandbox.wire.after(seen) if e.name.startswith("POST /v1/organizations/users/")]
    assert (len(posts), (await request_behind(world, card)).status) == (1, Status.REVERTED)


async def test_what_a_first_try_did_is_found_although_a_second_one_was_turned_away(world: World) -> None:
    card = await ask_for_billing(world, "Year end", await in_a_week(world))
    call = "POST /v1/organizations/users/*"
    await world.post("/faults", target="claude", name=call, kind="drop_after")
    await world.post("/faults", target="claude", name=call, kind="429", seconds=60)
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await a_minute_passes(world, seconds=TWO_WEEKS)
    assert await role_of(world, PRIYAS) == "developer"


async def test_a_role_that_somebody_else_gave_meanwhile_is_not_taken_away_later(world: World) -> None:
    card = await ask_for_billing(world, "Year end", await in_a_week(world))
    await world.post(f"/claude/users/{PRIYAS}", role="billing")  # an admin gives it for good, in the Console
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.FAILED)
    assert "but not because of this request" in (request.failure or "")
    await a_minute_passes(world, seconds=TWO_WEEKS)
    assert await role_of(world, PRIYAS) == "billing"


async def test_of_two_roles_for_a_time_the_last_to_end_brings_back_what_was_before_both(world: World) -> None:
    first = await priya_gets_billing_for_a_week(world)
    now = datetime.fromisoformat((await world.get("/clock"))["now"])
    until_then = (now + timedelta(days=14)).date().isoformat()
    await open_form(world, ALICE, "change_role")
    await world.submit(ALICE, slack_id=PRIYA, role="user", reason="Two weeks", ends_on=until_then)
    card = await card_with(world, "Two weeks")
    await done_after_approval(world, card)
    await a_minute_passes(world, seconds=9 * DAY)
    ended = (await until(world, first, Status.REVERTED)).outcome
    assert (await role_of(world, PRIYAS), ended.needs_person_at_end) == ("user", False)
    assert "because of a later request, so I left it" in ended.note_at_end
    await a_minute_passes(world, seconds=9 * DAY)
    ended = (await until(world, card, Status.REVERTED)).outcome
    assert (await role_of(world, PRIYAS), ended.back, ended.needs_person_at_end) == ("developer", "developer", False)
    assert "only for a time, which is over too, so it is developer again" in ended.note_at_end


async def test_a_role_is_not_given_after_its_last_day(world: World) -> None:
    now = datetime.fromisoformat((await world.get("/clock"))["now"])
    card = await ask_for_billing(world, "Short", (now + timedelta(days=1)).date().isoformat())
    async with world.rt.store.write() as tx:  # it waits longer than a request usually does
        request = await request_behind(world, card)
        assert await requests.touch(tx, request, expires_at=request.expires_at + timedelta(days=3))
    world.sandbox.clock.advance(timedelta(days=2.5))
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.FAILED)
    assert "Its last day is over" in (request.failure or "")
    assert await role_of(world, PRIYAS) == "developer"


async def test_an_approval_that_comes_through_after_the_time_is_over_does_not_count(world: World) -> None:
    card = await world.ask_for_key(ALICE, "too-late")
    await world.post("/faults", target="slack", name="usergroups.users.list", kind="slow", seconds=1)
    await press(world, BOB, card, "request_approve")
    await taken(world)
    world.sandbox.clock.advance(timedelta(days=4))
    await settled(world)
    request = await request_behind(world, card)
    assert (request.status in (Status.PENDING, Status.EXPIRED), request.decisions) == (True, ())


@pytest.mark.proof
async def test_fourteen_at_once_complete_a_quorum_of_twelve(tmp_path: Path) -> None:
    policy = tmp_path / "many.toml"
    policy.write_text(
        'version = 1\n[groups]\nplatform = ["usergroup:S0PLATFORM"]\n[defaults]\napprovers = ["platform"]\n'
        'quorum = 12\nchannel = "C0APPROVALS"\nexpires_in = "8h"\nissue_keys = "api"\n'
    )
    async with world_of(tmp_path, more={"POLICY_FILE": str(policy)}) as world:
        card = await world.ask_for_key(ALICE, "many")
        await asyncio.gather(*(world.click_on(user, card, "request_approve") for user in APPROVERS[:14]))
        request = await until(world, card, Status.APPLIED)
        assert len(request.decisions) == 12


@pytest.mark.proof
async def test_the_same_name_asked_for_in_two_workspaces_is_nobodys_mistake(world: World) -> None:
    by_hand = await world.ask_for_key(ALICE, "ingest", workspace="Production")
    await press(world, CAROL, by_hand, "request_approve")
    await until(world, by_hand, Status.FULFILLING)
    await world.ask_for_key(DANA, "ingest", workspace="Staging", reason="Other job")
    by_api = await card_with(world, "Other job")
    await press(world, BOB, by_api, "request_approve")
    await until(world, by_api, Status.APPLIED)
    await a_minute_passes(world)
    assert not (await request_behind(world, by_hand)).outcome.problem


@pytest.mark.proof
async def test_a_key_made_by_hand_is_seen_whatever_the_two_clocks_say(world: World) -> None:
    for ahead in (timedelta(seconds=-60), timedelta(seconds=5), timedelta(seconds=60)):
        world.rt.clock = lambda ahead=ahead: world.sandbox.clock.now() + ahead
        name = f"skewed-{ahead.total_seconds():.0f}"
        card = await world.ask_for_key(ALICE, name, workspace="Production")
        await press(world, CAROL, card, "request_approve")
        await until(world, card, Status.FULFILLING)
        await make_key(world, name, "Production")
        await a_minute_passes(world)
        request = await request_behind(world, card)
        assert (name, request.status, request.outcome.way) == (name, Status.APPLIED, "console")


async def dies_at(world: World, card: Json) -> None:
    """Approve and claim a request as a process does that dies right then."""
    carol = await resolve_actor(world.rt, CAROL, world.rt.team_id)
    await decide(world.rt, carol, (await request_behind(world, card)).id, Verdict.APPROVE)


async def test_an_interruption_before_the_steps_by_hand_loses_no_secret(world: World) -> None:
    card = await world.ask_for_key(ALICE, "handmade", workspace="Production")
    await dies_at(world, card)
    await make_key(world, "handmade", "Production")
    await a_minute_passes(world, seconds=CLAIM_IS_OLD.total_seconds())
    request = await request_behind(world, card)
    assert (request.status, request.outcome.handover) == (Status.FAILED, None)
    assert "Somebody else created a key named handmade" in (request.failure or "")
    assert "request.taken_up_again" in [entry.action for entry in await audit_of(world, request)]


@pytest.mark.parametrize("look", few([1, 2]))
async def test_a_key_that_an_interrupted_try_makes_late_is_its_own(tmp_path: Path, look: int) -> None:
    looks = 0

    async def arrives_after(one: Any) -> Any:
        nonlocal looks
        found, looks = await CREATE_KEY.effect.look(one), looks + 1
        if looks == look:
            await make_key(world, "came-late", "Staging")
        return found

    late = replace(CREATE_KEY, effect=replace(CREATE_KEY.effect, look=arrives_after))
    kinds = registry_of(*(late if kind is CREATE_KEY else kind for kind in KINDS.values()))
    async with world_of(tmp_path, kinds=kinds) as world:
        card = await world.ask_for_key(ALICE, "came-late")
        await dies_at(world, card)  # with its call under way
        await a_minute_passes(world, seconds=CLAIM_IS_OLD.total_seconds())
        request = await request_behind(world, card)
        (key,) = await keys_named(world, "came-late")
        assert (request.status, request.outcome.thing_id) == (Status.APPLIED, key.id)
        assert request.outcome.handover == "lost"


async def test_a_key_whose_answer_got_lost_is_found_however_far_the_clocks_are_apart(world: World) -> None:
    world.rt.clock = lambda: world.sandbox.clock.now() + timedelta(minutes=5)
    card = await world.ask_for_key(ALICE, "made-unheard")
    await world.post("/faults", target="claude", name="POST /v1/organizations/api_keys", kind="drop_after")
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.APPLIED)
    assert (request.outcome.handover, len(await keys_named(world, "made-unheard"))) == ("lost", 1)
