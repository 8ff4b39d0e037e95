"""The rules that span a whole payload: counts per surface, ids that must be unique, shared character budgets."""

from collections import Counter
from typing import Any

from bot.sandbox.slack.validation.blocks import block
from bot.sandbox.slack.validation.data import cell_characters
from bot.sandbox.slack.validation.problem import Problem, Report, Surface
from bot.sandbox.slack.validation.schema import items, objects

MAX_BLOCKS: dict[str | None, int] = {"message": 50, "modal": 100, "home": 100, None: 100}
_MARKDOWN_CHARACTERS = 12_000
_TABLE_CHARACTERS = {"table": 10_000, "data_table": 20_000}
_CHARTS_PER_MESSAGE = 2


def validate_blocks(blocks: Any, surface: Surface | None) -> list[Problem]:
    """Check a list of blocks for a surface (None: as `blocks.validate` does for bare blocks); pointers start at the list."""
    report = Report(surface)
    check_blocks(blocks, "", report)
    return report.problems


def check_blocks(value: Any, pointer: str, report: Report) -> None:
    """Check a list of blocks and what they add up to."""
    before = len(report.problems)
    items(block, 0, MAX_BLOCKS[report.surface])(value, pointer, report)
    top = objects(value, pointer)
    every = [pair for outer in top for pair in (outer, *_children(*outer))]
    _check_block_ids(every, report)
    for where, one in every:
        _check_action_ids(where, one, report)
    _check_focus(every, pointer, report)
    if report.surface == "message":
        _check_counts(every, pointer, report)
    if len(report.problems) == before:
        _check_budgets(every, pointer, report)


def _children(where: str, one: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    name = {"container": "child_blocks", "carousel": "elements"}.get(str(one.get("type")))
    return objects(one.get(name), f"{where}/{name}") if name else []


def _check_block_ids(every: list[tuple[str, dict[str, Any]]], report: Report) -> None:
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


def _check_focus(every: list[tuple[str, dict[str, Any]]], pointer: str, report: Report) -> None:
    focused = [part for _, one in every for part in _elements(one) if part.get("focus_on_load") is True]
    if len(focused) > 1:
        report.failed(pointer, "only one element may have focus_on_load", "max_items", 1, len(focused))


def _check_counts(every: list[tuple[str, dict[str, Any]]], pointer: str, report: Report) -> None:
    tables = [where for where, one in every if one.get("type") == "table"]
    for where in tables[1:]:
        report.other("only_one_table_allowed", where, "only one table block is allowed in a message")
    charts = [where for where, one in every if one.get("type") == "data_visualization"]
    if len(charts) > _CHARTS_PER_MESSAGE:
        text = "no more than 2 data_visualization blocks allowed in a message"
        report.failed(pointer, text, "max_items", _CHARTS_PER_MESSAGE, len(charts))


def _check_budgets(every: list[tuple[str, dict[str, Any]]], pointer: str, report: Report) -> None:
    """Check characters counted over several blocks; called for well-formed blocks only."""
    written = sum(len(one["text"]) for _, one in every if one["type"] == "markdown")
    if written > _MARKDOWN_CHARACTERS:
        report.failed(pointer, "markdown blocks hold too much text together", "max_length", _MARKDOWN_CHARACTERS, written)
    for kind, most in _TABLE_CHARACTERS.items():
        shown = sum(cell_characters(one["rows"]) for _, one in every if one["type"] == kind)
        if shown > most:
            report.failed(pointer, f"{kind} cells hold too much text together", "max_length", most, shown)
