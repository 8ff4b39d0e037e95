"""The ledger holds what the report said, whole day by whole day, and knows what it doesn't know."""

from collections.abc import AsyncIterator, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any, NamedTuple

import pytest
from sqlmodel import select

from bot.admin.rows import Spender, UsageRow
from bot.errors import UpstreamDown
from bot.spend.dimensions import KEY, MODEL, WORKSPACE
from bot.spend.ledger import db as table
from bot.spend.ledger.cuts import WHO
from bot.spend.ledger.pages import OutOfOrder, load_days, midnight, usage_by_day
from bot.spend.ledger.sync import load_history, sync_costs
from bot.spend.model import LedgerDay
from bot.store.leases import LASTS, acquire_lease, release_lease
from bot.store.names import names_of
from bot.store.session import Store
from bot.store.tables import CostDayRow, UsageDayRow
from tests.spend.world import (
    CENT,
    DOLLAR,
    FRIDAY,
    LAB,
    NOW,
    OPUS,
    PROD,
    SONNET,
    Figure,
    Organization,
    fill,
    pages_of,
    row,
    runtime,
    steady,
)

DAY = timedelta(days=1)


async def days_of(store: Store, first: date = date(2026, 1, 1), last: date = date(2026, 12, 31)) -> dict[date, LedgerDay]:
    async with store.read() as tx:
        return await table.ledger_days(tx, first, last)


async def total(store: Store, first: date, last: date, workspaces: Sequence[str] = ()) -> Decimal:
    async with store.read() as tx:
        return (await table.cells(tx, first, last, (), workspaces))[0].amount


async def test_fractions_of_a_cent_survive_and_parts_add_up(store: Store) -> None:
    await fill(store, [(FRIDAY, PROD, SONNET, "apikey_ingest", 1), (FRIDAY, PROD, "", "", 12_345_678_901_234_567)])
    assert await total(store, FRIDAY, FRIDAY) == Decimal("12345678.901234568")
    async with store.read() as tx:
        cells = await table.cells(tx, FRIDAY, FRIDAY)
    assert {(c.of(WORKSPACE), c.of(MODEL), c.of(KEY)): c.amount for c in cells} == {
        (PROD, SONNET, "apikey_ingest"): Decimal("1E-9"),
        (PROD, "", ""): Decimal("12345678.901234567"),
    }
    assert (await days_of(store))[FRIDAY].total == Decimal("12345678.901234568")


async def test_first_run_loads_62_days_and_later_runs_read_what_may_still_change(store: Store) -> None:
    today = NOW.date()
    organization = Organization(steady(today - DAY * 100, today), refreshed_at=NOW - timedelta(hours=1))
    rt = runtime(store, organization)
    await sync_costs(rt, NOW)
    assert organization.asked == [(today - DAY * 61, today + DAY)]
    organization.asked.clear()
    await sync_costs(rt, NOW + timedelta(minutes=5))
    assert organization.asked[0] == (today - DAY * 2, today + DAY)
    organization.asked.clear()
    await sync_costs(rt, NOW + timedelta(days=1))
    assert organization.asked[0] == (today + DAY - DAY * 30, today + DAY * 2), "once a day the whole span of revisions"
    days = await days_of(store)
    assert set(days) >= {today - DAY * n for n in range(62)}


async def test_history_is_loaded_a_month_at_a_time_until_there_is_no_more(store: Store) -> None:
    today = NOW.date()
    organization = Organization(steady(today - DAY * 100, today))
    rt = runtime(store, organization)
    await sync_costs(rt, NOW)
    organization.asked.clear()
    while await load_history(rt, NOW):
        pass
    assert all(ends - starts <= DAY * 31 for starts, ends in organization.asked)
    days = await days_of(store)
    assert min(days) == today - DAY * 100, "before the first day with figures nothing is known, which isn't $0"
    organization.asked.clear()
    assert not await load_history(rt, NOW)
    assert organization.asked == []


async def test_a_day_is_closed_only_when_the_figures_reach_its_end(store: Store) -> None:
    today, figures = NOW.date(), steady(NOW.date() - DAY * 2, NOW.date())
    await fill(store, figures, refreshed_at=midnight(today) - timedelta(seconds=1), now=NOW)
    days = await days_of(store)
    assert [days[today - DAY * n].closed for n in (2, 1)] == [True, False]
    await fill(store, figures, refreshed_at=midnight(today), now=NOW)
    assert (await days_of(store))[today - DAY].closed
    assert not (await days_of(store))[today].closed


