"""What was missed while nobody was there is read afterwards: gaps, days left open, the month of a digest, old months."""

import asyncio
from collections.abc import AsyncIterator
from contextvars import Context
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.admin.errors import OUR_BUDGET
from bot.admin.rows import CostBucket, Report, UsageRow
from bot.errors import OwnQueueFull, UpstreamDown
from bot.spend.aggregate import days_between
from bot.spend.ledger import db as table
from bot.spend.ledger.measures.db import days_without_requests, uncounted_days, unpaid_days
from bot.spend.ledger.pages import midnight
from bot.spend.ledger.sync import load_history, sync_costs
from bot.store.leases import LASTS, acquire_lease
from bot.store.session import Store
from bot.store.tables import LeaseRow
from tests.sizes import ABSENCES, DAYS_STOOD_IN
from tests.spend.world import (
    DAY,
    DOLLAR,
    NOW,
    PROD,
    SONNET,
    Organization,
    Slack,
    fill,
    run_digests,
    runtime,
    steady,
    subscribe,
)

TODAY = NOW.date()
AWAY = 150
"""Days for which the bot was switched off."""
LEFT = TODAY - DAY * AWAY


async def left_behind(store: Store, slack: Slack | None = None) -> tuple[Organization, Slack]:
    """Return an organization that was read 150 days ago, at ten in the morning, and went on spending."""
    then = midnight(LEFT) + timedelta(hours=10)
    organization = Organization(steady(LEFT - DAY * 20, TODAY), refreshed_at=then, page_rows=1000)
    await fill(store, [f for f in organization.figures if f[0] <= LEFT], then, then)
    organization.refreshed_at = NOW
    return organization, slack or Slack()


async def known_days(store: Store) -> set[date]:
    async with store.read() as tx:
        return set(await table.ledger_days(tx, date(2026, 1, 1), TODAY))


@pytest.mark.proof
async def test_a_long_absence_is_read_once_and_then_no_more(store: Store) -> None:
    organization, slack = await left_behind(store)
    rt = runtime(store, organization, slack)
    await sync_costs(rt, NOW)
    assert len(await known_days(store)) == AWAY + 21
    async with store.read() as tx:
        assert (await table.ledger_days(tx, LEFT, LEFT))[LEFT].closed, "the day on which it was switched off"
    assert all(ends - starts <= DAY * 31 for starts, ends in organization.asked), "a month at a time"
    organization.asked.clear()
    await sync_costs(rt, NOW + timedelta(minutes=5))
    assert organization.asked[0] == (TODAY - DAY * 2, TODAY + DAY)
    assert all(ends <= LEFT for _, ends in organization.asked[1:]), "history only"


async def test_a_digest_that_comes_before_the_sync_reads_its_month_and_hides_no_gap(store: Store) -> None:
    organization, slack = await left_behind(store)
    await subscribe(store)
    rt = runtime(store, organization, slack)
    assert await run_digests(rt, NOW) == 1
    [post] = slack.top()
    assert "without data" not in post.message.text
    assert "vs last Friday" in post.message.text or "much like last Friday" in post.message.text
    await sync_costs(rt, NOW)
    assert len(await known_days(store)) == AWAY + 21


async def test_a_digest_reads_two_days_where_nothing_is_missing(store: Store) -> None:
    night = midnight(TODAY) - timedelta(hours=4)
    await fill(store, steady(TODAY - DAY * 40, TODAY - DAY), night, night)
    await subscribe(store)
    organization = Organization(steady(TODAY - DAY * 40, TODAY), refreshed_at=NOW)
    assert await run_digests(runtime(store, organization, Slack()), NOW) == 1
    assert organization.asked == [(TODAY - DAY * 2, TODAY + DAY)]


@pytest.mark.proof
async def test_history_goes_on_behind_months_in_which_nothing_was_spent(store: Store) -> None:
    figures = [*steady(TODAY - DAY * 200, TODAY - DAY * 150), *steady(TODAY - DAY * 40, TODAY)]
    rt = runtime(store, Organization(figures, page_rows=1000))
    await sync_costs(rt, NOW)
    while await load_history(rt, NOW):
        pass
    assert min(await known_days(store)) == TODAY - DAY * 200
    await sync_costs(rt, NOW + timedelta(minutes=5))
    assert len(await known_days(store)) == 201, "the quiet months between are $0"


