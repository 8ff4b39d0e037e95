"""A digest, its correction and an alert are said once each, whoever sends them and whatever breaks in between."""

import asyncio
from collections import Counter
from collections.abc import Callable, Coroutine
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert

from bot.posts import db as posts
from bot.runtime import Runtime
from bot.spend.alerts import db as threshold_table
from bot.spend.alerts.topic import alert_of
from bot.spend.digests import db as subscription_table
from bot.spend.digests.settings import end_digest
from bot.spend.digests.topic import digest_of
from bot.spend.dimensions import DIMENSIONS
from bot.spend.ledger.pages import midnight
from bot.store.session import Store
from bot.store.tables import DigestRunRow, RevisionRow
from tests.sizes import few
from tests.spend.world import (
    BUSY,
    COSTS,
    DANA,
    DOLLAR,
    FRIDAY,
    LAB,
    MONTH,
    NOW,
    OPUS,
    PROD,
    SONNET,
    Looking,
    Organization,
    Posted,
    Slack,
    fill,
    run_alerts,
    run_digests,
    runtime,
    set_clock,
    subscribe,
    watch,
)

Run = Callable[[Runtime, datetime], Coroutine[None, None, int]]


@pytest.mark.both
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
    assert post.message.text.startswith("📈 *$175.00 on Fri 20 Nov* · +75 % vs last Friday")
    assert "moved from sonnet-5-5 to opus-5-5 on Fri 20 Nov" in post.message.text
    assert "data_visualization" in [block["type"] for block in post.message.blocks]
    assert [reply.thread_ts for reply in slack.replies()] == [post.ts] * len(DIMENSIONS)


@pytest.mark.parametrize("delay", few([0.05, 0.0]))
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
    assert len(alerts) == len(set(alerts)) == 6, "each amount stands beside the others"
    assert len(slack.replies()) == len(DIMENSIONS) * len(channels)


async def test_a_claim_whose_process_died_is_taken_again_after_ten_minutes_and_once(three: list[Store]) -> None:
    await fill(three[0], [*MONTH, *BUSY])
    subscription, threshold = await subscribe(three[0]), await watch(three[0], 150)
    async with three[0].write() as tx:
        run_id = await subscription_table.begin_run(tx, subscription, FRIDAY)
        alert_id = await threshold_table.begin_alert(tx, threshold.id, FRIDAY.isoformat())
        for topic, subject, wanted in (("digest", run_id, digest_of(COSTS)), ("alert", alert_id, alert_of(COSTS))):
            await posts.want(tx, topic, str(subject), [wanted], NOW)
            assert await posts.claim(tx, topic, str(subject), "of a dead process", NOW, NOW + timedelta(minutes=10))
    slack = Slack(delay=0.02)
    runtimes = [runtime(one, slack=slack) for one in three]
    for minutes, count in ((9, 0), (11, 2), (12, 2), (30, 2)):
        # Replicas begin their jobs at moments of their own, and their clocks differ by seconds.
        moments = [NOW + timedelta(minutes=minutes, seconds=20 * n) for n in range(3)]
        pairs = list(zip(runtimes, moments, strict=True))
        await asyncio.gather(*(run(rt, when) for rt, when in pairs for run in (run_digests, run_alerts)))
        assert len(slack.top()) == count, f"after {minutes} min"
    assert not any("was lost" in post.message.text for post in slack.posts)


@pytest.mark.parametrize("run", [run_digests, run_alerts])
async def test_a_claim_is_as_old_as_itself_and_not_as_its_job(three: list[Store], run: Run) -> None:
    """The first replica's job began eleven minutes before it came to claim; the second's begins while it sends."""
    await fill(three[0], [*MONTH, *BUSY])
    await subscribe(three[0])
    await watch(three[0], 150)
    later, posted = NOW + timedelta(minutes=11), list[Posted]()
    slow = Looking(posts=posted, seconds=0.05, delay=0.4, meanwhile=lambda: set_clock(rt, later))
    rt = runtime(three[0], slack=slow)
    first = asyncio.create_task(run(rt, NOW))
    await asyncio.sleep(0.3)
    await asyncio.gather(first, run(runtime(three[1], slack=Slack(posts=posted)), later))
    assert len([post for post in posted if post.thread_ts is None]) == 1


