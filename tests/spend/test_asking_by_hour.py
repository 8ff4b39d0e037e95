"""A question by hour is answered from the hours of days that have them."""

from decimal import Decimal

import pytest

from bot.spend.ask.figures import figures
from bot.spend.ask.scope import CantAnswer
from bot.spend.ask.splits import HOUR
from bot.spend.ask.view import figures_chart, render_figures
from bot.spend.ledger.sync import sync_costs
from bot.spend.model import SpendQuery
from bot.store.session import Store
from tests.spend.test_hours import Hourly, living, spent
from tests.spend.world import DOLLAR, FRIDAY, MONTH, NOW, fill, runtime


async def test_hours_are_answered_where_they_are_known(store: Store) -> None:
    rt = living(store, Hourly(hourly=[spent(FRIDAY, hour, hour * DOLLAR) for hour in (3, 14, 15)]))
    await sync_costs(rt, NOW)
    found = await figures(rt, SpendQuery("friday", HOUR), NOW)
    assert [(one.name, one.amount) for one in found.breakdown.slices] == [
        ("Fri 20 Nov, 03:00", Decimal(3)), ("Fri 20 Nov, 14:00", Decimal(14)), ("Fri 20 Nov, 15:00", Decimal(15)),
    ]  # fmt: skip
    assert found.total == 32
    spec = figures_chart(found)
    assert spec is not None
    assert spec.categories == ("20 Nov, 03:00", "20 Nov, 14:00", "20 Nov, 15:00")
    assert render_figures(found).text.startswith("*$32.00* on Fri 20 Nov (UTC)")


@pytest.mark.both
async def test_days_without_hours_are_offered_by_day(store: Store) -> None:
    await fill(store, MONTH)
    with pytest.raises(CantAnswer, match="can't split all of it by hour"):
        await figures(runtime(store), SpendQuery("7d", HOUR), NOW)
