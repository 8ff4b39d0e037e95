"""Lists that no message holds at once: a page, and the buttons *Previous* and *Next* that lead to all the others. Pure.

A button carries a cursor and what the list was narrowed to, nothing else: the list is read again at the click, and so is who
may see it. A cursor names a place in the order of the list and not a number, so that what comes or goes meanwhile neither
hides nor repeats anything.
"""

import json
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, Generic, TypeVar

from bot.slack.blocks import actions
from bot.slack.elements import button
from bot.slack.state import text_at
from bot.words.own import Own, own

Json = dict[str, Any]
T = TypeVar("T")
U = TypeVar("U")
SIZE: Final = 10
"""Things that a page shows: two short lines each are what a phone shows in a few strokes."""
BEFORE, AFTER = "<", ">"
"""How a cursor begins: the page before a place, or after it."""
LAST: Final = f"{AFTER}\U0010ffff"
"""The cursor of the last page."""
NEXT, PREVIOUS = "_next", "_previous"
"""How the action of each button ends; both turn the same list."""
_MOST_OF_A_NAME = 60
_NARROWED, _CURSOR = "of", "at"


@dataclass(frozen=True)
class Page(Generic[T]):
    """A part of a list. `previous` and `next` are cursors, "" where nothing follows there.

    `first` counts the first item from 1 and `total` all of them; both are None where counting would be too much work.
    """

    items: Sequence[T]
    previous: str = ""
    next: str = ""
    first: int | None = None
    total: int | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is the whole list."""
        return not self.previous and not self.next

    def showing(self, items: Sequence[U]) -> "Page[U]":
        """Return the same page with something else in the place of each item."""
        return Page(items, self.previous, self.next, self.first, self.total)


@dataclass(frozen=True)
class Ordered(Generic[T]):
    """A list in its order, and the key of each item; made once where many pages of a long list are looked at."""

    items: Sequence[T]
    keys: Sequence[str]


def in_order(items: Iterable[T], key: Callable[[T], str]) -> Ordered[T]:
    """Return a list in its order; `key` is unique and orders it."""
    found = sorted(((key(item), number, item) for number, item in enumerate(items)), key=lambda one: one[:2])
    return Ordered([item for _, _, item in found], [one for one, _, _ in found])


def page_of(items: Iterable[T], key: Callable[[T], str], cursor: str = "", size: int = SIZE) -> Page[T]:
    """Return the page of a list at a cursor, the first one without; `key` is unique and orders the list."""
    return page_in(in_order(items, key), cursor, size)


def page_in(ordered: Ordered[T], cursor: str = "", size: int = SIZE) -> Page[T]:
    """Return the page of an ordered list at a cursor, the first one without.

    A cursor behind the end leads to the last page.
    """
    keys = ordered.keys
    start = 0
    if cursor.startswith(AFTER):
        start = bisect_right(keys, cursor[1:])
        start = start if start < len(keys) else max(len(keys) - size, 0)
    elif cursor.startswith(BEFORE):
        start = max(bisect_left(keys, cursor[1:]) - size, 0)
    stop = min(start + size, len(keys))
    return Page(
        items=ordered.items[start:stop],
        previous=f"{BEFORE}{keys[start]}" if start else "",
        next=f"{AFTER}{keys[stop - 1]}" if stop < len(keys) else "",
        first=start + 1,
        total=len(keys),
    )


def numbered(items: Sequence[T], cursor: str = "", size: int = SIZE) -> Page[T]:
    """Return a page of a list whose order is its own, such as the rows of a table."""
    page = page_of(list(enumerate(items)), lambda one: f"{one[0]:09d}", cursor, size)
    return page.showing([item for _, item in page.items])


def after(shown: int) -> str:
    """Return the cursor of the page of a numbered list that comes after so many items."""
    return f"{AFTER}{shown - 1:09d}"


def counted(total: int, cursor: str = "", size: int = SIZE) -> Page[int]:
    """Return the page at a cursor of a list that is read page by page: the numbers of its items, counted from 0."""
    at = int(cursor[1:]) if cursor[1:].isascii() and cursor[1:].isdigit() and len(cursor) < 20 else None
    start = 0
    if at is not None and cursor.startswith(AFTER):
        start = at + 1 if at + 1 < total else max(total - size, 0)
    elif at is not None and cursor.startswith(BEFORE):
        start = max(min(at, total) - size, 0)
    stop = min(start + size, total)
    return Page(
        items=range(start, stop),
        previous=f"{BEFORE}{start}" if start else "",
        next=f"{AFTER}{stop - 1}" if stop < total else "",
        first=start + 1,
        total=total,
    )


def by_name(name: str, thing_id: str) -> str:
    """Return the key of what is listed by name. A long name is cut, because a button holds few characters."""
    return f"{' '.join(name.casefold().split())[:_MOST_OF_A_NAME]}\t{thing_id}"


def range_of(page: Page[T]) -> Own:
    """Return which part of the list stands on a page: `11–20 of 1,370`, or `7` where it is all of them."""
    if page.first is None or page.total is None:
        return ""
    if page.is_whole:
        return own(f"{page.total:,}")
    return own(f"{page.first:,}–{page.first + len(page.items) - 1:,} of {page.total:,}")


def pager(page: Page[Any], action_id: str, what: str, narrowed: str = "") -> list[Json]:
    """Return the buttons that lead to the pages around this one; nothing where it is the whole list.

    `what` names the list for those who hear it, `narrowed` comes back with the click (`read_turn`).
    """
    buttons = [
        button(label, f"{action_id}{end}", turn_to(cursor, narrowed), accessibility_label=f"{label} page of {what}")
        for label, end, cursor in (("Previous", PREVIOUS, page.previous), ("Next", NEXT, page.next))
        if cursor
    ]
    return [actions(*buttons)] if buttons else []


def turns(action_id: str, run: T) -> dict[str, T]:
    """Return the actions of a list's buttons, each answered by `run`."""
    return {f"{action_id}{end}": run for end in (PREVIOUS, NEXT)}


def turn_to(cursor: str, narrowed: str) -> str:
    """Return what a button carries that leads to a cursor; `read_turn` reads it back."""
    return json.dumps({_NARROWED: narrowed, _CURSOR: cursor}, ensure_ascii=False)


def read_turn(value: str) -> tuple[str, str]:
    """Return what a list was narrowed to and the cursor, from what a button carried; "" for what nobody here wrote."""
    try:
        found: Any = json.loads(value)
    except (ValueError, RecursionError):
        return "", ""
    return text_at(found, _NARROWED), text_at(found, _CURSOR)
