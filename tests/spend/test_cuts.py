"""The cuts of the same money and tokens never disagree, whatever was read of each, in whatever order."""

import random
from collections.abc import AsyncIterator, Iterable, Sequence
from datetime import timedelta
from itertools import combinations

import pytest
from sqlalchemy import update

from bot.admin.rows import CostBucket, CostRow, Report, Spender, UsageRow
from bot.spend.ask.splits import TIMES
from bot.spend.ask.together import not_together
from bot.spend.dimensions import (
    ASKED,
    CONTEXT,
    COST_TYPE,
    KEY,
    MODEL,
    PERSON,
    PRODUCT,
    TIER,
    TOKEN_TYPE,
    UNREPORTED,
    UNSPLIT,
    WORKSPACE,
    Dimension,
)
from bot.spend.ledger import db as table
from bot.spend.ledger.cuts import BOTH, SHARED, WHAT, WHEN, WHO, Cut, NotSplit, cut_of, hourly_cut_of
from bot.spend.ledger.measures.db import TOKEN_CLASSES, measures
from bot.spend.ledger.pages import load_days, load_parts, midnight, usage_by_day
from bot.spend.ledger.parts.db import CUTS, days_to_tell_apart, note_reading, replace_usage_parts
from bot.spend.ledger.parts.fit import ROUNDING, are_close, fitted
from bot.spend.ledger.parts.sync import tell_rest_apart
from bot.spend.ledger.sync import sync_costs
from bot.spend.model import nanos
from bot.store.names import names_of
from bot.store.session import Store, Tx
from bot.store.tables import LedgerDayRow
from tests.admin.buckets import in_buckets
from tests.sizes import few
from tests.spend.world import CENT, DAY, DOLLAR, FRIDAY, LAB, NOW, OPUS, PROD, SONNET, Organization, runtime, steady

MINUTES = timedelta(minutes=1)
TYPES = [("tokens", kind) for kind in TOKEN_CLASSES] + [("web_search", None)]


def cost_rows(dice: random.Random, count: int) -> list[CostRow]:
    """Return what a day cost, split by everything at once."""
    starts, people = midnight(FRIDAY), [None, Spender("user", "user_dana"), Spender("api", "apikey_a")]
    rows: list[CostRow] = []
    for _ in range(count):
        paid, (kind, token) = dice.choice([1, 7, CENT, 3 * DOLLAR, -DOLLAR]), dice.choice(TYPES)
        model, key = dice.choice([OPUS, SONNET, None]), dice.choice(["k1", "k2", None])
        row = CostRow(starts, starts + DAY, dice.choice([PROD, LAB]), model, key, dice.choice(people), kind, token, paid)
        row = row._replace(
            list_amount_nanos=dice.choice([paid, paid * 2, None]), requests=1, product=dice.choice(["chat", None])
        )
        tier, context = dice.choice(["standard", "batch"]), dice.choice(["0-200k", "200k-1M"])
        rows.append(row._replace(service_tier=tier, context_window=context))
    return rows


def usage_rows(dice: random.Random, count: int) -> list[UsageRow]:
    rows: list[UsageRow] = []
    for one in cost_rows(dice, count):
        a, b, c, d, e = (dice.randint(0, 9) for _ in TOKEN_CLASSES)
        ids = one.workspace_id, one.model, one.api_key_id
        row = UsageRow(one.starts_at, one.ends_at, *ids, one.actor, a, b, c, d, e, 3, 0, one.product)
        rows.append(row._replace(service_tier=one.service_tier, context_window=one.context_window))
    return rows


async def one_page(
    rows: Iterable[CostRow], group_by: tuple[str, ...], source: str = "analytics"
) -> AsyncIterator[Report[CostBucket]]:
    yield Report(in_buckets(rows, group_by), NOW, source)  # pyright: ignore[reportArgumentType]


async def read_who(store: Store, rows: list[CostRow], source: str = "analytics") -> None:
    await load_days(store, one_page(rows, WHO.cost_group_by, source), FRIDAY, FRIDAY, NOW)


async def read_parts(store: Store, rows: list[CostRow], source: str = "analytics", cuts: Sequence[Cut] = CUTS) -> None:
    for cut in cuts:
        await load_parts(store, one_page(rows, cut.cost_group_by, source), FRIDAY, FRIDAY, NOW, cut=cut)


