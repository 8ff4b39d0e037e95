"""Grants with an end: taken back on time, left alone where somebody changed them since, and always said."""

import re
from collections.abc import AsyncGenerator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.approvals.model import Status
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
    thread_of,
    until,
)
from tests.approvals.test_drift import a_day_passes, seen_of
from tests.world import ALICE, APPROVALS, BOB, CAROL, World, world_of

PRIYA = "U0CROWD01"
TWO_WEEKS = 14 * 86_400


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def in_a_week(world: World) -> str:
    """Return the day a week from now, as a form has it."""
    now = datetime.fromisoformat((await world.get("/clock"))["now"])
    return (now + timedelta(days=7)).date().isoformat()


async def role_of(world: World, email: str) -> str:
    return next(iter([member.role async for member in world.rt.admin.users(email=email)]))


async def priya_gets_billing_for_a_week(world: World) -> Json:
    await open_form(world, ALICE, "change_role")
    await world.submit(ALICE, slack_id=PRIYA, role="billing", reason="Year end", ends_on=await in_a_week(world))
    card = await card_with(world, "Year end")
    assert re.search(r"^Until <!date\^.*\|\d+ \w+ 20\d\d 22:59 UTC> · ", card["text"], re.MULTILINE)
    await press(world, BOB, card, "request_approve")
    await until(world, card, Status.APPLIED)
    assert await role_of(world, "priya@acme.test") == "billing"
    return await card_with(world, "<@U0CROWD01> is now billing member instead of developer")


async def test_a_role_goes_back_on_its_last_day_and_the_requester_hears_it(world: World) -> None:
    card = await priya_gets_billing_for_a_week(world)
    await open_form(world, ALICE, "change_role")
    await world.submit(ALICE, slack_id=PRIYA, role="billing", reason="For good")
    seen = str(await world.modal(ALICE, "Priya Nair already has the role billing member."))
    assert re.search(
        r"member\. That ends \d+ \w+ 20\d\d 22:59 UTC; who asked for it, or has it, .* with Extend… in my App Home", seen
    )
    await a_minute_passes(world, seconds=86_400)
    await until(world, card, Status.APPLIED)
    await a_minute_passes(world, seconds=TWO_WEEKS)
    await until(world, card, Status.REVERTED)
    assert await role_of(world, "priya@acme.test") == "developer"
    card = await card_with(world, "🔁 *<@U0CROWD01> is developer again* — ended as planned")
    for person in (ALICE, PRIYA):
        assert (await world.message(person, "is developer again"))["text"] == card["text"].splitlines()[0]
    assert next(m["text"][:40] for m in await world.messages(PRIYA)) == "✅ *<@U0CROWD01> is now billing member in"
    assert (await thread_of(world, card))[-1] == "Ended as planned"
    [ended] = [one for one in await audit_of(world, await request_behind(world, card)) if one.action == "request.ended"]
    assert ended.detail["became"] == "developer", "the record says what it went back to"


async def test_the_end_of_what_only_deactivated_people_have_is_said_below_its_card(world: World) -> None:
    card = await priya_gets_billing_for_a_week(world)
    for person in (ALICE, PRIYA):
        assert (await world.post(f"/people/{person}", deleted=True))["ok"]
    await a_minute_passes(world, seconds=4 * 86_400)

    async def said() -> str | None:
        below = [m["text"] for m in await world.messages(BOB, APPROVALS) if m["thread_ts"] == card["ts"] != m["ts"]]
        return next((text for text in below if "ends <!date" in text), None)

    text = await world.wait_for(said, "what ends, below the card")
    assert text.startswith("⏳ *Role billing member of <@U0CROWD01>* ends <!date^")
    assert text.endswith("are gone from Slack. If it is still needed, ask for it again in time.")
    await a_minute_passes(world, seconds=TWO_WEEKS)
    await until(world, card, Status.REVERTED)


async def test_a_role_that_somebody_changed_since_is_left_alone_and_a_person_asked(world: World) -> None:
    card = await priya_gets_billing_for_a_week(world)
    await world.post("/claude/users/priya@acme.test", role="user")
    await a_minute_passes(world, seconds=TWO_WEEKS)
    await until(world, card, Status.REVERTED)
    assert await role_of(world, "priya@acme.test") == "user"
    await card_with(
        world, "⚠️ *Its time is over, but a person has to check* — <@U0CROWD01> is now billing member instead of developer"
    )
    await world.message(ALICE, " to user, so I changed nothing. Check that it is right.")
    assert " to user, so I changed nothing" in (await thread_of(world, card))[-1]


