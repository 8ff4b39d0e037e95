"""Falling back to the legacy reports, which know no keys, and coming back from them says nothing false."""

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

from bot.admin.rows import CostBucket, Report
from bot.spend.ask.figures import figures
from bot.spend.ask.view import render_figures
from bot.spend.dimensions import KEY
from bot.spend.ledger import db as table
from bot.spend.ledger.pages import load_days, midnight
from bot.spend.ledger.sync import load_history, sync_costs
from bot.spend.model import SpendQuery
from bot.spend.reports.model import Times
from bot.spend.reports.phrases import as_of_line
from bot.store.session import Store
from tests.spend.world import (
    DAY,
    DOLLAR,
    FRIDAY,
    LAB,
    MONTH,
    NOW,
    OPUS,
    PROD,
    SONNET,
    Figure,
    Organization,
    Slack,
    fill,
    pages_of,
    row,
    run_alerts,
    run_digests,
    runtime,
    steady,
    subscribe,
    watch,
)

FALLEN: list[Figure] = [(FRIDAY, PROD, SONNET, "", 190 * DOLLAR), (FRIDAY, LAB, OPUS, "", 30 * DOLLAR)]


def keys_in(slack: Slack) -> list[tuple[str, str]]:
    """Return the names and changes in the table by key."""
    rows = slack.replies()[2].message.blocks[1]["rows"]
    return [(one[0]["text"], one[3]["text"] if len(one) > 3 else "not compared") for one in rows[1:]]


async def test_a_day_without_keys_is_not_compared_by_key_with_a_day_that_has_them(store: Store) -> None:
    await fill(store, MONTH, midnight(FRIDAY), midnight(FRIDAY))
    slack = Slack()
    rt = runtime(store, Organization(FALLEN, refreshed_at=None, source="legacy"), slack)
    await sync_costs(rt, NOW)
    await subscribe(store)
    await watch(store, 110)
    await run_digests(rt, NOW)
    await run_alerts(rt, NOW)
    digest, alert = slack.top()
    assert "⚠️ *Production* is up $115\n" in digest.message.text, "what is known by workspace is compared"
    assert keys_in(slack) == [("Not reported by key", "not compared")]
    without = "from the older cost report, which leaves out the Priority Tier"
    assert f" · {without}" in digest.message.text
    said = [render_figures(await figures(rt, SpendQuery(period), NOW)).text for period in ("yesterday", "7d")]
    assert (f" · {without}" in said[0], f" · partly {without}" in said[1]) == (True, True)
    assert "older" not in render_figures(await figures(rt, SpendQuery("7d", measure="tokens"), NOW)).text
    async with store.read() as tx:
        known = await table.ledger_days(tx, FRIDAY - DAY, FRIDAY)
    assert f" · partly {without}" in as_of_line(Times("7d", FRIDAY - DAY, FRIDAY, FRIDAY, FRIDAY, known))
    assert "Largest part: spend with no key reported, mostly sonnet-5-5 ($220.00)" in alert.message.text


async def test_a_day_with_keys_is_not_compared_by_key_with_a_week_that_had_none(store: Store) -> None:
    week_ago = FRIDAY - DAY * 7
    early: list[Figure] = [(day, workspace, model, "", n) for day, workspace, model, _, n in MONTH if day <= week_ago]
    then = midnight(week_ago + DAY) + timedelta(hours=2)
    await sync_costs(runtime(store, Organization(early, refreshed_at=None, source="legacy")), then)
    await fill(store, [f for f in MONTH if f[0] > week_ago] + steady(FRIDAY, FRIDAY, 300 * DOLLAR))
    await subscribe(store)
    slack = Slack()
    rt = runtime(store, slack=slack)
    await run_digests(rt, NOW)
    assert "⚠️ *Production* is up $150\n" in slack.top()[0].message.text
    assert {change for _, change in keys_in(slack)} == {"not compared"}
    by_key = await figures(rt, SpendQuery("yesterday", KEY), NOW)
    assert by_key.before == 100, "the whole is compared all the same"
    assert {part.before for part in by_key.breakdown.slices} == {None}


