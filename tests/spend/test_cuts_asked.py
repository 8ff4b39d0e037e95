"""Questions are answered by the cut that has all of them, also where another cut of the same days hasn't been told."""

import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime

import pytest
from sqlalchemy import delete
from sqlmodel import col

from bot.admin.rows import CostBucket, CostRow, Report
from bot.errors import UpstreamDown
from bot.spend.ask.charts import figures_chart
from bot.spend.ask.figures import figures
from bot.spend.ask.scope import CantAnswer
from bot.spend.ask.sentences import tail_in_words
from bot.spend.ask.splits import HOUR
from bot.spend.ask.view import render_figures
from bot.spend.dimensions import CONTEXT, KEY, PERSON, PRODUCT, TIER, UNSPLIT, WORKSPACE
from bot.spend.exports.files import records_file
from bot.spend.exports.load import records
from bot.spend.exports.query import RecordsQuery
from bot.spend.exports.view import render_records
from bot.spend.ledger.cuts import BOTH, WHO, Cut
from bot.spend.ledger.sync import sync_costs
from bot.spend.model import Filter, SpendQuery
from bot.spend.scope import EVERYTHING, Scope
from bot.store.session import Store
from bot.store.tables import CostBothRow
from tests.spend.test_hours import Hourly, living, spent
from tests.spend.world import DAY, DOLLAR, FRIDAY, LAB, NOW

BATCH, NO_BATCH = Filter(TIER, ("batch",)), Filter(TIER, ("batch",), leaves_out=True)
CHAT = Filter(PRODUCT, ("chat",))


@dataclass
class Failing(Hourly):
    """An organization of which some cuts of days can't be read."""

    fails: Sequence[Cut] = ()

    async def cost_buckets(
        self,
        starts: datetime,
        ends: datetime,
        group_by: tuple[str, ...] = WHO.cost_group_by,
        bucket: str = "1d",
        in_order: bool = False,
    ) -> AsyncIterator[Report[CostBucket]]:
        if bucket == "1d" and group_by in [one.cost_group_by for one in self.fails]:
            raise UpstreamDown("The Claude Admin API didn't answer in time.")
        async for page in Hourly.cost_buckets(self, starts, ends, group_by, bucket, in_order):
            yield page


def a_day(day: int = 0) -> list[CostRow]:
    """Return six hours of Friday, or of so many days before, of which the first costs a dollar, the next two, and so on."""
    dice = random.Random(1)
    rows = [spent(FRIDAY - day * DAY, hour, (hour + 1) * DOLLAR, dice) for hour in range(6)]
    return [one._replace(context_window="200k-1M" if hour % 2 else "0-200k") for hour, one in enumerate(rows)]


def cost_of(rows: Sequence[CostRow]) -> float:
    return sum(one.amount_nanos for one in rows) / DOLLAR


async def test_hours_are_told_by_product_and_context_window_also_where_days_before_are_known(store: Store) -> None:
    rt = living(store, Hourly(hourly=[*a_day(7), *a_day()]))
    await sync_costs(rt, NOW)
    chat = [one for one in a_day() if one.product == "chat"]
    short = [one for one in chat if one.context_window == "0-200k"]
    assert 0 < cost_of(short) < cost_of(chat)
    window = Filter(CONTEXT, ("0-200k",))
    for query, wanted in (
        (SpendQuery("friday", HOUR, (CHAT,), and_by=CONTEXT), chat),
        (SpendQuery("friday", HOUR, (CHAT, window)), short),
        (SpendQuery("friday", HOUR, (window,), and_by=PRODUCT), [one for one in a_day() if one.context_window == "0-200k"]),
    ):
        found = await figures(rt, query, NOW)
        assert (found.total, sum(one.amount for one in found.breakdown.slices)) == (cost_of(wanted), cost_of(wanted))
        assert found.before is None, "the hours of last Friday aren't kept, and its day tells no product by context window"
    listed = await records(rt, RecordsQuery("friday", (HOUR,), (CHAT, window)), EVERYTHING, NOW)
    assert listed.total is not None
    assert listed.total.amount == sum(one.amount for one in listed.page.items) == cost_of(short)


async def test_hours_are_compared_with_hours_where_both_days_have_some(store: Store) -> None:
    rt = living(store, Hourly(hourly=[*a_day(1), *a_day()]))
    await sync_costs(rt, NOW)
    found = await figures(rt, SpendQuery("friday", HOUR, (CHAT,), and_by=CONTEXT, versus="day before"), NOW)
    assert found.before == found.total == cost_of([one for one in a_day() if one.product == "chat"])


async def test_records_of_hours_add_up_though_their_day_was_not_told_by_tier_again(store: Store) -> None:
    organization = Failing(hourly=a_day(-1)[:3])
    rt = living(store, organization)
    await sync_costs(rt, NOW)
    organization.hourly, organization.fails = a_day(-1), (WHO,)
    with pytest.raises(UpstreamDown):
        await sync_costs(rt, NOW)  # hours are read before the days
    listed = await records(rt, RecordsQuery("today", (HOUR,), (BATCH,)), EVERYTHING, NOW)
    assert listed.total is not None
    assert listed.total.amount == sum(one.amount for one in listed.page.items)
    assert listed.total.amount == cost_of([one for one in a_day(-1) if one.service_tier == "batch"])


async def test_all_but_some_are_those_of_the_cut_that_answers(store: Store) -> None:
    rt = living(store, Failing(hourly=[*a_day()], fails=(BOTH,)))
    await sync_costs(rt, NOW)
    standard = cost_of([one for one in a_day() if one.service_tier == "standard"])
    by_workspace = await figures(rt, SpendQuery("friday", WORKSPACE, (NO_BATCH,)), NOW)
    assert by_workspace.total == standard
    by_person = await figures(rt, SpendQuery("friday", PERSON, (NO_BATCH,)), NOW)
    assert by_person.total == cost_of(a_day()), "nothing of it is told apart by person yet"