async def test_a_role_that_went_back_by_itself_is_said(world: World) -> None:
    card = await priya_gets_billing_for_a_week(world)
    await world.post("/claude/users/priya@acme.test", role="developer")
    await a_minute_passes(world, seconds=TWO_WEEKS)
    await until(world, card, Status.REVERTED)
    await card_with(world, "was already developer again.")


async def test_a_key_made_by_hand_without_expiry_is_archived_at_its_end_and_looked_after(world: World) -> None:
    card = await world.ask_for_key(ALICE, "ending", workspace="Production", ends_on=await in_a_week(world))
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.FULFILLING)
    await make_key(world, "ending", "Production")
    await a_minute_passes(world)
    await until(world, card, Status.APPLIED)
    await a_minute_passes(world, seconds=TWO_WEEKS)
    ended = await until(world, card, Status.REVERTED)
    assert [key.status for key in await keys_named(world, "ending")] == ["archived"]
    await world.message(ALICE, "🔁 *Key `ending` in Production is revoked*")
    await a_day_passes(world)
    assert await seen_of(world, ended) == ([], "")
    await world.post(f"/claude/keys/{ended.outcome.thing_id}", status="active")
    await a_day_passes(world)
    record, said = await seen_of(world, ended)
    assert (record, "ending is active, not archived" in said) == (["archived → active"], True)


@pytest.mark.proof
async def test_a_key_revoked_before_its_end_is_not_touched_again(world: World) -> None:
    card = await world.ask_for_key(ALICE, "ended-early", ends_on=await in_a_week(world))
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.APPLIED)
    key = (await keys_named(world, "ended-early"))[0]
    assert key.expires_at is not None
    await world.post(f"/claude/keys/{key.id}", status="archived")
    await a_minute_passes(world, seconds=TWO_WEEKS)
    await until(world, card, Status.REVERTED)
    await card_with(world, "The key was already revoked.")
    ended = [one for one in await audit_of(world, await request_behind(world, card)) if one.action == "request.ended"]
    assert [(one.detail["thing"], one.detail["became"]) for one in ended] == [(key.id, "archived")], (
        "the record names the key"
    )


async def test_an_end_that_the_api_does_not_take_is_tried_again(world: World) -> None:
    card = await priya_gets_billing_for_a_week(world)
    await world.post("/faults", target="claude", name="*", kind="529", times=50, seconds=0)
    await a_minute_passes(world, seconds=TWO_WEEKS)
    await world.http.delete(f"{world.control_url}/faults")
    await until(world, card, Status.REVERTING)
    await a_minute_passes(world, seconds=180)
    await until(world, card, Status.REVERTED)
    assert await role_of(world, "priya@acme.test") == "developer"


@pytest.mark.proof
async def test_a_role_of_somebody_who_left_is_over_with_the_membership_and_nobody_is_asked(world: World) -> None:
    card = await priya_gets_billing_for_a_week(world)
    (member,) = [member async for member in world.rt.admin.users(email="priya@acme.test")]
    await world.rt.admin.remove_user(member.id)
    await a_minute_passes(world, seconds=TWO_WEEKS)
    await until(world, card, Status.REVERTED)
    gone = "Priya Nair is no longer a member, and the role went with the membership."
    await card_with(world, f"🔁 *Role billing member of <@U0CROWD01>* is over · {gone}")


async def test_whoever_a_role_is_for_does_not_decide_about_it(world: World) -> None:
    await world.command(ALICE, "/claude-members role @priya billing helps finance")
    card = await card_with(world, "asks to change a role")
    await world.post("/groups/S0ADMINS", users=[BOB, PRIYA])
    assert (await world.click_on(PRIYA, card, "request_approve"))["ok"]
    await world.message(PRIYA, "You can't decide a request about yourself", APPROVALS)
    assert (await world.click_on(BOB, card, "request_approve"))["ok"]
    await world.message(BOB, "is now billing member instead of developer", APPROVALS)
