"""Weeks and months of the other cuts say what their days say, whoever writes one of these, and in whatever order."""

import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, update
from sqlmodel import col

from bot.spend.dimensions import COST_TYPE, KEY, MODEL, PERSON, PRODUCT, TIER, TOKEN_TYPE, UNSPLIT, WORKSPACE, Dimension
from bot.spend.ledger import db as table
from bot.spend.ledger.cuts import BOTH, WHAT
from bot.spend.ledger.measures.db import measures
from bot.spend.ledger.parts.db import note_reading, replace_parts, replace_usage_parts
from bot.spend.ledger.rollups.db import begin_unit, end_unit, roll_up_table, roll_up_units, rolled_units, units_to_roll_up
from bot.spend.ledger.rollups.sync import roll_up_past
from bot.spend.ledger.rollups.units import PART_MONTH, PART_UNITS, PART_WEEK, monday
from bot.spend.model import Measures, nanos
from bot.store.session import Store, Tx
from bot.store.tables import CostBothRow, CostPartRow, LedgerDayRow
from tests.sizes import few
from tests.spend.test_rollups import DAYS, some_groups, write
from tests.spend.world import DAY, FRIDAY, NOW, Organization, runtime

ASKED = ((TIER,), (KEY, TIER), (PERSON, TIER), (PRODUCT, TOKEN_TYPE), (PERSON, COST_TYPE), (MODEL, WORKSPACE, TOKEN_TYPE))
ONE = {("w", "m", "k1", "p", "c"): (10, 10, 1)}
MINUTE = timedelta(minutes=1)


