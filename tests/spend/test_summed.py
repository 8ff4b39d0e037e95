"""Roll-ups that are summed before they are sent are those that the database makes of the rows it has."""

import random
from typing import Any

import pytest
from sqlalchemy import select
from sqlmodel import col

from bot.spend.ledger.parts.db import balance_parts, balance_usage_parts
from bot.spend.ledger.rollups.db import roll_up
from bot.spend.ledger.rollups.summed import in_order
from bot.store.session import Store, Tx
from bot.store.tables import (
    CostDayRow,
    CostDaySumRow,
    CostPartSumRow,
    LedgerDayRow,
    UsageDayRow,
    UsageDaySumRow,
    UsagePartSumRow,
)
from tests.sizes import few
from tests.spend.test_rollups import DAYS, write

SOME = DAYS[:4]


def groups(dice: random.Random) -> dict[tuple[str, ...], tuple[int, int | None, int | None]]:
    """Return many keys of few models, so that sums are of several rows: some unknown, some of nothing, some that cancel."""
    ids = [tuple(dice.choice(some) for some in ("wv", "mno", "abcdef", "pq", "xyz")) for _ in range(dice.randrange(60))]
    paid, listed = dice.choice([(0,), (0, 7, -7), (3, 10**15 + 1)]), dice.choice([(0,), (0, 7, -7), (None, 0, 5)])
    return {one: (dice.choice(paid), dice.choice(listed), dice.choice([None, 0, 2, 2, 2, 2])) for one in ids}


async def kept(tx: Tx) -> list[set[tuple[Any, ...]]]:
    tables: list[Any] = [CostDaySumRow, CostPartSumRow, UsageDaySumRow, UsagePartSumRow]
    rests = select(col(LedgerDayRow.day), col(LedgerDayRow.rest_nanos))
    asked = [*(select(*table.__table__.c) for table in tables), rests]
    return [{tuple(row) for row in (await tx.execute(one)).all()} for one in asked]


@pytest.mark.both
@pytest.mark.parametrize("seed", few(range(4)))
async def test_sums_of_written_days_are_those_that_the_database_makes_of_their_rows(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    for days in (SOME, SOME[1:3], [DAYS[5], *SOME]):  # new, known, and both
        await write(store, {day: groups(dice) for day in days}, "analytics")
        async with store.write() as tx:
            ours = await kept(tx)
            for table in (CostDayRow, UsageDayRow):
                await roll_up(tx, table, DAYS)
            await balance_parts(tx, DAYS)
            await balance_usage_parts(tx, DAYS)
            assert await kept(tx) == ours
            assert ours[0]


def test_rows_come_in_the_order_in_which_they_are_kept() -> None:
    rows = {("w", "n", "k2"): (1, None), ("v", "m", "k1"): (2, 2), ("w", "m", "k1"): (3, 3), ("v", "m", "k0"): (4, None)}
    sums: dict[Any, Any] = {}
    found = [*in_order("day", rows, [0, 1], sums)]
    assert [one[1:3] for one in found] == [("v", "m"), ("v", "m"), ("w", "m"), ("w", "n")]
    assert {one[1:4]: one[4:] for one in found} == rows
    assert sums == {("v", "m"): (6, None), ("w", "m"): (3, 3), ("w", "n"): (1, None)}
