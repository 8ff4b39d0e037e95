"""The App Home: each part for itself, so that a slow or broken Claude API hides nothing else; all at a glance for admins."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.sandbox.faults import Fault
from tests.approvals.acting import settled
from tests.handlers.test_member_lists import dana_is_developer_for_a_week
from tests.handlers.test_requests import home_of, home_with, press_at_home
from tests.world import ALICE, BOB, DANA, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def test_every_list_and_card_of_workspaces_and_keys_opens_in_a_window(world: World) -> None:
    await home_of(world, BOB, "Pending invites")
    await press_at_home(world, BOB, "list_keys")
    await world.modal(BOB, "newest first")
    await press_at_home(world, BOB, "show_workspaces")
    view = await world.modal(BOB, "*8 workspaces*")
    assert (await world.click(BOB, "show_workspace", view_id=view["id"]))["ok"]
    view = await world.modal(BOB, "open_update_workspace")
    assert (await world.click(BOB, "open_update_workspace", view_id=view["id"]))["ok"]
    await world.modal(BOB, "form_update_workspace")


async def test_what_opens_over_three_windows_takes_the_place_of_the_third(world: World) -> None:
    await world.ask_for_key(ALICE, "deep")
    await home_of(world, ALICE, "My requests")
    await press_at_home(world, ALICE, "show_member")
    for action in ("list_keys", "show_key", "open_rename_key"):
        view = await world.modal(ALICE, f"'{action}'", seconds=3)
        assert (await world.click(ALICE, action, view_id=view["id"]))["ok"]
    await world.modal(ALICE, "form_rename_key", seconds=3)
    assert len(await world.modals(ALICE)) == 3


async def test_whoever_closes_a_window_before_it_is_filled_hears_no_more_of_it(world: World) -> None:
    await home_of(world, BOB, "Pending invites")
    world.rt.directory.forget_keys()
    world.sandbox.faults.add(Fault("claude", "GET /v1/organizations/api_keys", "slow", 1, 0.5))
    before = await world.messages(BOB)
    await press_at_home(world, BOB, "list_keys")
    view = await world.modal(BOB, "One moment…")
    await world.post("/act/close", user=BOB, view_id=view["id"])
    await settled(world)
    assert await world.messages(BOB) == before


async def test_admins_see_the_organization_at_a_glance_and_nobody_else_does(world: World) -> None:
    await world.ask_for_key(ALICE, "waits")
    shown = await home_of(world, BOB, "The organization")
    assert "*Members*: 39, 2 admins" in shown
    assert "*Pending invites*: 2, the next expires <!date^" in shown
    assert "*Spent this month*: no figures yet" in shown, "unknown is not $0.00"
    assert "*Waiting for a decision*: 1" in shown
    shown = await home_of(world, ALICE, "My requests")
    assert "The organization" not in shown
    assert "Show all about me" in shown


async def test_what_was_given_until_a_day_can_be_extended_from_there(world: World) -> None:
    await dana_is_developer_for_a_week(world)
    shown = await home_of(world, DANA, "Role developer for Dana Okafor")
    assert "Requests with an end date" in shown
    await press_at_home(world, DANA, "request_extend")
    await world.modal(DANA, "form_extend_change_role")


async def test_a_slow_claude_api_shows_the_rest_first_and_the_whole_afterwards(world: World) -> None:
    await world.ask_for_key(ALICE, "from-before")
    world.rt.directory.forget_keys()
    world.sandbox.faults.add(Fault("claude", "GET /v1/organizations/api_keys", "slow", 1, 2.5))
    shown = await home_of(world, ALICE, "Loading…")
    assert "API key from-before in Staging" in shown
    await home_with(world, ALICE, "claude\\_code\\_key".replace("\\", ""), gone="Loading…")


async def test_a_claude_api_that_refuses_blanks_nothing_else(world: World) -> None:
    await world.ask_for_key(BOB, "bobs")
    world.rt.directory.forget_keys()
    world.sandbox.faults.add(Fault("claude", "GET /v1/organizations/api_keys", "500", 50))
    shown = await home_of(world, BOB, "I can't load this now.")
    assert "API key bobs in Staging" in shown
    assert "*Members*: 39" in shown
    await home_with(world, BOB, "*Active keys*: can't be read now", gone="Loading…")


async def test_while_nobody_can_say_who_is_a_member_ones_own_requests_are_shown(world: World) -> None:
    await world.ask_for_key(ALICE, "still-mine")
    world.rt.directory.forget_members()
    for path in ("GET /v1/organizations/users", "GET /v1/organizations/users/*"):
        world.sandbox.faults.add(Fault("claude", path, "500", 50))
    shown = await home_of(world, ALICE, "API key still-mine in Staging")
    assert "I can't load this now. Press Refresh in a minute." in shown