async def test_a_digest_that_was_stopped_is_corrected_no_more(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    await run_digests(rt, NOW)
    before, later = len(slack.figures()), NOW + timedelta(hours=1)
    assert await end_digest(rt, DANA, COSTS)
    await fill(store, [*MONTH, *BUSY, (FRIDAY, PROD, SONNET, "apikey_late", 10 * DOLLAR)], later, later)
    await run_digests(rt, later)
    assert len(slack.figures()) == before


@pytest.mark.proof
async def test_a_late_job_corrects_once(three: list[Store]) -> None:
    await fill(three[0], [*MONTH, *BUSY])
    await subscribe(three[0])
    posted, began, later = list[Posted](), NOW + timedelta(hours=1), NOW + timedelta(hours=1, minutes=11)
    await run_digests(runtime(three[0], slack=Slack(posts=posted)), NOW)
    before = len(posted)
    await fill(three[0], [*MONTH, *BUSY, (FRIDAY, PROD, SONNET, "apikey_late", 10 * DOLLAR)], began, began)
    slow = Looking(posts=posted, seconds=0.05, delay=0.4, meanwhile=lambda: set_clock(rt, later))
    rt = runtime(three[0], slack=slow)
    first = asyncio.create_task(run_digests(rt, began))
    await asyncio.sleep(0.3)
    await asyncio.gather(first, run_digests(runtime(three[1], slack=Slack(posts=posted)), later))
    assert [post.message.text for post in posted[before:]] == ["Corrected for Fri 20 Nov: $185.00 (+$10.00)"]


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
    assert "final" in slack.top()[0].message.text


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
    assert slack.replies()[-1].message.text == "Corrected for Fri 20 Nov: $193.50 (+$18.50)"
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
    assert said == [
        "Corrected for Fri 20 Nov: $185.00 (+$10.00)",
        "Corrected for Fri 20 Nov: $195.00 (+$10.00)",
        "Corrected for Fri 20 Nov: $175.00 (−$20.00)",
    ]
    assert {reply.channel for reply in slack.replies()[before:]} == {COSTS}, "Research didn't change"


@pytest.mark.both
async def test_what_was_revised_in_an_absence_of_any_length_is_said_once_it_is_read(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    await run_digests(rt, NOW)
    before, back = len(slack.replies()), NOW + timedelta(days=40)
    await fill(store, [*MONTH, *BUSY, (FRIDAY, PROD, SONNET, "apikey_late", 10 * DOLLAR)], back, back)
    for minutes in (0, 1):
        await run_digests(rt, back + timedelta(minutes=minutes))
    corrected = [one.message.text for one in slack.replies()[before:] if one.message.text.startswith("Corrected")]
    assert corrected == ["Corrected for Fri 20 Nov: $185.00 (+$10.00)"]


@pytest.mark.both
async def test_a_source_that_tells_years_anew_corrects_the_newest_digests_alone(store: Store) -> None:
    wanted = await subscribe(store)
    days = [NOW.date() - timedelta(days=90 + n) for n in range(60)]
    sent: dict[str, Any] = {"subscription_id": wanted.id, "channel": COSTS, "workspace_ids": [], "settled_at": NOW}
    async with store.write() as tx:
        await tx.execute(insert(DigestRunRow), [{**sent, "day": day, "ts": f"{n}.0"} for n, day in enumerate(days)])
        await tx.execute(insert(RevisionRow), [{"day": day, "at": NOW, "old_nanos": 1, "new_nanos": 2} for day in days])
        lately = [{"day": NOW.date() - timedelta(days=n), "at": NOW, "old_nanos": 1, "new_nanos": 2} for n in range(40)]
        await tx.execute(insert(RevisionRow), lately)  # days that settle are revised all the time
        found = await subscription_table.correctable_digests(tx, NOW.date() - timedelta(days=45), NOW)
    assert {one.day for one in found} == {*days[:35]}


@pytest.mark.proof
async def test_replicas_out_of_step_say_each_correction_once(three: list[Store]) -> None:
    """Each asks Slack for its own while, so that one still holds what the digest said before another corrected it."""
    await fill(three[0], [*MONTH, *BUSY])
    channels = [f"C0TEAM{n}" for n in range(4)]
    for channel in channels:
        await subscribe(three[0], channel)
    slack = Slack()
    runtimes = [runtime(one, slack=Looking(posts=slack.posts, seconds=0.07 * n)) for n, one in enumerate(three)]
    await run_digests(runtimes[0], NOW)
    before = len(slack.replies())
    for hours, extra in ((1, 10), (2, 30)):
        later = NOW + timedelta(hours=hours)
        await fill(three[0], [*MONTH, *BUSY, (FRIDAY, PROD, SONNET, "apikey_late", extra * DOLLAR)], later, later)
        for minutes in (0, 1):
            await asyncio.gather(*(run_digests(rt, later + timedelta(minutes=minutes)) for rt in runtimes))
    said = Counter((reply.channel, reply.message.text) for reply in slack.replies()[before:])
    words = ("Corrected for Fri 20 Nov: $185.00 (+$10.00)", "Corrected for Fri 20 Nov: $205.00 (+$20.00)")
    assert said == Counter((channel, text) for channel in channels for text in words)


@pytest.mark.proof
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
    assert [reply.message.text for reply in slack.replies()[before:]] == ["Corrected for Fri 20 Nov: $185.00 (+$10.00)"]