async def test_the_legacy_report_closes_a_day_an_hour_after_its_end(store: Store) -> None:
    rows = [row(figure) for figure in steady(FRIDAY, FRIDAY)]
    for minutes, closed in ((59, False), (60, True)):
        now = midnight(FRIDAY + DAY) + timedelta(minutes=minutes)
        await load_days(store, pages_of([rows], None, "legacy"), FRIDAY, FRIDAY, now)
        assert (await days_of(store))[FRIDAY].closed is closed


async def test_a_report_that_does_not_say_how_fresh_it_is_closes_a_day_after_a_day(store: Store) -> None:
    rows = [row(figure) for figure in steady(FRIDAY, FRIDAY)]
    for hours, closed in ((23, False), (24, True)):
        now = midnight(FRIDAY + DAY) + timedelta(hours=hours)
        await load_days(store, pages_of([rows], None), FRIDAY, FRIDAY, now)
        assert (await days_of(store))[FRIDAY].closed is closed


async def test_a_quiet_day_within_the_report_is_zero_and_a_day_behind_it_is_unknown(store: Store) -> None:
    today = NOW.date()
    organization = Organization(steady(today - DAY * 5, today - DAY * 3), refreshed_at=midnight(today) - timedelta(hours=1))
    await sync_costs(runtime(store, organization), NOW)
    days = await days_of(store)
    assert days[today - DAY].total == 0
    assert days[today - DAY * 5].total == 100
    assert today not in days
    assert today - DAY * 6 not in days


@pytest.mark.both
async def test_an_empty_organization_leaves_the_ledger_empty(store: Store) -> None:
    await sync_costs(runtime(store, Organization()), NOW)
    assert await days_of(store) == {}


async def test_a_revised_closed_day_is_recorded_and_rows_that_vanished_are_gone(store: Store) -> None:
    await fill(store, [(FRIDAY, PROD, SONNET, "apikey_ingest", DOLLAR), (FRIDAY, LAB, OPUS, "apikey_gone", DOLLAR)])
    later = NOW + timedelta(hours=1)
    await fill(store, [(FRIDAY, PROD, SONNET, "apikey_ingest", 3 * DOLLAR)], later, later)
    async with store.read() as tx:
        revisions = await table.revisions(tx, FRIDAY)
        cells = await table.cells(tx, FRIDAY, FRIDAY)
    assert [(r.old, r.new, r.at) for r in revisions] == [(2, 3, later)]
    assert [c.of(KEY) for c in cells] == ["apikey_ingest"]
    await fill(store, [(FRIDAY, PROD, SONNET, "apikey_ingest", 3 * DOLLAR)], later, later)
    async with store.read() as tx:
        assert len(await table.revisions(tx, FRIDAY)) == 1


async def test_an_open_day_that_grows_is_no_revision(store: Store) -> None:
    noon = midnight(FRIDAY) + timedelta(hours=12)
    await fill(store, steady(FRIDAY, FRIDAY), noon, noon)
    await fill(store, steady(FRIDAY, FRIDAY, 200 * DOLLAR), NOW, NOW)
    async with store.read() as tx:
        assert await table.revisions(tx, FRIDAY) == []


async def test_older_figures_never_replace_fresher_ones(store: Store) -> None:
    await fill(store, steady(FRIDAY, FRIDAY), NOW)
    await fill(store, steady(FRIDAY, FRIDAY, 4 * DOLLAR), NOW - timedelta(hours=1))
    assert await total(store, FRIDAY, FRIDAY) == 100


async def test_what_a_clock_that_ran_ahead_wrote_keeps_nothing_from_being_read_again(store: Store) -> None:
    ahead, figures = NOW + timedelta(days=50), steady(FRIDAY, FRIDAY)
    organization = Organization(figures, refreshed_at=None, source="legacy")
    await sync_costs(runtime(store, organization), ahead)
    assert await total(store, FRIDAY, FRIDAY) == 100
    organization.figures, organization.asked = steady(FRIDAY, FRIDAY, 140 * DOLLAR), []
    await sync_costs(runtime(store, organization), NOW)
    assert organization.asked[0][0] <= NOW.date() - DAY * 30, "as a deep reading"
    assert await total(store, FRIDAY, FRIDAY) == 140


