"""The bot's own queue is no failure: what is approved goes on by itself, and a crowd on its first day is let in."""

import asyncio
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from bot.admin.budget import HURRIED_WAIT, in_a_hurry, patience
from bot.admin.call import INTERACTIVE
from bot.admin.errors import OUR_BUDGET
from bot.approvals.act import Act
from bot.approvals.due import CLAIM_LASTS
from bot.approvals.execute import MOST_ATTEMPTS
from bot.approvals.model import Status
from bot.approvals.outcome import Applied, Done
from bot.errors import OwnQueueFull, UpstreamBusy
from bot.kinds.registry import KINDS, registry_of
from bot.people.identity import resolve_actor
from bot.sandbox.people import CROWD
from tests.approvals.acting import a_minute_passes, request_behind, settled, thread_of, until
from tests.approvals.asking import ask
from tests.approvals.kind_badge import BADGE, Badge
from tests.world import BOB, world_of

BUSY = UpstreamBusy("The Claude Admin API is busy.")


def full_for(times: int, *, once_sent: bool = False, refusal: UpstreamBusy | None = None) -> Any:
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


@pytest.mark.parametrize(("times", "once_sent"), [(1, False), (3, False), (1, True)])
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


@pytest.mark.parametrize(("times", "ended"), [(2, Status.APPLIED), (MOST_ATTEMPTS, Status.FAILED)])
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
