"""A dimension is one entry: what this file adds here is asked for, summed, drawn and offered like the others."""

from collections.abc import Mapping

import pytest
from msgspec import convert

from bot.admin import legacy
from bot.admin.dimensions import COST_DIMENSIONS
from bot.admin.reports import cost_rows, usage_rows
from bot.admin.shapes import CostItem, UsageItem
from bot.commands.parse import find_command, parse
from bot.sandbox.slack.validation import validate_blocks
from bot.spend.ask.figures import figures
from bot.spend.ask.grammar import NotUnderstood, parse_query
from bot.spend.ask.periods import first_words
from bot.spend.ask.view import figures_chart, render_figures
from bot.spend.ask.words import plain
from bot.spend.digests.build import build_digest
from bot.spend.digests.figures import digest_input
from bot.spend.digests.view import render_thread
from bot.spend.dimensions import ASKED, DIMENSIONS, KEY, PERSON, Dimension
from bot.spend.ledger.cuts import WHAT, WHO, cut_of
from bot.spend.ledger.pages import load_days, midnight
from bot.spend.ledger.sources import LEGACY
from bot.spend.model import PERIODS, SpendQuery
from bot.store.session import Store
from bot.store.tables import CostDayRow, CostPartRow, UsageDayRow, UsagePartRow
from tests.spend.world import BUSY, FRIDAY, MONTH, NOW, fill, pages_of, row, runtime, subscribe


def family(model: str, _: Mapping[str, str]) -> str:
    return model.split("-")[1].title()


FAMILY = Dimension("family", "Family", "model", "product", "No family", ("families", "model family"), family)
WITH_FAMILY = (*DIMENSIONS, FAMILY)
MIDNIGHT = "2026-11-20T00:00:00Z"
USAGE = {
    "uncached_input_tokens": 1, "cache_read_input_tokens": 1, "output_tokens": 1,
    "cache_creation": {"ephemeral_5m_input_tokens": 1, "ephemeral_1h_input_tokens": 1},
    "server_tool_use": {"web_search_requests": 0},
}  # fmt: skip


@pytest.mark.parametrize("typed", ["by family", "by families", "by model family"])
def test_its_words_are_understood(typed: str) -> None:
    assert parse_query(typed.split(), dimensions=WITH_FAMILY) == SpendQuery(by=FAMILY)
    near = parse_query(["7d", "by", "familly"], dimensions=WITH_FAMILY)
    assert isinstance(near, NotUnderstood)
    assert near.suggestion == "7d by family"