def groupings() -> list[tuple[Dimension, ...]]:
    """Return every way of asking by up to two dimensions that some report gives."""
    found: list[tuple[Dimension, ...]] = []
    for size in range(3):
        for by in combinations(ASKED, size):
            try:
                cut_of(by)
            except NotSplit:
                continue
            found.append(by)
    return found


async def check_equal(store: Store, ways: list[tuple[Dimension, ...]]) -> None:
    """Assert that each way of asking has the day's total, and each shared group the same amount in all cuts."""
    async with store.read() as tx:
        total = (await table.ledger_days(tx, FRIDAY, FRIDAY))[FRIDAY].total
        tokens = sum(one.input + one.output for one in await measures(tx, FRIDAY, FRIDAY, ()))
        for by in ways:
            found = await measures(tx, FRIDAY, FRIDAY, by)
            assert sum(cell.amount for cell in await table.cells(tx, FRIDAY, FRIDAY, by)) == total, by
            assert (sum(one.amount for one in found), sum(one.input + one.output for one in found)) == (total, tokens), by
        for cut in CUTS:
            whole = await summed_by(tx, cut.shared, cut.shared)
            assert await summed_by(tx, cut.shared, (*cut.shared, TIER)) == whole, cut


async def summed_by(tx: Tx, shared: tuple[Dimension, ...], by: tuple[Dimension, ...]) -> dict[tuple[str, ...], int]:
    """Return what each group by `shared` cost that isn't 0, added up from an answer by more."""
    found: dict[tuple[str, ...], int] = {}
    for cell in await table.cells(tx, FRIDAY, FRIDAY, by):
        key = tuple(cell.of(one) for one in shared)
        found[key] = found.get(key, 0) + nanos(cell.amount)
    return {key: amount for key, amount in found.items() if amount}


