"""What is done by hand hangs on nobody: each approver may take it over or hand it back, and somebody is reminded."""

import asyncio
from collections.abc import AsyncGenerator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.approvals.handover import holding
from bot.approvals.holder import LOOK_EVERY, holder_of, reminder_at
from bot.approvals.model import Request, Status
from bot.approvals.outcome import Outcome
from bot.errors import AlreadyDecided, NotAllowed, RequestClosed
from bot.people.identity import resolve_actor
from bot.people.model import Actor
from bot.policy.model import Policy, Rule
from bot.policy.working_hours import Lifetime, WorkingHours
from bot.sandbox.stage import Json
from tests.approvals.acting import (
    a_minute_passes,
    audit_of,
    card_with,
    choose,
    labels,
    make_key,
    press,
    request_behind,
    settled,
    thread_of,
    told,
    until,
)
from tests.approvals.samples import ASKED, a_request
from tests.approvals.samples import BOB as BOB_WHO
from tests.handlers.test_requests import home_of, home_with, press_at_home, press_in_modal
from tests.sizes import few
from tests.world import ALICE, APPROVALS, BOB, CAROL, DANA, World, world_of

HOUR = 3600


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def held_by_carol(world: World, name: str) -> Json:
    card = await world.ask_for_key(ALICE, name, workspace="Production")
    await press(world, CAROL, card, "request_approve")
    await until(world, card, Status.FULFILLING)
    return await card_with(world, "Waiting for <@U0CAROL> to create the key in the Console")


async def test_steps_that_slack_does_not_take_yet_are_not_said_to_be_sent(world: World) -> None:
    card = await held_by_carol(world, "not-sent-yet")
    await world.post("/faults", target="slack", name="chat.postMessage", kind="500", times=3)
    await press(world, BOB, card, "request_take_over")
    await told(world, BOB, "You have it now. I send you the steps in a direct message.", APPROVALS)
    assert not [m for m in await world.messages(BOB) if "not-sent-yet" in m["text"] and "1." in m["text"]]
    for _ in range(3):
        await a_minute_passes(world, seconds=180)
    await world.message(BOB, "not-sent-yet")


async def acting(world: World, user: str) -> Actor:
    return await resolve_actor(world.rt, user, world.rt.team_id, fresh=True)


async def actions_of(world: World, request: Request) -> list[str]:
    return [entry.action.removeprefix("request.") for entry in await audit_of(world, request)]


async def test_any_approver_takes_it_over_or_hands_it_back_and_one_person_has_the_steps(world: World) -> None:
    card = await held_by_carol(world, "handed-on")
    assert labels(card) == ["Take over"]
    await press(world, ALICE, card, "request_take_over")
    await world.message(ALICE, "You can't decide your own request.", APPROVALS)
    await press(world, DANA, card, "request_take_over")
    await world.message(DANA, "Only <!subteam^S0ADMINS> can decide this.", APPROVALS)
    assert labels(await world.message(CAROL, "Please create it:")) == ["Open the Console", "Hand it back"]
    await world.command(CAROL, "/claude-requests")
    listed = await told(world, CAROL, "1 to do by hand: API key handed-on in Production")
    await press(world, BOB, card, "request_take_over")
    await world.message(BOB, "You took over a key for <@U0ALICE>. Please create it:")
    await world.message(CAROL, "<@U0BOB> has taken over")
    assert not [m for m in await world.messages(CAROL) if "Please create it:" in m["text"]]
    card = await card_with(world, "Waiting for <@U0BOB> to create the key in the Console")
    assert "For you to do by hand" not in await home_of(world, CAROL, "Waiting for my decision")
    await press(world, CAROL, listed, "request_steps")
    await told(world, CAROL, "<@U0BOB> has this now, so don't do it.")
    await home_of(world, BOB, "For you to do by hand")
    await press_at_home(world, BOB, "request_steps")
    await world.modal(BOB, "Please create it:")
    await press_in_modal(world, BOB, "request_hand_back")
    await home_with(world, BOB, "Waiting for my decision", gone="For you to do by hand")
    await world.modal(BOB, "You handed it back.")
    card = await card_with(world, "Waiting for an approver to create the key in the Console")
    assert labels(card) == ["I'll do it"]
    await world.message(BOB, "isn't yours any more")
    await press(world, CAROL, card, "request_take_over")
    await world.message(CAROL, "You took over a key for <@U0ALICE>. Please create it:")
    await make_key(world, "handed-on", "Production")
    await a_minute_passes(world)
    request = await until(world, card, Status.APPLIED)
    await world.message(CAROL, "✅ I see the key `handed-on`")
    assert not [m for m in await world.messages(BOB) if "✅ I see the key" in m["text"]]
    assert [one for one in await actions_of(world, request) if "over" in one or "back" in one] == [
        "taken_over", "handed_back", "taken_over",
    ]  # fmt: skip
    assert "<@U0BOB> took it over and has the steps" in await thread_of(world, card)


