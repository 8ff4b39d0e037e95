"""Figures tell what is known from what is not: days that nobody has reported, and days on which nothing was spent."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.slack.markup import without_dates
from bot.spend.ask.figures import figures
from bot.spend.ask.scope import CantAnswer
from bot.spend.ask.sums import OTHERS
from bot.spend.ask.view import render_figures
from bot.spend.dimensions import KEY, MODEL, Dimension
from bot.spend.ledger.sync import sync_costs
from bot.spend.model import PERIODS, SpendQuery, in_workspaces
from bot.store.names import Named, remember
from bot.store.session import Store
from tests.spend.world import (
    DAY,
    DOLLAR,
    FRIDAY,
    LAB,
    NOW,
    OPUS,
    PROD,
    Organization,
    Slack,
    fill,
    run_digests,
    runtime,
    steady,
    subscribe,
)


@pytest.mark.both
async def test_figures_compare_only_with_days_that_are_known(store: Store) -> None:
    await fill(store, steady(FRIDAY - DAY * 9, FRIDAY))
    rt = runtime(store)
    week = await figures(rt, SpendQuery("7d"), NOW)
    assert (week.total, week.before, week.missing) == (700, None, ())
    month = await figures(rt, SpendQuery("30d", KEY), NOW)
    assert (month.total, len(month.missing)) == (1000, 20)
    assert month.breakdown.total == month.total


@pytest.mark.parametrize(("period", "and_by"), [("2d", None), ("2d", MODEL), ("yesterday", None)])
async def test_a_chart_names_the_largest_of_many_keys_and_its_days_add_up(
    store: Store, period: str, and_by: Dimension | None
) -> None:
    rows = [(day, PROD, OPUS, f"apikey_{n}", (n + 1) * DOLLAR) for n in range(8) for day in (FRIDAY - DAY, FRIDAY)]
    await fill(store, [*rows, (FRIDAY - DAY, PROD, OPUS, "apikey_0", 100 * DOLLAR)])
    found = await figures(runtime(store), SpendQuery(period, KEY, and_by=and_by), NOW)
    assert [name for name, _ in found.series.names] == [*(f"apikey_{n}" for n in (0, 7, 6, 5, 4)), OTHERS]
    drawn = {one.day: one for one in found.series.days}
    assert [drawn[day].amount for day in (FRIDAY - DAY, FRIDAY)] == [136, 36]
    assert [(drawn[day].parts or {})[OTHERS] for day in (FRIDAY - DAY, FRIDAY)] == [9, 9]
    assert found.breakdown.total == found.total == (36 if period == "yesterday" else 172)


async def test_days_without_data_are_not_compared_with_days_that_have_some(store: Store) -> None:
    await fill(store, steady(FRIDAY - DAY * 20, FRIDAY - DAY * 2), NOW - DAY * 3, NOW - DAY * 3)
    week = await figures(runtime(store), SpendQuery("7d"), NOW)
    assert len(week.missing) == 2
    assert week.before is None
    assert {part.before for part in week.breakdown.slices} == {None}


@pytest.mark.both
async def test_a_name_that_two_workspaces_have_had_means_both(store: Store) -> None:
    await fill(store, [(FRIDAY, PROD, OPUS, "a", 3 * DOLLAR), (FRIDAY, "wrkspc_old", OPUS, "b", 4 * DOLLAR)])
    async with store.write() as tx:
        await remember(tx, [Named(PROD, "Staging"), Named("wrkspc_old", "staging"), Named(LAB, "Research")], NOW)
    assert (await figures(runtime(store), SpendQuery(where=in_workspaces("Staging")), NOW)).total == 7
    assert (await figures(runtime(store), SpendQuery(where=in_workspaces("wrkspc_old")), NOW)).total == 4


async def test_an_organization_that_has_spent_nothing_is_told_so_and_in_time(store: Store) -> None:
    slack = Slack()
    rt = runtime(store, Organization(refreshed_at=NOW - timedelta(hours=2)), slack)
    assert "the Claude API hasn't reported" in render_figures(await figures(rt, SpendQuery(), NOW)).text
    await sync_costs(rt, NOW)
    await subscribe(store)
    assert await run_digests(rt, NOW) == 1
    [post] = slack.posts
    assert without_dates(post.message.text) == "📈 *Nothing has been spent yet*, as of 21 Nov 2026 06:00 UTC"
    for period in PERIODS:
        answer = without_dates(render_figures(await figures(rt, SpendQuery(period), NOW)).text)
        assert answer == "Nothing has been spent yet, as of 21 Nov 2026 06:00 UTC."
    await fill(store, [(FRIDAY + DAY, PROD, OPUS, "a", DOLLAR)])
    assert "the Claude API hasn't reported" in render_figures(await figures(rt, SpendQuery(), NOW)).text


async def test_figures_without_data_have_no_total(store: Store) -> None:
    found = await figures(runtime(store), SpendQuery("today"), NOW)
    assert found.total is None
    with pytest.raises(CantAnswer):
        await figures(runtime(store), replace(SpendQuery(), where=in_workspaces("Nowhere")), NOW)
