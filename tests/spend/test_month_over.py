"""When a month ends, its digest says what the whole month cost, against the month before."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bot.spend.digests.build import build_digest
from bot.spend.digests.figures import digest_input
from bot.spend.digests.view import render_digest
from bot.spend.ledger.pages import midnight
from bot.store.session import Store
from tests.spend.world import DOLLAR, Organization, Slack, fill, runtime, steady, subscribe, watch

DAY = timedelta(days=1)
LAST = date(2026, 10, 31)
FIGURES = [*steady(date(2026, 9, 1), date(2026, 9, 30), 50 * DOLLAR), *steady(date(2026, 10, 1), date(2026, 11, 2))]


async def said_on(store: Store, day: date) -> Sequence[str]:
    """Return the lines of a day's digest."""
    subscription = await subscribe(store)
    given = await digest_input(runtime(store, Organization(), Slack()), subscription, day)
    return render_digest(build_digest(given), 1).text.splitlines()


@pytest.mark.parametrize("day", [LAST, LAST + DAY])
@pytest.mark.both
async def test_the_digest_in_which_a_month_ends_says_what_it_cost(store: Store, day: date) -> None:
    await fill(store, FIGURES, midnight(LAST) + DAY * 3, midnight(LAST) + DAY * 3)
    await watch(store, 4000, "monthly")
    assert (await said_on(store, day))[
        1
    ] == "*Oct 2026 is over*: $3,100.00 · +107 % vs Sep 2026 · 78 % of the $4,000.00 budget"


@pytest.mark.parametrize("day", [LAST - DAY, LAST + DAY * 2])
async def test_other_days_say_nothing_of_it(store: Store, day: date) -> None:
    await fill(store, FIGURES, midnight(LAST) + DAY * 3, midnight(LAST) + DAY * 3)
    assert not any("is over" in line for line in await said_on(store, day))


async def test_a_month_of_which_something_is_missing_is_not_compared(store: Store) -> None:
    gap = [figure for figure in FIGURES if figure[0] >= date(2026, 10, 5)]
    await fill(store, gap, midnight(LAST) + timedelta(hours=20), midnight(LAST) + timedelta(hours=20))
    lines = await said_on(store, LAST)
    assert "*Oct 2026 is over*: $2,700.00 so far · 4 days without data" in lines