async def test_of_two_who_press_at_once_one_has_it_and_who_has_it_no_more_can_not_hand_it_back(world: World) -> None:
    card = await held_by_carol(world, "at-once")
    request = await request_behind(world, card)
    bob, carol = await acting(world, BOB), await acting(world, CAROL)
    await holding.hand_back(world.rt, carol, request.id)
    with pytest.raises(NotAllowed, match="You have handed this back already"):
        await holding.hand_back(world.rt, carol, request.id)
    pressed = (holding.take_over(world.rt, one, request.id) for one in (bob, carol, bob))
    ends = await asyncio.gather(*pressed, return_exceptions=True)
    (winner,) = [end for end in ends if isinstance(end, Request)]
    assert len([end for end in ends if isinstance(end, AlreadyDecided)]) == 2
    now = await request_behind(world, card)
    assert holder_of(now) == holder_of(winner)
    assert (await actions_of(world, now)).count("taken_over") == 1
    loser = carol if holder_of(now) == bob.who else bob
    with pytest.raises(NotAllowed, match="has this now"):
        await holding.hand_back(world.rt, loser, request.id)
    await choose(world, ALICE, await card_with(world, "at-once"), "Withdraw")
    await until(world, card, Status.WITHDRAWN)
    for act in (holding.take_over, holding.hand_back):
        with pytest.raises(RequestClosed):
            await act(world.rt, bob, request.id)


@pytest.mark.parametrize("gone", few(["left the group", "deactivated"]))
async def test_who_may_not_do_it_any_more_loses_it_and_approvers_are_reminded_until_somebody_has_it(
    world: World, gone: str
) -> None:
    card = await held_by_carol(world, "orphan")
    await a_minute_passes(world, seconds=LOOK_EVERY.total_seconds() + 60)
    assert holder_of(await request_behind(world, card)), "nothing happens to who may have it"
    every_hour = WorkingHours(days=(0, 1, 2, 3, 4, 5, 6), opens=0, closes=24 * 60)
    readable = world.rt.policy.model_copy(update={"hours": every_hour})
    world.rt.policy = Policy.nobody("The policy has a fault.")
    await a_minute_passes(world, seconds=LOOK_EVERY.total_seconds() + 60)
    assert holder_of(await request_behind(world, card)), "a file that can't be read says nothing of anybody"
    world.rt.policy = readable
    if gone == "deactivated":
        await world.post("/people/U0CAROL", deleted=True)
    else:
        await world.post("/groups/S0ADMINS", users=["U0BOB"])
    await a_minute_passes(world, seconds=LOOK_EVERY.total_seconds() + 60)
    await settled(world)
    card = await card_with(world, "Waiting for an approver to create the key in the Console")
    assert await reminders(world) == []
    await a_minute_passes(world, seconds=HOUR + 60)
    (said,) = await reminders(world)
    assert "<!subteam^S0ADMINS>, please create the key in the Console" in said["text"]
    assert labels(said) == ["I'll do it"]
    await a_minute_passes(world, seconds=HOUR)
    assert len(await reminders(world)) == 1
    await a_minute_passes(world, seconds=24 * HOUR)
    assert len(await reminders(world)) == 2
    await press(world, BOB, (await reminders(world))[-1], "request_take_over")
    await world.message(BOB, "You took over a key for <@U0ALICE>")
    await settled(world)
    assert await reminders(world) == []
    await card_with(world, "<@U0BOB> has it")
    actions = await actions_of(world, await request_behind(world, card))
    assert [actions.count(one) for one in ("freed", "held_by_nobody", "taken_over")] == [1, 2, 1]


async def reminders(world: World) -> list[Json]:
    return [m for m in await world.messages(BOB, APPROVALS) if "nobody has it: " in m["text"]]


def test_the_last_approver_has_it_until_somebody_takes_it_over() -> None:
    request = a_request(status=Status.FULFILLING)
    assert holder_of(request) == BOB_WHO
    free = request.model_copy(update={"outcome": Outcome(holder=None, holder_at=ASKED)})
    assert holder_of(free) is None
    stored = Outcome.model_validate(Outcome(holder=BOB_WHO, holder_at=ASKED).stored())
    assert stored.holder == BOB_WHO


FRIDAY, MONDAY = datetime(2026, 11, 27, 17, 30, tzinfo=UTC), datetime(2026, 11, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expires_in", "made", "remind_at"),
    [
        (Lifetime(days=1), Outcome(), None),
        (Lifetime(days=1), Outcome(holder=BOB_WHO, holder_at=FRIDAY), None),
        (Lifetime(days=1), Outcome(holder=None, holder_at=FRIDAY), MONDAY + timedelta(hours=9.5)),
        (Lifetime(days=1), Outcome(holder=None, holder_at=FRIDAY, reminded_at=FRIDAY), MONDAY + timedelta(hours=17.5)),
        (Lifetime(days=1, is_calendar=True), Outcome(holder=None, holder_at=FRIDAY), FRIDAY + timedelta(hours=1)),
    ],
)
def test_nobody_is_reminded_at_night_or_at_a_weekend_where_working_time_counts(
    expires_in: Lifetime, made: Outcome, remind_at: datetime | None
) -> None:
    request = a_request(status=Status.FULFILLING).model_copy(update={"outcome": made})
    assert reminder_at(request, Rule(expires_in=expires_in)) == remind_at
