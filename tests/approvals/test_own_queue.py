"""The bot's own queue is no failure: what is approved goes on by itself, and a crowd on its first day is let in."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.admin.budget import HURRIED_WAIT, in_a_hurry, patience
from bot.admin.call import INTERACTIVE
from bot.admin.errors import OUR_BUDGET
from bot.approvals.act import Act, look_of
from bot.approvals.due import CLAIM_LASTS, LATE_AFTER
from bot.approvals.execute import FULFILL_WITHIN
from bot.approvals.model import Status
from bot.approvals.next_step import MOST_ATTEMPTS
from bot.approvals.outcome import Applied, Done
from bot.errors import OwnQueueFull, UpstreamBusy, UpstreamDown, UpstreamError
from bot.kinds.registry import KINDS, registry_of
from bot.people.identity import resolve_actor
from bot.policy.model import Policy
from bot.sandbox.people import CROWD
from tests.approvals.acting import a_minute_passes, card_with, press, request_behind, settled, thread_of, until
from tests.approvals.asking import ask
from tests.approvals.kind_badge import BADGE, Badge
from tests.world import ALICE, APPROVALS, BOB, world_of

BUSY = UpstreamBusy("The Claude Admin API is busy.")
DOWN = UpstreamDown("The Claude Admin API can't be reached now.")


def full_for(times: int, *, once_sent: bool = False, refusal: UpstreamError | None = None) -> Any:
    """Return the badge's kind on a bot whose queue is full for so many tries; `once_sent`: one may have arrived.

    With `refusal` the API itself turns the tries away.
    """
    left = [times]

    async def apply(act: Act[Badge]) -> Applied:
        if left[0]:
            left[0] -= 1
            if once_sent:
                await BADGE.effect.apply(act)
            raise refusal or OwnQueueFull(OUR_BUDGET, may_have_happened=once_sent)
        return await BADGE.effect.apply(act)

    async def look(look_: Any) -> Done | None:
        return await BADGE.effect.look(look_)

    return replace(BADGE, effect=replace(BADGE.effect, apply=apply, look=look))


@pytest.mark.parametrize(("times", "once_sent"), [(1, False), pytest.param(3, False, marks=pytest.mark.proof), (1, True)])
async def test_an_approved_request_that_waits_for_the_own_budget_goes_on_by_itself(
    tmp_path: Path, times: int, once_sent: bool
) -> None:
    kinds = registry_of(*KINDS.values(), full_for(times, once_sent=once_sent))
    async with world_of(tmp_path, kinds=kinds) as world:
        card = await ask(world, kinds["badge"])
        await world.click_on(BOB, card, "request_approve")
        await settled(world)
        for _ in range(times):
            assert (await request_behind(world, card)).status is Status.APPROVED
            said = (await world.messages(BOB, "C0APPROVALS"))[-1]["text"]
            assert "Retry" not in said
            await a_minute_passes(world)
            await settled(world)
        if once_sent:  # it may still arrive
            assert (await request_behind(world, card)).status is Status.APPROVED
            await a_minute_passes(world, CLAIM_LASTS.total_seconds())
        await until(world, card, Status.APPLIED)
        assert any("I'll go on by myself within a few minutes" in line for line in await thread_of(world, card))


@pytest.mark.parametrize(
    ("times", "ended"), [(2, Status.APPLIED), pytest.param(MOST_ATTEMPTS, Status.FAILED, marks=pytest.mark.proof)]
)
async def test_what_the_api_turned_away_is_tried_later_before_a_person_is_asked(
    tmp_path: Path, times: int, ended: Status
) -> None:
    kinds = registry_of(*KINDS.values(), full_for(times, refusal=BUSY))
    async with world_of(tmp_path, kinds=kinds) as world:
        card = await ask(world, kinds["badge"])
        await world.click_on(BOB, card, "request_approve")
        await settled(world)
        assert (await request_behind(world, card)).status is Status.APPROVED
        for _ in range(MOST_ATTEMPTS):
            await a_minute_passes(world)
            await settled(world)
        assert (await request_behind(world, card)).status is ended
        later = [line for line in await thread_of(world, card) if "I'll go on by myself in a minute" in line]
        assert len(later) == min(times, MOST_ATTEMPTS - 1)
        assert later[0].endswith("in a minute: The Claude Admin API is busy.")


@pytest.mark.parametrize(
    ("times", "ended"), [(1, Status.APPLIED), pytest.param(MOST_ATTEMPTS, Status.FAILED, marks=pytest.mark.proof)]
)
async def test_what_could_not_be_looked_up_is_said_at_once_and_tried_again_in_five_minutes(
    tmp_path: Path, times: int, ended: Status
) -> None:
    kinds = registry_of(*KINDS.values(), full_for(times, refusal=DOWN))
    async with world_of(tmp_path, kinds=kinds) as world:
        await world.click_on(BOB, await ask(world, kinds["badge"]), "request_approve")
        card = await card_with(world, "Nothing was changed, so Retry is safe. ref ")
        assert "Otherwise I try again" in card["text"]
        for _ in range(MOST_ATTEMPTS):
            await a_minute_passes(world, LATE_AFTER.total_seconds())
            await a_minute_passes(world)
            await settled(world)
        last = await request_behind(world, card)
        assert (last.status, last.attempts) == (ended, min(times + 1, MOST_ATTEMPTS))
        assert not last.outcome.passes


@pytest.mark.parametrize(
    ("refusal", "seconds"), [(BUSY, 60.0), (OwnQueueFull(OUR_BUDGET, may_have_happened=True), CLAIM_LASTS.total_seconds())]
)
async def test_what_goes_on_by_itself_needs_an_approval_that_holds_then(
    tmp_path: Path, refusal: UpstreamError, seconds: float
) -> None:
    kinds = registry_of(*KINDS.values(), full_for(1, refusal=refusal))
    async with world_of(tmp_path, kinds=kinds) as world:
        card = await ask(world, kinds["badge"])
        await world.click_on(BOB, card, "request_approve")
        await settled(world)
        world.sandbox.slack.users[BOB].deleted = True  # and no event says so
        await a_minute_passes(world, seconds)
        failed = await until(world, card, Status.FAILED)
        assert failed.failure == "The approval no longer counts: 0 of 1 approvals; 1 more needed. Give up and ask again."
        assert await BADGE.effect.look(look_of(world.rt, BADGE.asked(failed))) is None
        world.sandbox.slack.users[BOB].deleted = False
        left = await card_with(world, "no longer counts")
        assert "Otherwise I try again" not in left["text"]
        await press(world, BOB, left, "request_retry")
        await until(world, card, Status.APPLIED)


async def test_what_goes_on_by_itself_waits_for_a_policy_that_can_be_read(tmp_path: Path) -> None:
    kinds = registry_of(*KINDS.values(), full_for(1, refusal=BUSY))
    async with world_of(tmp_path, kinds=kinds) as world:
        card = await ask(world, kinds["badge"])
        await world.click_on(BOB, card, "request_approve")
        await settled(world)
        readable, world.rt.policy = world.rt.policy, Policy.nobody("The policy has a fault.")
        for _ in range(2):
            await a_minute_passes(world)
            assert (await request_behind(world, card)).status is Status.APPROVED
        world.rt.policy = readable
        await a_minute_passes(world)
        await until(world, card, Status.APPLIED)


async def test_what_was_approved_a_week_ago_is_not_taken_up_after_a_long_stop(tmp_path: Path) -> None:
    kinds = registry_of(*KINDS.values(), full_for(1, refusal=DOWN))
    async with world_of(tmp_path, kinds=kinds) as world:
        await world.click_on(BOB, await ask(world, kinds["badge"]), "request_approve")
        card = await card_with(world, "Nothing was changed, so Retry is safe. ref ")
        for _ in range(3):  # nothing ran for longer than that
            await a_minute_passes(world, FULFILL_WITHIN.total_seconds())
            await settled(world)
        left = await until(world, card, Status.EXPIRED)
        assert await BADGE.effect.look(look_of(world.rt, BADGE.asked(left))) is None


@pytest.mark.parametrize(
    ("fault", "typed", "form", "ended"),
    [
        ("POST /v1/organizations/users/*", "members role @priya billing needs it", "", Status.APPLIED),
        ("POST /v1/organizations/workspaces", "workspaces create Checkout", "create_workspace", Status.FAILED),
    ],
)
async def test_what_a_failing_api_did_not_do_is_tried_again_unless_it_would_count_twice(
    tmp_path: Path, fault: str, typed: str, form: str, ended: Status
) -> None:
    async with world_of(tmp_path) as world:
        await world.command(ALICE, f"/claude-{typed}")
        if form:
            await world.modal(ALICE, f"form_{form}")
            await world.submit(ALICE, reason="We start", owner=ALICE)
        card = await world.message(BOB, "asks ", APPROVALS)
        await world.post("/faults", target="claude", name=fault, kind="500", times=9)
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.FAILED)
        await world.http.delete(f"{world.control_url}/faults")
        said = (await world.message(ALICE, "was approved, but"))["text"]
        assert ("Otherwise I try again" in said) == (ended is Status.APPLIED)
        await a_minute_passes(world, LATE_AFTER.total_seconds())
        await a_minute_passes(world)
        await settled(world)
        assert (await request_behind(world, card)).status is ended


async def test_a_crowd_on_its_first_day_is_linked_from_the_member_list(tmp_path: Path) -> None:
    people = [one.slack_id for one in CROWD]
    async with world_of(tmp_path, more={"ADMIN_REQUESTS_PER_MINUTE": "8"}) as world:
        async with asyncio.timeout(60):
            actors = await asyncio.gather(
                *(resolve_actor(world.rt, one, world.rt.team_id, fresh=n % 2 == 0) for n, one in enumerate(people)),
                return_exceptions=True,
            )
        assert [type(one).__name__ for one in actors if isinstance(one, BaseException)] in ([], ["NotLinked"])
        asked = [entry for entry in await world.get("/wire") if "/organizations/users" in entry["name"]]
        assert len(asked) <= 8


def test_people_wait_at_a_form_and_what_is_claimed_does_not_wait_for_long() -> None:
    assert patience(INTERACTIVE.budget_wait) >= 120
    with in_a_hurry():
        assert patience(INTERACTIVE.budget_wait) == HURRIED_WAIT
        assert patience(0.3) == 0.3
    assert patience(600) == 600
