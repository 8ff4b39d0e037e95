"""What a card says of a key's use: from the ledger alone, and never more than the ledger knows."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.admin.model import MonthSpend
from bot.directory.use import KeyUse
from bot.spend.ledger.pages import load_days
from bot.spend.ledger.use import use_of, use_of_each
from bot.spend.limits.figures import month_of
from bot.store.session import Store
from tests.spend.world import DOLLAR, FRIDAY, NOW, OPUS, PROD, Figure, fill, pages_of, row

TODAY = NOW.date()


def days(first: date, last: date, key: str, amount: int) -> list[Figure]:
    return [(first + timedelta(days=n), PROD, OPUS, key, amount) for n in range((last - first).days + 1)]


async def test_the_cost_of_seven_days_and_the_last_day_of_use_come_from_the_ledger(store: Store) -> None:
    others = days(TODAY - timedelta(days=20), TODAY, "apikey_other", DOLLAR)
    await fill(store, [*others, *days(FRIDAY - timedelta(days=9), FRIDAY, "apikey_1", 2 * DOLLAR)])
    use = await use_of(store, ["apikey_1"], NOW)
    assert (use.cost, use.is_whole, use.last_day, use.days) == (Decimal(12), True, FRIDAY, 21)
    assert use.as_of == NOW
    both = await use_of(store, ["apikey_1", "apikey_other"], NOW)
    assert (both.cost, both.last_day) == (Decimal(19), TODAY)


async def test_no_use_is_said_of_days_without_a_gap_only(store: Store) -> None:
    assert await use_of(store, ["apikey_1"], NOW) == KeyUse()
    await fill(store, days(TODAY - timedelta(days=3), TODAY, "apikey_other", DOLLAR))
    use = await use_of(store, ["apikey_1"], NOW)
    assert (use.cost, use.is_whole, use.last_day, use.days) == (Decimal(0), False, None, 4)


async def test_days_whose_report_knows_no_keys_say_nothing_of_a_key(store: Store) -> None:
    told = [row(one) for one in days(TODAY - timedelta(days=3), TODAY, "", DOLLAR)]
    await load_days(store, pages_of([told], NOW, "legacy"), TODAY - timedelta(days=3), TODAY, NOW)
    assert await use_of(store, ["apikey_1"], NOW) == KeyUse()


@pytest.mark.both
async def test_each_key_has_the_use_that_it_would_have_alone(store: Store) -> None:
    ids = ["apikey_1", "apikey_other", "apikey_never"]
    assert await use_of_each(store, ids, NOW) == dict.fromkeys(ids, KeyUse())
    others = days(TODAY - timedelta(days=20), TODAY, "apikey_other", DOLLAR)
    await fill(store, [*others, *days(FRIDAY - timedelta(days=9), FRIDAY, "apikey_1", 2 * DOLLAR)])
    found = await use_of_each(store, ids, NOW)
    assert found == {one: await use_of(store, [one], NOW) for one in ids}
    assert found["apikey_1"].cost == Decimal(12)
    assert (found["apikey_1"].month_cost, found["apikey_1"].is_whole_month) == (Decimal(20), False)
    assert (found["apikey_never"].cost, found["apikey_never"].last_day) == (Decimal(0), None)


async def test_days_whose_report_knows_no_keys_tell_no_key_apart(store: Store) -> None:
    told = [row(one) for one in days(TODAY - timedelta(days=3), TODAY, "", DOLLAR)]
    await load_days(store, pages_of([told], NOW, "legacy"), TODAY - timedelta(days=3), TODAY, NOW)
    assert await use_of_each(store, ["apikey_1"], NOW) == {"apikey_1": KeyUse()}


@pytest.mark.both
async def test_the_month_so_far_is_unknown_without_figures_and_says_which_days_are_missing(store: Store) -> None:
    assert await month_of(store, None, NOW) == MonthSpend()
    first = TODAY.replace(day=1)
    last = first - timedelta(days=1)
    before = pages_of([[row(one) for one in days(last, last, "apikey_1", 9 * DOLLAR)]], NOW)
    await load_days(store, before, last, last, NOW)
    assert await month_of(store, None, NOW) == MonthSpend(), "the month before says nothing of this one"
    await fill(store, days(first + timedelta(days=1), TODAY, "apikey_1", DOLLAR))
    assert await month_of(store, None, NOW) == MonthSpend(spent=Decimal(TODAY.day - 1), as_of=NOW, missing=1)
