"""Whoever relies on a digest or an alert hears when it is ended, changed, skipped, missed, or can't be sent."""

import asyncio
from datetime import timedelta
from decimal import Decimal
from typing import Any, cast

import pytest

from bot.admin.model import Member
from bot.errors import NotAllowed
from bot.people.model import Actor
from bot.policy.model import Policy
from bot.posts.model import RETAKE_AFTER
from bot.runtime import Runtime
from bot.spend.alerts.settings import end_threshold
from bot.spend.alerts.settings import watch as watch_amount
from bot.spend.digests.settings import end_digest, mute_digest
from bot.spend.digests.settings import subscribe as change_digest
from bot.store.session import Store
from tests.spend.world import (
    BUSY,
    COSTS,
    DANA,
    DAY,
    MONTH,
    NOW,
    Slack,
    fill,
    run_alerts,
    run_digests,
    runtime,
    set_clock,
    subscribe,
    watch,
)

BOB = Actor("U0BOB", Member(id="user_bob", email="bob@acme.test", name="Bob", role="developer"), "Europe/Berlin")
BERLIN = "Europe/Berlin"
ADMINS = "C0ADMINS"


def a_runtime(store: Store, slack: Slack, role: str = "developer") -> Runtime:
    """Return a runtime whose organization knows Bob in a role, and whose admins have a channel."""
    rt = runtime(store, slack=slack)

    async def user(_id: str) -> Member:
        return BOB.member.model_copy(update={"role": role})

    cast("Any", rt.admin).user = user
    cast("Any", rt).policy = Policy.model_validate({"defaults": {"channel": ADMINS}})
    return rt


def said(slack: Slack) -> list[tuple[str, str]]:
    return [(post.channel, post.message.text) for post in slack.posts]


async def test_ending_is_told_in_the_channel_and_to_whoever_set_it_up(store: Store) -> None:
    slack = Slack(people={"U0BOB"})
    rt = a_runtime(store, slack)
    await subscribe(store)
    assert await end_digest(rt, BOB, COSTS)
    assert not await end_digest(rt, BOB, COSTS)
    text = "🔁 <@U0BOB> ended the daily digest in <#C0COSTS>."
    again = "`/claude-spend digest` there starts it again."
    assert said(slack) == [(COSTS, f"{text} {again}"), ("U0DANA", f"{text} You had set it up. {again}")]


async def test_whoever_ends_their_own_is_told_nothing_twice(store: Store) -> None:
    slack = Slack()
    rt = a_runtime(store, slack)
    await subscribe(store)
    await end_digest(rt, DANA, COSTS)
    assert [channel for channel, _ in said(slack)] == [COSTS]


async def test_skipping_and_changing_are_told_and_saving_the_same_is_not(store: Store) -> None:
    slack = Slack(people={"U0BOB", "U0DANA"})
    rt = a_runtime(store, slack)
    subscription = await subscribe(store)
    await change_digest(rt, BOB, COSTS, "09:00", BERLIN, (), "as it was")
    assert said(slack) == []
    await asyncio.gather(*(mute_digest(rt, DANA, subscription) for _ in range(3)))
    await change_digest(rt, DANA, COSTS, "11:00", BERLIN, (), "the spend of all workspaces every day at 11:00")
    [skipped, changed, to_bob] = [text for _, text in said(slack)]
    assert "skipped the next daily digest in <#C0COSTS>. It comes again from" in skipped
    assert "changed the daily digest in <#C0COSTS>: the spend of all workspaces every day at 11:00." in changed
    assert "You had set it up." in to_bob


@pytest.mark.both
async def test_an_alert_that_is_removed_or_gets_other_steps_is_told(store: Store) -> None:
    slack = Slack(people={"U0BOB"})
    rt = a_runtime(store, slack)
    threshold = await watch(store, 150)
    await watch_amount(rt, BOB, COSTS, "daily", Decimal(150), None, (50, 100))
    await watch_amount(rt, BOB, COSTS, "daily", Decimal(150), None, (50, 100))
    await watch_amount(rt, BOB, COSTS, "daily", Decimal(200), None)
    assert [channel for channel, _ in said(slack)] == [COSTS, "U0DANA"], "another amount beside it takes nothing away"
    assert "at 50 %" in said(slack)[0][1]
    assert await end_threshold(rt, BOB, threshold.id)
    ended = "I don't watch any more whether all workspaces together reach $150.00 in one UTC day."
    assert ended in said(slack)[2][1]
    assert [channel for channel, _ in said(slack)[2:]] == [COSTS, "U0DANA"]


@pytest.mark.parametrize(
    ("people", "role", "may"), [((), "developer", False), (("U0BOB",), "user", True), ((), "admin", True)]
)
async def test_what_others_set_up_is_changed_by_people_of_the_channel_and_admins_alone(
    store: Store, people: tuple[str, ...], role: str, may: bool
) -> None:
    slack = Slack(people=set(people))
    rt = a_runtime(store, slack, role)
    subscription, threshold = await subscribe(store), await watch(store, 150)
    acts: list[Any] = [
        lambda: mute_digest(rt, BOB, subscription),
        lambda: change_digest(rt, BOB, COSTS, "11:00", BERLIN, ()),
        lambda: watch_amount(rt, BOB, COSTS, "daily", Decimal(150), None, (50, 100)),
        lambda: end_threshold(rt, BOB, threshold.id),
    ]
    for act in [lambda: end_digest(rt, BOB, COSTS)] if may else [*acts, lambda: end_digest(rt, BOB, COSTS)]:
        if may:
            assert await act()
            continue
        with pytest.raises(NotAllowed, match="Nothing was changed"):
            await act()
    assert bool(slack.posts) == may


async def test_when_whoever_set_it_up_is_gone_the_admins_hear_once_that_nothing_can_be_sent(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    await watch(store, 150)
    slack = Slack(gone={"U0DANA"}, refuses_only={COSTS: "is_archived"})
    rt = a_runtime(store, slack)
    for days in range(3):
        await run_digests(rt, NOW + days * DAY)
        await run_alerts(rt, NOW + days * DAY)
    [(channel, text)] = said(slack)
    assert channel == ADMINS
    assert "I can't post spend in <#C0COSTS> now." in text
    assert "<@U0DANA>, who set it up, is gone, so I tell you." in text


async def test_a_digest_that_slack_never_took_is_missed_aloud_and_one_that_was_ended_is_not(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack(refuses_only={COSTS: "internal_refusal"})
    rt = a_runtime(store, slack)
    await run_digests(rt, NOW)
    for minutes in (0, 5):
        await run_digests(rt, NOW + DAY + timedelta(minutes=minutes))
    missed = [text for channel, text in said(slack) if channel == "U0DANA"]
    assert missed == ["⚠️ I could not post the digest of Fri 20 Nov in <#C0COSTS>. Slack didn't take it in time. "
                      "The next one comes as usual."]  # fmt: skip
    set_clock(rt, NOW + DAY + timedelta(minutes=6))
    await end_digest(rt, DANA, COSTS)
    await run_digests(rt, NOW + 2 * DAY + RETAKE_AFTER)
    assert len([channel for channel, _ in said(slack) if channel == "U0DANA"]) == 1
