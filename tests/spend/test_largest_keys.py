"""A digest reads its largest keys alone; what it says is what it says of all keys."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from sqlalchemy import delete, func, insert, select
from sqlmodel import col

from bot.slack.charts import chart_block
from bot.slack.model import Message
from bot.spend.digests.build import DigestInput, build_digest
from bot.spend.digests.figures import digest_input
from bot.spend.digests.model import Subscription
from bot.spend.digests.topic import parts_of
from bot.spend.digests.view import digest_chart, render_digest, render_thread
from bot.spend.ledger.largest.db import days_to_keep, keep_largest, largest_keys
from bot.spend.ledger.pages import load_days, midnight
from bot.spend.ledger.sync import sync_costs
from bot.store.names import Named, remember
from bot.store.session import Store
from bot.store.tables import CostDayRow, LargestDayRow, LargestKeyRow
from tests.sizes import few
from tests.spend.world import (
    DAY,
    DOLLAR,
    FRIDAY,
    LAB,
    NOW,
    OPUS,
    PROD,
    SONNET,
    Figure,
    Organization,
    fill,
    pages_of,
    row,
    runtime,
    steady,
)

WEEK = timedelta(days=7)
KEYS = ["", *(f"apikey_{n:04d}" for n in range(120))]
AMOUNTS: dict[str, Callable[[Random], int]] = {
    "plenty": lambda random: random.randrange(10**13),
    "ties": lambda random: random.choice([0, 1, 2, 3]) * DOLLAR,
    "some ties": lambda random: random.randrange(60) * DOLLAR,
    "credits": lambda random: random.randrange(-(10**12), 10**12),
    "idle": lambda random: random.randrange(10**12) if random.random() < 0.2 else 0,
    "few": lambda random: random.choice([0] * 19 + [random.randrange(10**12)]),
    "a credit": lambda random: random.choice([-DOLLAR] + 60 * [random.randrange(10**12)]),
    "owed": lambda random: random.choice([0, 0, 0, -random.randrange(10**10)]),
    "shares": lambda random: random.choice([1, 2, 3, 6]) * DOLLAR + random.randrange(2),
}
"""What a key costs on a day: figures without ties and with them, with credits, of some keys, of few, of credits alone."""
SCOPES = ((), (PROD,), (PROD, LAB))
KEPT: tuple[Any, ...] = (LargestDayRow, LargestKeyRow)


def ledger(random: Random, kind: str, day: date, *, loud: bool) -> Iterator[Figure]:
    """A day of many keys; `loud` has one that rose much, and moved to another model."""
    for key in random.sample(KEYS, random.choice([70, 90, 110, 121])):
        for workspace in random.sample([PROD, LAB, "wrkspc_other"], random.choice([1, 1, 2])):
            yield (day, workspace, random.choice([OPUS, SONNET]), key, AMOUNTS[kind](random))
    if loud:
        yield (day, PROD, OPUS, random.choice(KEYS), 10**15)


def messages(given: DigestInput) -> list[object]:
    """All that is said and wanted of a digest."""
    digest = build_digest(given)
    spec = digest_chart(digest)
    said: list[Message] = [render_digest(digest, 7, chart_block(spec) if spec else None)]
    return [*said, *render_thread(digest, 7), *parts_of(digest, "C0COSTS")]


async def compared(store: Store, days: list[date]) -> int:
    """Compare digests of the largest keys with those of all; returns how many read the largest keys alone."""
    rt, narrow = runtime(store), 0
    for number, day in enumerate(days):
        wanted = Subscription("dig_1", "C0COSTS", "09:00", "UTC", SCOPES[number % len(SCOPES)], "U0ALICE", NOW, day)
        largest = await digest_input(rt, wanted, day)
        whole = await digest_input(rt, wanted, day, every_key=True)
        assert messages(largest) == messages(whole), (day, wanted.workspace_ids)
        narrow += largest.keys is not None and largest.keys.unlisted is not None
    return narrow


@pytest.mark.both
@pytest.mark.parametrize("seed", few(range(2)))
async def test_a_digest_of_its_largest_keys_says_what_one_of_all_keys_says(store: Store, seed: int) -> None:
    random, days = Random(seed), [FRIDAY - timedelta(days=n) for n in range(-1, 3)]
    kinds = ["plenty", *random.sample(list(AMOUNTS), len(days) - 1)]
    figures = [
        one
        for day, kind in zip(days, kinds, strict=True)
        for of_day in (day, day - WEEK)
        for one in ledger(random, kind, of_day, loud=of_day == day and random.random() < 0.5)
    ]
    await fill(store, figures)
    async with store.write() as tx:
        # Two keys each are read alike.
        named = [f"{random.choice(['Straße', 'STRASSE', 'strasse '])} {number // 2}" for number in range(100)]
        random.shuffle(named)
        await remember(tx, [Named(key, name) for key, name in zip(KEYS[1:], named, strict=False)], NOW)
    assert await compared(store, days)
    await keep(store)
    assert await compared(store, days)
    again = [one for one in days if random.random() < 0.5]
    await fill(store, [one for day in again for one in ledger(random, "plenty", day, loud=True)])
    assert await compared(store, days)


async def keep(store: Store) -> list[date]:
    async with store.write() as tx:
        kept = await days_to_keep(tx)
        await keep_largest(tx, kept)
    return kept


@pytest.mark.both
async def test_the_keys_of_a_day_are_kept_while_neither_it_nor_the_day_a_week_before_is_written(store: Store) -> None:
    day, before = FRIDAY, FRIDAY - WEEK
    await fill(store, [(one, PROD, OPUS, "k1", DOLLAR) for one in (day, before)])
    assert await keep(store) == [day]
    async with store.write() as tx:
        await tx.execute(delete(CostDayRow).where(col(CostDayRow.day) == day))
        (key,) = (await largest_keys(tx, day, before, 50)).keys
        assert key == ("k1", 1, 1), "the day's rows aren't read again"
        assert (await largest_keys(tx, day, before, 50, [LAB])).keys == []
        assert [one.before for one in (await largest_keys(tx, day, day - WEEK * 2, 50)).keys] == []
    for number, written in enumerate((day, before), 2):
        await fill(store, [(written, PROD, OPUS, "k1", number * DOLLAR)], NOW + timedelta(hours=number))
        async with store.read() as tx:
            (key,) = (await largest_keys(tx, day, before, 50)).keys
        assert (key.amount, key.before) == ((2, 1), (2, 3))[number - 2]
        assert await keep(store) == [day]


@pytest.mark.both
@pytest.mark.parametrize("written", [FRIDAY, FRIDAY - WEEK])
async def test_kept_keys_of_a_day_that_a_version_without_them_wrote_count_no_more(store: Store, written: date) -> None:
    await fill(store, [(one, PROD, OPUS, "k1", DOLLAR) for one in (FRIDAY, FRIDAY - WEEK)])
    await keep(store)
    async with store.read() as tx:
        kept = {table: (await tx.execute(select(*table.__table__.c))).mappings().all() for table in KEPT}
    await fill(store, [(written, PROD, OPUS, "k1", 2 * DOLLAR)], NOW + timedelta(hours=1))
    async with store.write() as tx:  # it forgets none of it
        for table, rows in kept.items():
            await tx.execute(delete(table))
            await tx.execute(insert(table), [dict(one) for one in rows])
    async with store.read() as tx:
        (key,) = (await largest_keys(tx, FRIDAY, FRIDAY - WEEK, 50)).keys
    assert key == (("k1", 2, 1) if written == FRIDAY else ("k1", 1, 2))


async def test_a_reading_keeps_the_largest_keys_of_the_last_days_that_are_final(store: Store) -> None:
    rt = runtime(store, Organization(steady(FRIDAY - DAY * 20, FRIDAY)))
    await sync_costs(rt, NOW)
    async with store.read() as tx:
        assert await days_to_keep(tx) == []
        kept = [row[0] for row in await tx.rows(select(col(LargestDayRow.day)).order_by(col(LargestDayRow.day)))]
    assert [str(one) for one in kept] == [str(FRIDAY - DAY * n) for n in range(6, -1, -1)]
    async with store.write() as tx:
        await keep_largest(tx, [FRIDAY + DAY])
        oldest = [await tx.rows(select(func.min(one.day))) for one in (LargestDayRow, LargestKeyRow)]
    assert [str(day) for ((day,),) in oldest] == [str(FRIDAY - DAY * 5)] * 2, "what digests need no more is forgotten"


EDGES: dict[str, tuple[list[int], list[int], bool]] = {
    "others never cost anything": ([*range(1, 26), *40 * [0]], 65 * [0], False),
    "some of the largest never did": ([*range(1, 21), *20 * [0], *30 * [-1]], [*40 * [0], *30 * [5]], False),
    "what is named in words isn't on the page": ([3, 2, *35 * [0], *40 * [-1]], [1, 1, *75 * [7]], False),
    "one of the others has a credit": ([*30 * [50], *range(1, 30), -2], 60 * [1], True),
    "shares that are rounded sum up to almost half a percent": ([*24 * [48], 6, *42 * [1]], 67 * [1], True),
    "as many are as large as are looked at": (80 * [4], 80 * [1], False),
}
"""What keys cost on a day and a week before, in dollars, and whether the largest alone say all, and leave others out."""


@pytest.mark.parametrize("edge", EDGES)
async def test_at_the_edges_it_says_the_same(store: Store, edge: str) -> None:
    now, before, is_narrow = EDGES[edge]
    pairs = [*zip(KEYS[1:], now, strict=False)], [*zip(KEYS[1:], before, strict=False)]
    days = [(FRIDAY, pairs[0]), (FRIDAY - WEEK, pairs[1])]
    await fill(store, [(day, PROD, OPUS, key, one * DOLLAR) for day, pair in days for key, one in pair])
    assert await compared(store, [FRIDAY]) == is_narrow


async def test_a_week_before_that_was_never_read_to_its_end_is_left_out(store: Store) -> None:
    random = Random(2)
    noon = midnight(FRIDAY - WEEK) + timedelta(hours=12)
    await fill(store, ledger(random, "idle", FRIDAY - WEEK, loud=False), noon, noon)
    await fill(store, ledger(random, "plenty", FRIDAY, loud=True))
    assert await compared(store, [FRIDAY]) == 1


@pytest.mark.both
async def test_days_that_one_report_tells_without_keys_are_read_whole(store: Store) -> None:
    random = Random(1)
    rows = [row(one) for one in ledger(random, "plenty", FRIDAY - WEEK, loud=False)]
    await load_days(store, pages_of([rows], None, "legacy"), FRIDAY - WEEK, FRIDAY - WEEK, midnight(NOW.date()))
    await fill(store, ledger(random, "plenty", FRIDAY, loud=True))
    assert await compared(store, [FRIDAY]) == 0
