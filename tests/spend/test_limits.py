"""The limits that the bot keeps itself: which one counts, and each part of it told once in a month."""

import asyncio
from datetime import datetime
from decimal import Decimal

import pytest

from bot.approvals import db as requests
from bot.jobs import JOBS, run_job
from bot.runtime import Runtime
from bot.spend.alerts import settings as alert_settings
from bot.spend.limits import db
from bot.spend.limits.figures import month_of
from bot.spend.limits.model import Kept
from bot.store import audit
from bot.store.session import Store
from tests.approvals.samples import a_request
from tests.spend.world import (
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
)

_JOB = {job.name: job for job in JOBS}
ASKED_BY = "U0DANA"


async def keep(store: Store, number: int, amount: int | None, *, for_good: bool = True, scope: str | None = PROD) -> str:
    """Keep a limit as an applied request does; returns its id."""
    request_id = f"req_{number}"
    async with store.write() as tx:
        await requests.insert(tx, a_request("set_spend_limit", id=request_id), f"spend_limit:{number}")
        wanted = None if amount is None else Decimal(amount)
        limit = Kept(request_id, scope, wanted, COSTS, ASKED_BY, NOW - DAY)
        for _ in range(2):
            await db.keep(tx, limit, for_good=for_good)
    return request_id


async def end(store: Store, request_id: str) -> None:
    async with store.write() as tx:
        await db.let_go(tx, request_id, NOW)


async def counts(store: Store, scope: str | None = PROD) -> Decimal | None:
    async with store.read() as tx:
        found = await db.live_of(tx, scope)
        assert [one.amount for one in await db.live(tx) if one.workspace_id == scope] == ([found.amount] if found else [])
    return found.amount if found else None


async def run_limits(rt: Runtime, now: datetime = NOW) -> None:
    set_clock(rt, now)
    for name in ("limits", "posts"):
        await run_job(rt, _JOB[name])


def spent(dollars: int) -> list[tuple[object, ...]]:
    return [(FRIDAY, PROD, OPUS, "apikey_ingest", dollars * DOLLAR)]


async def filled(store: Store, dollars: int, at: datetime = NOW) -> None:
    """Let Production have cost so much this month, as of then."""
    await fill(store, spent(dollars), at, at)  # pyright: ignore[reportArgumentType] - figures


def headlines(slack: Slack, channel: str = COSTS) -> list[str]:
    return [post.message.text.split("*")[1] for post in slack.posts if post.channel == channel]


async def test_a_limit_until_a_day_hides_the_one_before_until_it_ends(store: Store) -> None:
    await keep(store, 1, 1000)
    until = await keep(store, 2, 2000, for_good=False)
    assert await counts(store) == 2000
    assert await counts(store, None) is None
    await end(store, until)
    assert await counts(store) == 1000


async def test_of_two_that_end_in_either_order_the_one_that_still_holds_counts(store: Store) -> None:
    await keep(store, 1, 1000)
    first, second = await keep(store, 2, 2000, for_good=False), await keep(store, 3, 3000, for_good=False)
    await end(store, first)
    assert await counts(store) == 3000
    await end(store, second)
    assert await counts(store) == 1000


async def test_none_hides_what_was_before_and_ends_it_where_it_is_for_good(store: Store) -> None:
    slack = Slack()
    rt = runtime(store, slack=slack)
    await keep(store, 1, 1000)
    until = await keep(store, 2, None, for_good=False)
    await filled(store, 900)
    await run_limits(rt)
    assert (await counts(store), headlines(slack), (await month_of(store, PROD, NOW)).limit) == (None, [], None)
    await end(store, until)
    assert await counts(store) == 1000
    last = await keep(store, 3, None)
    await end(store, last)
    assert await counts(store) is None


async def test_one_for_good_takes_the_place_of_all_before_it(store: Store) -> None:
    await keep(store, 1, 1000, for_good=False)
    last = await keep(store, 2, 2000)
    assert await counts(store) == 2000
    await end(store, last)
    assert await counts(store) is None


