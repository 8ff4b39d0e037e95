"""The rules that span a whole payload: counts per surface, ids that must be unique, shared character budgets."""

from collections import Counter
from collections.abc import Callable
from typing import Any

from bot.sandbox.slack.validation.blocks import block
from bot.sandbox.slack.validation.data import cell_characters
from bot.sandbox.slack.validation.problem import Problem, Report, Surface
from bot.sandbox.slack.validation.schema import items, objects

MAX_BLOCKS: dict[str | None, int] = {"message": 50, "modal": 100, "home": 100, None: 100}
_MARKDOWN_CHARACTERS = 12_000
_TABLE_CHARACTERS = {"table": 10_000, "data_table": 20_000}
_CHARTS_PER_MESSAGE = 2

_Found = list[tuple[str, dict[str, Any]]]
"""Blocks with their pointers, also those inside other blocks."""

_Lists = list[tuple[str, _Found]]
"""The lists of blocks of one payload, each with the pointer of the list."""


def validate_blocks(blocks: Any, surface: Surface | None) -> list[Problem]:
    """Check a list of blocks for a surface (None: as `blocks.validate` does for bare blocks); pointers start at the list."""
    report = Report(surface)
    check_blocks(blocks, "", report)
    return report.problems


def check_blocks(value: Any, pointer: str, report: Report) -> None:
    """Check a list of blocks that is all there is, and what it adds up to."""
    check_lists([(pointer, value)], report)


def check_lists(given: list[tuple[str, Any]], report: Report) -> None:
    """Check every list of blocks of one payload (pointer, list), and what they add up to together."""
    before = len(report.problems)
    for pointer, value in given:
        items(block, 0, MAX_BLOCKS[report.surface])(value, pointer, report)
    lists: _Lists = [(pointer, _blocks_in(value, pointer)) for pointer, value in given]
    every = [pair for _, found in lists for pair in found]
    _check_block_ids(every, report)
    for where, one in every:
        _check_action_ids(where, one, report)
        _check_response_urls(where, one, report)
    _check_sum(lists, _focused, 1, "only one element may have focus_on_load", "max_items", report)
    if report.surface == "message":
        _check_tables(every, report)
        charts = "no more than 2 data_visualization blocks allowed in a message"
        _check_sum(lists, _is_chart, _CHARTS_PER_MESSAGE, charts, "max_items", report)
    if len(report.problems) == before:
        _check_budgets(lists, report)


def _blocks_in(value: Any, pointer: str) -> _Found:
    return [pair for outer in objects(value, pointer) for pair in (outer, *_children(*outer))]


def _children(where: str, one: dict[str, Any]) -> _Found:
    name = {"container": "child_blocks", "carousel": "elements"}.get(str(one.get("type")))
    return objects(one.get(name), f"{where}/{name}") if name else []


def _check_block_ids(every: _Found, report: Report) -> None:
    seen: set[str] = set()
    for where, one in every:
        block_id = one.get("block_id")
        if isinstance(block_id, str):
            if block_id in seen:
                report.failed(f"{where}/block_id", f"block_id already exists: {block_id}", "unique_items", got=block_id)
            seen.add(block_id)


def _elements(one: dict[str, Any]) -> list[dict[str, Any]]:
    single = objects([one.get("accessory"), one.get("element")], "")
    return [part for _, part in (*single, *objects(one.get("elements"), ""), *objects(one.get("actions"), ""))]


def _check_action_ids(where: str, one: dict[str, Any], report: Report) -> None:
    counts = Counter(part["action_id"] for part in _elements(one) if isinstance(part.get("action_id"), str))
    for action_id, count in counts.items():
        if count > 1:
            report.failed(where, f"action_id already exists in this block: {action_id}", "unique_items", got=action_id)


def _check_response_urls(where: str, one: dict[str, Any], report: Report) -> None:
    """Check that only an input of a modal asks for a response url. Its form is what brings it to the app."""
    if one.get("type") == "input" and report.surface in ("modal", None):
        return
    for part in _elements(one):
        if part.get("response_url_enabled") is True:
            report.failed(where, "response_url_enabled is allowed in an input of a modal only", "one_of")


def _focused(one: dict[str, Any]) -> int:
    return sum(part.get("focus_on_load") is True for part in _elements(one))


def _is_chart(one: dict[str, Any]) -> int:
    return one.get("type") == "data_visualization"


def _check_tables(every: _Found, report: Report) -> None:
    tables = [where for where, one in every if one.get("type") == "table"]
    for where in tables[1:]:
        report.other("only_one_table_allowed", where, "only one table block is allowed in a message")


def _check_sum(
    lists: _Lists, measure: Callable[[dict[str, Any]], int], most: int, message: str, rule: str, report: Report
) -> None:
    """Add up a measure of all blocks. The list that goes beyond `most` is where the problem is."""
    total = 0
    for pointer, found in lists:
        total += sum(measure(one) for _, one in found)
        if total > most:
            report.failed(pointer, message, rule, most, total)
            return


def _check_budgets(lists: _Lists, report: Report) -> None:
    """Check characters counted over several blocks; called for well-formed blocks only."""

    def written(one: dict[str, Any]) -> int:
        return len(one["text"]) if one["type"] == "markdown" else 0

    text = "markdown blocks hold too much text together"
    _check_sum(lists, written, _MARKDOWN_CHARACTERS, text, "max_length", report)
    for kind, most in _TABLE_CHARACTERS.items():

        def shown(one: dict[str, Any], kind: str = kind) -> int:
            return cell_characters(one["rows"]) if one["type"] == kind else 0

        _check_sum(lists, shown, most, f"{kind} cells hold too much text together", "max_length", report)