async def test_what_is_not_told_apart_yet_by_what_narrows_an_answer_is_said_and_no_silent_zero(store: Store) -> None:
    rt = living(store, Failing(hourly=[*a_day()], fails=(BOTH,)))
    await sync_costs(rt, NOW)
    for only, where, said in (
        (EVERYTHING, (BATCH,), "$21.00 isn't split by tier yet and is not counted here"),
        (EVERYTHING, (NO_BATCH,), "$21.00 isn't split by tier yet and is counted here"),
        (Scope(people=frozenset({"user_dana"})), (BATCH,), "isn't split by tier yet and is not counted here"),
    ):
        found = await figures(rt, SpendQuery("friday", PERSON, where), NOW, None, only)
        assert said in tail_in_words(found)
        mine = cost_of([one for one in a_day() if only.is_all or one.actor])
        assert found.unsplit == mine, "no more of it is said than may be seen"
    told = await figures(rt, SpendQuery("friday", WORKSPACE, (BATCH,)), NOW)
    assert "split" not in tail_in_words(told)
    listed = await records(rt, RecordsQuery("friday", (), (BATCH, Filter(PERSON, ("*",)))), EVERYTHING, NOW)
    assert listed.not_split == cost_of(a_day())
    assert "split by tier yet and is not counted here" in render_records(listed, "claude").text


async def test_what_is_split_is_compared_with_nothing_that_isnt(store: Store) -> None:
    rt, query = living(store, Hourly(hourly=[*a_day(7), *a_day()])), SpendQuery("friday", PERSON, (BATCH,))
    await sync_costs(rt, NOW)
    assert (await figures(rt, query, NOW)).before
    for day in (FRIDAY - 7 * DAY, FRIDAY):
        async with store.write() as tx:
            await tx.execute(delete(CostBothRow).where(col(CostBothRow.day) == day))
        found = await figures(rt, query, NOW)
        assert (found.before, {one.before for one in found.breakdown.slices} - {None}) == (None, set())


async def test_a_chart_has_the_total_of_its_answer_where_another_cut_was_not_told(store: Store) -> None:
    rt = living(store, Failing(hourly=[*a_day(1), *a_day()], fails=(BOTH,)))
    await sync_costs(rt, NOW)
    for query in (
        SpendQuery("friday", PERSON, (BATCH,)),
        SpendQuery("2d", TIER, and_by=PERSON),
        SpendQuery("friday", WORKSPACE, (NO_BATCH,), and_by=PRODUCT),
    ):
        found = await figures(rt, query, NOW)
        drawn = [one for one in found.series.days if found.first <= one.day <= found.last]
        assert sum(sum((one.parts or {}).values()) for one in drawn) == found.total
        if query.by == TIER:
            assert [part for part, _ in found.series.names] == [UNSPLIT], "as the table has them"


async def test_what_others_spend_changes_nothing_of_what_somebody_sees(store: Store) -> None:
    seen = Scope(workspaces=frozenset({LAB}), keys=frozenset({"k1"}), people=frozenset({"user_dana"}))
    mine = [one for one in a_day(-1) if one.workspace_id == LAB or one.api_key_id == "k1" or one.actor]
    others = [one for one in a_day(-1) if one not in mine]
    organization = Hourly(hourly=[*mine, *others])
    rt = living(store, organization)
    assert mine
    assert others
    queries = [
        SpendQuery("today", by, where, and_by=and_by)
        for by, and_by in ((PERSON, TIER), (KEY, TIER), (HOUR, TIER), (HOUR, PERSON), (PRODUCT, None))
        for where in ((), (NO_BATCH,))
        if not (where and and_by is PERSON)
    ]
    answers: list[list[str]] = []
    totals: list[object] = []
    for _ in range(2):
        await sync_costs(rt, NOW)
        found = [await figures(rt, one, NOW, None, seen) for one in queries]
        records_of = [await records_file(rt, RecordsQuery("today", by, (BATCH,)), seen, NOW) for by in ((HOUR,), (KEY,), ())]
        answers.append([*(repr((render_figures(one), figures_chart(one))) for one in found), *map(repr, records_of)])
        totals.append((await figures(rt, SpendQuery("today"), NOW)).total)
        organization.hourly = [*mine, *(one._replace(amount_nanos=one.amount_nanos * 5) for one in others)]
    assert totals[0] != totals[1]
    assert answers[0] == answers[1]
    assert "only your workspaces, because this isn't told by key" in answers[0][-3]
    assert "not what you used without a key" in answers[0][-2]


async def test_a_value_that_the_api_has_and_nobody_used_is_no_unknown_one(store: Store) -> None:
    rt = living(store, Hourly(hourly=[*a_day()]))
    await sync_costs(rt, NOW)
    for by, value in ((TIER, "priority on demand"), (CONTEXT, "200k to 1M tokens"), (PRODUCT, "Claude Console")):
        found = await figures(rt, SpendQuery("friday", WORKSPACE, (Filter(by, (value,)),)), NOW)
        assert found.total == cost_of([one for one in a_day() if by == CONTEXT and one.context_window == "200k-1M"])
    with pytest.raises(CantAnswer) as raised:
        await figures(rt, SpendQuery("friday", WORKSPACE, (Filter(TIER, ("prioritty",)),)), NOW)
    assert raised.value.instead == SpendQuery("friday", WORKSPACE, (Filter(TIER, ("Priority",)),))
