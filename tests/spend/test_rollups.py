"""Whatever is asked is the same from roll-ups as from the days' rows, after any revisions and at any moment."""

import random
from collections.abc import Mapping
from datetime import date
from itertools import combinations
from typing import Any

import pytest
from sqlalchemy import delete, insert, select
from sqlmodel import col

from bot.spend.dimensions import (
    ASKED,
    CONTEXT,
    COST_TYPE,
    KEY,
    MODEL,
    PERSON,
    PRODUCT,
    TIER,
    TOKEN_TYPE,
    UNREPORTED,
    UNSPLIT,
    WORKSPACE,
    Dimension,
)
from bot.spend.exports.db import count_by_day
from bot.spend.exports.query import Selection
from bot.spend.ledger import db as table
from bot.spend.ledger.db import CostParts
from bot.spend.ledger.hours.db import day_rows
from bot.spend.ledger.measures.db import COST_COUNTS, USAGE_COUNTS, measures
from bot.spend.ledger.parts.db import days_to_tell_apart, replace_parts, replace_usage_parts
from bot.spend.ledger.rollups.db import roll_up_units, rolled_units, units_to_roll_up
from bot.spend.ledger.rollups.units import MONTH, UNITS, WEEK, Unit, longest_row, monday
from bot.spend.ledger.sums.db import Where
from bot.spend.ledger.sync import sync_costs
from bot.spend.model import ZERO, LedgerDay, Measures, dollars, nanos
from bot.spend.visible.db import ids_in
from bot.store.session import Store, Tx
from bot.store.tables import CostDayRow, CostPartRow, UsageDayRow
from tests.approvals.test_rows import statements
from tests.sizes import few
from tests.spend.world import DAY, FRIDAY, NOW, Organization, runtime, steady

DAYS = [FRIDAY - DAY * n for n in range(60)]
"""With a whole month among them."""
Known = Mapping[date, CostParts]
WHO = (WORKSPACE, MODEL, KEY, PERSON, PRODUCT)


def some_groups(dice: random.Random) -> dict[tuple[str, ...], tuple[int, int | None, int | None]]:
    """Return what a day cost: paid, at list prices (None: unknown), requests, by WHO."""
    chosen = [
        (dice.choice("wv"), dice.choice("mn"), dice.choice(["", "k1", "k2"]), dice.choice(["", "p"]), dice.choice(["", "c"]))
        for _ in range(dice.randrange(7))
    ]
    return {one: (dice.choice([3, -7, 10**15 + 1]), dice.choice([None, 5]), dice.choice([None, 2, 2])) for one in chosen}


async def write(store: Store, days: Known, source: str, *, closed: bool = True) -> None:
    async with store.write() as tx:
        facts = [
            LedgerDay(day, source, NOW, NOW, closed, dollars(sum(one[0] for one in groups.values())))
            for day, groups in days.items()
        ]
        await table.replace_days(tx, facts, days, 1000)
        await table.replace_usage_days(
            tx, {d: {one: (1, 2, 3, 4, 5, c[2]) for one, c in g.items()} for d, g in days.items()}
        )


async def rolled(tx: Tx, unit: Unit, first: date, last: date) -> list[date]:
    return longest_row(unit, (await rolled_units(tx, first, last))[UNITS.index(unit)], first, last)


async def roll_up_some(store: Store, dice: random.Random) -> None:
    async with store.write() as tx:
        for unit in UNITS:
            over = await units_to_roll_up(tx, unit)
            await roll_up_units(tx, unit, dice.sample(over, dice.randint(0, len(over))))


async def rows_of_days(store: Store) -> list[tuple[dict[Any, Any], list[Any]]]:
    """Return what the days' own rows say: values by dimension and day, then amount, list price, requests and tokens."""
    found: list[tuple[dict[Any, Any], list[Any]]] = []
    async with store.read() as tx:
        costs = await day_rows(tx, CostDayRow, COST_COUNTS, DAYS)
        usages = await day_rows(tx, UsageDayRow, USAGE_COUNTS, DAYS)
    for part, columns in ((costs, slice(0, 2)), (usages, slice(2, 4))):
        for day, groups in part.items():
            for ids, counts in groups.items():
                sums: list[Any] = [0, 0, 0, 0]
                sums[columns] = counts if part is costs else (counts[5], sum(counts[:5]))
                found.append((dict(zip(WHO, ids, strict=True)) | {"day": day}, sums))
    return found