class Counted(Organization):
    """An organization whose report of usage can be away, and whose report of costs can leave out a month."""

    usage_is_down = usage_is_poor = False
    left_out = (TODAY, TODAY)

    async def usage(self, starts: datetime, ends: datetime, *_: Any) -> Any:
        if self.usage_is_down:
            raise UpstreamDown("The Claude Admin API didn't answer in time.")
        days = days_between(starts.date(), ends.date() - DAY)
        counts = (PROD, SONNET, "k", None, 1, 0, 0, 0, 2, None if self.usage_is_poor else 1, 0)
        return Report([UsageRow(midnight(day), midnight(day + DAY), *counts) for day in days], self.refreshed_at)

    async def cost_buckets(self, *asked: Any, **more: Any) -> AsyncIterator[Report[CostBucket]]:
        async for page in Organization.cost_buckets(self, *asked, **more):
            first, behind = self.left_out
            kept = [one for one in page.rows if not first <= one.starts_at.date() < behind]
            yield Report(kept, page.refreshed_at, page.source)


@pytest.mark.parametrize("fault", ["usage_is_down", "usage_is_poor", "left_out"])
async def test_what_one_report_did_not_tell_of_history_is_read_the_day_after(store: Store, fault: str) -> None:
    first = TODAY - DAY * 80
    organization = Counted(steady(first, TODAY), refreshed_at=NOW, page_rows=1000)
    setattr(organization, fault, (first + DAY, first + DAY * 15) if fault == "left_out" else True)

    async def untold() -> set[date]:
        async with store.read() as tx:
            wrong = [await look(tx, first, TODAY) for look in (uncounted_days, unpaid_days, days_without_requests)]
            return set[date]().union(*wrong)

    rt = runtime(store, organization)
    await sync_costs(rt, NOW)
    await load_history(rt, NOW)
    organization.usage_is_down = organization.usage_is_poor = False
    organization.left_out = (TODAY, TODAY)
    await sync_costs(rt, NOW + timedelta(minutes=5))
    assert first + DAY * 9 in await untold(), "not each few minutes"
    organization.refreshed_at = NOW + DAY
    await sync_costs(rt, NOW + DAY)
    assert await untold() == set()
    assert set((await totals(store)).values()) == {100}


async def test_a_sync_that_took_too_long_leaves_its_successor_the_lease(store: Store) -> None:
    turn: list[datetime] = []

    async def follow() -> None:
        async with store.write() as tx:
            turn.append(tx.now + LASTS * 2)
            assert await acquire_lease(tx, "sync", turn[0], LASTS)

    class Endless(Organization):
        async def usage(self, *_: Any, **__: Any) -> Any:
            if not turn:
                await asyncio.create_task(follow(), context=Context())
            return await Organization.usage(self)

    assert await sync_costs(runtime(store, Endless(steady(TODAY - DAY, TODAY))), NOW) is None, "another process is at it"
    async with store.read() as tx:
        held = await tx.session.get(LeaseRow, "sync")
        assert held is not None
        assert held.since == turn[0]


async def revised_while_away(store: Store, days: int) -> Organization:
    """Return an organization that was read until so many days ago; since then it revised all that it may."""
    left, last_final = NOW - DAY * days, TODAY - DAY * (days + 31)
    organization = Organization(steady(TODAY - DAY * 230, TODAY), page_rows=1000)
    organization.refreshed_at = left
    rt = runtime(store, organization)
    while await load_history(rt, left) or not (await known_days(store)):
        await sync_costs(rt, left)
    before = [figure for figure in organization.figures if figure[0] <= last_final]
    organization.figures = before + steady(last_final + DAY, TODAY, 140 * DOLLAR)
    organization.refreshed_at = NOW
    organization.asked.clear()
    return organization


async def totals(store: Store) -> dict[date, int]:
    async with store.read() as tx:
        known = await table.ledger_days(tx, date(2026, 1, 1), TODAY)
    return {day: int(fact.total) for day, fact in known.items()}