def parts_of(dice: random.Random, groups: Any, *, is_what: bool) -> dict[tuple[str, ...], tuple[int, int | None, None]]:
    """Return some of what a day cost by WHAT or BOTH, so that a rest is left here and there."""
    found: dict[tuple[str, ...], tuple[int, int | None, None]] = {}
    for ids, (paid, at_list, _) in groups.items():
        own = (dice.choice(["batch", "standard"]), *(("0-200k",) if is_what else ()), "tokens", dice.choice(["a", "b"]))
        kept = ids[:3] if is_what else (*ids[:2], *ids[3:])
        if dice.random() < 0.8:
            found[(*kept, *own)] = (dice.choice([paid, paid // 2]), at_list, None)
    return found


def tokens_of(dice: random.Random, groups: Any, *, is_what: bool) -> dict[tuple[str, ...], tuple[int | None, ...]]:
    own = ("batch", "0-200k") if is_what else ("batch",)
    kept = [ids[:3] if is_what else (*ids[:2], *ids[3:]) for ids in groups]
    return {(*ids, *own): (1, dice.randrange(3), 3, 4, 5, dice.choice([None, 1])) for ids in kept}


async def tell_apart(store: Store, dice: random.Random, days: Any, source: str = "analytics") -> None:
    async with store.write() as tx:
        for cut in (WHAT, BOTH):
            is_what = cut is WHAT
            parts = {day: parts_of(dice, groups, is_what=is_what) for day, groups in days.items()}
            await replace_parts(tx, source, parts, cut)
            usage = {day: tokens_of(dice, groups, is_what=is_what) for day, groups in days.items()}
            await replace_usage_parts(tx, usage, cut)


async def roll_up_all(store: Store) -> None:
    await roll_up_past(runtime(store, Organization([])))


async def check(store: Store, first: date, last: date, ways: Sequence[tuple[Dimension, ...]] = ASKED[2:4]) -> None:
    """Assert that each question has the same answer as the sum of its days, which are read by the day."""
    async with store.read() as tx:
        for by in ways:
            whole = {tuple(map(one.of, by)): told(one) for one in await measures(tx, first, last, by)}
            summed: dict[Any, list[Any]] = {}
            for one in await measures(tx, first, last, ("day", *by)):
                sums = summed.setdefault(tuple(map(one.of, by)), [0, 0, 0, 0])
                sums[:] = [None if a is None or b is None else a + b for a, b in zip(sums, told(one), strict=True)]
            assert whole == summed, (first, last, by)


def told(one: Measures) -> list[Any]:
    at_list = None if one.list_amount is None else nanos(one.list_amount)
    return [nanos(one.amount), at_list, one.requests, one.input + one.output]


async def counted(tx: Tx) -> list[int]:
    """Return how many months and weeks count."""
    return [len(some) for some in await rolled_units(tx, DAYS[-1], DAYS[0], PART_UNITS)]


@pytest.mark.both
@pytest.mark.parametrize("seed", few(range(2)))
async def test_any_question_has_the_same_answer_from_weeks_and_months_as_from_their_days(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    days = {day: some_groups(dice) for day in DAYS}
    await write(store, days, "analytics")
    await tell_apart(store, dice, {day: days[day] for day in dice.sample(DAYS, 50)})
    for _ in range(2):
        async with store.write() as tx:
            for unit in PART_UNITS:
                over = await units_to_roll_up(tx, unit)
                await roll_up_units(tx, unit, dice.sample(over, dice.randint(len(over) // 2, len(over))))
        first, last = sorted(dice.choices(DAYS, k=2))
        await check(store, first, last, dice.sample(ASKED, 2))
        some = dice.sample(DAYS, 3)
        if dice.random() < 0.5:
            days |= {day: some_groups(dice) for day in some}
            await write(store, {day: days[day] for day in some}, dice.choice(["analytics", "analytics", "legacy"]))
        else:
            await tell_apart(store, dice, {day: days[day] for day in some})
        await check(store, DAYS[-1], DAYS[0], dice.sample(ASKED, 2))


@pytest.mark.both
async def test_months_and_weeks_of_parts_are_read_instead_of_their_days(store: Store) -> None:
    await write(store, dict.fromkeys(DAYS, ONE), "analytics")
    dice = random.Random(1)
    await tell_apart(store, dice, dict.fromkeys(DAYS[:40], ONE))
    await roll_up_all(store)
    async with store.write() as tx:
        assert await counted(tx) == [1, 7]
        before = {cell.of(TIER): cell.amount for cell in await table.cells(tx, DAYS[-1], DAYS[0], (PERSON, TIER))}
        [[month], weeks] = await rolled_units(tx, DAYS[-1], DAYS[0], PART_UNITS)
        for one in (CostBothRow, CostPartRow):
            await tx.execute(delete(one).where(col(one.day).between(month, PART_MONTH.end(month))))
        found = {cell.of(TIER): cell.amount for cell in await table.cells(tx, DAYS[-1], DAYS[0], (PERSON, TIER))}
        assert found == before, "the month isn't read by its days"
        assert UNSPLIT in found, "what isn't told apart stands in it, too"
        assert weeks == sorted({monday(day) for day in DAYS if DAYS[-1] <= monday(day) <= FRIDAY - DAY * 6})


@pytest.mark.both
async def test_what_writes_a_day_or_its_parts_takes_its_week_and_month_back(store: Store) -> None:
    await write(store, dict.fromkeys(DAYS, ONE), "analytics")
    await tell_apart(store, random.Random(1), dict.fromkeys(DAYS, ONE))
    await roll_up_all(store)
    day = monday(FRIDAY) - DAY * 18  # in the middle of a month and of a week
    what, both = ("w", "m", "k1", "x", "0-200k", "tokens", "t"), ("w", "m", "p", "c", "x", "tokens", "t")
    tokens = (1, 1, 1, 1, 1, 1)

    async def changed(change: Any, *given: Any) -> None:
        async with store.write() as tx:
            assert await units_to_roll_up(tx, PART_WEEK) == []
            await change(tx, *given)
            assert await units_to_roll_up(tx, PART_WEEK) == [monday(day)]
            assert await units_to_roll_up(tx, PART_MONTH) == [day.replace(day=1)]
        await check(store, DAYS[-1], DAYS[0])
        await roll_up_all(store)

    await changed(replace_parts, "analytics", {day: {what: (10, 10, None)}}, WHAT)
    await changed(replace_parts, "analytics", {day: {both: (10, 10, None)}}, BOTH)
    await changed(replace_usage_parts, {day: {what[:5]: tokens}}, WHAT)
    await changed(replace_usage_parts, {day: {both[:5]: tokens}}, BOTH)
    await changed(table.replace_usage_days, {day: {("w", "m", "k1", "p", "c"): (9, 9, 9, 9, 9, 9)}})
    await write(store, {day: {("w", "m", "k2", "p", "c"): (7, 7, 1)}}, "analytics")
    async with store.read() as tx:
        assert await units_to_roll_up(tx, PART_WEEK) == [monday(day)]


@pytest.mark.both
async def test_a_reading_that_changes_nothing_leaves_weeks_and_months_and_one_by_an_older_version_does_not(
    store: Store,
) -> None:
    await write(store, dict.fromkeys(DAYS, ONE), "analytics")
    await roll_up_all(store)
    async with store.write() as tx:
        whole = await counted(tx)
        await note_reading(tx, DAYS[20], DAYS[10], NOW + MINUTE)
        assert await counted(tx) == whole
        await note_reading(tx, DAYS[-1], DAYS[0], NOW - MINUTE)
        assert await counted(tx) == whole, "also where the clock was set back"
        # A replica that knows of no weeks of parts notes its reading, or another total, and leaves them as they are.
        older = update(LedgerDayRow).where(col(LedgerDayRow.day) == DAYS[30])
        await tx.execute(older.values(parts_at=NOW + MINUTE * 2))
        assert await counted(tx) == [0, whole[1] - 1]
        await tx.execute(update(LedgerDayRow).where(col(LedgerDayRow.day) == DAYS[8]).values(total_nanos=11))
        assert await counted(tx) == [0, whole[1] - 2]
    await roll_up_all(store)
    async with store.read() as tx:
        assert await counted(tx) == whole


@pytest.mark.both
async def test_what_is_written_while_a_month_is_rolled_up_leaves_it_to_be_rolled_up_again(store: Store) -> None:
    await write(store, dict.fromkeys(DAYS, ONE), "analytics")
    await tell_apart(store, random.Random(1), dict.fromkeys(DAYS, ONE))
    async with store.write() as tx:
        [month] = await units_to_roll_up(tx, PART_MONTH)
        await begin_unit(tx, PART_MONTH, month)
    for cut in PART_MONTH.into:
        async with store.write() as tx:
            await roll_up_table(tx, PART_MONTH, cut, month)
            assert (await counted(tx))[0] == 0, "it counts once all of it is there"
    await tell_apart(store, random.Random(2), dict.fromkeys(DAYS, ONE))
    async with store.write() as tx:
        await end_unit(tx, PART_MONTH, month)
        assert ((await counted(tx))[0], await units_to_roll_up(tx, PART_MONTH)) == (0, [month])
    await check(store, DAYS[-1], DAYS[0])
