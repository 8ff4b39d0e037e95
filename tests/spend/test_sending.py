"""A digest, its correction and an alert are said once each, whoever sends them and whatever breaks in between."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.errors import NotAllowed, NotFound
from bot.identity import Actor
from bot.spend import service
from bot.spend.alerts import run_alerts
from bot.spend.digests import run_digests
from bot.spend.figures import figures
from bot.spend.loading import midnight
from bot.spend.model import SpendQuery
from bot.spend.standing import Subscription, Threshold, ThresholdPeriod
from bot.store import subscriptions as subscription_table
from bot.store import thresholds as threshold_table
from bot.store.migrate import migrate
from bot.store.session import Store
from tests.spend.world import (
    COSTS,
    DOLLAR,
    FRIDAY,
    LAB,
    NOW,
    OPUS,
    PROD,
    SONNET,
    Figure,
    Organization,
    Slack,
    fill,
    runtime,
    steady,
)

DAY = timedelta(days=1)
MONTH = steady(FRIDAY - DAY * 40, FRIDAY - DAY)
BUSY: list[Figure] = [(FRIDAY, PROD, OPUS, "apikey_ingest", 150 * DOLLAR), (FRIDAY, LAB, OPUS, "apikey_evals", 25 * DOLLAR)]
DANA = Actor("U0DANA", None, "Europe/Berlin")  # pyright: ignore[reportArgumentType] - spend never looks at the member


async def subscribe(store: Store, channel: str = COSTS, workspaces: tuple[str, ...] = ()) -> Subscription:
    wanted = Subscription(
        f"dig_{channel}", channel, "09:00", "Europe/Berlin", workspaces, "U0DANA", NOW - DAY, FRIDAY - DAY * 10
    )
    async with store.write() as tx:
        return await subscription_table.save_subscription(tx, wanted)


async def watch(store: Store, amount: int, period: ThresholdPeriod = "daily", workspace: str | None = None) -> Threshold:
    wanted = Threshold(f"thr_{amount}", COSTS, period, workspace, Decimal(amount), "U0DANA", NOW - DAY * 5)
    async with store.write() as tx:
        return await threshold_table.save_threshold(tx, wanted)


@pytest.fixture
async def three(postgres_url: str) -> AsyncIterator[list[Store]]:
    """Three replicas over one PostgreSQL."""
    stores = [Store(postgres_url) for _ in range(3)]
    await migrate(stores[0])
    yield stores
    for one in stores:
        await one.close()


async def test_digest_arrives_once_with_its_breakdown_in_the_thread(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    assert await run_digests(rt, NOW - timedelta(minutes=1)) == 0, "09:00 in Berlin is 08:00 UTC"
    assert await run_digests(rt, NOW) == 1
    assert await run_digests(rt, NOW + timedelta(minutes=1)) == 0
    assert await run_digests(rt, NOW + timedelta(hours=10)) == 0
    [post] = slack.top()
    assert post.message.text.startswith("📈 *$175.00 on Fri 20 Nov* · +75 % on last Friday")
    assert "moved from sonnet-5-5 to opus-5-5 on Fri 20 Nov" in post.message.text
    assert "data_visualization" in [block["type"] for block in post.message.blocks]
    assert [reply.thread_ts for reply in slack.replies()] == [post.ts] * 3


@pytest.mark.parametrize("delay", [0.0, 0.05])
async def test_three_replicas_send_each_digest_and_alert_once(three: list[Store], delay: float) -> None:
    await fill(three[0], [*MONTH, *BUSY])
    channels = [f"C0TEAM{n}" for n in range(6)]
    for channel in channels:
        await subscribe(three[0], channel)
    for amount in range(101, 107):
        await watch(three[0], amount, "daily", None if amount % 2 else PROD)
    slack = Slack(delay=delay)
    runtimes = [runtime(one, slack=slack) for one in three]
    for _ in range(2):
        await asyncio.gather(*(run(rt, NOW) for rt in runtimes for run in (run_digests, run_alerts)))
    assert sorted(p.channel for c in channels for p in slack.top(c)) == channels
    alerts = [post.message.text.splitlines()[0] for post in slack.top(COSTS)]
    assert len(alerts) == len(set(alerts)) == 2, "one threshold of a channel, period and workspace replaces the other"
    assert len(slack.replies()) == 3 * len(channels)


async def test_a_claim_whose_process_died_is_taken_again_after_ten_minutes_and_once(three: list[Store]) -> None:
    await fill(three[0], [*MONTH, *BUSY])
    subscription, threshold = await subscribe(three[0]), await watch(three[0], 150)
    async with three[0].write() as tx:
        assert await subscription_table.claim_digest(tx, subscription, FRIDAY, NOW)
        assert await threshold_table.claim_alert(tx, threshold.id, FRIDAY.isoformat(), ["was lost"], NOW)
    slack = Slack(delay=0.02)
    runtimes = [runtime(one, slack=slack) for one in three]
    for minutes, posts in ((9, 0), (11, 2), (12, 2), (30, 2)):
        when = NOW + timedelta(minutes=minutes)
        await asyncio.gather(*(run(rt, when) for rt in runtimes for run in (run_digests, run_alerts)))
        assert len(slack.top()) == posts, f"after {minutes} min"
    assert not any("was lost" in post.message.text for post in slack.posts)


async def test_a_digest_waits_for_its_day_and_reads_it_itself(store: Store) -> None:
    figures_ = [*MONTH, *BUSY]
    await fill(store, figures_, midnight(FRIDAY) + timedelta(hours=20), NOW - timedelta(hours=6))
    await subscribe(store)
    slack, organization = Slack(), Organization(figures_, refreshed_at=midnight(FRIDAY) + timedelta(hours=21))
    rt = runtime(store, organization, slack)
    assert await run_digests(rt, NOW) == 0
    assert len(organization.asked) == 1
    assert await run_digests(rt, NOW + timedelta(minutes=1)) == 0
    assert len(organization.asked) == 1, "it doesn't ask every minute"
    organization.refreshed_at = NOW
    assert await run_digests(rt, NOW + timedelta(minutes=6)) == 1
    assert "closed day" in slack.top()[0].message.text


async def test_after_three_hours_it_goes_out_provisional_and_is_mended_later(store: Store) -> None:
    figures_ = [*MONTH, *BUSY]
    await fill(store, figures_, midnight(FRIDAY) + timedelta(hours=20), NOW - timedelta(hours=6))
    await subscribe(store)
    slack, organization = Slack(), Organization(figures_, refreshed_at=midnight(FRIDAY) + timedelta(hours=21))
    rt = runtime(store, organization, slack)
    late = NOW + timedelta(hours=3)
    assert await run_digests(rt, late) == 1
    assert "*$175.00 so far on Fri 20 Nov*" in slack.top()[0].message.text
    assert "provisional" in slack.top()[0].message.text
    grown = [*MONTH, *BUSY, (FRIDAY, LAB, OPUS, "apikey_batch", 37 * DOLLAR // 2)]
    later = late + timedelta(hours=1)
    await fill(store, grown, later, later)
    await run_digests(rt, later)
    assert slack.replies()[-1].message.text == "Corrected: $193.50 (+$18.50)"
    assert len(slack.top()) == 1


async def test_a_day_that_was_never_reported_is_no_zero_and_follows_in_the_thread(store: Store) -> None:
    await fill(store, MONTH, midnight(FRIDAY), midnight(FRIDAY))
    await subscribe(store)
    slack, organization = Slack(), Organization(fails_after_pages=0, figures=MONTH)
    rt = runtime(store, organization, slack)
    assert await run_digests(rt, NOW) == 0
    assert await run_digests(rt, NOW + timedelta(hours=3)) == 1
    [post] = slack.top()
    assert post.message.text.startswith("📈 *No figures for Fri 20 Nov yet*")
    assert "$0" not in post.message.text
    assert slack.replies() == []
    later = NOW + timedelta(hours=4)
    await fill(store, [*MONTH, *BUSY], later, later)
    await run_digests(rt, later)
    assert "The figures for Fri 20 Nov are in: $175.00" in [reply.message.text for reply in slack.replies()]


async def test_each_revision_is_said_once_in_the_thread(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    await subscribe(store, "C0LAB", (LAB,))
    slack = Slack()
    rt = runtime(store, slack=slack)
    await run_digests(rt, NOW)
    before = len(slack.replies())
    for number, extra in enumerate((10, 20, 0), 1):
        later = NOW + timedelta(hours=number)
        await fill(store, [*MONTH, *BUSY, (FRIDAY, PROD, SONNET, "apikey_late", extra * DOLLAR)], later, later)
        for minutes in (0, 1):
            await run_digests(rt, later + timedelta(minutes=minutes))
    said = [reply.message.text for reply in slack.replies()[before:]]
    assert said == ["Corrected: $185.00 (+$10.00)", "Corrected: $195.00 (+$10.00)", "Corrected: $175.00 (−$20.00)"]
    assert {reply.channel for reply in slack.replies()[before:]} == {COSTS}, "Research didn't change"


async def test_replicas_say_a_correction_once_and_again_when_its_process_died(three: list[Store]) -> None:
    await fill(three[0], [*MONTH, *BUSY])
    await subscribe(three[0])
    slack = Slack(delay=0.02)
    runtimes = [runtime(one, slack=slack) for one in three]
    await run_digests(runtimes[0], NOW)
    later = NOW + timedelta(hours=1)
    await fill(three[0], [*MONTH, *BUSY, (FRIDAY, PROD, SONNET, "apikey_late", 10 * DOLLAR)], later, later)
    slack.is_down = True
    await asyncio.gather(*(run_digests(rt, later) for rt in runtimes))
    slack.is_down = False
    before = len(slack.replies())
    for minutes in (5, 11, 12):
        await asyncio.gather(*(run_digests(rt, later + timedelta(minutes=minutes)) for rt in runtimes))
    assert [reply.message.text for reply in slack.replies()[before:]] == ["Corrected: $185.00 (+$10.00)"]


async def test_a_refused_chart_becomes_a_picture_and_is_remembered(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack(refused_blocks={"data_visualization"})
    rt = runtime(store, slack=slack)
    assert await run_digests(rt, NOW) == 1
    types = [block["type"] for block in slack.top()[0].message.blocks]
    assert "image" in types
    assert "data_visualization" not in types
    slack.refused_blocks.clear()
    saturday = NOW + DAY
    await fill(store, steady(FRIDAY + DAY, FRIDAY + DAY, 300 * DOLLAR), saturday, saturday)
    await run_digests(rt, saturday)
    assert "image" in [block["type"] for block in slack.top()[1].message.blocks]


async def test_a_refused_picture_is_shared_in_the_thread_beside_the_text(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack(refused_blocks={"data_visualization", "image"})
    assert await run_digests(runtime(store, slack=slack), NOW) == 1
    [post] = slack.top()
    assert "📈 *$175.00 on Fri 20 Nov*" in post.message.text
    assert slack.files == [(COSTS, post.ts)]


async def test_without_chart_and_picture_the_text_still_goes_out(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack(refused_blocks={"data_visualization", "section"}, uploads_fail=True)
    assert await run_digests(runtime(store, slack=slack), NOW) == 1
    [post] = slack.top()
    assert post.message.blocks == []
    assert "📈 *$175.00 on Fri 20 Nov*" in post.message.text


@pytest.mark.parametrize("trouble", ["shared", "removed", "archived"])
async def test_a_channel_that_may_not_see_figures_gets_none_and_the_subscriber_is_told_once(
    store: Store, trouble: str
) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    await watch(store, 150)
    slack = Slack()
    if trouble == "archived":
        slack.refuses_with = "is_archived"
    elif trouble == "removed":
        slack.is_member = False
    else:
        slack.shared_outside = True
    rt = runtime(store, slack=slack)
    for days in range(3):
        for minutes in (0, 1, 15):
            when = NOW + days * DAY + timedelta(minutes=minutes)
            await run_digests(rt, when)
            await run_alerts(rt, when)
    assert slack.top(COSTS) == []
    assert len([post for post in slack.posts if post.channel == "U0DANA"]) == 1
    assert "I no longer post spend in <#C0COSTS>" in slack.posts[0].message.text


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
    async with store.write() as tx:
        run_id = await subscription_table.claim_digest(tx, subscription, FRIDAY, NOW)
        assert run_id
        await subscription_table.digest_sent(tx, run_id, NOW, "5.5", Decimal(175))
    slack = Slack()
    for minutes in (1, 3, 4):
        await run_digests(runtime(store, slack=slack), NOW + timedelta(minutes=minutes))
    assert [reply.thread_ts for reply in slack.replies()] == ["5.5"] * 3


async def test_an_alert_speaks_once_per_period_and_says_what_drove_it(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await watch(store, 150)
    slack = Slack()
    rt = runtime(store, slack=slack)
    for minutes in (0, 1, 20, 60):
        await run_alerts(rt, NOW + timedelta(minutes=minutes))
    [post] = slack.top()
    assert "⚠️ *Spend passed $150.00 on Fri 20 Nov* — $175.00" in post.message.text
    assert "What drove it: key `…gest`, opus-5-5, $150.00 against $75.00 on a usual day" in post.message.text
    tomorrow = NOW + DAY
    await fill(store, steady(FRIDAY + DAY, FRIDAY + DAY, 160 * DOLLAR), tomorrow, tomorrow)
    await run_alerts(rt, tomorrow)
    assert len(slack.top()) == 2


async def test_an_open_day_may_already_pass_a_threshold(store: Store) -> None:
    noon = midnight(FRIDAY) + timedelta(hours=12)
    await fill(store, [*MONTH, *BUSY], noon, noon)
    await watch(store, 170)
    slack = Slack()
    await run_alerts(runtime(store, slack=slack), noon)
    assert "$175.00 so far" in slack.top()[0].message.text


async def test_who_looks_after_an_alert_stays_who_was_first(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await watch(store, 150)
    rt = runtime(store, slack=Slack())
    await run_alerts(rt, NOW)
    first = await service.acknowledge(rt, 1, "U0CAROL", NOW)
    second = await service.acknowledge(rt, 1, "U0BOB", NOW + timedelta(minutes=1))
    assert (first.acknowledged_by, second.acknowledged_by, second.acknowledged_at) == ("U0CAROL", "U0CAROL", NOW)
    with pytest.raises(NotFound):
        await service.acknowledge(rt, 99, "U0BOB", NOW)


async def test_monthly_amount_is_the_budget_of_its_channel_and_workspace(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await watch(store, 4000, "monthly")
    await watch(store, 999_999, "monthly", LAB)
    subscribed = await subscribe(store)
    slack = Slack()
    await run_digests(runtime(store, slack=slack), NOW)
    assert "month $2.1k of $4k (52 %)" in slack.top()[0].message.text
    found = await figures(runtime(store), SpendQuery("mtd"), NOW, subscribed.channel)
    assert found.budget == 4000


async def test_subscribing_again_changes_the_one_subscription(store: Store) -> None:
    rt = runtime(store)
    first = await service.subscribe(rt, DANA, COSTS, "09:00", "Europe/Berlin", ())
    second = await service.subscribe(rt, DANA, COSTS, "07:30", "UTC", (PROD,))
    assert first.id == second.id
    found = await service.subscription_of(rt, COSTS)
    assert found is not None
    assert (found.local_time, found.tz, found.workspace_ids) == ("07:30", "UTC", (PROD,))
    assert await service.end_digest(rt, DANA, COSTS)
    assert not await service.end_digest(rt, DANA, COSTS)
    assert await service.subscription_of(rt, COSTS) is None
    assert (await service.subscribe(rt, DANA, COSTS, "09:00", "UTC", ())).id == first.id


async def test_skipping_the_next_digest_skips_exactly_that_one(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    subscription = await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    await run_digests(rt, NOW)
    async with store.write() as tx:
        await subscription_table.mute_subscription(tx, COSTS, NOW + DAY + timedelta(hours=15))
    for days in (1, 2):
        now = NOW + days * DAY
        await fill(store, steady(FRIDAY + days * DAY, FRIDAY + days * DAY, 500 * DOLLAR), now, now)
        await run_digests(rt, now)
    assert [post.message.metadata and post.message.metadata["event_payload"]["day"] for post in slack.top()] == [
        "2026-11-20",
        "2026-11-22",
    ]
    until = await service.mute_digest(rt, DANA, subscription)
    assert until == datetime(2026, 11, 22, 23, 0, tzinfo=UTC), "tomorrow's local day is over"


async def test_figures_are_refused_for_channels_of_two_companies(store: Store) -> None:
    rt = runtime(store, slack=Slack(shared_outside=True))
    with pytest.raises(NotAllowed, match="Another company"):
        await service.subscribe(rt, DANA, COSTS, "09:00", "UTC", ())
    with pytest.raises(NotAllowed, match="Another company"):
        await service.watch(rt, DANA, COSTS, "daily", Decimal(5), None)
    with pytest.raises(NotAllowed, match="invite"):
        await service.subscribe(runtime(store, slack=Slack(is_member=False)), DANA, COSTS, "09:00", "UTC", ())
    assert await service.subscription_of(rt, COSTS) is None


async def test_figures_compare_only_with_days_that_are_known(store: Store) -> None:
    await fill(store, steady(FRIDAY - DAY * 9, FRIDAY))
    rt = runtime(store)
    week = await figures(rt, SpendQuery("7d"), NOW)
    assert (week.total, week.before, week.missing) == (700, None, ())
    month = await figures(rt, SpendQuery("30d", "key"), NOW)
    assert (month.total, len(month.missing)) == (1000, 20)
    assert month.breakdown.total == month.total


async def test_figures_without_data_have_no_total(store: Store) -> None:
    found = await figures(runtime(store), SpendQuery("today"), NOW)
    assert found.total is None
    with pytest.raises(NotFound):
        await figures(runtime(store), replace(SpendQuery(), workspace="Nowhere"), NOW)
