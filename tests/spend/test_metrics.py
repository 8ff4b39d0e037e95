"""The organization's metrics on the store: they are the ledger's figures, and one process tells them."""

import asyncio
import re
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from bot.runtime import Runtime
from bot.spend.exports.metrics.db import raise_peaks
from bot.spend.exports.metrics.families import Shown
from bot.spend.exports.metrics.load import LEASE_LASTS, OrganizationMetrics, load
from bot.spend.ledger.db import ledger_days
from bot.spend.ledger.parts.db import replace_parts
from bot.status.health.scrape import scraper
from bot.store.session import Store
from bot.telemetry.model import OTHER
from handlers.metrics import sources
from tests.spend.world import CENT, DAY, DOLLAR, FRIDAY, LAB, NOW, OPUS, PROD, Figure, fill, runtime, set_clock

SATURDAY = FRIDAY + DAY
SECOND = timedelta(seconds=1)


def _figures(friday: int, saturday: int) -> list[Figure]:
    return [(FRIDAY, PROD, OPUS, "apikey_ingest", friday), (SATURDAY, LAB, OPUS, "apikey_evals", saturday)]


async def _tell_apart(store: Store, figures: list[Figure]) -> None:
    """Say of what type of token all of it was."""
    parts = {
        day: {(workspace, model, key, "standard", "0-200k", "tokens", "output_tokens"): (amount, amount, None)}
        for day, workspace, model, key, amount in figures
    }
    async with store.write() as tx:
        await replace_parts(tx, "analytics", parts)


async def _told(rt: Runtime, metrics: OrganizationMetrics, now: Any = NOW) -> dict[str, Any]:
    told = await metrics.told(rt, now)
    assert told is not None
    return {one.metric.name: dict(one.values) for one in (*told.steady, *told.moving)}


def _sum(values: dict[Any, Any]) -> Decimal:
    return sum(values.values(), Decimal(0))


async def test_metrics_are_the_ledger_s_figures_also_after_it_was_revised_up_and_down(store: Store) -> None:
    rt, metrics, later = runtime(store), OrganizationMetrics(), NOW
    highest = Decimal(0)
    for friday, saturday in ((100, 30), (120, 40), (110, 35)):  # nothing falls so far that it is doubted
        later += 2 * SECOND
        figures = _figures(friday * DOLLAR + 1, saturday * DOLLAR + CENT)
        await fill(store, figures, later, later)
        await _tell_apart(store, figures)
        found = await _told(rt, metrics, later)
        async with store.read() as tx:
            days = await ledger_days(tx, FRIDAY, SATURDAY)
        assert found["claude_org_all_cost_yesterday_usd"] == {(): days[FRIDAY].total} == {(): friday + Decimal("1E-9")}
        assert _sum(found["gen_ai_cost"]) == days[SATURDAY].total * 100 == saturday * 100 + 1
        month = days[FRIDAY].total + days[SATURDAY].total
        assert _sum(found["claude_org_cost_month_to_date_usd"]) == month
        highest = max(highest, month)
        assert _sum(found["claude_org_cost_usd_total"]) == highest
    async with store.read() as tx:
        assert (await load(tx, later, FRIDAY)).told == Shown(frozenset({PROD, LAB}), frozenset({OPUS}))
    # A new process knows how high the counters were.
    again = await _told(rt, OrganizationMetrics(), later + LEASE_LASTS * 2)
    assert _sum(again["claude_org_cost_usd_total"]) == highest > month


async def test_a_series_that_is_new_begins_at_0_so_that_its_first_growth_is_seen(store: Store) -> None:
    rt, metrics = runtime(store), OrganizationMetrics()
    name, first, later = "claude_org_cost_usd_total", NOW, NOW + timedelta(seconds=5)
    await fill(store, _figures(DOLLAR, 0)[:1], first, first)
    await _tell_apart(store, _figures(DOLLAR, 0)[:1])
    assert _sum((await _told(rt, metrics, first))[name]) == 1, "what there was before isn't growth"
    await fill(store, _figures(DOLLAR, 7 * DOLLAR), later, later)
    await _tell_apart(store, _figures(DOLLAR, 7 * DOLLAR))
    for seconds, of_lab in ((0, 0), (50, 0), (61, 7), (200, 7)):
        found = (await _told(rt, metrics, later + seconds * SECOND))[name]
        assert {labels[0]: value for labels, value in found.items()} == {PROD: 1, LAB: of_lab}, seconds


async def test_what_others_that_lost_their_label_had_before_is_no_growth(store: Store) -> None:
    name = "claude_org_cost_usd_total"
    async with store.write() as tx:
        await raise_peaks(tx, {(name, (PROD,)): 5, (name, (LAB,)): 9}, [name])
        told = await raise_peaks(tx, {(name, (PROD,)): 5, (name, (OTHER,)): 9, (name, ("new",)): 6}, [name])
    assert told == {(name, (PROD,)): 5, (name, (OTHER,)): 9, (name, ("new",)): 0}


def _series(text: bytes, name: str) -> float:
    found = [float(line.rsplit(" ", 1)[1]) for line in text.decode().splitlines() if re.match(rf"{name}[{{ ]", line)]
    assert found, name
    return sum(found)


@pytest.mark.both
async def test_a_scrape_says_what_the_ledger_says_also_after_a_revision_and_asks_nobody(store: Store) -> None:
    rt, now = runtime(store), NOW
    scrape = scraper(rt, sources())
    empty = await scrape()
    assert b"_usd" not in empty  # no data, which isn't $0
    assert _series(empty, "claude_chatops_leader") == 1
    for saturday in (30, 40, 35):
        now += timedelta(seconds=7)
        await fill(store, _figures(DOLLAR, saturday * DOLLAR + CENT), now, now)
        set_clock(rt, now)
        first, again = await scrape(), await scrape()
        assert _series(first, "gen_ai_cost") == saturday * 100 + 1
        assert _series(first, "claude_org_all_cost_today_usd") == float(f"{saturday}.01")
        assert _series(first, "claude_org_all_cost_month_to_date_usd") == float(f"{saturday + 1}.01")
        assert first == again
    set_clock(rt, now + timedelta(seconds=9))
    later = await scrape()
    beside = await scraper(rt, sources())()
    assert _series(beside, "claude_chatops_leader") == 0
    assert b"gen_ai" not in beside
    assert b"claude_org" not in beside
    assert _series(later, "claude_org_report_age_seconds") == 9
    assert _series(later, "gen_ai_cost") == 3501


@pytest.mark.both
async def test_one_process_tells_them_until_it_is_not_asked_any_more(store: Store) -> None:
    await fill(store, _figures(DOLLAR, DOLLAR))
    rt, one, other = runtime(store), OrganizationMetrics(), OrganizationMetrics()
    assert None not in await asyncio.gather(*(one.told(rt, NOW) for _ in range(3)))
    for seconds in range(0, 600, 60):
        now = NOW + seconds * SECOND
        assert await one.told(rt, now) is not None
        assert await other.told(rt, now) is None
    assert await other.told(rt, NOW + 540 * SECOND + LEASE_LASTS + SECOND) is not None
    assert await one.told(rt, NOW + 540 * SECOND + LEASE_LASTS + 2 * SECOND) is None
