"""Records by the hour and of some people, products or tiers: from the cut that tells them, and with the same sum."""

import random
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from bot.spend.ask.figures import figures
from bot.spend.ask.scope import CantAnswer
from bot.spend.ask.splits import DAY, HOUR
from bot.spend.dimensions import KEY, PERSON, TIER
from bot.spend.exports.csv import csv_lines
from bot.spend.exports.load import CantList, all_rows, count, records, select
from bot.spend.exports.query import RecordsQuery
from bot.spend.exports.records import record_columns
from bot.spend.ledger.db import ledger_days
from bot.spend.ledger.sync import sync_costs
from bot.spend.model import Filter, SpendQuery
from bot.spend.scope import EVERYTHING, Scope
from bot.store.session import Store
from tests.spend.test_hours import Hourly, living, spent
from tests.spend.world import BUSY, DOLLAR, FRIDAY, LAB, NOW, fill, runtime


async def test_hours_are_listed_newest_first_and_in_the_file_as_moments(store: Store) -> None:
    rt = living(store, Hourly(hourly=[spent(FRIDAY, hour, hour * DOLLAR) for hour in (3, 14, 15)]))
    await sync_costs(rt, NOW)
    query = RecordsQuery("friday", (HOUR,))
    found = await records(rt, query, EVERYTHING, NOW)
    assert [(one.ids["hour"], one.amount) for one in found.page.items] == [
        ("2026-11-20T15", Decimal(15)), ("2026-11-20T14", Decimal(14)), ("2026-11-20T03", Decimal(3)),
    ]  # fmt: skip
    assert found.total is not None
    assert found.total.amount == 32
    selection, _ = await select(rt, query, NOW)
    async with rt.store.read() as tx:
        known = await ledger_days(tx, FRIDAY, FRIDAY)
        rows = [
            row
            async for some in all_rows(tx, selection, await count(tx, selection, EVERYTHING, known), known)
            for row in some
        ]
    assert rows[0][1] == datetime(2026, 11, 20, 15, tzinfo=UTC)
    assert next(iter(csv_lines(record_columns(selection), rows))).startswith("date,hour,input_tokens")


async def test_hours_that_arent_known_and_names_that_nobody_knows_lead_to_the_nearest(store: Store) -> None:
    await fill(store, BUSY)
    rt = runtime(store)
    for query, instead in (
        (RecordsQuery("friday", (HOUR, KEY)), "friday by key"),
        (RecordsQuery("friday", (HOUR,)), "friday by day"),
        (RecordsQuery("friday", (), (Filter(KEY, ("apikey_ingesd",)),)), "friday by day"),
    ):
        with pytest.raises(CantList) as raised:
            await records(rt, query, EVERYTHING, NOW)
        assert raised.value.refused.instead == instead


@pytest.mark.both
async def test_filters_come_from_the_cut_that_tells_them_within_what_one_may_see(store: Store) -> None:
    await fill(store, BUSY)
    rt, mine = runtime(store), Scope(keys=frozenset({"apikey_evals"}), people=frozenset({"user_dana"}))
    every = await records(rt, RecordsQuery("friday", (KEY,), (Filter(TIER, ("*",)),)), EVERYTHING, NOW)
    assert (every.page.total, every.total and every.total.amount) == (2, 175)
    seen = await records(rt, RecordsQuery("friday", (KEY,), (Filter(TIER, ("*",)),)), mine, NOW)
    assert (seen.page.total, seen.total and seen.total.amount) == (1, 25)
    nobody = await records(rt, RecordsQuery("friday", (KEY,), (Filter(PERSON, ("*",)),)), mine, NOW)
    assert (nobody.page.total, nobody.total and nobody.total.amount) == (1, 25)