def expected(rows: Any, first: date, last: date, by: list[Any], where: Where) -> dict[tuple[Any, ...], list[Any]]:
    """Return the counts by group, summed row by row."""
    found: dict[tuple[Any, ...], list[Any]] = {} if by else {(): [0, 0, 0, 0]}
    for values, counts in rows:
        if first <= values["day"] <= last and all(values[one] in kept for one, kept in where.items()):
            sums = found.setdefault(tuple(values[one] for one in by), [0, 0, 0, 0])
            sums[:] = [None if a is None or b is None else a + b for a, b in zip(sums, counts, strict=True)]
    return found


def told(one: Measures) -> list[Any]:
    at_list = None if one.list_amount is None else nanos(one.list_amount)
    return [nanos(one.amount), at_list, one.requests, one.input + one.output]


async def check(store: Store, dice: random.Random) -> None:
    """Ask a question and compare the answers with the days' own rows."""
    first, last = sorted(dice.choices(DAYS, k=2)) if dice.random() < 0.7 else (DAYS[-1], DAYS[0])
    by: list[Any] = dice.sample(["day", *WHO], dice.randrange(4))
    some: dict[Dimension, list[str]] = {KEY: ["k1", ""], WORKSPACE: ["w"], MODEL: ["m", "n"]}
    where = dice.choice([{}, {}, {KEY: some[KEY]}, some])
    async with store.read() as tx:
        cells = await table.cells(tx, first, last, by, where=where)
        counts = await measures(tx, first, last, by, where)
    right = expected(await rows_of_days(store), first, last, by, where)

    def key(one: Any) -> tuple[Any, ...]:
        return tuple(one.day if part == "day" else one.of(part) for part in by)

    amounts = {key(one): nanos(one.amount) for one in cells}
    assert amounts == {group: sums[0] for group, sums in right.items() if group in amounts}
    assert sum(amounts.values()) == sum(sums[0] for sums in right.values())
    assert {key(one): told(one) for one in counts} == right


