"""Reports that go wrong while they are read, on the real client and the sandbox's endpoints: never doubled, never a mix."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import httpx
import pytest
from pydantic import SecretStr

from bot.admin import reports
from bot.admin.call import Manner
from bot.admin.client import AdminClient
from bot.admin.http import Transport
from bot.errors import UpstreamDown
from bot.runtime import Runtime
from bot.sandbox.claude.organization import ADMIN_KEY
from bot.spend.dimensions import TIER, UNSPLIT
from bot.spend.ledger import db as ledger
from bot.spend.ledger.hours.db import hours
from bot.spend.ledger.hours.sync import fill_hours
from bot.spend.ledger.sync import load_range
from bot.spend.model import LedgerDay, nanos
from bot.store.session import Store
from tests.sandbox.claude_server import NOON
from tests.sandbox.claude_server import World as Claude
from tests.spend import independent
from tests.spend.world import runtime, set_clock

LAST = NOON.date() - timedelta(days=2)
FIRST = LAST - timedelta(days=2)


@pytest.fixture
def claude(monkeypatch: pytest.MonkeyPatch) -> Claude:
    """Give a small organization, whose reports have several pages all the same."""
    monkeypatch.setattr(reports, "ROWS_PER_PAGE", 20)
    made = Claude()
    for plan in list(made.organization.plans)[15:]:
        del made.organization.plans[plan]
    return made


def on(store: Store, claude: Claude) -> Runtime:
    wire = httpx.ASGITransport(claude.app)
    admin = AdminClient(Transport(SecretStr(ADMIN_KEY), wire=wire), Manner(first_wait=0.01))
    rt = runtime(store, admin)  # pyright: ignore[reportArgumentType] - the real client, on the organization in process
    set_clock(rt, NOON)
    return rt


async def days_of(store: Store) -> dict[Any, LedgerDay]:
    async with store.read() as tx:
        return await ledger.ledger_days(tx, FIRST, LAST)


async def theirs(claude: Claude) -> dict[str, Decimal]:
    """What each day costs, in exact nano-dollars."""
    async with independent.in_process(claude.app) as http:
        found = await independent.money_and_tokens(http, FIRST, LAST, ("day",))
    return {day: one.money * 10**9 for (day,), one in found.items()}


async def test_a_page_that_comes_again_is_refused_and_changes_nothing(store: Store, claude: Claude) -> None:
    rt, asked = on(store, claude), claude.organization.disturbances
    await load_range(rt, NOON, FIRST, LAST)
    before = await days_of(store)
    asked.add({"kind": "repeated_page", "page": 2})
    with pytest.raises(UpstreamDown, match="contradicts itself"):
        await load_range(rt, NOON, FIRST, LAST)
    assert await days_of(store) == before
    assert len(before) == 3


async def test_figures_that_change_while_pages_are_read_are_read_again(store: Store, claude: Claude) -> None:
    rt = on(store, claude)
    claude.organization.disturbances.add({"kind": "changed_pages", "page": 3, "day": f"{FIRST}", "factor": "1.5"})
    await load_range(rt, NOON, FIRST, LAST)
    exact = await theirs(claude)
    assert {f"{day}": nanos(one.total) for day, one in (await days_of(store)).items()} == {
        day: round(money) for day, money in exact.items()
    }
    async with store.read() as tx:
        assert UNSPLIT not in {one.of(TIER) for one in await ledger.cells(tx, FIRST, LAST, (TIER,)) if one.amount}


async def test_a_source_that_goes_away_in_the_middle_leaves_the_whole_to_the_other(store: Store, claude: Claude) -> None:
    claude.organization.disturbances.add({"kind": "no_analytics", "after_pages": 2})
    loaded = await load_range(on(store, claude), NOON, FIRST, LAST)
    exact = await theirs_when_back(claude)
    known = await days_of(store)
    assert (loaded.source, {one.source for one in known.values()}) == ("legacy", {"legacy"})
    assert {f"{day}": nanos(one.total) for day, one in known.items()} == {day: round(one) for day, one in exact.items()}


async def theirs_when_back(claude: Claude) -> dict[str, Decimal]:
    claude.organization.disturbances.clear()
    return await theirs(claude)


@pytest.mark.parametrize("has_beta", [True, False])
@pytest.mark.both
async def test_with_a_discount_each_day_is_its_exact_sum_rounded_once(
    store: Store, claude: Claude, monkeypatch: pytest.MonkeyPatch, has_beta: bool
) -> None:
    monkeypatch.setattr(reports, "ROWS_PER_PAGE", 1000)
    claude.organization.set_flags({"discount_percent": 10})
    exact = await theirs(claude)
    claude.organization.set_flags({"analytics_beta": has_beta})
    rt = on(store, claude)
    rt.settings.hours_kept = 90  # pyright: ignore[reportAttributeAccessIssue] - the tests' settings aren't frozen
    await load_range(rt, NOON, FIRST, LAST)
    await fill_hours(rt, NOON)
    known = {f"{day}": nanos(one.total) for day, one in (await days_of(store)).items()}
    assert known == {day: round(money) for day, money in exact.items()}
    async with store.read() as tx:
        for by in ((), (TIER,)):
            assert sum(nanos(one.amount) for one in await ledger.cells(tx, FIRST, LAST, by)) == sum(known.values())
        by_hour = sum(nanos(one.counts.amount) for one in await hours(tx, FIRST, LAST))
    assert by_hour == (sum(known.values()) if has_beta else 0)
