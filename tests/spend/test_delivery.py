"""A digest goes out whatever Slack refuses, and never where it must not."""

import asyncio
from datetime import timedelta
from decimal import Decimal

import pytest

from bot.approvals.cards.topic import RequestTopic
from bot.policy.model import ApproverKind, ApproverRef, Policy, RuleSettings
from bot.posts import db as posts
from bot.posts.model import Wanted
from bot.spend.alerts import db as threshold_table
from bot.spend.alerts.model import Threshold
from bot.spend.dimensions import DIMENSIONS
from bot.store.session import Store
from tests.sizes import few
from tests.spend.world import (
    BUSY,
    COSTS,
    DAY,
    DOLLAR,
    FRIDAY,
    MONTH,
    NOW,
    OPUS,
    PROD,
    Looking,
    Slack,
    fill,
    run_alerts,
    run_digests,
    runtime,
    set_clock,
    stands,
    steady,
    subscribe,
    watch,
)


@pytest.mark.parametrize("trouble", few(["shared", "restricted_action_thread_only_channel", "removed", "is_archived"], 2))
async def test_a_channel_that_may_not_see_figures_gets_none_and_the_subscriber_is_told_once(
    store: Store, trouble: str
) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    await watch(store, 150)
    slack = Slack()
    if trouble == "removed":
        slack.is_member = False
    elif trouble == "shared":
        slack.shared_outside = True
    else:
        slack.refuses_with = trouble
    rt = runtime(store, slack=slack)
    for days in range(3):
        for minutes in (0, 1, 15):
            when = NOW + days * DAY + timedelta(minutes=minutes)
            await run_digests(rt, when)
            await run_alerts(rt, when)
    assert slack.top(COSTS) == []
    assert len([post for post in slack.posts if post.channel == "U0DANA"]) == 1
    assert "I can't post spend in <#C0COSTS>" in slack.posts[0].message.text


async def test_a_thread_that_broke_off_goes_on_with_the_part_that_is_missing(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack(lost_texts={"*By model*"})
    rt = runtime(store, slack=slack)
    for minutes in (0, 3, 9):
        await run_digests(rt, NOW + timedelta(minutes=minutes))
    assert _titles(slack) == ["By workspace"], "it may have arrived; ten minutes decide"
    slack.lost_texts.clear()
    for minutes in (11, 12, 30):
        await run_digests(rt, NOW + timedelta(minutes=minutes))
    assert _titles(slack) == [f"By {one.name}" for one in DIMENSIONS]


async def test_replicas_complete_a_broken_thread_once(three: list[Store]) -> None:
    await fill(three[0], [*MONTH, *BUSY])
    await subscribe(three[0])
    slack = Slack(lost_texts={"*By model*"}, delay=0.02)
    runtimes = [runtime(one, slack=slack) for one in three]
    await run_digests(runtimes[0], NOW)
    slack.lost_texts.clear()
    for minutes in (11, 12):
        await asyncio.gather(*(run_digests(rt, NOW + timedelta(minutes=minutes)) for rt in runtimes))
    assert _titles(slack) == [f"By {one.name}" for one in DIMENSIONS]


async def test_a_refused_table_goes_out_as_text_and_the_others_as_tables(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack(refused_blocks={"table"})
    await run_digests(runtime(store, slack=slack), NOW)
    assert _titles(slack) == [f"By {one.name}" for one in DIMENSIONS]
    assert "$150.00" in slack.replies()[0].message.text


def _titles(slack: Slack) -> list[str]:
    return [reply.message.text.split("*")[1] for reply in slack.replies()]


async def test_no_figures_follow_into_a_channel_that_another_company_has_come_to_read(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    subscription = await subscribe(store)
    await stands(store, subscription, "5.5")
    slack = Slack(shared_outside=True)
    rt = runtime(store, slack=slack)
    for minutes in (3, 4):
        await run_digests(rt, NOW + timedelta(minutes=minutes))
    later = NOW + timedelta(hours=1)
    await fill(store, [*MONTH, *BUSY, (FRIDAY, PROD, OPUS, "apikey_late", 10 * DOLLAR)], later, later)
    await run_digests(rt, later)
    assert slack.posts == []


async def test_a_channel_that_is_shared_while_its_digest_is_posted_gets_no_breakdown(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    looks = list[int]()

    def share() -> None:
        looks.append(1)
        slack.shared_outside = len(looks) > 1

    slack = Looking(meanwhile=share)
    assert await run_digests(runtime(store, slack=slack), NOW) == 1
    assert len(slack.top()) == 1
    assert slack.replies() == []


async def test_everybody_who_wanted_figures_in_a_blocked_channel_is_told_and_told_again_the_next_time(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack(is_member=False)
    rt = runtime(store, slack=slack)
    bob = Threshold("thr_bob", COSTS, "daily", None, Decimal(150), "U0BOB", NOW - DAY)
    async with store.write() as tx:
        await threshold_table.save_threshold(tx, bob)
    await run_alerts(rt, NOW - timedelta(minutes=30))
    await run_digests(rt, NOW)
    assert [post.channel for post in slack.posts] == ["U0BOB", "U0DANA"]
    for days in (1, 2):
        slack.is_member = days == 1
        day, now = FRIDAY + days * DAY, NOW + days * DAY
        await fill(store, steady(day, day, 200 * DOLLAR), now, now)
        await run_alerts(rt, now)
        await run_digests(rt, now)
    assert [post.channel for post in slack.posts if post.channel[0] == "U"] == ["U0BOB", "U0DANA"] * 2


async def test_slack_being_away_costs_no_digest(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack(is_down=True)
    rt = runtime(store, slack=slack)
    assert await run_digests(rt, NOW) == 0
    slack.is_down = False
    assert await run_digests(rt, NOW + timedelta(minutes=5)) == 0, "it may have arrived; ten minutes decide"
    assert await run_digests(rt, NOW + timedelta(minutes=11)) == 1
    assert len(slack.top()) == 1


async def test_a_lost_thread_is_put_there_later(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    subscription = await subscribe(store)
    await stands(store, subscription, "5.5")
    slack = Slack()
    for minutes in (1, 3, 4):
        await run_digests(runtime(store, slack=slack), NOW + timedelta(minutes=minutes))
    assert [reply.thread_ts for reply in slack.replies()] == ["5.5"] * len(DIMENSIONS)


async def test_admins_hear_once_that_the_channel_of_requests_lets_only_some_people_post(store: Store) -> None:
    slack = Slack()
    rt = runtime(store, slack=slack)
    people = (ApproverRef(kind=ApproverKind.USER, id="U0BOB"),)
    rt.policy = Policy(groups={"admins": people}, defaults=RuleSettings(channel=COSTS))
    async with store.write() as tx:
        await posts.want(tx, "request", "req_1", [Wanted("card", COSTS)], NOW)
    async with store.read() as tx:
        (card,) = await posts.of_subject(tx, "request", "req_1")
    slack.is_member = False
    assert not await RequestTopic().block(rt, card, "Slack says not_in_channel.")
    assert slack.posts == [], "what is wrong with the channel itself is told by the watch over names"
    slack.is_member = True
    assert not await RequestTopic().block(rt, card, "Slack doesn't answer.")
    assert slack.posts == []
    for days in (0, 1, 8):
        set_clock(rt, NOW + DAY * days)
        for _ in range(2):
            assert not await RequestTopic().block(rt, card, "Slack says restricted_action.")
    assert [post.channel for post in slack.posts] == ["U0BOB"] * 2, "at once, and a week later again"
    assert "so no approver sees new ones there. Slack doesn't let me post there: the" in slack.posts[0].message.text