@pytest.mark.both
@pytest.mark.parametrize("seed", few(range(3)))
async def test_any_question_has_the_same_answer_as_the_rows_of_its_days(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    await write(store, {day: some_groups(dice) for day in DAYS}, "analytics")
    for _ in range(6):
        await roll_up_some(store, dice)
        await check(store, dice)
        await write(store, {day: some_groups(dice) for day in dice.sample(DAYS, 2)}, "analytics")
        await check(store, dice)


@pytest.mark.both
async def test_weeks_are_read_as_weeks_only_while_none_of_their_days_changed(store: Store) -> None:
    groups = {("w", "m", "k1", "p", "c"): (7, None, 1)}
    await write(store, dict.fromkeys(DAYS, groups), "analytics")
    whole = [one for one in sorted({monday(day) for day in DAYS}) if one >= DAYS[-1] and one + DAY * 6 <= FRIDAY]
    async with store.write() as tx:
        assert await units_to_roll_up(tx, WEEK) == whole[::-1]
        await roll_up_units(tx, WEEK, whole)
        assert await units_to_roll_up(tx, WEEK) == []
        assert await rolled(tx, WEEK, DAYS[-1], FRIDAY) == whole
    await write(store, {whole[0] + DAY: groups}, "analytics")
    async with store.read() as tx:
        assert await rolled(tx, WEEK, DAYS[-1], FRIDAY) == whole, "what didn't change isn't written"
    await write(store, {whole[0] + DAY: {("w", "m", "k1", "p", "c"): (9, None, 1)}}, "analytics")
    async with store.read() as tx:
        assert await units_to_roll_up(tx, WEEK) == whole[:1]
        assert await rolled(tx, WEEK, DAYS[-1], FRIDAY) == whole[1:]
        (cell,) = await table.cells(tx, DAYS[-1], FRIDAY, (KEY,))
    assert nanos(cell.amount) == 7 * (len(DAYS) - 1) + 9


@pytest.mark.both
async def test_a_month_is_read_as_one_with_weeks_and_days_around_it_while_none_of_its_days_changed(store: Store) -> None:
    groups = {("w", "m", "k1", "p", "c"): (7, None, 1)}
    await write(store, dict.fromkeys(DAYS, groups), "analytics")
    async with store.write() as tx:
        for unit in UNITS:
            await roll_up_units(tx, unit, await units_to_roll_up(tx, unit))
        (month,) = await rolled(tx, MONTH, DAYS[-1], FRIDAY)
        assert month.day == 1
        await tx.execute(delete(CostDayRow).where(col(CostDayRow.day).between(month, MONTH.end(month))))
        (cell,) = await table.cells(tx, DAYS[-1], FRIDAY, (KEY,))
        assert nanos(cell.amount) == 7 * len(DAYS), "the month isn't read by its days"
        (cell,) = await table.cells(tx, month, month + DAY * 20, (KEY,))
        assert nanos(cell.amount) < 7 * 21, "a part of it is"
    await write(store, {month + DAY: {("w", "m", "k1", "p", "c"): (9, None, 1)}}, "analytics")
    async with store.read() as tx:
        assert await rolled(tx, MONTH, DAYS[-1], FRIDAY) == []


@pytest.mark.both
async def test_days_weeks_and_months_may_be_asked_for_thousands_of_keys_at_once(store: Store) -> None:
    await write(store, {day: {("w", "m", "k1", "p", "c"): (7, None, 1)} for day in DAYS}, "analytics")
    async with store.write() as tx:
        for unit in UNITS:
            await roll_up_units(tx, unit, await units_to_roll_up(tx, unit))
        keys = ["k1", *map(str, range(12_000))]
        (cell,) = await table.cells(tx, DAYS[-1], FRIDAY, (WORKSPACE,), where={KEY: keys})
    assert nanos(cell.amount) == 7 * len(DAYS)


async def test_a_week_is_not_rolled_up_before_its_days_are_final(store: Store) -> None:
    week = [monday(FRIDAY) - DAY * n for n in range(1, 8)]
    await write(store, {day: {("w", "m", "k", "p", "c"): (7, None, 1)} for day in week[1:]}, "analytics")
    await write(store, {week[0]: {("w", "m", "k", "p", "c"): (7, None, 1)}}, "analytics", closed=False)
    async with store.read() as tx:
        assert await units_to_roll_up(tx, WEEK) == []


@pytest.mark.both
async def test_a_week_told_by_a_report_without_keys_is_read_by_its_days(store: Store) -> None:
    week = [monday(FRIDAY) - DAY * n for n in range(1, 8)]
    await write(store, {day: {("w", "m", "k", "p", "c"): (7, None, 1)} for day in week[:6]}, "analytics")
    await write(store, {week[6]: {("w", "m", "", "", ""): (5, None, None)}}, "legacy")
    async with store.write() as tx:
        await roll_up_units(tx, WEEK, await units_to_roll_up(tx, WEEK))
        found = {one.of(KEY): one.amount for one in await table.cells(tx, week[-1], FRIDAY, (KEY,))}
    assert found == {"k": dollars(42), UNREPORTED: dollars(5)}


@pytest.mark.both
async def test_the_second_cut_has_the_same_sums_without_keys_as_with_them(store: Store) -> None:
    day, who = FRIDAY, {("w", "m", key, "", ""): (10, 10, 1) for key in ("k1", "k2")}
    await write(store, {day: who}, "analytics")
    what = {("w", "m", key, tier, "0-200k", "tokens", "output_tokens"): (5, 5, None)
            for key in ("k1", "k2") for tier in ("standard", "batch")}  # fmt: skip
    async with store.write() as tx:
        await replace_parts(tx, "analytics", {day: what})
        await replace_usage_parts(tx, {day: {("w", "m", "k1", "batch", "0-200k"): (1, 2, 3, 4, 5, 1)}})
        for by in combinations([one for one in ASKED if one not in (PERSON, PRODUCT)], 2):
            thin, full = [
                [
                    (one.amount, one.list_amount, one.requests, one.input + one.output)
                    for one in await measures(tx, day, day, by, only)
                ]
                for only in ({}, {KEY: ["k1", "k2"]})
            ]
            assert sorted(thin, key=str) == sorted(full, key=str), by
            assert sum((one[0] for one in thin), ZERO) == dollars(20)
        (batch, *_) = sorted(await table.cells(tx, day, day, (TIER,)), key=lambda one: one.of(TIER))
    assert (batch.of(TIER), batch.amount) == ("batch", dollars(10))


@pytest.mark.both
async def test_a_day_that_is_not_told_apart_is_read_as_one_part_of_each_group_without_rows_of_its_own(store: Store) -> None:
    told, new = FRIDAY - DAY, FRIDAY
    who = {
        ("w", "m", key, person, ""): (nanos, None, 1)
        for key, person, nanos in (("k1", "p", 3), ("k1", "", 4), ("k2", "", 5))
    }
    whole = {("w", "m", "k1"): 7, ("w", "m", "k2"): 5}
    await write(store, {told: who, new: who}, "analytics")
    async with store.write() as tx:
        what = {(*ids, "batch", "0-200k", "tokens", "output_tokens"): (paid, None, None) for ids, paid in whole.items()}
        await replace_parts(tx, "analytics", {told: what})
        assert await days_with_rows(tx) == {told}, "what is written twice until its parts come takes twice as long"
        await check_parts(tx, told, new, whole)
    async with store.write() as tx:  # as an earlier version wrote it
        ids = ("workspace_id", "model", "api_key_id")
        rest = {"day": new, "list_nanos": None} | dict.fromkeys(WHAT_ALONE, UNSPLIT)
        rows = [dict(zip(ids, one, strict=True)) | {"nanos": paid} | rest for one, paid in whole.items()]
        await tx.execute(insert(CostPartRow), rows)
        await check_parts(tx, told, new, whole)


WHAT_ALONE = [one.column for one in (TIER, CONTEXT, COST_TYPE, TOKEN_TYPE)]


async def days_with_rows(tx: Tx) -> set[date]:
    return {row[0] for row in (await tx.execute(select(col(CostPartRow.day)))).all()}


async def check_parts(tx: Tx, told: date, new: date, whole: dict[tuple[str, ...], int]) -> None:
    cells = await table.cells(tx, told, new, ("day", WORKSPACE, MODEL, KEY, TIER))
    found = {(one.day, *(one.of(by) for by in (WORKSPACE, MODEL, KEY, TIER))): nanos(one.amount) for one in cells}
    assert found == {(day, *ids, tier): one for ids, one in whole.items() for day, tier in ((told, "batch"), (new, UNSPLIT))}
    assert await ids_in(tx, TIER, told, new, {KEY: ["k1"]}) == {"batch", UNSPLIT}
    assert await count_by_day(tx, Selection(told, new, (KEY, TIER), {}), [{}], {}) == {told: 4, new: 2}


@pytest.mark.both
async def test_of_a_day_that_is_not_told_apart_no_key_is_missed_that_another_makes_up_for(store: Store) -> None:
    cent = 10_000_000
    who = {("w", "m", key, "", ""): (paid, paid, 1) for key, paid in (("k1", cent), ("k2", -cent))}
    await write(store, {FRIDAY: who}, "analytics")
    async with store.read() as tx:
        cells = await table.cells(tx, FRIDAY, FRIDAY, (KEY, TIER))
        assert {(one.of(KEY), nanos(one.amount)) for one in cells} == {("k1", cent), ("k2", -cent)}
        assert await days_to_tell_apart(tx, FRIDAY, FRIDAY, NOW) == [FRIDAY]


@pytest.mark.both
async def test_days_that_are_new_are_written_without_looking_for_what_could_be_in_their_way(store: Store) -> None:
    groups = {("w", "m", "k1", "p", "c"): (7, None, 1)}
    async with statements(store.engine) as seen, store.write() as tx:
        facts = [LedgerDay(day, "analytics", NOW, NOW, True, dollars(7)) for day in DAYS[1:3]]
        await table.replace_days(tx, facts, dict.fromkeys(DAYS[1:3], groups))
    assert not [one for one, _ in seen if one.startswith("DELETE")]
    more = {**groups, ("w", "m", "k2", "p", "c"): (2, None, 1)}
    await write(store, dict.fromkeys(DAYS[:4], more), "analytics")
    async with store.read() as tx:
        assert [nanos(one.amount) for one in await table.cells(tx, DAYS[3], DAYS[0], ("day", MODEL))] == [9] * 4


async def test_the_first_sync_of_a_day_rolls_up_what_is_over(store: Store) -> None:
    rt = runtime(store, Organization(steady(FRIDAY - DAY * 13, FRIDAY)))
    await sync_costs(rt, NOW)
    async with store.read() as tx:
        assert await rolled(tx, WEEK, FRIDAY - DAY * 13, FRIDAY) == [], "the first load has enough to do"
        assert await units_to_roll_up(tx, WEEK) == [monday(FRIDAY) - DAY * 7]
    await sync_costs(rt, NOW + DAY)
    async with store.read() as tx:
        assert await rolled(tx, WEEK, FRIDAY - DAY * 13, FRIDAY) == [monday(FRIDAY) - DAY * 7]
        assert await units_to_roll_up(tx, WEEK) == []
