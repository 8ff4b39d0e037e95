"""What a card says of a key's use: from the ledger alone, and never more than the ledger knows."""

from datetime import date, timedelta
from decimal import Decimal

from bot.ports import KeyUse
from bot.spend.ledger.pages import load_days
from bot.spend.ledger.use import use_of
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
