"""Tables as plain dicts, cut to what one message may hold (slack.md §3.1). What was cut is counted in the last row."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any, Final, cast

from bot.slack.elements import Json
from bot.slack.markup import EMPTY, clean, truncate

_MAX_CELL: Final = 300
_MAX_COLUMNS: Final = 20
_MAX_ROWS: Final = 100
_MAX_CHARACTERS: Final = 10_000
_ROOM_FOR_REST: Final = 100


def number_cell(value: Decimal, text: str) -> Json:
    """Return a cell that sorts as a number and reads as `text`."""
    return {"type": "raw_number", "value": float(value), "text": truncate(clean(text), _MAX_CELL) or EMPTY}


def table(rows: Sequence[Sequence[str | Json]], column_settings: Sequence[Json | None] | None = None) -> Json:
    """Return a table, its first row the header. A cell is plain text or a ready cell.

    Holds 100 rows of 20 cells and 10,000 characters. One table per message; none in a modal.
    """
    block: Json = {"type": "table", "rows": _fitting(rows)}
    return {**block, "column_settings": list(column_settings)[:_MAX_COLUMNS]} if column_settings else block


def _fitting(rows: Sequence[Sequence[str | Json]]) -> list[list[Json]]:
    width = max(min(len(rows[0]), _MAX_COLUMNS), 1) if rows else 1
    cells = [_row(row, width) for row in rows] or [_row([], width)]
    used, kept = 0, 0
    for row in cells:
        used += sum(_characters(cell) for cell in row)
        if used > _MAX_CHARACTERS - _ROOM_FOR_REST:
            break
        kept += 1
    if kept == len(cells) <= _MAX_ROWS:
        return cells
    kept = min(kept, _MAX_ROWS - 1)
    return [*cells[:kept], _row([f"… and {len(cells) - kept} more"], width)]


def _row(row: Sequence[str | Json], width: int) -> list[Json]:
    return [_cell(cell) for cell in [*row, *[EMPTY] * width][:width]]


def _cell(cell: str | Json) -> Json:
    if isinstance(cell, dict):
        return cell
    return {"type": "raw_text", "text": truncate(clean(cell), _MAX_CELL) or EMPTY}


def _characters(part: Any) -> int:
    if isinstance(part, dict):
        return sum(_characters(value) for value in cast("Json", part).values())
    if isinstance(part, list):
        return sum(_characters(value) for value in cast("list[Any]", part))
    return len(part) if isinstance(part, str) else 0