@pytest.mark.both
@pytest.mark.parametrize("seed", few(range(2)))
async def test_every_way_of_asking_has_the_same_total_whatever_was_read_in_whatever_order(store: Store, seed: int) -> None:
    dice = random.Random(seed)
    ways = groupings()
    rows, usage = cost_rows(dice, 30), usage_rows(dice, 20)
    await read_who(store, rows)
    for _ in range(6):
        match dice.randrange(5):
            case 0:
                rows = rows + cost_rows(dice, 4)  # late data, revisions up and down
                await read_who(store, rows)
            case 1:
                await read_parts(store, rows)
            case 2:
                await read_parts(store, dice.sample(rows, len(rows) // 2), cuts=[dice.choice(CUTS)])
            case 3:
                days = usage_by_day(usage if dice.random() < 0.7 else usage[:5])
                async with store.write() as tx:
                    await table.replace_usage_days(tx, days)
            case _:
                async with store.write() as tx:
                    cut = dice.choice(CUTS)
                    await replace_usage_parts(tx, usage_by_day(dice.sample(usage, 12), cut), cut)
        await check_equal(store, dice.sample(ways, 3))
    await read_parts(store, rows)
    await check_equal(store, ways if seed == 0 else ways[:3])
    async with store.read() as tx:
        for by in ((TIER,), (PERSON, TIER)):
            assert UNSPLIT not in {cell.of(TIER) for cell in await table.cells(tx, FRIDAY, FRIDAY, by) if cell.amount}


def test_a_question_is_answered_from_a_cut_that_has_all_of_it() -> None:
    for by, cut in (
        ((), WHO), (SHARED, WHO), ((PERSON, KEY), WHO), ((PRODUCT,), WHO), ((TIER, MODEL), WHAT), ((TOKEN_TYPE, KEY), WHAT),
        ((COST_TYPE, CONTEXT, WORKSPACE), WHAT), ((MODEL, TIER, PERSON), BOTH), ((TOKEN_TYPE, PRODUCT), BOTH),
        ((WORKSPACE, PERSON, PRODUCT, TIER, COST_TYPE), BOTH),
    ):  # fmt: skip
        assert cut_of(by) is cut
    for by, cut in (((KEY, PERSON), WHO), ((TIER, MODEL), WHEN), ((PRODUCT, TOKEN_TYPE, CONTEXT), WHEN)):
        assert hourly_cut_of(by) is cut
    for find, by, sentence in (
        (cut_of, (CONTEXT, PERSON), "Spend can't be split by context and person at once. Ask by one of them."),
        (cut_of, (MODEL, TIER, KEY, PERSON), "Spend can't be split by tier, key and person at once. Leave one of them out."),
        (hourly_cut_of, (KEY, TIER), "Spend can't be split by key, tier and hour at once. Leave one of them out."),
    ):  # fmt: skip
        with pytest.raises(NotSplit) as raised:
            find(by)
        assert raised.value.sentence == sentence


def test_any_two_splits_go_together_but_context_windows_with_who() -> None:
    refused = [by for by in combinations((*ASKED, *TIMES), 2) if not_together(by)]
    assert refused == [(PERSON, CONTEXT), (PRODUCT, CONTEXT)]


def test_what_a_cut_shares_with_who_comes_first_in_it() -> None:
    for cut in (WHAT, BOTH, WHEN):
        assert cut.dimensions == (*cut.shared, *cut.own), cut
        assert len(cut.dimensions) <= 5, "a report takes no more (admin-api.md §4.10)"


async def test_what_is_not_told_apart_yet_says_so_and_is_read_again(store: Store) -> None:
    rows = [row._replace(amount_nanos=DOLLAR) for row in cost_rows(random.Random(1), 9)]
    await read_who(store, rows)
    assert await due(store, 0) == [FRIDAY], "nothing is told apart"
    async with store.write() as tx:
        await note_reading(tx, FRIDAY, FRIDAY, NOW)
    await read_parts(store, rows[:5])
    async with store.read() as tx:
        [rest] = [one for one in await table.cells(tx, FRIDAY, FRIDAY, (COST_TYPE,)) if one.of(COST_TYPE) == UNSPLIT]
    assert (rest.amount, COST_TYPE.label(UNSPLIT, {})) == (4, "Not split yet")
    assert [await due(store, minutes) for minutes in (29, 30)] == [[], [FRIDAY]]
    await read_parts(store, [])
    async with store.read() as tx:
        by_tier = await table.cells(tx, FRIDAY, FRIDAY, (TIER,))
    assert sum(one.amount for one in by_tier if one.of(TIER) != UNSPLIT) == 5, "an empty answer takes nothing back"
    await read_parts(store, rows)
    assert await due(store, 10_000) == []


async def due(store: Store, minutes: int) -> list[object]:
    async with store.read() as tx:
        return [*await days_to_tell_apart(tx, FRIDAY, FRIDAY, NOW + MINUTES * minutes)]


@pytest.mark.both
async def test_a_source_that_changes_in_the_middle_takes_its_parts_along(store: Store) -> None:
    rows = cost_rows(random.Random(2), 9)
    plain = [row._replace(api_key_id=None, actor=None, product=None, requests=None) for row in rows]
    await read_who(store, plain, "legacy")
    await read_parts(store, plain, "legacy")
    async with store.read() as tx:
        assert UNSPLIT not in {one.of(TIER) for one in await table.cells(tx, FRIDAY, FRIDAY, (TIER,))}
        [nobody] = await table.cells(tx, FRIDAY, FRIDAY, (PERSON,))
        assert await table.cells(tx, FRIDAY, FRIDAY, (MODEL,), where={PERSON: [""]}) == []
    assert (nobody.of(PERSON), PERSON.label(UNREPORTED, {})) == (UNREPORTED, "Not reported by person")
    await read_who(store, rows)
    await check_equal(store, [(TIER, TOKEN_TYPE), (PERSON, KEY), (PERSON, TIER)])
    async with store.read() as tx:
        assert {one.of(TIER) for one in await table.cells(tx, FRIDAY, FRIDAY, (TIER,))} == {UNSPLIT}
    await read_parts(store, plain, "legacy")
    async with store.read() as tx:
        by_tier = await table.cells(tx, FRIDAY, FRIDAY, (TIER,))
    assert {one.of(TIER) for one in by_tier} == {UNSPLIT}, "the second report can't tell the first one's money apart"
    await read_parts(store, rows)
    await check_equal(store, [(TIER, TOKEN_TYPE), (PERSON, KEY), (PERSON, TIER)])


@pytest.mark.both
async def test_tokens_are_split_by_their_type_and_filtered_by_it(store: Store) -> None:
    rows, usage = cost_rows(random.Random(3), 9), usage_rows(random.Random(3), 9)
    await read_who(store, rows)
    await read_parts(store, rows)
    async with store.write() as tx:
        await table.replace_usage_days(tx, usage_by_day(usage))
        for cut in CUTS:
            await replace_usage_parts(tx, usage_by_day(usage, cut), cut)
    async with store.read() as tx:
        by_type = {one.of(TOKEN_TYPE): one for one in await measures(tx, FRIDAY, FRIDAY, (TOKEN_TYPE,))}
        [output] = await measures(tx, FRIDAY, FRIDAY, (), {TOKEN_TYPE: ["output_tokens"]})
        [searched] = await measures(tx, FRIDAY, FRIDAY, (), {COST_TYPE: ["web_search"]})
        by_tier = await measures(tx, FRIDAY, FRIDAY, (TIER,))
        by_both = await measures(tx, FRIDAY, FRIDAY, (PERSON, TIER))
    written = sum(row.output for row in usage)
    assert (by_type["output_tokens"].output, by_type["output_tokens"].input) == (written, 0)
    assert (output.output, output.input, output.requests) == (written, 0, None)
    assert (searched.output, searched.input, searched.requests) == (0, 0, None)
    for found in (by_tier, by_both):
        assert sum(one.requests or 0 for one in found) == 27, "requests are known by tier"


async def test_people_are_named_by_the_rows_and_deleted_ones_keep_their_names(store: Store) -> None:
    gone = Spender("user", "user_gone", "ada@acme.test", "Ada", deleted=True)
    people = [gone, gone._replace(id="user_mail", name=None), Spender("federated", "repo:acme/ci"), None]
    rows = [row._replace(actor=one) for row, one in zip(cost_rows(random.Random(4), 4), people, strict=True)]
    await read_who(store, rows)
    async with store.read() as tx:
        ids = {one.of(PERSON) for one in await table.cells(tx, FRIDAY, FRIDAY, (PERSON,))}
        names = await names_of(tx, ids)
    assert {PERSON.label(one, names) for one in ids} == {"Ada", "ada@acme.test", "repo:acme/ci", "No person or key"}


async def test_the_sync_reads_all_cuts_and_reads_again_what_it_could_not_tell_apart(store: Store) -> None:
    organization = Organization(steady(FRIDAY - DAY * 3, FRIDAY), page_rows=1000)
    await sync_costs(runtime(store, organization), NOW)
    async with store.read() as tx:
        for by in ((TIER,), (PERSON, TIER)):
            assert UNSPLIT not in {one.of(TIER) for one in await table.cells(tx, FRIDAY - DAY, FRIDAY, by)}


async def test_a_year_that_is_told_apart_again_leaves_time_for_the_rest_of_a_run(store: Store) -> None:
    rt = runtime(store, Organization(steady(FRIDAY - DAY * 19, FRIDAY), page_rows=1000))
    await sync_costs(rt, NOW)
    async with store.write() as tx:  # as an upgrade leaves it
        await tx.execute(update(LedgerDayRow).values(rest_nanos=DOLLAR, parts_at=None))
    left: list[list[object]] = []
    for _ in range(3):
        await tell_rest_apart(rt, NOW, seconds=0)
        async with store.read() as tx:
            left.append([*await days_to_tell_apart(tx, FRIDAY - DAY * 30, FRIDAY, NOW)])
    week = [FRIDAY - DAY * n for n in range(19, -1, -1)]
    assert left == [week[:14], week[:7], []]


def test_labels_are_words() -> None:
    for dimension, value, label in (
        (TIER, "priority_on_demand", "Priority on demand"), (CONTEXT, "200k-1M", "200k to 1M tokens"),
        (PRODUCT, "claude_code", "Claude Code"), (PRODUCT, "something_new", "Something new"),
        (TOKEN_TYPE, "output_tokens", "Output"), (COST_TYPE, "web_search", "Web search"),
        (PERSON, "user_01abcd", "Member …abcd"), (PERSON, "someone@acme.test", "someone@acme.test"),
        (PERSON, "svac_01gzNk", "Service account …gzNk"), (PERSON, "apikey_01abcd", "Key …abcd"),
    ):  # fmt: skip
        assert dimension.label(value, {}) == label
    assert all(one.missing for one in ASKED)


def test_the_largest_part_takes_a_rounding_and_no_more() -> None:
    parts = {("a", "x"): (5, 5, None), ("a", "y"): (9, None, None), ("b", "x"): (1, 1, None)}
    wholes = {"a": (17, 20, None), "b": (1 + 2 * ROUNDING, 1, None)}
    found = fitted(parts, wholes, lambda part: part[0])
    assert found == {("a", "x"): (5, 5, None), ("a", "y"): (12, None, None), ("b", "x"): (1, 1, None)}
    assert are_close({"a": (1, 2, 3)}, {"a": (2, 1, 3)})
    for other in ({}, {"a": (1, 2, 4)}, {"a": (1, None, 3)}, {"a": (1 + 2 * ROUNDING, 2, 3)}):
        assert not are_close({"a": (1, 2, 3)}, other)
