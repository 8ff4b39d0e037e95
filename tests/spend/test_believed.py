"""Which readings are believed: both cuts of a day that say the same, and tokens that can be those of the day."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.spend.ledger import db as table
from bot.spend.ledger.agree import Sides, not_final, to_read_again
from bot.spend.ledger.parts.db import open_days
from bot.spend.ledger.sync import load_range
from bot.spend.ledger.tokens import may_replace
from bot.spend.model import LedgerDay, dollars
from bot.store.session import Store
from tests.spend.world import DAY, FRIDAY, NOW, Organization, runtime, steady

ONE, OTHER = FRIDAY, FRIDAY - DAY
AT = datetime(2026, 11, 21, tzinfo=UTC)


def test_days_of_which_the_cuts_differ_are_read_again_until_they_stay_as_they_are() -> None:
    whole, mixed, moved = Sides(100, 0), Sides(90, 10), Sides(95, 5)
    for before, now, again, opened in (
        ({}, {ONE: whole}, [], []),
        ({}, {ONE: mixed, OTHER: whole}, [ONE], []),
        ({ONE: mixed}, {ONE: whole}, [], []),
        ({ONE: mixed}, {ONE: mixed}, [], []),  # said twice: what the parts lack stays untold
        ({ONE: mixed}, {ONE: moved}, [ONE], [ONE]),
        ({ONE: mixed}, {ONE: Sides(90, 5)}, [ONE], []),  # the parts moved, and not the money
        ({ONE: mixed, OTHER: whole}, {ONE: moved, OTHER: mixed}, [OTHER, ONE], [ONE, OTHER]),
    ):
        assert to_read_again(before, now) == again
        assert sorted(not_final(before, now)) == sorted(opened)


@pytest.mark.parametrize(
    ("told_by", "closed", "dollar", "reading", "counts", "is_believed"),
    [
        ("analytics", True, 5, "analytics", 1, True),
        ("analytics", True, 5, "analytics", 0, False),
        ("legacy", True, 5, "analytics", 0, False),  # an empty answer of the other source is no better
        ("analytics", False, 5, "analytics", 0, False),
        ("analytics", True, 0, "analytics", 0, True),
        ("analytics", True, 5, "legacy", 1, False),
        ("analytics", False, 5, "legacy", 1, True),
        ("legacy", True, 5, "analytics", 1, True),
    ],
)
def test_tokens_are_not_replaced_by_none_nor_by_less_detail(
    told_by: str, closed: bool, dollar: int, reading: str, counts: int, is_believed: bool
) -> None:
    day = LedgerDay(ONE, told_by, AT, AT, closed, dollars(dollar * 10**9))
    assert may_replace(day, reading, {("k",): 1} if counts else {}) is is_believed
    assert may_replace(None, reading, {})


@pytest.mark.parametrize(("first", "second"), [("legacy", "analytics"), ("analytics", "legacy"), ("analytics", "analytics")])
async def test_an_empty_answer_of_any_source_behind_a_first_load_takes_nothing(
    store: Store, first: str, second: str
) -> None:
    organization = Organization(steady(FRIDAY - DAY * 2, FRIDAY), source=first)
    rt = runtime(store, organization)
    await load_range(rt, NOW, FRIDAY - DAY * 2, FRIDAY)
    async with store.read() as tx:
        before = [await table.cells(tx, FRIDAY - DAY * 2, FRIDAY), await table.ledger_days(tx, FRIDAY - DAY * 2, FRIDAY)]
    organization.figures, organization.source = [], second
    await load_range(rt, NOW + timedelta(hours=1), FRIDAY - DAY * 2, FRIDAY)
    async with store.read() as tx:
        after = [await table.cells(tx, FRIDAY - DAY * 2, FRIDAY), await table.ledger_days(tx, FRIDAY - DAY * 2, FRIDAY)]
    assert after == before


@pytest.mark.both
async def test_a_day_that_was_a_mix_is_not_final_and_is_read_by_the_next_run(store: Store) -> None:
    rt = runtime(store, Organization(steady(FRIDAY - DAY, FRIDAY)))
    await load_range(rt, NOW, FRIDAY - DAY, FRIDAY)
    async with store.write() as tx:
        await open_days(tx, [FRIDAY])
    async with store.read() as tx:
        assert [one.closed for one in (await table.ledger_days(tx, FRIDAY - DAY, FRIDAY)).values()] == [True, False]
    await load_range(rt, NOW, FRIDAY - DAY, FRIDAY)
    async with store.read() as tx:
        assert all(one.closed for one in (await table.ledger_days(tx, FRIDAY - DAY, FRIDAY)).values())