async def test_the_legacy_report_does_not_take_the_keys_from_a_closed_day(store: Store) -> None:
    await fill(store, steady(FRIDAY, FRIDAY))
    rows = [row((FRIDAY, PROD, SONNET, "", 100 * DOLLAR))]
    await load_days(store, pages_of([rows], None, "legacy"), FRIDAY, FRIDAY, NOW)
    async with store.read() as tx:
        assert {c.of(KEY) for c in await table.cells(tx, FRIDAY, FRIDAY)} == {"apikey_ingest", "apikey_evals"}


@pytest.mark.both
async def test_a_load_that_breaks_half_way_leaves_no_half_day(store: Store) -> None:
    before = steady(FRIDAY - DAY, FRIDAY)
    await fill(store, before)
    many: list[Figure] = [(FRIDAY, (PROD, LAB)[n % 2], SONNET, f"apikey_{n}", 4 * DOLLAR) for n in range(50)]
    organization = Organization(many, fails_after_pages=3, refreshed_at=NOW + timedelta(hours=1))
    rt = runtime(store, organization)
    with pytest.raises(UpstreamDown):
        await sync_costs(rt, NOW + timedelta(hours=1))
    assert await total(store, FRIDAY, FRIDAY) == 100
    organization.fails_after_pages = None
    assert await sync_costs(rt, NOW + timedelta(hours=1)) is not None, "the lease was released"
    assert await total(store, FRIDAY, FRIDAY) == 200


@pytest.mark.both
async def test_a_large_load_is_written_while_it_is_read_and_every_day_is_whole(store: Store) -> None:
    days = [FRIDAY - DAY * n for n in range(9, -1, -1)]
    rows = [row((day, PROD, SONNET, f"apikey_{n:02d}", n * CENT)) for day in days for n in range(20)]
    pages = [rows[start : start + 33] for start in range(0, len(rows), 33)]
    loaded = await load_days(store, pages_of(pages), days[0], days[-1], NOW, batch_rows=40)
    assert sorted(loaded.days) == days
    known = await days_of(store)
    assert {known[day].total for day in days} == {Decimal("1.9")}
    async with store.read() as tx:
        assert len(await table.cells(tx, days[0], days[-1])) == 200
    with pytest.raises(OutOfOrder):
        await load_days(store, pages_of(list(reversed(pages))), days[0], days[-1], NOW, batch_rows=40)
    backwards = pages_of(list(reversed(pages)))
    assert len((await load_days(store, backwards, days[0], days[-1], NOW, batch_rows=None)).days) == 10


async def test_rows_of_one_group_are_added_up(store: Store) -> None:
    rows = [row((FRIDAY, PROD, SONNET, "apikey_ingest", CENT)), row((FRIDAY, PROD, SONNET, "apikey_ingest", CENT))]
    await load_days(store, pages_of([rows[:1], rows[1:]]), FRIDAY, FRIDAY, NOW)
    assert await total(store, FRIDAY, FRIDAY) == Decimal("0.02")


async def test_only_the_chosen_workspaces_are_counted(store: Store) -> None:
    await fill(store, steady(FRIDAY, FRIDAY))
    assert await total(store, FRIDAY, FRIDAY, [LAB]) == 25
    assert await total(store, FRIDAY, FRIDAY, ["wrkspc_none"]) == 0


async def test_names_are_kept_by_the_sync_before_it_writes_figures_that_others_tell(store: Store) -> None:
    seen: list[dict[str, str]] = []

    class Watched(Organization):
        async def cost_buckets(self, *args: Any, **more: Any) -> AsyncIterator[Any]:
            async with store.read() as tx:
                seen.append(await names_of(tx, [PROD]))
            async for page in super().cost_buckets(*args, **more):
                yield page

    await sync_costs(runtime(store, Watched(steady(FRIDAY, FRIDAY))), NOW)
    assert seen[0] == {PROD: "Production"}
    async with store.read() as tx:
        assert await names_of(tx, [PROD, "apikey_evals", "user_dana", "apikey_unknown", ""]) == {
            PROD: "Production",
            "apikey_evals": "eval-runs",
            "user_dana": "Dana",
        }


