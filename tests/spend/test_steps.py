"""Several alerts stand beside each other, and one may speak on the way to its amount, each step once a period."""

import asyncio
from decimal import Decimal

import pytest

from bot.spend.alerts import settings as alert_settings
from bot.spend.alerts.forms import threshold_in_words
from bot.spend.ask.figures import figures
from bot.spend.model import SpendQuery
from bot.store.session import Store
from tests.spend.world import (
    BUSY,
    COSTS,
    DANA,
    DAY,
    DOLLAR,
    FRIDAY,
    MONTH,
    NOW,
    OPUS,
    PROD,
    Slack,
    fill,
    run_alerts,
    runtime,
    set_clock,
    watch,
)

ALL = (50, 80, 100)


def headlines(slack: Slack) -> list[str]:
    return [post.message.text.split("*")[1] for post in slack.top()]


async def test_a_second_monthly_alert_leaves_the_first_in_place_and_the_larger_is_the_budget(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    for amount in (2000, 4000, 1500):
        await watch(store, amount, "monthly")
    slack = Slack()
    rt = runtime(store, slack=slack)
    assert sorted(int(one.amount) for one in await alert_settings.thresholds_of(rt, COSTS)) == [1500, 2000, 4000]
    await run_alerts(rt, NOW)
    assert sorted(headlines(slack)) == ["Spend passed $1,500.00 in Nov 2026", "Spend passed $2,000.00 in Nov 2026"]
    assert (await figures(rt, SpendQuery("mtd"), NOW, COSTS)).budget == 4000


async def test_each_step_is_said_once_and_a_leap_says_the_highest_alone(store: Store) -> None:
    slack = Slack()
    rt = runtime(store, slack=slack)
    morning = NOW - DAY
    set_clock(rt, morning)
    await alert_settings.watch(rt, DANA, COSTS, "daily", Decimal(200), None, ALL)
    for number, spent in enumerate((90, 100, 120, 210, 230)):
        when = morning + DAY / 20 * number
        await fill(store, [*MONTH, (FRIDAY, PROD, OPUS, "apikey_ingest", spent * DOLLAR)], when, when)
        for _ in range(2):
            await run_alerts(rt, when)
    assert headlines(slack) == [
        "Spend reached 50 % of $200.00 on Fri 20 Nov (UTC)",
        "Spend passed $200.00 on Fri 20 Nov (UTC)",
    ]


@pytest.mark.both
async def test_an_amount_saved_again_with_other_steps_says_only_what_is_new(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    slack = Slack()
    rt = runtime(store, slack=slack)
    evening = NOW - DAY / 2
    set_clock(rt, evening)
    for steps in (ALL, (50, 100), (100,), ALL):
        saved = await alert_settings.watch(rt, DANA, COSTS, "daily", Decimal(200), None, steps)
        await run_alerts(rt, evening)
        assert saved.steps == steps
    assert headlines(slack) == ["Spend passed 80 % of $200.00 on Fri 20 Nov (UTC)"]
    assert len(await alert_settings.thresholds_of(rt, COSTS)) == 1
    assert threshold_in_words(saved, {}) == (
        "I'll post in <#C0COSTS> when all workspaces together reach $200.00 in one UTC day, "
        "and earlier at 50 % and 80 %, each once per day."
    )


async def test_replicas_say_each_step_once(three: list[Store]) -> None:
    await fill(three[0], [*MONTH, *BUSY])
    slack = Slack(delay=0.02)
    runtimes = [runtime(one, slack=slack) for one in three]
    evening = NOW - DAY / 2
    set_clock(runtimes[0], evening)
    await alert_settings.watch(runtimes[0], DANA, COSTS, "daily", Decimal(300), None, ALL)
    for _ in range(2):
        await asyncio.gather(*(run_alerts(rt, evening) for rt in runtimes))
    assert headlines(slack) == ["Spend passed 50 % of $300.00 on Fri 20 Nov (UTC)"]