async def test_no_key_and_not_reported_by_key_are_two_things_in_one_answer(store: Store) -> None:
    legacy = [row((FRIDAY - DAY * 2, PROD, SONNET, "", 7 * DOLLAR))]
    await load_days(store, pages_of([legacy], None, "legacy"), FRIDAY - DAY * 2, FRIDAY - DAY * 2, NOW)
    await fill(store, [(FRIDAY, PROD, SONNET, "", 5 * DOLLAR), (FRIDAY, PROD, SONNET, "apikey_ingest", 4 * DOLLAR)])
    rt = runtime(store)
    yesterday = await figures(rt, SpendQuery("yesterday", KEY), NOW)
    assert [part.name for part in yesterday.breakdown.slices] == ["Console and sign-ins (no key)", "…gest"]
    week = await figures(rt, SpendQuery("7d", KEY), NOW)
    assert [(part.name, part.amount) for part in week.breakdown.slices] == [
        ("Not reported by key", 7),
        ("Console and sign-ins (no key)", 5),
        ("…gest", 4),
    ]


async def test_a_closed_day_is_not_opened_again_by_a_report_that_lags(store: Store) -> None:
    closed = [row(figure) for figure in steady(FRIDAY, FRIDAY)]
    two = midnight(FRIDAY + DAY) + timedelta(hours=2)
    await load_days(store, pages_of([closed], None, "legacy"), FRIDAY, FRIDAY, two)
    part = [row(figure) for figure in steady(FRIDAY, FRIDAY, 60 * DOLLAR)]
    evening, three = midnight(FRIDAY) + timedelta(hours=20), two + timedelta(hours=1)
    await load_days(store, pages_of([part], evening), FRIDAY, FRIDAY, three)
    async with store.read() as tx:
        assert (await table.ledger_days(tx, FRIDAY, FRIDAY))[FRIDAY].total == Decimal(100)
        assert await table.revisions(tx, FRIDAY) == []


async def test_history_that_was_told_without_keys_is_told_with_them_once_the_other_report_is_back(store: Store) -> None:
    first = FRIDAY - DAY * 80
    both = Organization(steady(first, FRIDAY), page_rows=100)
    rt = runtime(store, both)
    await sync_costs(rt, NOW)
    both.source, both.refreshed_at = "legacy", None
    assert await load_history(rt, NOW)
    both.source, both.refreshed_at = "analytics", NOW + DAY
    await sync_costs(rt, NOW + DAY)
    async with store.read() as tx:
        known = await table.ledger_days(tx, first, FRIDAY)
    assert len(known) == 81
    assert {fact.source for fact in known.values()} == {"analytics"}
    read = len(both.asked)
    both.refreshed_at = NOW + DAY * 2
    await sync_costs(rt, NOW + DAY * 2)
    assert min(first for first, _ in both.asked[read:]) > FRIDAY - DAY * 40, "once is enough"


async def test_history_that_only_the_legacy_report_tells_keeps_none_behind_it_waiting(store: Store) -> None:
    class Younger(Organization):
        """An organization whose newer report refuses days before it had it."""

        as_of = NOW

        async def cost_buckets(self, *asked: Any, **more: Any) -> AsyncIterator[Report[CostBucket]]:
            self.source = "legacy" if asked[0] < midnight(FRIDAY - DAY * 70) else "analytics"
            self.refreshed_at = None if self.source == "legacy" else self.as_of
            async for page in Organization.cost_buckets(self, *asked, **more):
                yield page

    first = FRIDAY - DAY * 150
    organization = Younger(steady(first, FRIDAY), page_rows=1000)
    rt = runtime(store, organization)
    await sync_costs(rt, NOW)
    await sync_costs(rt, NOW)
    organization.as_of = NOW + DAY
    for _ in range(4):
        await sync_costs(rt, NOW + DAY)
    async with store.read() as tx:
        assert first in await table.ledger_days(tx, first, FRIDAY), "it is asked for again by each run, and nothing else"
