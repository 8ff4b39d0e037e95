"""Alerts speak once per period; subscriptions and thresholds are one each."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from bot.errors import NotAllowed, NotFound
from bot.spend.alerts import send as alert_send
from bot.spend.alerts import settings as alert_settings
from bot.spend.ask.figures import figures
from bot.spend.digests import db as subscription_table
from bot.spend.digests import settings as digest_settings
from bot.spend.ledger import sync as ledger_sync
from bot.spend.ledger.pages import midnight
from bot.spend.model import SpendQuery
from bot.store.audit import all_entries
from bot.store.session import Store
from tests.spend.world import (
    BUSY,
    COSTS,
    DANA,
    DAY,
    DOLLAR,
    FRIDAY,
    LAB,
    MONTH,
    NOW,
    OPUS,
    PROD,
    Organization,
    Slack,
    fill,
    run_alerts,
    run_digests,
    runtime,
    set_clock,
    steady,
    subscribe,
    watch,
)


async def test_an_alert_speaks_once_per_period_and_says_what_drove_it(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await watch(store, 150)
    slack = Slack()
    rt = runtime(store, slack=slack)
    for minutes in (0, 1, 20, 60):
        await run_alerts(rt, NOW + timedelta(minutes=minutes))
    [post] = slack.top()
    assert "⚠️ *Spend passed $150.00 on Fri 20 Nov (UTC)* — $175.00" in post.message.text
    assert "Main cause: key `…gest`, mostly opus-5-5, $150.00 against $75.00 on a usual day" in post.message.text
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
    assert "Largest part: key `…gest`, mostly opus-5-5 ($150.00)" in slack.top()[0].message.text


async def test_a_monthly_alert_early_in_the_day_is_no_fall(store: Store) -> None:
    night = midnight(FRIDAY) + timedelta(hours=1)
    await fill(store, [*MONTH, (FRIDAY, PROD, OPUS, "apikey_ingest", 4 * DOLLAR)], night, night)
    await watch(store, 1901, "monthly")
    slack = Slack()
    await run_alerts(runtime(store, slack=slack), night)
    assert "Largest part: key `…gest`, mostly sonnet-5-5 (±$0 in the last 7 days, ±0 %)" in slack.top()[0].message.text


async def test_an_amount_that_is_saved_again_has_said_what_it_said(store: Store) -> None:
    evening = midnight(FRIDAY) + timedelta(hours=20)
    await fill(store, [*MONTH, *BUSY], evening, evening)
    slack = Slack()
    rt = runtime(store, slack=slack)
    for amount, workspace in ((150, None), (150, None), (160, None), (150, PROD), (150, PROD)):
        set_clock(rt, evening)
        await alert_settings.watch(rt, DANA, COSTS, "daily", Decimal(amount), workspace)
        await run_alerts(rt, evening)
    said = [post.message.text.split("*")[1] for post in slack.top()]
    assert said == [
        "Spend passed $150.00 on Fri 20 Nov (UTC)",
        "Spend passed $160.00 on Fri 20 Nov (UTC)",
        "wrkspc_prod reached $150.00 on Fri 20 Nov (UTC)",
    ]
    assert len(await alert_settings.thresholds_of(rt, COSTS)) == 3, "each amount once, beside each other"


async def test_people_who_set_up_the_same_at_once_get_one_alert_and_one_digest(three: list[Store]) -> None:
    evening = midnight(FRIDAY) + timedelta(hours=20)
    await fill(three[0], [*MONTH, *BUSY], evening, evening)
    slack = Slack()
    runtimes = [runtime(one, slack=slack) for one in three]
    for rt in runtimes:
        set_clock(rt, evening)
    watched = []
    for amounts in ((150, 150, 150), (160, 161, 162)):
        pairs = zip(runtimes, amounts, strict=True)
        await asyncio.gather(
            *(alert_settings.watch(rt, DANA, COSTS, "daily", Decimal(n), None) for rt, n in pairs),
            *(
                alert_settings.watch(rt, DANA, COSTS, "daily", Decimal(n), LAB)
                for rt, n in zip(runtimes, amounts, strict=True)
            ),
        )
        watched = [(one.amount, one.workspace_id) for one in await alert_settings.thresholds_of(runtimes[0], COSTS)]
        assert len(watched) == len(set(watched))
    assert len(watched) == 8
    saved = await asyncio.gather(*(digest_settings.subscribe(rt, DANA, COSTS, "09:00", "UTC", ()) for rt in runtimes))
    assert len({one.id for one in saved}) == 1
    for rt in runtimes:
        await run_alerts(rt, evening)
    assert len(slack.top()) == 4, "150, 160, 161 and 162 of all workspaces"


async def test_who_looks_after_an_alert_stays_who_was_first(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await watch(store, 150)
    rt = runtime(store, slack=Slack())
    await run_alerts(rt, NOW)
    first, _ = await alert_send.acknowledge(rt, 1, "U0CAROL", NOW)
    second, _ = await alert_send.acknowledge(rt, 1, "U0BOB", NOW + timedelta(minutes=1))
    assert (first.acknowledged_by, second.acknowledged_by, second.acknowledged_at) == ("U0CAROL", "U0CAROL", NOW)
    with pytest.raises(NotFound):
        await alert_send.acknowledge(rt, 99, "U0BOB", NOW)
    async with store.read() as tx:
        sent, seen = [one async for one in all_entries(tx) if one.action.startswith("alert.")]
    assert (sent.subject, sent.detail) == (seen.subject, seen.detail), "the record says of which alert"
    assert seen.detail["step"] == first.step, "a month has one at 80 % and one at 100 %"


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
    first = await digest_settings.subscribe(rt, DANA, COSTS, "09:00", "Europe/Berlin", ())
    second = await digest_settings.subscribe(rt, DANA, COSTS, "07:30", "UTC", (PROD,))
    assert first.id == second.id
    found = await digest_settings.subscription_of(rt, COSTS)
    assert found is not None
    assert (found.local_time, found.tz, found.workspace_ids) == ("07:30", "UTC", (PROD,))
    assert await digest_settings.end_digest(rt, DANA, COSTS)
    assert not await digest_settings.end_digest(rt, DANA, COSTS)
    assert await digest_settings.subscription_of(rt, COSTS) is None
    assert (await digest_settings.subscribe(rt, DANA, COSTS, "09:00", "UTC", ())).id == first.id


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
    set_clock(rt, NOW)
    until = await digest_settings.mute_digest(rt, DANA, subscription)
    assert until == datetime(2026, 11, 22, 23, 0, tzinfo=UTC), "tomorrow's local day is over"


async def test_figures_are_refused_for_channels_of_two_companies(store: Store) -> None:
    rt = runtime(store, slack=Slack(shared_outside=True))
    with pytest.raises(NotAllowed, match="Another company"):
        await digest_settings.subscribe(rt, DANA, COSTS, "09:00", "UTC", ())
    with pytest.raises(NotAllowed, match="Another company"):
        await alert_settings.watch(rt, DANA, COSTS, "daily", Decimal(5), None)
    with pytest.raises(NotAllowed, match="invite"):
        await digest_settings.subscribe(runtime(store, slack=Slack(is_member=False)), DANA, COSTS, "09:00", "UTC", ())
    assert await digest_settings.subscription_of(rt, COSTS) is None


async def test_spend_that_is_not_reported_by_key_blames_no_key(store: Store) -> None:
    organization = Organization(
        [(day, PROD, OPUS, "", (100 if day < FRIDAY else 200) * DOLLAR) for day in sorted({f[0] for f in MONTH} | {FRIDAY})],
        refreshed_at=None,
        source="legacy",
    )
    slack = Slack()
    rt = runtime(store, organization, slack)
    await ledger_sync.sync_costs(rt, NOW)
    await subscribe(store)
    await watch(store, 150)
    await run_digests(rt, NOW)
    await run_alerts(rt, NOW)
    digest, alert = slack.top()
    assert "⚠️ *Production* is up $100\n" in digest.message.text
    assert (
        "Main cause: spend with no key reported, mostly opus-5-5, $200.00 against $100.00 on a usual day"
        in alert.message.text
    )
    assert "Not reported by key $200.00 (100 %)" in slack.replies()[2].message.text


async def test_other_workspaces_chosen_later_correct_no_digest_that_was_sent(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    await run_digests(rt, NOW)
    await digest_settings.subscribe(rt, DANA, COSTS, "09:00", "Europe/Berlin", (LAB,))
    later = NOW + timedelta(hours=1)
    await fill(store, [*MONTH, *BUSY], later, later)
    await run_digests(rt, later)
    assert not [reply for reply in slack.replies() if reply.message.text.startswith("Corrected")]
    assert (await digest_settings.digest_of_run(rt, 1))[1].total == 175, "its breakdown is still about what it said"
    await fill(store, [*MONTH, *BUSY, (FRIDAY, PROD, OPUS, "apikey_late", 10 * DOLLAR)], NOW + DAY, NOW + DAY)
    await run_digests(rt, NOW + DAY)
    assert slack.replies()[-1].message.text == "Corrected for Fri 20 Nov: $185.00 (+$10.00)"
