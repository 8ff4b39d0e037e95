"""`python -m bot sync --history` loads all that the API gives, however often it is interrupted."""

import asyncio
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from bot.admin.rows import Report, UsageRow
from bot.cli import sync as command
from bot.errors import UpstreamDown
from bot.spend.dimensions import TIER, UNSPLIT
from bot.spend.ledger import db as table
from bot.spend.ledger.history import load_next
from bot.spend.ledger.lease import sync_lease
from bot.spend.ledger.pages import OutOfOrder
from bot.spend.ledger.sync import sync_costs
from bot.store.session import Store
from tests.sizes import few
from tests.spend.world import DAY, NOW, Organization, runtime, set_clock, steady

TODAY, HOUR = NOW.date(), timedelta(hours=1)
FIRST = TODAY - DAY * 200


async def days_known(store: Store) -> set[date]:
    async with store.read() as tx:
        return set(await table.ledger_days(tx, date(2026, 1, 1), TODAY))


@pytest.mark.parametrize("dies_at", few([3, 1]))
async def test_history_goes_on_where_it_broke_off(store: Store, dies_at: int) -> None:
    organization = Organization(steady(FIRST, TODAY), page_rows=40)

    class Dying(Organization):
        def cost_buckets(self, *given: Any, **more: Any) -> Any:
            if len(self.asked) == dies_at:
                self.fails_after_pages = 1  # parts of one month aren't read, nor anything of the next
            return Organization.cost_buckets(self, *given, **more)

    broken = Dying(organization.figures, page_rows=40)
    said: list[str] = []
    assert not await command.sync_with(runtime(store, broken), said.append, history=True)
    assert said[-2:] == [
        "The Claude Admin API didn't answer in time.",
        "What was read is kept. Run the same command again to go on from there.",
    ]
    assert len(await days_known(store)) < 201
    said.clear()
    rt = runtime(store, organization)
    organization.refreshed_at = NOW + HOUR
    set_clock(rt, NOW + HOUR)
    assert await command.sync_with(rt, said.append, history=True)
    assert await days_known(store) == {FIRST + DAY * n for n in range(201)}
    assert "days of costs from the analytics report." in said[0]
    assert said[-2:] == [
        "All that the API gives is loaded, back to 2026-01-01.",
        "Claude Code's report is read back to 2026-11-17.",
    ]
    assert set(organization.code_asked) == {TODAY - DAY * n for n in range(5)}
    async with store.read() as tx:
        assert UNSPLIT not in {one.of(TIER) for one in await table.cells(tx, FIRST, TODAY, (TIER,))}


@pytest.mark.parametrize("month", few([1, 2]))
async def test_a_month_of_which_a_process_died_before_its_tokens_is_read_again(store: Store, month: int) -> None:
    class Dying(Organization):
        async def usage(self, starts: datetime, *_: Any, **__: Any) -> Report[UsageRow]:
            if starts.date() < TODAY - DAY * (61 + 31 * (month - 1)):
                raise asyncio.CancelledError
            return Report([], NOW)

    figures, said = steady(FIRST, TODAY), list[str]()
    with pytest.raises(asyncio.CancelledError):
        await command.sync_with(runtime(store, Dying(figures, page_rows=1000)), said.append, history=True)
    organization = Organization(figures, page_rows=1000)
    assert await command.sync_with(runtime(store, organization), said.append, history=True)
    begun = TODAY - DAY * (61 + 31 * month)
    assert (begun, begun + DAY * 31) in organization.asked


async def test_where_nothing_could_be_read_nothing_is_said_to_be_kept(store: Store) -> None:
    organization = Organization(steady(TODAY, TODAY))
    organization.fails_after_pages = 0
    said: list[str] = []
    assert not await command.sync_with(runtime(store, organization), said.append, history=True)
    assert said[-1] == "Nothing was read yet. Run the same command again once that is fixed."


async def test_where_claude_code_alone_can_not_be_read_it_is_said_that_costs_are(store: Store) -> None:
    class Without(Organization):
        async def claude_code(self, day: date) -> list[Any]:
            raise UpstreamDown("The Claude Admin API didn't answer in time.")

    said: list[str] = []
    assert not await command.sync_with(runtime(store, Without(steady(TODAY, TODAY))), said.append, history=False)
    assert said[1:3] == ["Costs are read, and Claude Code's report isn't.", "The Claude Admin API didn't answer in time."]


@pytest.mark.both
async def test_a_month_waits_for_the_process_that_reads_the_reports(store: Store) -> None:
    rt = runtime(store, Organization(steady(FIRST, TODAY), page_rows=1000))
    async with sync_lease(rt) as is_ours:
        assert is_ours
        assert (await load_next(rt, NOW + timedelta(seconds=5))).is_busy
    assert not (await load_next(rt, NOW)).is_busy


class Unordered(Organization):
    """An organization whose report isn't by time, which is noticed while it is read in order."""

    def cost_buckets(self, *given: Any, **more: Any) -> Any:
        async def pages() -> Any:
            async for page in Organization.cost_buckets(self, *given, **more):
                yield page
            if given[-1] is True:
                raise OutOfOrder

        return pages()


async def test_a_report_that_is_not_in_order_is_read_again_as_a_whole(store: Store) -> None:
    organization = Unordered(steady(TODAY - DAY * 3, TODAY))
    loaded = await sync_costs(runtime(store, organization), NOW)
    assert loaded is not None
    assert loaded.days
    assert len(organization.asked) == 2, "once in order, once as it comes"