@pytest.mark.both
async def test_what_is_seen_by_workspace_key_and_person_counts_once_in_answers_and_records(store: Store) -> None:
    dice = random.Random(7)
    rows = [spent(FRIDAY, hour, (hour + 1) * DOLLAR, dice) for hour in range(24)]
    rt = living(store, Hourly(hourly=rows))
    await sync_costs(rt, NOW)
    seen = Scope(workspaces=frozenset({LAB}), keys=frozenset({"k1"}), people=frozenset({"user_dana"}))
    wanted = [one for one in rows if one.workspace_id == LAB or one.api_key_id == "k1" or one.actor]
    assert len(wanted) < len(rows)
    without = sum(hour + 1 for hour, one in enumerate(rows) if one.workspace_id == LAB or one.api_key_id == "k1")
    total = sum(hour + 1 for hour, one in enumerate(rows) if one in wanted)
    assert without < total
    for by in (PERSON, HOUR):
        found = await figures(rt, SpendQuery("friday", by), NOW, None, seen)
        assert (found.total, sum(one.amount for one in found.breakdown.slices)) == (total, total)
    listed = await records(rt, RecordsQuery("friday", (HOUR, KEY)), seen, NOW)
    assert listed.total is not None
    assert (listed.total.amount, sum(one.amount for one in listed.page.items)) == (total, total)
    by_tier = await figures(rt, SpendQuery("friday", TIER), NOW, None, seen)
    assert (by_tier.total, "not what you used without a key" in by_tier.only) == (without, True)


@pytest.mark.both
async def test_who_by_tier_and_hours_by_tier_are_seen_as_far_as_they_are_told(store: Store) -> None:
    dice = random.Random(7)
    rows = [spent(FRIDAY, hour, (hour + 1) * DOLLAR, dice) for hour in range(24)]
    rt = living(store, Hourly(hourly=rows))
    await sync_costs(rt, NOW)
    seen = Scope(workspaces=frozenset({LAB}), keys=frozenset({"k1"}), people=frozenset({"user_dana"}))
    in_lab = {hour for hour, one in enumerate(rows) if one.workspace_id == LAB}
    of_dana = {hour for hour, one in enumerate(rows) if one.actor}
    batch = {hour for hour, one in enumerate(rows) if one.service_tier == "batch"}
    only_batch = (Filter(TIER, ("batch",)),)
    for query, hours, only in (
        (SpendQuery("friday", PERSON, and_by=TIER), in_lab | of_dana, "only what you used yourself and your workspaces"),
        (SpendQuery("friday", PERSON, only_batch), (in_lab | of_dana) & batch, "only what you used yourself"),
        (SpendQuery("friday", HOUR, only_batch), in_lab & batch, "only your workspaces, because this isn't told by key"),
    ):
        found = await figures(rt, query, NOW, None, seen)
        assert (found.total, only in found.only) == (sum(hour + 1 for hour in hours), True)
        assert sum(one.amount for one in found.breakdown.slices) == found.total
    listed = await records(rt, RecordsQuery("friday", (HOUR,), only_batch), seen, NOW)
    assert listed.total is not None
    assert listed.total.amount == sum(hour + 1 for hour in in_lab & batch)
    keys = Scope(keys=frozenset({"k1"}))
    for query, near in (
        (SpendQuery("friday", PERSON, and_by=TIER), SpendQuery("friday", PERSON)),
        (SpendQuery("friday", HOUR, and_by=TIER), SpendQuery("friday", DAY, and_by=TIER)),
        (SpendQuery("friday", HOUR, only_batch), SpendQuery("friday", DAY, only_batch)),
    ):
        with pytest.raises(CantAnswer, match="isn't told by key and person, too") as raised:
            await figures(rt, query, NOW, None, keys)
        assert raised.value.instead == near
        await figures(rt, near, NOW, None, keys)
    with pytest.raises(CantList, match="isn't told by key and person, too") as refused:
        await records(rt, RecordsQuery("friday", (HOUR,), only_batch), keys, NOW)
    assert refused.value.refused.instead == "friday tier batch by day"
