"""The rows of an analytics report in their order, handed out in pages.

A report that is read by time is made a day at a time (an hour at a time, where it is by the minute), when a page needs it:
the hours of a month of a thousand keys are half a million rows, and so are the minutes of half a day. Every other order
needs all rows at once.
"""

import threading
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Protocol

from bot.sandbox.claude.report import Row, Value

Span = tuple[datetime, datetime]
_PIECES_KEPT = 2


class Ordered(Protocol):
    """Rows in order."""

    def page(self, offset: int, limit: int) -> tuple[list[Row], bool]:
        """Return the rows from `offset` on, and whether more follow."""
        ...


class Ranked:
    """All rows at once."""

    def __init__(self, rows: list[Row]) -> None:
        self._rows = rows

    def page(self, offset: int, limit: int) -> tuple[list[Row], bool]:
        """Return the rows from `offset` on, and whether more follow."""
        return self._rows[offset : offset + limit], offset + limit < len(self._rows)


class PieceByPiece:
    """Rows by time, of which two pieces are kept; `make` returns the rows of a piece of time in their order."""

    def __init__(self, pieces: Sequence[Span], make: Callable[[Span], list[Row]]) -> None:
        self._pieces, self._make = pieces, make
        self._counts: dict[int, int] = {}
        self._kept: dict[int, list[Row]] = {}
        self._lock = threading.Lock()

    def page(self, offset: int, limit: int) -> tuple[list[Row], bool]:
        """Return the rows from `offset` on, and whether more follow."""
        found: list[Row] = []
        wanted = limit + 1
        with self._lock:
            for piece in range(len(self._pieces)):
                count = self._counts[piece] if piece in self._counts else len(self._rows(piece))
                if offset < count:
                    found += self._rows(piece)[offset : offset + wanted - len(found)]
                    if len(found) == wanted:
                        break
                offset = max(0, offset - count)
        return found[:limit], len(found) == wanted

    def _rows(self, piece: int) -> list[Row]:
        if piece not in self._kept:
            while len(self._kept) >= _PIECES_KEPT:
                del self._kept[next(iter(self._kept))]
            self._kept[piece] = self._make(self._pieces[piece])
            self._counts[piece] = len(self._kept[piece])
        return self._kept[piece]


def pieces_of(start: datetime, end: datetime, width: timedelta, *, newest_first: bool) -> list[Span]:
    """Return a span cut at the ends of UTC days; at full hours where buckets are shorter than an hour."""
    found: list[Span] = []
    while start < end:
        if width < timedelta(hours=1):
            stop = start.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
        else:
            stop = start.replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
        found.append((start, min(end, stop)))
        start = stop
    return found[::-1] if newest_first else found


def in_order(rows: list[Row], metric: Callable[[Row], int], *, by_time: bool, descending: bool) -> list[Row]:
    """Return rows by a metric; by time, the largest of a bucket come first. What is equal stands by bucket and name."""
    names: dict[tuple[Value, ...], str] = {}
    for row in rows:
        if row.values not in names:
            names[row.values] = str(row.values)
    rows = sorted(rows, key=lambda row: names[row.values])
    if by_time:
        rows.sort(key=metric, reverse=True)
        rows.sort(key=attrgetter("start"), reverse=descending)
        return rows
    rows.sort(key=attrgetter("start"))
    rows.sort(key=metric, reverse=descending)
    return rows
