"""The API's pagination styles: id cursors (A), and opaque pages bound to their query (B and C).

A cursor of style B or C carries a digest of the query it was made for, because the real API refuses a cursor whose
filters, grouping or range were changed.
"""

import base64
import binascii
import hashlib
import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from starlette.datastructures import QueryParams

from bot.sandbox.claude.errors import invalid
from bot.sandbox.claude.params import integer
from bot.sandbox.strict_json import read_strictly

Row = TypeVar("Row")
Order = tuple[datetime, str]
"""A place in a newest-first list: creation time and id."""


def id_page(
    rows: Sequence[tuple[Order, Row]],
    query: QueryParams,
    place: Callable[[str], Order | None],
    shape: Callable[[Row], dict[str, Any]],
    id_of: Callable[[Row], str],
) -> dict[str, Any]:
    """Return one page of style A, newest first; `place` finds a cursor's place, also of rows gone or filtered out."""
    limit = integer(query, "limit", 20, 1, 1000)
    after, before = query.get("after_id"), query.get("before_id")
    if after and before:
        raise invalid("Only one of after_id and before_id may be given.")
    ordered = sorted(rows, key=lambda row: row[0], reverse=True)
    if before:
        limit_place = _find(before, "before_id", place)
        newer = [row for order, row in ordered if order > limit_place]
        chosen, has_more = newer[-limit:], len(newer) > limit
    else:
        start = _find(after, "after_id", place) if after else None
        older = [row for order, row in ordered if start is None or order < start]
        chosen, has_more = older[:limit], len(older) > limit
    return {
        "data": [shape(row) for row in chosen],
        "has_more": has_more,
        "first_id": id_of(chosen[0]) if chosen else None,
        "last_id": id_of(chosen[-1]) if chosen else None,
    }


def _find(cursor: str, name: str, place: Callable[[str], Order | None]) -> Order:
    found = place(cursor)
    if found is None:
        raise invalid(f"{name}: '{cursor}' is not a valid cursor.")
    return found


@dataclass(frozen=True)
class Cursor:
    """Where an opaque page begins. `note` is carried along unchanged (the reports keep their refresh time in it)."""

    offset: int
    note: str = ""


def read_cursor(query: QueryParams) -> Cursor | None:
    """Return the cursor in `page`, None when absent. A cursor of another query is a 400."""
    raw = query.get("page")
    if not raw:
        return None
    try:
        digest, offset, note = read_strictly(base64.urlsafe_b64decode(raw.removeprefix("page_").encode()))
        cursor = Cursor(int(offset), str(note))
    except (ValueError, TypeError, binascii.Error):
        raise invalid("page: Invalid cursor.") from None
    if digest != _digest(query) or cursor.offset < 0:
        raise invalid("page: The cursor does not match current query parameters.")
    return cursor


def write_cursor(query: QueryParams, offset: int, note: str = "") -> str:
    """Return the opaque text of a cursor bound to `query`; `limit` may change between pages, nothing else may."""
    plain = json.dumps([_digest(query), offset, note])
    return "page_" + base64.urlsafe_b64encode(plain.encode()).decode()


def _digest(query: QueryParams) -> str:
    bound = sorted((name, value) for name, value in query.multi_items() if name not in ("page", "limit"))
    return hashlib.sha256(json.dumps(bound).encode()).hexdigest()[:16]


def opaque_page(rows: Sequence[Row], query: QueryParams, limit: int | None) -> tuple[list[Row], str | None]:
    """Return one page of style B and the next page's cursor; `limit` None means everything."""
    cursor = read_cursor(query)
    offset = cursor.offset if cursor else 0
    end = len(rows) if limit is None else offset + limit
    return list(rows[offset:end]), write_cursor(query, end) if end < len(rows) else None
