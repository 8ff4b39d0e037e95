"""Money, tokens and requests of the same groups."""

from datetime import date
from decimal import Decimal

import pytest

from bot.spend.dimensions import KEY, MODEL, WORKSPACE
from bot.spend.ledger import db as table
from bot.spend.ledger.measures.db import measures
from bot.spend.model import LedgerDay, dollars
from bot.store.session import Store
from tests.spend.world import NOW

DAY = date(2026, 11, 20)
COSTS = {
    ("wrkspc_a", "opus", "k1", "user_dana", "messages_api"): (5_000_000_000, 6_000_000_000, 3),
    ("wrkspc_a", "haiku", "", "", ""): (1, None, None),
}
USAGE = {
    ("wrkspc_a", "opus", "k1", "user_dana", "messages_api"): (1, 2, 3, 4, 5, 7),
    ("wrkspc_b", "opus", "k2", "", ""): (10, 0, 0, 0, 0, None),
}


async def _filled(store: Store) -> None:
    total = dollars(sum(one[0] for one in COSTS.values()))
    async with store.write() as tx:
        await table.replace_days(tx, [LedgerDay(DAY, "analytics", NOW, NOW, True, total)], {DAY: COSTS})
        await table.replace_usage_days(tx, {DAY: USAGE})


async def test_what_was_counted_of_a_group_stands_in_one_row(store: Store) -> None:
    await _filled(store)
    async with store.read() as tx:
        found = {one.of(KEY): one for one in await measures(tx, DAY, DAY, ("day", WORKSPACE, MODEL, KEY))}
    one = found["k1"]
    assert (one.day, one.of(MODEL), one.amount, one.list_amount, one.requests) == (DAY, "opus", Decimal(5), Decimal(6), 7)
    assert (one.uncached_input, one.cache_read, one.cache_write_5m, one.cache_write_1h, one.output, one.input) == (
        1,
        2,
        3,
        4,
        5,
        10,
    )
    assert (found[""].amount, found[""].list_amount, found[""].input) == (Decimal("0.000000001"), None, 0)
    assert (found["k2"].amount, found["k2"].requests, found["k2"].uncached_input) == (Decimal(0), None, 10)


@pytest.mark.both
async def test_a_sum_is_not_known_as_soon_as_a_part_of_it_is_not(store: Store) -> None:
    await _filled(store)
    async with store.read() as tx:
        [whole] = await measures(tx, DAY, DAY, ())
        [only] = await measures(tx, DAY, DAY, (MODEL,), {WORKSPACE: ["wrkspc_a"], MODEL: ["opus"]})
    assert (whole.amount, whole.list_amount, whole.requests, whole.output) == (Decimal("5.000000001"), None, None, 5)
    assert (only.amount, only.list_amount, only.requests) == (Decimal(5), Decimal(6), 7)
