"""What a channel was to get is dropped when somebody stops or changes it before Slack takes it."""

from datetime import timedelta

import pytest
from sqlalchemy import update
from sqlmodel import col

from bot.posts import db as posts
from bot.posts.tries import MOST_TRIES
from bot.spend.alerts.settings import end_threshold
from bot.spend.digests.settings import end_digest
from bot.spend.digests.settings import subscribe as change
from bot.store.session import Store
from bot.store.tables import PostRow
from tests.spend.world import (
    BUSY,
    COSTS,
    DANA,
    DAY,
    DOLLAR,
    FRIDAY,
    MONTH,
    NOW,
    PROD,
    SONNET,
    Slack,
    fill,
    run_alerts,
    run_digests,
    runtime,
    stands,
    subscribe,
    watch,
)

SOON = timedelta(minutes=11)


@pytest.fixture
async def ledger(store: Store) -> Store:
    await fill(store, [*MONTH, *BUSY])
    return store


async def test_a_digest_that_slack_did_not_take_is_not_sent_after_it_was_stopped(ledger: Store) -> None:
    await subscribe(ledger)
    slack = Slack(is_down=True)
    rt = runtime(ledger, slack=slack)
    await run_digests(rt, NOW)
    assert await end_digest(rt, DANA, COSTS)
    slack.is_down = False
    await run_digests(rt, NOW + SOON)
    assert slack.figures() == []


async def test_an_alert_that_slack_did_not_take_is_not_sent_after_it_was_removed(ledger: Store) -> None:
    threshold = await watch(ledger, 150)
    slack = Slack(is_down=True)
    rt = runtime(ledger, slack=slack)
    await run_alerts(rt, NOW)
    assert await end_threshold(rt, DANA, threshold.id)
    slack.is_down = False
    await run_alerts(rt, NOW + SOON)
    assert slack.figures() == []


async def test_neither_breakdown_nor_correction_follow_a_digest_that_was_stopped(ledger: Store) -> None:
    await stands(ledger, await subscribe(ledger), "1.000001")
    slack = Slack(is_down=True)
    rt = runtime(ledger, slack=slack)
    later = NOW + timedelta(minutes=30)
    await fill(ledger, [*MONTH, *BUSY, (FRIDAY, PROD, SONNET, "apikey_late", 10 * DOLLAR)], later, later)
    await run_digests(rt, later)
    assert await end_digest(rt, DANA, COSTS)
    slack.is_down = False
    for minutes in (11, 22, 33, 44, 55):
        await run_digests(rt, later + timedelta(minutes=minutes))
    assert slack.figures() == []


async def test_a_digest_that_slack_did_not_take_comes_at_its_new_time(ledger: Store) -> None:
    await subscribe(ledger)
    slack = Slack(refuses_with="internal_refusal")
    rt = runtime(ledger, slack=slack)
    await run_digests(rt, NOW)
    await change(rt, DANA, COSTS, "11:00", "Europe/Berlin", ())
    slack.refuses_with = None
    await run_digests(rt, NOW + SOON)
    assert slack.top() == []
    await run_digests(rt, NOW + timedelta(hours=2))
    [post] = slack.top()
    assert post.message.text.split("*")[1] == "$175.00 on Fri 20 Nov"
    assert post.message.metadata is not None
    assert post.message.metadata["event_payload"]["run"] == "2", "the first may stand somewhere, with its buttons"


async def test_whoever_could_not_be_told_of_a_blocked_channel_is_told_at_the_next_occasion(ledger: Store) -> None:
    await subscribe(ledger)
    slack = Slack(is_member=False, is_down=True)
    rt = runtime(ledger, slack=slack)
    await run_digests(rt, NOW)
    async with ledger.write() as tx:
        await tx.execute(update(PostRow).where(col(PostRow.topic) == "undeliverable").values(tries=MOST_TRIES))
    slack.is_down, slack.refuses_people_with = False, "cannot_dm_bot"
    await run_digests(rt, NOW + SOON)
    async with ledger.read() as tx:
        assert await posts.of_subject(tx, "undeliverable", COSTS) == [], "nobody is pestered for ever"
    slack.refuses_people_with = None
    await run_digests(rt, NOW + DAY + timedelta(hours=3))
    assert [post.channel for post in slack.posts] == ["U0DANA"]