@pytest.mark.both
async def test_each_part_is_told_once_to_the_channel_and_to_whoever_asked(store: Store) -> None:
    slack = Slack()
    rt = runtime(store, slack=slack)
    limit = await keep(store, 1, 1000)
    for number, dollars in enumerate((400, 550, 560, 1200, 1300)):
        await filled(store, dollars, NOW + DAY / 48 * number)
        for _ in range(2):
            await run_limits(rt, NOW + DAY / 48 * number)
    told = [
        f"{PROD} passed 50 % of its limit of $1,000.00 in Nov 2026",
        f"{PROD} passed its limit of $1,000.00 in Nov 2026",
    ]
    assert headlines(slack) == headlines(slack, ASKED_BY) == told
    assert "$1,200.00 so far, as of " in slack.posts[-1].message.text
    assert "Claude refuses requests until " in slack.posts[-1].message.text
    async with store.read() as tx:
        entries = [entry for entry in await audit.entries_of(tx, limit) if entry.action == "limit.reached"]
    assert [(entry.detail["percent"], entry.detail["channel"]) for entry in entries if entry.detail["channel"] == COSTS] == [
        (50, COSTS), (100, COSTS),
    ]  # fmt: skip


async def test_figures_that_fall_and_rise_again_bring_nothing_back(store: Store) -> None:
    slack = Slack()
    rt = runtime(store, slack=slack)
    await keep(store, 1, 1000)
    for number, dollars in enumerate((1010, 850, 1020)):
        await filled(store, dollars, NOW + DAY / 48 * number)
        await run_limits(rt, NOW + DAY / 48 * number)
        assert (await month_of(store, PROD, NOW)).spent == dollars
    assert len(headlines(slack)) == 1


async def test_an_alert_of_a_lower_step_is_not_said_after_a_higher_one(store: Store) -> None:
    slack, evening = Slack(), NOW - DAY / 2
    rt = runtime(store, slack=slack)
    set_clock(rt, evening)
    await alert_settings.watch(rt, DANA, COSTS, "daily", Decimal(200), None, (50, 80, 100))
    for number, dollars in enumerate((210, 170)):
        when = evening + DAY / 48 * number
        await fill(store, [*MONTH, (FRIDAY, PROD, OPUS, "apikey_ingest", dollars * DOLLAR)], when, when)
        await run_alerts(rt, when)
    assert len(slack.top()) == 1


async def test_a_changed_limit_starts_over_and_the_restored_one_goes_on(store: Store) -> None:
    slack = Slack()
    rt = runtime(store, slack=slack)
    await keep(store, 1, 1000)
    await filled(store, 600)
    await run_limits(rt)
    until = await keep(store, 2, 700, for_good=False)
    await run_limits(rt)
    await end(store, until)
    await run_limits(rt)
    assert [line.split(" passed ")[1] for line in headlines(slack)] == [
        "50 % of its limit of $1,000.00 in Nov 2026", "80 % of its limit of $700.00 in Nov 2026",
    ]  # fmt: skip


async def test_the_organization_has_a_limit_of_its_own(store: Store) -> None:
    slack = Slack()
    rt = runtime(store, slack=slack)
    await keep(store, 1, 1000, scope=None)
    await filled(store, 900)
    await run_limits(rt)
    assert headlines(slack) == ["The whole organization passed 80 % of its limit of $1,000.00 in Nov 2026"]


async def test_what_slack_did_not_take_is_told_later_and_who_is_gone_stops_nobody(store: Store) -> None:
    slack = Slack(is_down=True)
    rt = runtime(store, slack=slack)
    await keep(store, 1, 1000)
    await filled(store, 900)
    await run_limits(rt)
    assert not slack.posts
    slack.is_down, slack.refuses_people_with = False, "user_not_found"
    await run_limits(rt, NOW + DAY / 24)
    await run_limits(rt, NOW + DAY / 12)
    assert len(slack.posts) == len(headlines(slack)) == 1


async def test_replicas_tell_each_part_once(three: list[Store]) -> None:
    slack = Slack(delay=0.02)
    runtimes = [runtime(one, slack=slack) for one in three]
    await keep(three[0], 1, 1000)
    await filled(three[0], 900)
    for _ in range(2):
        await asyncio.gather(*(run_limits(rt) for rt in runtimes))
    assert len(headlines(slack)) == len(headlines(slack, ASKED_BY)) == 1


@pytest.mark.parametrize("scope", [PROD, None])
async def test_a_month_is_known_with_its_moment_or_not_at_all(store: Store, scope: str | None) -> None:
    assert (await month_of(store, scope, NOW)).spent is None
    await keep(store, 1, 1000, scope=scope)
    await filled(store, 900)
    month = await month_of(store, scope, NOW)
    assert (month.spent, month.as_of, month.limit) == (Decimal(900), NOW, Decimal(1000))
