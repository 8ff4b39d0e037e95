"""The blocks that carry figures: charts, tables and data tables (slack.md §3.1 and §3.2)."""

from typing import Any, cast

from bot.sandbox.slack.validation.problem import Report
from bot.sandbox.slack.validation.rich_text import RICH_TEXT
from bot.sandbox.slack.validation.schema import Check, Shape, flag, items, number, one_of, shape, tagged, whole
from bot.sandbox.slack.validation.schema import text as string

_block_id = string(1, 255)


def _uniform_series(fields: dict[str, Any], pointer: str, report: Report) -> None:
    """Check that series have distinct names and exactly one point for each category."""
    categories: list[str] = fields["axis_config"]["categories"]
    if len(set(categories)) != len(categories):
        report.failed(f"{pointer}/axis_config/categories", "must be unique", "unique_items")
    names = [series["name"] for series in fields["series"]]
    if len(set(names)) != len(names):
        report.failed(f"{pointer}/series", "series names must be unique", "unique_items")
    for position, series in enumerate(fields["series"]):
        labels = [point["label"] for point in series["data"]]
        if sorted(labels) != sorted(categories):
            where = f"{pointer}/series/{position}/data"
            report.failed(where, "must hold exactly one point per category", "categories", categories, labels)


_segment = shape({"label": string(1, 20), "value": number(above=0)}).check
_point = shape({"label": string(1, 20), "value": number()}).check
_series = shape({"name": string(1, 20), "data": items(_point, 1, 20)}).check
_axis = shape({"categories": items(string(1, 20), 1, 20)}, {"x_label": string(1, 50), "y_label": string(1, 50)}).check


def _axis_chart(kind: str) -> Shape:
    return shape({"type": one_of(kind), "series": items(_series, 1, 12), "axis_config": _axis}, {}, _uniform_series)


_CHARTS: dict[str, Shape] = {
    "pie": shape({"type": one_of("pie"), "segments": items(_segment, 1, 12)}),
    **{kind: _axis_chart(kind) for kind in ("bar", "area", "line")},
}

_CELLS: dict[str, Shape] = {
    "raw_text": shape({"type": one_of("raw_text"), "text": string(1)}),
    "raw_number": shape({"type": one_of("raw_number"), "value": number(), "text": string(1)}),
    "rich_text": RICH_TEXT,
}
_cell: Check = tagged(lambda: _CELLS, "table cell")


def _or_null(check: Check) -> Check:
    def checked(value: Any, pointer: str, report: Report) -> None:
        if value is not None:
            check(value, pointer, report)

    return checked


_column = _or_null(shape({}, {"align": one_of("left", "center", "right"), "is_wrapped": flag}).check)


def _rectangular(fields: dict[str, Any], pointer: str, report: Report) -> None:
    """Check a data table: rows of one length, a header without rich text, and a row header that exists."""
    rows: list[list[dict[str, Any]]] = fields["rows"]
    for position, row in enumerate(rows):
        if len(row) != len(rows[0]):
            where = f"{pointer}/rows/{position}"
            report.failed(where, "all rows must have the same number of cells", "items", len(rows[0]), len(row))
    for position, cell in enumerate(rows[0]):
        if cell["type"] == "rich_text":
            report.failed(f"{pointer}/rows/0/{position}/type", "header cells must not be rich_text", "enum")
    if fields.get("row_header_column_index", 0) >= len(rows[0]):
        report.failed(f"{pointer}/row_header_column_index", "must be the index of a column", "maximum", len(rows[0]) - 1)


DATA_BLOCKS: dict[str, Shape] = {
    "data_visualization": shape(
        {"type": one_of("data_visualization"), "title": string(1, 50), "chart": tagged(lambda: _CHARTS, "chart")},
        {"block_id": _block_id},
        surfaces="m",
    ),
    "table": shape(
        {"type": one_of("table"), "rows": items(items(_cell, 1, 20), 1, 100)},
        {"block_id": _block_id, "column_settings": items(_column, 1, 20)},
        surfaces="mh",
    ),
    "data_table": shape(
        {"type": one_of("data_table"), "caption": string(1), "rows": items(items(_cell, 1, 20), 2, 201)},
        {"block_id": _block_id, "page_size": whole(1, 100), "row_header_column_index": whole(0, 19)},
        _rectangular,
    ),
}


def cell_characters(rows: Any) -> int:
    """Return how many characters well-formed cells show; tables have a budget of them per message."""
    if isinstance(rows, dict):
        fields = cast("dict[str, Any]", rows)
        own = sum(len(fields[name]) for name in ("text", "fallback") if isinstance(fields.get(name), str))
        return own + sum(cell_characters(part) for part in fields.values())
    if isinstance(rows, list):
        return sum(cell_characters(part) for part in cast("list[Any]", rows))
    return 0