@pytest.mark.parametrize("days", ABSENCES)
async def test_after_an_absence_of_any_length_nothing_that_was_revised_is_left_unread(store: Store, days: int) -> None:
    organization = await revised_while_away(store, days)
    await sync_costs(runtime(store, organization), NOW)
    found = await totals(store)
    assert {day for day, total in found.items() if total == 140} == {TODAY - DAY * n for n in range(days + 31)}
    assert len(found) == 231
    assert all(ends - starts <= DAY * 31 for starts, ends in organization.asked), "a month at a time"
    assert organization.asked[0][1] == TODAY + DAY, "what people ask for first is read first"
    organization.asked.clear()
    await sync_costs(runtime(store, organization), NOW + timedelta(minutes=5))
    assert organization.asked == [(TODAY - DAY * 2, TODAY + DAY)]


@pytest.mark.proof
async def test_a_reading_that_broke_off_after_an_absence_is_begun_again(store: Store) -> None:
    organization = await revised_while_away(store, 40)

    class Breaking(Organization):
        def cost_buckets(self, *given: Any, **more: Any) -> Any:
            if len(self.asked) == 2:
                raise UpstreamDown("The Claude Admin API didn't answer in time.", status=None)
            return Organization.cost_buckets(self, *given, **more)

    with pytest.raises(UpstreamDown):
        await sync_costs(runtime(store, Breaking(organization.figures, NOW, page_rows=1000)), NOW)
    async with store.read() as tx:
        broken = await table.cursor(tx)
    assert broken is not None
    assert (broken.is_failing, broken.failure) == (True, "The Claude Admin API didn't answer in time.")
    await sync_costs(runtime(store, organization), NOW + timedelta(minutes=5))
    assert sum(total == 140 for total in (await totals(store)).values()) == 71
    async with store.read() as tx:
        mended = await table.cursor(tx)
    assert mended is not None
    assert not mended.is_failing


async def test_the_own_queue_is_no_failure_of_a_report(store: Store) -> None:
    class Queued(Organization):
        def cost_buckets(self, *given: Any, **more: Any) -> Any:
            raise OwnQueueFull(OUR_BUDGET)

    with pytest.raises(OwnQueueFull):
        await sync_costs(runtime(store, Queued()), NOW)
    async with store.read() as tx:
        assert await table.cursor(tx) is None, "there is nothing of which anybody is told"


@pytest.mark.proof
async def test_days_told_by_the_second_report_are_read_again_once_the_first_one_answers(store: Store) -> None:
    figures = steady(TODAY - DAY * 90, TODAY)
    early = NOW - DAY * 50
    await sync_costs(runtime(store, Organization(figures, None, "legacy", page_rows=1000)), early)
    rt = runtime(store, Organization(figures, page_rows=1000))
    for minutes in (0, 5):
        await sync_costs(rt, NOW + timedelta(minutes=minutes))
    async with store.read() as tx:
        known = await table.ledger_days(tx, date(2026, 1, 1), TODAY)
    assert {fact.source for fact in known.values()} == {"analytics"}


@pytest.mark.proof
async def test_what_one_report_told_is_read_again_when_it_answers_after_the_other_has_stood_in(store: Store) -> None:
    figures, revised = steady(TODAY - DAY * 120, TODAY), steady(TODAY - DAY * 120, TODAY, 140 * DOLLAR)
    left = NOW - DAY * 40
    await sync_costs(runtime(store, Organization(figures, left, page_rows=1000)), left)
    for days in range(39, 0, -DAYS_STOOD_IN):
        standing_in = Organization(figures, None, "legacy", page_rows=1000)
        await sync_costs(runtime(store, standing_in), NOW - DAY * days)
    rt = runtime(store, Organization(revised, NOW, page_rows=1000))
    for minutes in (0, 5):
        await sync_costs(rt, NOW + timedelta(minutes=minutes))
    found = await totals(store)
    assert {TODAY - DAY * n for n in range(71)} <= {day for day, total in found.items() if total == 140}


class Nameless(Organization):
    """One whose names can't be read."""

    tries = 0

    async def workspaces(self, include_archived: bool = False) -> AsyncIterator[Any]:
        self.tries += 1
        raise UpstreamDown("The Claude Admin API didn't answer in time.")
        yield


async def test_names_that_cannot_be_read_are_tried_once_and_figures_come_without(store: Store) -> None:
    organization = Nameless(steady(TODAY - DAY * 3, TODAY))
    await sync_costs(runtime(store, organization), NOW)
    assert organization.tries == 1
    assert TODAY in await known_days(store)
