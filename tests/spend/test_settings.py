"""What the settings of a digest say is what then happens: which one comes next, which one is skipped, none is dropped."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.runtime import Runtime
from bot.spend.digests import settings as digest_settings
from bot.spend.ledger.pages import midnight
from bot.store.session import Store
from tests.sizes import few
from tests.spend.world import (
    BUSY,
    COSTS,
    DANA,
    DAY,
    FRIDAY,
    LAB,
    MONTH,
    NOW,
    Organization,
    Slack,
    fill,
    run_digests,
    runtime,
    set_clock,
    steady,
    subscribe,
)

BERLIN = "Europe/Berlin"
SATURDAY = FRIDAY + DAY
TEN_PAST = NOW + timedelta(minutes=10)


async def waiting(store: Store) -> tuple[Runtime, Slack, Organization]:
    """Return a channel whose digest is due since 09:00 and waits for its day to close; it is ten past nine."""
    figures = [*MONTH, *BUSY]
    await fill(store, figures, midnight(FRIDAY) + timedelta(hours=20), NOW - timedelta(hours=6))
    await subscribe(store)
    slack, organization = Slack(), Organization(figures, refreshed_at=midnight(FRIDAY) + timedelta(hours=21))
    rt = runtime(store, organization, slack)
    assert await run_digests(rt, NOW) == 0
    organization.refreshed_at = NOW + timedelta(minutes=5)
    set_clock(rt, TEN_PAST)
    return rt, slack, organization


async def next_days(store: Store, rt: Runtime, slack: Slack, *moments: datetime) -> list[str]:
    """Return the days whose digests came by then."""
    for now in moments:
        if now >= NOW + DAY:
            await fill(store, steady(SATURDAY, SATURDAY), now, now)
        await run_digests(rt, now)
    found: list[Any] = [post.message.metadata for post in slack.top()]
    return [one["event_payload"]["day"] for one in found]


async def test_skipping_the_next_one_while_today_s_waits_skips_today_s_and_not_tomorrow_s(store: Store) -> None:
    rt, slack, _ = await waiting(store)
    subscription = await digest_settings.subscription_of(rt, COSTS)
    assert subscription is not None
    assert await digest_settings.mute_digest(rt, DANA, subscription) == datetime(2026, 11, 21, 23, 0, tzinfo=UTC)
    assert await next_days(store, rt, slack, NOW + timedelta(hours=1), NOW + DAY) == ["2026-11-21"]


@pytest.mark.parametrize("at", few(["09:00", "08:30", "09:30"]))
async def test_new_settings_do_not_drop_the_digest_that_waits(store: Store, at: str) -> None:
    rt, slack, _ = await waiting(store)
    saved = await digest_settings.subscribe(rt, DANA, COSTS, at, BERLIN, (LAB,))
    assert (await digest_settings.next_digest(rt, saved)).day == FRIDAY
    assert await next_days(store, rt, slack, NOW + timedelta(minutes=40), NOW + DAY + timedelta(hours=1)) == [
        "2026-11-20",
        "2026-11-21",
    ]


async def test_a_later_time_after_today_s_went_out_begins_tomorrow(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    assert await run_digests(rt, NOW) == 1
    set_clock(rt, NOW + timedelta(hours=1))
    saved = await digest_settings.subscribe(rt, DANA, COSTS, "11:00", BERLIN, ())
    coming = await digest_settings.next_digest(rt, saved)
    assert (coming.day, coming.since) == (SATURDAY, datetime(2026, 11, 22, 10, 0, tzinfo=UTC))
    assert await digest_settings.mute_digest(rt, DANA, saved) == datetime(2026, 11, 22, 23, 0, tzinfo=UTC)


async def test_an_earlier_time_sends_the_one_that_would_have_come_tonight(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    slack = Slack()
    rt = runtime(store, slack=slack)
    set_clock(rt, NOW - DAY)
    await digest_settings.subscribe(rt, DANA, COSTS, "18:00", BERLIN, ())
    set_clock(rt, TEN_PAST)
    await digest_settings.subscribe(rt, DANA, COSTS, "09:00", BERLIN, ())
    assert await next_days(store, rt, slack, TEN_PAST) == ["2026-11-20"]


async def test_a_new_subscription_does_not_bring_what_was_due_before_it(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    slack = Slack()
    rt = runtime(store, slack=slack)
    set_clock(rt, TEN_PAST)
    saved = await digest_settings.subscribe(rt, DANA, COSTS, "09:00", BERLIN, ())
    assert await digest_settings.next_digest(rt, saved) == await digest_settings.next_digest(
        rt, replace(saved, first_day=FRIDAY + DAY)
    )
    assert await next_days(store, rt, slack, TEN_PAST) == []
