"""A question is answered from the ledger: narrowed, split twice, counted in tokens, compared; or it is said why it isn't."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlalchemy import inspect

from bot.sandbox.slack.validation import validate_blocks
from bot.slack.charts import MAX_SERIES, chart_block
from bot.spend.ask.figures import figures
from bot.spend.ask.grammar import parse_query, words_of
from bot.spend.ask.scope import CantAnswer
from bot.spend.ask.sums import OTHERS
from bot.spend.ask.view import answer_file, figures_chart, render_cant_answer, render_figures
from bot.spend.dashboard.load import dashboard
from bot.spend.dimensions import KEY
from bot.spend.exports.csv import csv_bytes, file_name
from bot.spend.exports.files import records_file
from bot.spend.exports.load import records
from bot.spend.exports.query import RecordsQuery
from bot.spend.ledger import db as table
from bot.spend.ledger.pages import load_days, midnight
from bot.spend.model import Figures, Filter, SpendQuery
from bot.spend.reports.ask import report
from bot.spend.reports.model import Wanted
from bot.spend.scope import Scope
from bot.spend.table import Column, Table
from bot.spend.visible.db import NotSaid
from bot.store.names import Named, remember
from bot.store.session import Store, Tx
from bot.store.tables import UsageDayRow
from tests.approvals.test_rows import statements
from tests.sizes import few
from tests.spend.world import BUSY, DOLLAR, FRIDAY, LAB, MONTH, NOW, OPUS, PROD, SONNET, fill, pages_of, row, runtime

NAMES = [
    Named(PROD, "Production"), Named(LAB, "Research"),
    Named("apikey_ingest", "ingest-prod"), Named("apikey_evals", "eval-runs"),
]  # fmt: skip


def group(*ids: str) -> Any:
    """Return a group of the table of usage: nothing is told apart by what stands behind the key."""
    columns = inspect(UsageDayRow).primary_key
    return (*ids, *[""] * (len(columns) - 1 - len(ids)))


async def filled(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    async with store.write() as tx:
        await remember(tx, NAMES, NOW)
        usage = {
            group(PROD, OPUS, "apikey_ingest"): (10, 20, 30, 40, 50, 7),
            group(LAB, SONNET, "apikey_evals"): (1, 0, 0, 0, 2, None),
        }
        await table.replace_usage_days(tx, {FRIDAY: usage})


def wanted(text: str) -> SpendQuery:
    found = parse_query(text.split(), ["Production", "Research"], tags={"team": ["core"]})
    assert isinstance(found, SpendQuery), found
    return found


async def ask(store: Store, text: str) -> Figures:
    rt = runtime(store)

    async def tagged() -> list[Any]:
        return [SimpleNamespace(id=PROD, tags={"team": "core"}), SimpleNamespace(id=LAB, tags={})]

    async def none() -> list[Any]:
        return []

    cast("Any", rt).directory = SimpleNamespace(workspaces=tagged, archived_workspaces=none)
    found = await figures(rt, wanted(text), NOW)
    spec = figures_chart(found)
    message = render_figures(found, chart_block(spec) if spec else None)
    assert validate_blocks(message.blocks, "message") == []
    assert sum(one.amount for one in found.breakdown.slices) == (found.total or 0)
    return found


def sentence(found: Figures) -> str:
    return render_figures(found).text.split("\n")[0]


@pytest.mark.both
async def test_a_question_is_narrowed_split_twice_and_compared(store: Store) -> None:
    await filled(store)
    found = await ask(store, "friday by workspace and model in Production model opus key ingest-* vs 2026-11-19")
    assert sentence(found).startswith("*$150.00 in Production, model opus, key `ingest-*`* on Fri 20 Nov (UTC)")
    assert [(one.name, one.and_name, one.amount) for one in found.breakdown.slices if one.amount] == [
        ("Production", "opus-5-5", Decimal(150))
    ]
    assert found.compared == (date(2026, 11, 19), date(2026, 11, 19))
    assert csv_bytes(answer_file(found)).splitlines()[1].split(b",")[4:6] == [b"150.00", b"2026-11-19"]
    assert words_of(found.query) == (
        "friday by workspace and model in Production model opus key ingest-* vs 2026-11-19..2026-11-19"
    )
    assert sentence(await ask(store, "friday model opus")).startswith("*$175.00, model opus* on Fri 20 Nov (UTC)")
    week = sentence(await ask(store, "this week vs same days last week"))
    assert "the same days of the week before had $600.00" in week, "who asks for a comparison gets one of what runs, too"
    both = await ask(store, "7d by key and day over $100")
    assert both.breakdown.slices[-1].name.endswith(" others")
    assert csv_bytes(answer_file(both)).splitlines()[0] == b"key,day,amount_usd,share,as_of,final"


@pytest.mark.parametrize(
    "only", few(["key ingest-*", "key none", "tag team=none", "in Production", "model opus", "tag team=core"], 3)
)
async def test_what_is_asked_for_and_all_without_it_are_the_whole(store: Store, only: str) -> None:
    await filled(store)
    without = f"without {only.removeprefix('in ')}"
    for question in (
        "friday by model and key vs 2026-11-19",
        "7d by workspace top 1",
        "7d by day",
        "friday tokens by model",
    ):
        whole, kept, left = [await ask(store, f"{question} {one}") for one in ("", only, without)]
        assert whole.total == (kept.total or 0) + (left.total or 0), question
        assert whole.before == (None if kept.before is None else kept.before + (left.before or 0)), question
    assert words_of(left.query).endswith(without)
    assert without in sentence(left).replace("`", "")


async def test_tokens_of_no_cost_stay_where_one_type_of_them_is_left_out(store: Store) -> None:
    await filled(store)
    for left, count in (("", 153), ("without token type output", 101), ("token type output", 52)):
        assert (await ask(store, f"friday tokens by model {left}")).total == count, left


@pytest.mark.both
async def test_what_is_left_out_of_what_is_asked_for_is_read_back_and_nothing_is_never_asked_for(store: Store) -> None:
    await filled(store)
    both = await ask(store, "friday by key in Production and Research without Research without model sonnet")
    assert sentence(both).startswith("*$150.00 in Production and Research, without Research, without model sonnet* on Fri")
    assert [one.name for one in both.breakdown.slices] == ["ingest-prod"]
    for text, said in (
        ("friday in Production without Production", "That leaves no workspace."),
        ("friday in Research tag team=core", "That leaves no workspace."),
        ("friday tag team=cor", "I don't know a tag team `cor`."),
    ):
        with pytest.raises(CantAnswer) as why:
            await ask(store, text)
        assert (why.value.said, why.value.instead is not None) == (said, True)


@pytest.mark.both
async def test_a_model_that_cost_nothing_in_these_days_is_nothing_and_never_one_of_a_like_name(store: Store) -> None:
    await filled(store)
    for by in ("workspace", "day", "week", "month", "quarter"):
        assert sentence(await ask(store, f"7d by {by} model opus-5")).startswith("*$0.00, model opus-5* in the 7 days"), by
    assert sentence(await ask(store, "7d tokens by week model claude-opus-5")).startswith("*0 tokens, model claude-opus-5*")


async def test_a_model_that_cost_something_under_another_of_its_names_is_never_nothing(store: Store) -> None:
    cost = (("claude-sonnet-5-20260801", 3 * DOLLAR), (SONNET, DOLLAR), ("claude-3-5-haiku-20241022", DOLLAR))
    await fill(store, [(FRIDAY, PROD, model, "", amount) for model, amount in cost])
    for typed in ("sonnet 5", "sonnet-5", "claude-sonnet-5"):
        assert sentence(await ask(store, f"friday model {typed}")).startswith("*$3.00, model"), typed
    with pytest.raises(CantAnswer, match="I don't know a model `haiku-3-5`"):
        await ask(store, "friday model haiku-3-5")


async def test_tokens_and_requests_are_counted_and_what_no_report_counts_is_not_known(store: Store) -> None:
    await filled(store)
    tokens = await ask(store, "friday tokens by token type in Production")
    assert sentence(tokens) == "*150 tokens in Production* on Fri 20 Nov (UTC)", "last Friday's weren't read"
    assert [(one.name, one.amount) for one in tokens.breakdown.slices][:2] == [
        ("Output", 50), ("Cache write (1 h)", 40),
    ]  # fmt: skip
    requests = await ask(store, "friday requests by key")
    assert sentence(requests).startswith("Not all requests on Fri 20 Nov (UTC) are known")
    rows = next(block for block in render_figures(requests).blocks if block["type"] == "table")["rows"]
    assert [[cell["text"] for cell in one[:2]] for one in rows[1:]] == [["ingest-prod", "7"], ["eval-runs", "not known"]]


async def test_workspaces_are_grouped_by_a_tag_and_the_untagged_are_named(store: Store) -> None:
    await filled(store)
    found = await ask(store, "friday by tag team")
    assert [(one.name, one.amount) for one in found.breakdown.slices] == [("core", 150), ("Untagged", 25)]
    assert "untagged: Research" in render_figures(found).text


async def test_what_has_no_answer_says_why_and_offers_the_nearest(store: Store) -> None:
    await filled(store)
    for text, why, instead in (
        ("7d by hour", "I can by day", "7d by day"),
        ("7d key ingset-prod", "I don't know a key `ingset-prod`", "7d key ingest-prod"),
        ("7d model opsu-5-5", "I don't know a model `opsu-5-5`", "7d model opus-5-5"),
        ("december last year vs december", "Both are 1–31 Dec 2025", "december last year"),
        ("7d requests by token type", "Requests aren't told by token type", "7d tokens by token type"),
        ("7d requests token type output", "Requests aren't told by token type", "7d tokens token type output"),
        ("7d requests by cost type", "Requests aren't told by cost type", "7d tokens by cost type"),
    ):
        with pytest.raises(CantAnswer) as caught:
            await ask(store, text)
        message = render_cant_answer(caught.value.said, caught.value.instead, "claude")
        assert validate_blocks(message.blocks, "message") == []
        assert why in message.text
        assert message.blocks[-1]["elements"][0]["value"] == instead


@pytest.mark.both
@pytest.mark.parametrize("measure", ["tokens", "requests"])
async def test_what_was_not_read_beside_money_is_not_known_and_never_zero(store: Store, measure: str) -> None:
    await fill(store, [*MONTH, *BUSY])
    assert sentence(await ask(store, f"friday {measure} by key")).startswith(
        f"Not all {measure} on Fri 20 Nov (UTC) are known"
    )


async def test_days_whose_tokens_were_not_read_are_missing_from_a_sum_of_tokens_alone(store: Store) -> None:
    await filled(store)
    found = await ask(store, "7d tokens")
    assert sentence(found) == "*153 tokens* in the 7 days 14–20 Nov · no data yet for 6 days (14–19 Nov)"
    assert not (await ask(store, "7d")).missing


@pytest.mark.both
@pytest.mark.parametrize("measure", ["tokens", "requests"])
async def test_of_many_keys_a_chart_reads_the_largest_and_all_others_as_one(store: Store, measure: str) -> None:
    await fill(store, MONTH)
    before = FRIDAY - timedelta(days=1)
    async with store.write() as tx:
        of_day = {group(PROD, OPUS, f"apikey_{n:02d}"): (n, 0, 0, 0, 1, n + 1) for n in range(40)}
        await table.replace_usage_days(tx, {FRIDAY: of_day, before: of_day})
    found = await ask(store, f"{before}..{FRIDAY} {measure} by key")
    assert found.total == 2 * sum(range(1, 41))
    assert len(found.breakdown.slices) == 40
    names = [one for one, _ in found.series.names]
    assert (len(names), names[-1]) == (MAX_SERIES, OTHERS)
    assert sum(sum(day.parts.values()) for day in found.series.days if day.parts) == found.total


async def test_a_chart_looks_up_the_days_of_its_largest_keys_instead_of_reading_all_of_each_day(store: Store) -> None:
    await fill(store, MONTH)
    async with statements(store.engine) as seen:
        await ask(store, "30d by key")
    looks = [(one, given) for one, given in seen if "cost_day.day IN" in one]
    assert looks
    if store.dialect == "sqlite":  # PostgreSQL reads so few rows in any order
        async with store.read() as tx:
            plans = [str(row) for one, given in looks for row in await plan(tx, one, given)]
        assert "PRIMARY KEY (day=? AND workspace_id=? AND model=? AND api_key_id=?)" in " ".join(plans)


@pytest.mark.parametrize("measure", ["dollars", "tokens"])
async def test_months_are_read_as_such_and_are_the_sums_of_their_days(store: Store, measure: str) -> None:
    await fill(store, [*MONTH, *BUSY])
    async with store.write() as tx:
        of_day = {group(PROD, OPUS, f"apikey_{n:02d}"): (n, 0, 0, 0, 1, n + 1) for n in range(3)}
        await table.replace_usage_days(tx, {FRIDAY - timedelta(days=n): of_day for n in range(29)})
    days, sums = await ask(store, f"30d {measure} by day and key"), dict[tuple[str, str], Decimal]()
    for part in days.breakdown.slices:
        day, _, key = part.id.partition("\t")
        sums[f"{day[:7]}-01", key] = sums.get((f"{day[:7]}-01", key), Decimal(0)) + part.amount
    async with statements(store.engine) as seen:
        months = await ask(store, f"30d {measure} by month and key")
    assert {tuple(one.id.split("\t")): one.amount for one in months.breakdown.slices} == sums
    assert [one.amount for one in months.series.days] == [
        sum(amount for (month, _), amount in sums.items() if month == f"{one.day}") for one in months.series.days
    ]
    assert len(months.series.days) == 2
    assert not [one for one, _ in seen if one.startswith(("SELECT cost_day.day", "SELECT usage_day.day"))]


async def plan(tx: Tx, statement: str, parameters: Any) -> list[tuple[Any, ...]]:
    found = await tx.connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", tuple(parameters))
    return [tuple(row) for row in found.all()]


@pytest.mark.both
async def test_where_a_report_tells_no_keys_a_key_never_reads_as_nothing(store: Store) -> None:
    async with store.write() as tx:
        await remember(tx, NAMES, NOW)
    await load_days(store, pages_of([[row(one) for one in BUSY]], None, "legacy"), FRIDAY, FRIDAY, midnight(NOW.date()))
    with pytest.raises(CantAnswer, match="isn't split by key"):
        await ask(store, "friday key ingest-prod")
    tokens = await ask(store, "friday tokens by key")
    assert {one.name for one in tokens.breakdown.slices} <= {"Not reported by key"}


async def test_where_a_report_names_no_keys_nobodys_own_read_as_nothing(store: Store) -> None:
    await load_days(store, pages_of([[row(one) for one in BUSY]], None, "legacy"), FRIDAY, FRIDAY, midnight(NOW.date()))
    rt, keys = runtime(store), Scope(keys=frozenset({"apikey_ingest"}), people=frozenset({"user_noah"}))

    async def no_limits() -> None:
        return None

    cast("Any", rt).directory = SimpleNamespace(spend_limits=no_limits)
    lists = RecordsQuery("friday", own=True)
    for asked in (
        figures(rt, wanted("friday"), NOW, None, keys), records(rt, lists, keys, NOW), records_file(rt, lists, keys, NOW),
        report(rt, Wanted("models", "friday"), keys, NOW), dashboard(rt, keys, NOW),
    ):  # fmt: skip
        with pytest.raises(NotSaid, match="names no keys"):
            await asked
    found = await figures(rt, wanted("friday"), NOW, None, replace(keys, workspaces=frozenset({LAB})))
    assert (found.total, found.only) == (25, "only your workspaces, because the report of these days names no keys")


@pytest.mark.parametrize("which", ["key ingest-prod", "without key ingest-prod"])
async def test_a_key_isnt_compared_with_days_whose_report_tells_no_keys(store: Store, which: str) -> None:
    week, before = ([one for one in MONTH if (FRIDAY - one[0]).days in days] for days in (range(7), range(7, 14)))
    await load_days(store, pages_of([[row(one) for one in before]], None, "legacy"), before[0][0], before[-1][0], NOW)
    await load_days(store, pages_of([[row(one) for one in week]]), week[0][0], FRIDAY, NOW)
    async with store.write() as tx:
        await remember(tx, NAMES, NOW)
    found = await ask(store, f"2026-11-14 to 2026-11-20 {which}")
    assert (found.before, {one.before for one in found.breakdown.slices}) == (None, {None})
    assert "days before" not in sentence(found)
    against = await ask(store, f"2026-11-14 to 2026-11-20 {which} vs 2026-11-07 to 2026-11-13")
    assert sentence(against).endswith("7–13 Nov 2026: not all of its days are known, final and split like this")


async def test_a_question_that_no_button_can_carry_is_answered_without_them(store: Store) -> None:
    await filled(store)
    found = await ask(store, "friday by key")
    long = replace(found.query, where=(Filter(KEY, tuple(f"{n}{'k' * 250}" for n in range(9))),))
    message = render_figures(replace(found, query=long))
    assert validate_blocks(message.blocks, "message") == []
    assert [block["type"] for block in message.blocks] == ["section", "table", "context", "context"]


def test_a_file_says_what_it_holds_and_runs_no_formula() -> None:
    formula = Table((Column("name", "Key", "text"), Column("amount", "Amount", "money")), (("=1+1", None),), NOW)
    assert csv_bytes(formula).splitlines()[1].startswith(b"'=1+1,,")
    assert file_name("spend", FRIDAY, FRIDAY, ["tag Cost/Centre"]) == "spend-2026-11-20-by-tag-cost-centre.csv"
