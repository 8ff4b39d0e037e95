"""/claude-requests and the App Home: what waits for me, what is mine, and deciding from there."""

from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Any

import pytest

from bot.approvals.model import Status
from tests.approvals.acting import card_with, make_key, press, request_behind, told, until
from tests.world import ALICE, APPROVALS, BOB, CAROL, DANA, GUS, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def home_with(world: World, user: str, part: str, *, gone: str = "\0") -> str:
    """Wait until somebody's App Home says something, and no longer something else; returns it."""

    async def look() -> str | None:
        shown = str((await world.get("/sees", user=user))["home"])
        return shown if part in shown and gone not in shown else None

    return await world.wait_for(look, f"{part!r} on the App Home of {user}")


async def home_of(world: World, user: str, part: str) -> str:
    await world.post("/act/home", user=user)
    return await home_with(world, user, part)


async def press_at_home(world: World, user: str, action_id: str, **more: Any) -> None:
    answer = await world.click(user, action_id, home=True, **more)
    assert answer["ok"], answer


async def press_in_modal(world: World, user: str, action_id: str) -> None:
    view = (await world.modals(user))[-1]
    answer = await world.click(user, action_id, view_id=view["id"])
    assert answer["ok"], answer


async def test_the_empty_app_home_says_what_to_do(world: World) -> None:
    shown = await home_of(world, DANA, "Waiting for my decision")
    assert "Nothing waits for your decision." in shown
    assert "You have no requests yet. `/claude-keys request` asks for an API key." in shown
    assert "You have no API keys. Press *Request an API key* above to ask for one." in shown
    await press_at_home(world, DANA, "open_create_key")
    await world.modal(DANA, "form_create_key")


async def test_whoever_is_refused_reads_why_on_their_app_home(world: World) -> None:
    shown = await home_of(world, GUS, "I only work for members of")
    assert "Waiting for my decision" not in shown


async def test_a_request_is_approved_from_the_app_home(world: World) -> None:
    card = await world.ask_for_key(ALICE, "from-home")
    shown = await home_of(world, ALICE, "API key from-home in Staging")
    assert "Nothing waits for your decision." in shown
    assert "waiting for a decision" in shown
    await home_of(world, BOB, "API key from-home in Staging")
    await press_at_home(world, BOB, "request_decide")
    await world.modal(BOB, "Needs 1 approval from <!subteam^S0ADMINS>")
    await press_in_modal(world, BOB, "request_approve")
    await world.modal(BOB, "✅ You approved this.")
    await until(world, card, Status.APPLIED)
    await home_with(world, BOB, "Nothing waits for your decision.", gone="from-home")
    shown = await home_of(world, ALICE, "✅ *API key from-home in Staging*")
    assert "done, asked" in shown
    assert "✅ `from-home` in *Staging*" in shown


@pytest.mark.proof
async def test_an_approval_stays_said_when_the_app_home_cannot_be_redrawn(world: World) -> None:
    card = await world.ask_for_key(ALICE, "home-refused")
    await home_of(world, BOB, "API key home-refused in Staging")
    await press_at_home(world, BOB, "request_decide")
    await world.modal(BOB, "Needs 1 approval from <!subteam^S0ADMINS>")
    await world.post("/faults", target="slack", name="views.publish", kind="500", times=3)
    await press_in_modal(world, BOB, "request_approve")
    await until(world, card, Status.APPLIED)
    await world.modal(BOB, "✅ You approved this.")
    assert "Nothing was changed" not in str(await world.modals(BOB))


async def test_a_request_is_denied_from_the_app_home_and_no_stale_button_stays_below(world: World) -> None:
    card = await world.ask_for_key(ALICE, "deny-home")
    await home_of(world, CAROL, "deny-home")
    await press_at_home(world, CAROL, "request_decide")
    await world.modal(CAROL, "deny-home")
    await press_in_modal(world, CAROL, "request_deny")
    await world.modal(CAROL, "The requester will read this.")
    await world.submit(CAROL, comment="Not now")
    await world.modal(CAROL, "⛔ Denied.")
    await until(world, card, Status.DENIED)
    below, _top = await world.modals(CAROL)
    assert "request_approve" not in str(below)
    await home_with(world, CAROL, "Nothing waits for your decision.")


async def test_deciding_from_home_asks_before_what_cannot_be_undone(world: World) -> None:
    await make_key(world, "home-revoke")
    await world.command(ALICE, "/claude-keys revoke home-revoke")
    await world.modal(ALICE, "Type the key's name")
    await world.submit(ALICE, confirm="home-revoke", reason="Leaked")
    await card_with(world, "home-revoke")
    await home_of(world, BOB, "home-revoke")
    await press_at_home(world, BOB, "request_decide")
    view = await world.modal(BOB, "home-revoke")
    approve = next(e for b in view["blocks"] if b["type"] == "actions" for e in b["elements"])
    assert "can't be undone" in approve["confirm"]["text"]["text"]


async def test_somebody_else_being_first_is_said_in_the_window_that_is_open(world: World) -> None:
    card = await world.ask_for_key(ALICE, "race-home")
    await home_of(world, BOB, "race-home")
    await press_at_home(world, BOB, "request_decide")
    await world.modal(BOB, "race-home")
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.APPLIED)
    await press_in_modal(world, BOB, "request_approve")
    await world.modal(BOB, "<@U0CAROL> approved this")


async def test_an_app_home_without_the_organization_still_shows_what_is_known(world: World) -> None:
    await world.ask_for_key(ALICE, "known-home")
    await home_of(world, ALICE, "known-home")
    world.rt.directory.forget_keys()
    await world.post("/faults", target="claude", name="*/v1/organizations/api_keys", kind="529", times=30, seconds=0)
    await world.post("/faults", target="claude", name="GET /v1/organizations/api_keys", kind="529", times=30, seconds=0)
    await press_at_home(world, ALICE, "home_refresh")
    shown = await home_with(world, ALICE, "I can't load this now. Press Refresh in a minute.")
    assert "known-home" in shown


async def test_the_command_lists_what_waits_and_what_is_mine(world: World) -> None:
    await world.ask_for_key(ALICE, "listed")
    await world.command(BOB, "/claude-requests waiting")
    message = await told(world, BOB, "1 waiting for your decision: API key listed in Staging")
    assert "Your requests" not in str(message["blocks"])
    await press(world, BOB, message, "request_decide")
    await world.modal(BOB, "request_approve")
    await world.command(ALICE, "/claude-requests mine")
    message = await told(world, ALICE, "API key listed in Staging, waiting for a decision.")
    await press(world, ALICE, message, "request_details")
    assert "request_approve" not in str(await world.modal(ALICE, "Nobody decided yet."))
    await world.command(DANA, "/claude-requests")
    await told(world, DANA, "Nothing waits for your decision. You have no requests yet.")


@pytest.mark.proof
async def test_whoever_presses_approve_twice_is_not_told_of_somebody_else(world: World) -> None:
    card = await world.ask_for_key(ALICE, "pressed-twice")
    click = {"action_id": "request_approve", "type": "button", "value": (await request_behind(world, card)).id}
    await world.click_on(BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    card = await card_with(world, "issued to")
    await world.click_on(BOB, card, "request_more", raw_action=click)
    await told(world, BOB, "You've just approved this.", APPROVALS)
    await world.click_on(CAROL, card, "request_more", raw_action=click)
    await told(world, CAROL, "<@U0BOB> approved this", APPROVALS)