async def test_its_answer_has_its_heading_its_labels_its_chart_and_leads_to_the_others(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    found = await figures(runtime(store), SpendQuery("7d", FAMILY), NOW)
    message = render_figures(found, dimensions=WITH_FAMILY)
    assert validate_blocks(message.blocks, "message") == []
    [rows] = [block["rows"] for block in message.blocks if block["type"] == "table"]
    assert [one[0]["text"] for one in rows] == ["Family", "Sonnet", "Opus"]
    chart = figures_chart(found)
    assert chart is not None
    assert (chart.title, [one.name for one in chart.series]) == ("Spend by family (USD)", ["Sonnet", "Opus"])
    assert offered(message.blocks) == [*(f"By {one.name}" for one in DIMENSIONS), "By day"]
    by_key = render_figures(await figures(runtime(store), SpendQuery("7d", KEY), NOW), dimensions=WITH_FAMILY)
    assert offered(by_key.blocks) == [*(f"By {one.name}" for one in WITH_FAMILY if one != KEY), "By day"]
    assert by_key.blocks[-2]["elements"][-2]["value"] == "7d by family"


def offered(blocks: list[dict[str, object]]) -> list[str]:
    """Return the dimensions that an answer's buttons lead to."""
    elements: list[dict[str, dict[str, str]]] = blocks[-2]["elements"]  # pyright: ignore[reportAssignmentType]
    return [one["text"]["text"] for one in elements if one["text"]["text"].startswith("By ")]


async def test_a_digest_is_broken_down_by_it(store: Store) -> None:
    await fill(store, [*MONTH, *BUSY])
    given = await digest_input(runtime(store), await subscribe(store), FRIDAY)
    parts = [part for _, part in render_thread(build_digest(given, WITH_FAMILY), 7)]
    assert [part.text.split(":")[0] for part in parts] == [f"*By {one.name}* on Fri 20 Nov" for one in WITH_FAMILY]
    assert parts[-1].text == "*By family* on Fri 20 Nov: Opus $175.00 (100 %)"


@pytest.mark.both
async def test_where_a_report_cannot_split_by_it_the_part_says_so(store: Store) -> None:
    rows = [row(figure) for figure in BUSY]
    await load_days(store, pages_of([rows], None, "legacy"), FRIDAY, FRIDAY, midnight(NOW.date()))
    found = await figures(runtime(store), SpendQuery(by=FAMILY), NOW)
    assert [(part.name, part.amount) for part in found.breakdown.slices] == [("Not reported by family", 175)]


@pytest.mark.parametrize("dimension", ASKED, ids=lambda one: one.name)
def test_an_entry_fits_the_ledger_the_reports_and_the_usage_text(dimension: Dimension) -> None:
    cut = cut_of([dimension])
    tables = (CostDayRow, UsageDayRow) if cut is WHO else (CostPartRow, UsagePartRow)
    for table in tables[: 1 if dimension in cut.by_money else 2]:
        assert dimension.column in table.model_fields, f"bot/store/tables/ledger.py: {table.__name__} has no such column"
    assert dimension.api_name in COST_DIMENSIONS, "the reports can't be grouped by it"
    assert dimension.api_name in cut.cost_group_by
    assert len(cut.group_by) <= 5, "a report is split by five dimensions at most"
    typed = [word for one in ASKED for word in one.typed]
    assert sorted(typed) == sorted(set(typed)), "a word means one dimension"
    assert all(len(word.split()) <= 2 for word in dimension.typed)


@pytest.mark.parametrize("dimension", [one for one in ASKED if one != PERSON], ids=lambda one: one.name)
def test_the_rows_of_both_reports_have_what_the_report_says_of_it(dimension: Dimension) -> None:
    item = {"starting_at": MIDNIGHT, "ending_at": MIDNIGHT, "group": {dimension.api_name: "x"}}
    cost = {"amount": "1", "list_amount": "1", "currency": "USD"}
    costs = cost_rows([convert(item | {"cost": cost}, CostItem)])
    usages = usage_rows([convert(item | {"usage": USAGE}, UsageItem)])
    for row_of_report in (*costs, *(usages if dimension not in WHAT.by_money else ())):
        kind = type(row_of_report)
        assert dimension.column in kind._fields, f"bot/admin/rows.py: {kind.__name__} has no such field"
        # Cost rows are made without their class's own checks, so one may be too short.
        read = dict(zip(kind._fields, row_of_report, strict=False))
        assert read.get(dimension.column) == "x", f"bot/admin/shapes.py and reports.py don't read it into a {kind.__name__}"


def test_the_usage_text_names_every_period_and_every_dimension() -> None:
    command = find_command("spend")
    assert command is not None
    wanted = f"[{' | '.join((*PERIODS, 'october', '3 Oct to 17 Oct'))}] [by {' | '.join(one.name for one in DIMENSIONS)}]"
    assert command.subcommands[0].usage.startswith(wanted)
    assert command.usage_hint.startswith(wanted)
    assert set(first_words()) <= set(command.subcommands[0].also)
    assert all(parse("/claude-spend", one).subcommand == command.subcommands[0] for one in (*PERIODS, "45d", "3 Oct"))


def test_the_second_report_splits_by_what_its_source_says() -> None:
    span = midnight(FRIDAY), midnight(NOW.date())
    plan = legacy.plan("cost", span, sorted(COST_DIMENSIONS), "1d", {})
    assert plan is not None
    assert set(plan.grouped_by) == LEGACY.splits_by


def test_the_values_of_a_dimension_are_called_as_their_ids_are_shown() -> None:
    for one in ASKED:
        assert [plain(one.label(value, {})) for value in one.ids] == [plain(value) for value in one.values], one.name
