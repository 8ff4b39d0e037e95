"""Others are answered while thousands of rows are added up: what the loop does in one turn doesn't grow with them."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.posts.charts import deliver
from bot.slack.model import Message
from bot.spend.ask.figures import figures
from bot.spend.ask.splits import DAY as BY_DAY
from bot.spend.ask.view import render_figures
from bot.spend.dimensions import KEY
from bot.spend.exports.answer import figures_file
from bot.spend.exports.files import records_file
from bot.spend.exports.query import RecordsQuery
from bot.spend.ledger import db as table
from bot.spend.model import LedgerDay, SpendQuery, dollars
from bot.spend.scope import EVERYTHING
from bot.store.names import Named, remember
from bot.store.session import Store
from tests.spend.world import DAY, FRIDAY, NOW, OPUS, PROD, Slack, runtime

KEYS = 6_000
MOST = 3 * KEYS
"""Calls in one turn: what looks at each row some times makes more, a statement that is new to the database fewer."""


async def filled(store: Store) -> None:
    groups = {(PROD, OPUS, f"apikey_{n:05d}", "", ""): (n * 10**7, None, 1) for n in range(KEYS)}
    total = dollars(sum(one[0] for one in groups.values()))
    async with store.write() as tx:
        days = [LedgerDay(day, "analytics", NOW, NOW, True, total) for day in (FRIDAY, FRIDAY - DAY)]
        await table.replace_days(tx, days, {one.day: groups for one in days})
        await remember(tx, [Named(f"apikey_{n:05d}", f"service-{n:05d}") for n in range(KEYS)], NOW)


async def most_calls(act: Callable[[], Awaitable[object]]) -> int:
    """Return how many calls the loop's own thread made in its longest turn."""
    calls, most = 0, 0

    def note(*_: Any) -> None:
        nonlocal calls
        calls += 1

    async def turn() -> None:
        nonlocal calls, most
        while True:
            calls, most = 0, max(most, calls)
            await asyncio.sleep(0)

    turning = asyncio.create_task(turn())
    await asyncio.sleep(0)
    sys.setprofile(note)
    try:
        await act()
    finally:
        sys.setprofile(None)
        turning.cancel()
    return max(most, calls)


@pytest.mark.both
async def test_no_turn_of_the_loop_looks_at_every_row_of_an_answer_or_a_file(store: Store) -> None:
    await filled(store)
    rt = runtime(store)
    cast("Any", rt).directory = SimpleNamespace(workspaces=lambda: asyncio.sleep(0, ()))
    query = SpendQuery("yesterday", KEY)

    async def answer() -> None:
        found = await figures(rt, query, NOW)

        async def send(message: Message) -> None:
            await Slack().send("C0COSTS", message)

        await deliver(rt, NOW, lambda chart: render_figures(found, chart), None, send)

    async def file() -> None:
        assert (await figures_file(rt, await figures(rt, query, NOW)))[1].rows == KEYS - 1

    async def by_day() -> None:
        assert len((await figures(rt, SpendQuery("2d", BY_DAY, and_by=KEY), NOW)).breakdown.slices) >= KEYS

    async def records() -> None:
        found = await records_file(rt, RecordsQuery("yesterday"), EVERYTHING, NOW)
        assert not isinstance(found, str)
        assert found[1].rows == KEYS

    for act in (answer, file, by_day, records):
        assert await most_calls(act) < MOST, act.__name__