@pytest.mark.both
async def test_one_process_syncs_at_a_time_and_a_dead_one_is_not_waited_for(store: Store) -> None:
    rt = runtime(store, Organization(steady(FRIDAY, FRIDAY)))
    for ago, is_free in ((timedelta(seconds=80), False), (timedelta(seconds=91), True)):
        async with store.write() as tx:
            since = tx.now - ago
            assert await acquire_lease(tx, "sync", since, LASTS)
        assert (await sync_costs(rt, NOW) is not None) is is_free
        async with store.write() as tx:
            await release_lease(tx, "sync", since)


def test_tokens_of_one_group_are_added_up() -> None:
    starts = datetime(2026, 11, 20, tzinfo=UTC)
    one = UsageRow(starts, starts + DAY, PROD, SONNET, None, None, 1, 2, 3, 4, 5, 6, 0)
    [(group, counts)] = usage_by_day([one, one])[FRIDAY].items()
    ids = dict(zip(WHO.dimensions, group, strict=True))
    assert (ids[WORKSPACE], ids[MODEL], ids[KEY]) == (PROD, SONNET, "")
    assert counts == (2, 4, 6, 8, 10, 12)


class LaterUsage(NamedTuple):
    """Tokens as they may look when somebody adds to them: other fields, in another order."""

    output: int
    something_new: str
    requests: int | None
    cache_write_1h: int
    cache_write_5m: int
    api_key_id: str | None
    cache_read: int
    uncached_input: int
    actor: Spender | None
    model: str | None
    workspace_id: str | None
    product: str | None
    starts_at: datetime


def test_tokens_are_read_by_their_fields_wherever_those_stand() -> None:
    later: Any = LaterUsage(5, "?", 6, 4, 3, "k", 2, 1, None, SONNET, PROD, "chat", datetime(2026, 11, 20, tzinfo=UTC))
    [(group, counts)] = usage_by_day([later])[FRIDAY].items()
    ids = dict(zip(WHO.dimensions, group, strict=True))
    assert (ids[WORKSPACE], ids[MODEL], ids[KEY], counts) == (PROD, SONNET, "k", (1, 2, 3, 4, 5, 6))


class OtherRow(NamedTuple):
    """A row as it may look when somebody adds to it: other fields, in another order."""

    token_type: str | None
    requests: int | None
    amount_nanos: int
    api_key_id: str | None
    something_new: str
    list_amount_nanos: int | None
    model: str | None
    workspace_id: str | None
    ends_at: datetime
    product: str | None
    actor: Spender | None
    starts_at: datetime


@pytest.mark.both
async def test_rows_are_read_by_their_fields_wherever_those_stand(store: Store) -> None:
    starts = midnight(FRIDAY)
    dana = Spender("user", "user_dana", "dana@acme.test")
    one: Any = OtherRow(
        "output", 7, 3 * DOLLAR, "apikey_ingest", "?", 4 * DOLLAR, OPUS, PROD, starts + DAY, "chat", dana, starts
    )
    await load_days(store, pages_of([[one]]), FRIDAY, FRIDAY, NOW)
    async with store.read() as tx:
        [cell] = await table.cells(tx, FRIDAY, FRIDAY)
        [stored] = (await tx.session.exec(select(CostDayRow))).all()
    assert (cell.of(WORKSPACE), cell.of(MODEL), cell.of(KEY), cell.amount) == (PROD, OPUS, "apikey_ingest", 3)
    assert (stored.nanos, stored.list_nanos, stored.requests) == (3 * DOLLAR, 4 * DOLLAR, 7)
    assert (stored.actor, stored.product) == ("user_dana", "chat")


@pytest.mark.both
async def test_tokens_are_stored_under_their_names(store: Store) -> None:
    starts = midnight(FRIDAY)
    one = UsageRow(starts, starts + DAY, PROD, SONNET, "k", None, 1, 2, 3, 4, 5, 6, 0)
    async with store.write() as tx:
        await table.replace_usage_days(tx, usage_by_day([one]))
    async with store.read() as tx:
        [stored] = (await tx.session.exec(select(UsageDayRow))).all()
    assert (stored.workspace_id, stored.model, stored.api_key_id) == (PROD, SONNET, "k")
    assert (stored.uncached_input, stored.cache_read, stored.cache_write_5m, stored.cache_write_1h, stored.output) == (
        1,
        2,
        3,
        4,
        5,
    )
