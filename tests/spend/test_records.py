"""Records: every row once, on whichever page and in whichever grouping, and their sum is the total."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from bot.spend.dimensions import KEY, MODEL, WORKSPACE, Dimension
from bot.spend.exports.files import records_file
from bot.spend.exports.load import CantList, all_rows, count, records
from bot.spend.exports.query import RECORDED, RecordsQuery, Selection, words_of_records
from bot.spend.exports.records import record_columns, shown_records
from bot.spend.exports.view import render_records
from bot.spend.ledger import db as table
from bot.spend.model import Filter, LedgerDay, Measures, dollars, in_workspaces
from bot.spend.scope import EVERYTHING, Scope
from bot.store.names import Named, remember
from bot.store.session import Store
from tests.sizes import few
from tests.spend.world import FRIDAY, LAB, NOW, OPUS, PROD, SONNET, runtime

DAYS = [FRIDAY - timedelta(days=n) for n in range(3)]
KEYS = [f"apikey_{n:02}" for n in range(9)]
PERIOD = f"{DAYS[-1]}..{FRIDAY}"
LEGACY = DAYS[-1]


def cost_of(day: date, n: int) -> int:
    return (day.day * 1_000_000_007) // (n + 1) + n


async def filled(store: Store, *, legacy: bool = False) -> None:
    """Three days with nine keys each; one key works in both workspaces, one day is open, one row has tokens alone."""
    costs = {
        day: {
            (PROD if n % 2 else LAB, OPUS if n % 3 else SONNET, "" if legacy and day == LEGACY else key, "", ""): (
                cost_of(day, n),
                None,
                1,
            )
            for n, key in enumerate(KEYS)
        }
        | {(PROD, OPUS, KEYS[0], "", ""): (7, None, 1)}
        for day in DAYS
    }
    usage = {
        day: {
            (LAB, OPUS, "apikey_tokens", "", ""): (1, 2, 3, 4, 5, None),
            (LAB, SONNET, KEYS[0], "", ""): (10, 20, 30, 40, 50, 6),
        }
        for day in DAYS
    }
    facts = [
        LedgerDay(
            day,
            "legacy" if legacy and day == LEGACY else "analytics",
            NOW,
            NOW,
            day != FRIDAY,
            dollars(sum(c[0] for c in costs[day].values())),
        )
        for day in DAYS
    ]
    async with store.write() as tx:
        await table.replace_days(tx, facts, costs)
        await table.replace_usage_days(tx, usage)
        await remember(tx, [Named(PROD, "Production"), Named(LAB, "Research"), Named(KEYS[0], "=cmd|x")], NOW)


async def pages(store: Store, query: RecordsQuery, scope: Scope = EVERYTHING) -> tuple[list[Measures], Measures]:
    """Turn all pages; the table of each adds up to the total."""
    rows, cursor = list[Measures](), ""
    while True:
        found = await records(runtime(store), query, scope, NOW, cursor)
        assert found.total is not None
        rows += found.page.items
        shown = shown_records(found)
        if found.page.items:
            assert sum(value for value in shown.values("cost_usd") if isinstance(value, Decimal)) == found.total.amount
        cursor = found.page.next
        if not cursor:
            return rows, found.total


@pytest.mark.both
@pytest.mark.parametrize("by", few([RECORDED, (), (KEY,), (MODEL, WORKSPACE)], 2))
async def test_every_record_is_on_one_page_and_all_of_them_are_the_total(store: Store, by: tuple[Dimension, ...]) -> None:
    await filled(store)
    for scope in (
        EVERYTHING,
        Scope(workspaces=frozenset({PROD}), keys=frozenset({KEYS[0], KEYS[1], "apikey_tokens"})),
        Scope(),
    ):
        for daily in (True, False) if by else (True,):
            rows, total = await pages(store, RecordsQuery(PERIOD, by, daily=daily), scope)
            assert len({(row.day, *row.ids.items()) for row in rows}) == len(rows)
            assert sum((row.amount for row in rows), Decimal(0)) == total.amount
            assert sum(row.input + row.output for row in rows) == total.input + total.output
            assert [row.day for row in rows] == sorted((row.day for row in rows), reverse=True)
            if daily:
                assert [(-row.day.toordinal(), -row.amount) for row in rows] == sorted(
                    (-row.day.toordinal(), -row.amount) for row in rows
                )


@pytest.mark.both
async def test_a_scope_sees_its_workspaces_and_its_keys_everywhere_and_no_row_twice(store: Store) -> None:
    await filled(store)
    scope = Scope(workspaces=frozenset({PROD}), keys=frozenset({KEYS[0], KEYS[1], "apikey_tokens"}))
    rows, total = await pages(store, RecordsQuery(PERIOD), scope)
    seen = {(row.of(WORKSPACE), row.of(KEY)) for row in rows}
    assert {key for workspace, key in seen if workspace == PROD} == {KEYS[0], *KEYS[1::2]}
    assert {key for workspace, key in seen if workspace == LAB} == {KEYS[0], "apikey_tokens"}
    wanted = sum(cost_of(day, n) for day in DAYS for n in (0, 1, 3, 5, 7)) + 3 * 7
    assert total.amount == dollars(wanted)
    narrowed, only = await pages(store, RecordsQuery(PERIOD, where=in_workspaces("research")), scope)
    assert {row.of(KEY) for row in narrowed} == {KEYS[0], "apikey_tokens"}
    assert only.amount == dollars(sum(cost_of(day, 0) for day in DAYS))


async def rows_of(store: Store, selection: Selection, at_once: int) -> list[Sequence[object]]:
    async with store.read() as tx:
        known = await table.ledger_days(tx, selection.first, selection.last)
        found = await count(tx, selection, EVERYTHING, known)
        return [row async for part in all_rows(tx, selection, found, known, at_once) for row in part]


async def test_a_file_has_what_the_list_has_however_it_is_read(store: Store) -> None:
    await filled(store)
    selection = Selection(DAYS[-1], FRIDAY, RECORDED, {})
    rows = await rows_of(store, selection, 1)
    assert rows == await rows_of(store, selection, 100_000)
    names = [column.name for column in record_columns(selection)]
    told = [dict(zip(names, row, strict=True)) for row in rows]
    listed, total = await pages(store, RecordsQuery(PERIOD))
    assert [one["cost_usd"] for one in told] == [row.amount for row in listed]
    assert sum(one["cost_usd"] for one in told) == total.amount  # pyright: ignore[reportArgumentType, reportCallIssue]
    assert {(one["date"], one["final"]) for one in told} == {(day, "no" if day == FRIDAY else "yes") for day in DAYS}
    assert {one["api_key"] for one in told if one["api_key_id"] == KEYS[0]} == {"=cmd|x"}
    assert {one["requests"] for one in told if one["api_key_id"] == "apikey_tokens"} == {None}


@pytest.mark.parametrize("leaves_out", [False, True])
async def test_where_a_report_tells_no_keys_no_record_of_a_key_reads_as_nothing(store: Store, leaves_out: bool) -> None:
    await filled(store, legacy=True)
    query = RecordsQuery(PERIOD, (MODEL,), (Filter(KEY, ("none",), leaves_out),))
    for asked in (records(runtime(store), query, EVERYTHING, NOW), records_file(runtime(store), query, EVERYTHING, NOW)):
        with pytest.raises(CantList, match="isn't split by key") as why:
            await asked
        assert why.value.refused.instead == words_of_records(replace(query, where=()))


@pytest.mark.parametrize("by", [RECORDED, (KEY,)])
async def test_what_a_report_cant_tell_is_counted_as_it_is_listed(store: Store, by: tuple[Dimension, ...]) -> None:
    await filled(store, legacy=True)
    asked = RecordsQuery(f"{LEGACY}..{LEGACY}", by)
    found = await records(runtime(store), asked, EVERYTHING, NOW)
    assert found.page.total == len((await pages(store, asked))[0]) == len(found.page.items)


@pytest.mark.both
async def test_what_a_report_cant_tell_is_no_use_without_a_key(store: Store) -> None:
    await filled(store, legacy=True)
    found = await records(runtime(store), RecordsQuery(PERIOD, (KEY,), daily=False), EVERYTHING, NOW)
    rows = shown_records(found)
    assert "Not reported by key" in rows.values("api_key_id")
    assert "Console and sign-ins (no key)" not in rows.values("api_key_id")
    assert found.unsplit == (LEGACY,)
    assert "partly from the older cost report" in render_records(found, "claude").text
    daily = await records(runtime(store), RecordsQuery(f"{LEGACY}..{LEGACY}", (KEY,)), EVERYTHING, NOW)
    assert "Not reported by key" in shown_records(daily).values("api_key_id")
    by_model = await records(runtime(store), RecordsQuery(PERIOD, (MODEL,)), EVERYTHING, NOW)
    assert by_model.unsplit == ()
