"""Every process knows what can be done as soon as one has found out, asks little, and says what isn't offered and why."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.directory.capabilities import ASK_EVERY, Can
from bot.directory.found import FoundCapabilities
from bot.jobs import JOBS, run_job
from bot.kinds.registry import KINDS
from bot.policy.model import Policy
from bot.sandbox.faults import Fault
from bot.status.capabilities import unkept_ways
from bot.store.notes import write_note
from tests.approvals.acting import card_with, press, told
from tests.handlers.test_requests import home_of
from tests.world import ALICE, BOB, World, world_of

JOB = next(job for job in JOBS if job.name == "capabilities")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


def asked(world: World) -> int:
    """Return how often somebody asked whether spend limits can be read."""
    return sum(one.name.endswith("/spend_limits") for one in world.sandbox.slack.wire.after(0))


async def later(world: World, seconds: float) -> None:
    await world.post("/clock", advance=seconds)
    await run_job(world.rt, JOB)


async def test_it_is_asked_at_the_start_then_daily_and_a_second_process_knows_at_once(world: World) -> None:
    assert (await world.rt.capabilities.of(Can.SPEND_LIMITS)).can is None
    await run_job(world.rt, JOB)
    assert (await world.rt.capabilities.of(Can.SPEND_LIMITS)).can is False
    first = world.rt.capabilities
    world.rt.capabilities = FoundCapabilities(lambda: world.rt.store)
    assert (await world.rt.capabilities.of(Can.SPEND_LIMITS)).can is False, "known at once"
    await run_job(world.rt, JOB)
    assert asked(world) == 1, "what another process has just asked isn't asked again"
    world.rt.capabilities = first
    await later(world, 3600)
    assert asked(world) == 1
    world.rt.capabilities = FoundCapabilities(lambda: world.rt.store)
    await run_job(world.rt, JOB)
    assert asked(world) == 2, "a process that starts later may have another key"
    await world.post("/claude/flags", spend_limits_preview=True)
    await later(world, ASK_EVERY.total_seconds())
    assert (await world.rt.capabilities.of(Can.SPEND_LIMITS)).can is True


async def test_status_says_at_once_what_the_first_key_has_shown(world: World) -> None:
    await run_job(world.rt, JOB)
    await press(world, BOB, await world.ask_for_key(ALICE, "first"), "request_approve")
    await card_with(world, "issued to")
    await world.command(ALICE, "/claude-admin status")
    assert "keys created by API" in (await told(world, ALICE, "The Claude API offers"))["text"]


async def test_a_failure_keeps_what_was_known_and_is_asked_again_soon(world: World) -> None:
    await run_job(world.rt, JOB)
    world.sandbox.faults.add(Fault("claude", "GET /v1/organizations/me", "401", times=10, seconds=0))
    await later(world, ASK_EVERY.total_seconds())
    known = await world.rt.capabilities.of(Can.KEYS)
    assert (known.can, known.found_at is not None) == (True, True)
    world.sandbox.faults.clear()
    await world.post("/claude/flags", spend_limits_preview=True)
    await later(world, 60)
    await later(world, ASK_EVERY.total_seconds())
    assert (await world.rt.capabilities.of(Can.SPEND_LIMITS)).can is True


async def test_what_a_later_version_wrote_is_unknown_and_no_error(world: World) -> None:
    async with world.rt.store.write() as tx:
        await write_note(tx, "capabilities:found", {"found": {"moonshots": 1}}, world.rt.now())
    assert (await world.rt.capabilities.of(Can.KEYS)).can is None


async def test_whether_keys_are_created_by_api_shows_when_one_is(world: World) -> None:
    await run_job(world.rt, JOB)
    assert (await world.rt.capabilities.of(Can.CREATE_KEYS)).can is None
    card = await world.ask_for_key(ALICE, "first-of-all")
    await press(world, BOB, card, "request_approve")
    await card_with(world, "issued to")
    await later(world, ASK_EVERY.total_seconds())
    assert (await world.rt.capabilities.of(Can.CREATE_KEYS)).can is True
    assert unkept_ways(world.rt.policy, KINDS, await world.rt.capabilities.all()) == ""
    await world.post("/claude/flags", key_creation=False)
    card = await world.ask_for_key(ALICE, "turned-away")
    await press(world, BOB, card, "request_approve")
    await card_with(world, "This organization's API can't create keys")
    await later(world, ASK_EVERY.total_seconds())
    known = await world.rt.capabilities.all()
    assert known.of(Can.CREATE_KEYS).can is False
    said = unkept_ways(world.rt.policy, KINDS, known)
    assert said.startswith('issue_keys = "api" is set for all other workspaces, but the Claude API creates no keys')
    assert unkept_ways(Policy.nobody("Empty."), KINDS, known) == ""


async def test_an_organization_without_keys_opens_no_form_for_them_and_says_why(world: World) -> None:
    await world.post("/claude/flags", organization_kind="enterprise")
    await run_job(world.rt, JOB)
    assert (await world.rt.capabilities.of(Can.KEYS)).can is False
    await world.command(ALICE, "/claude-keys request")
    await told(world, ALICE, "Workspaces and API keys: Not offered: The Claude API says that the bot's Admin key may not do")
    assert await world.modals(ALICE) == []
    lines = ("keys list", "workspaces list", "workspaces show Staging", "workspaces create Lab", "limits")
    for typed in lines:
        await world.command(BOB, f"/claude-{typed}", "C0ENG")

    async def all_answered() -> bool:
        return sum("Not offered: " in one["text"] for one in await world.messages(BOB, "C0ENG")) == len(lines)

    await world.wait_for(all_answered, "five refusals")
    home = await home_of(world, BOB, "Waiting for my decision")
    assert "Invite people…" in home
    assert not [one for one in ("Request an API key", "New workspace…", "Workspace access…", "My keys") if one in home]


def test_what_is_about_keys_workspaces_or_their_limits_needs_an_organization_that_has_them() -> None:
    for kind in KINDS.values():
        is_about = kind.has_workspace or kind.issues_keys or kind.name == "create_workspace"
        assert (kind.rules.needs in (Can.KEYS, Can.RATE_LIMITS)) == is_about, kind.name
