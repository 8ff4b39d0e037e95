"""A neutral table: typed columns and cells. Reports make it; Slack's table, a line of text and a chart are drawn from it.

Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from bot.spend.aggregate import shares
from bot.spend.model import ZERO, Breakdown, Measure, Series, Slice
from bot.spend.unlisted import Unlisted

ColumnKind = Literal["text", "day", "hour", "money", "change", "share", "count", "count_change", "mean", "rate", "ratio"]
"""`money`, `change` (signed) and `share` (of one) hold Decimals, `count` (tokens, requests) and its changes integers.

All of these may be added up. Money is in the table's currency; an `hour` is the moment when it begins. A `rate` (money for
one of something), a `ratio` (part of its own row's whole) and a `mean` (a count for one of something) have no sum.
"""
NOT_ADDED = ("mean", "rate", "ratio")
Value = str | date | datetime | Decimal | int | None
"""One cell; None is "no data", which is never $0."""
Row = tuple[Value, ...]


@dataclass(frozen=True)
class Column:
    """One column: `name` for programs, `heading` for people; `without` is what people read where a cell has nothing."""

    name: str
    heading: str
    kind: ColumnKind
    without: str = ""


@dataclass(frozen=True)
class More:
    """Rows behind those of a table, which nobody has read: how many, how many of them have an amount, and their sums."""

    rows: int
    with_amount: int
    sums: Row


@dataclass(frozen=True)
class Table:
    """Rows of typed cells, one for each column. `provisional`: its figures, known up to `as_of`, may still change.

    `are_parts`: its rows are parts of a whole; those that exclude each other, such as estimates, are never added up.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]
    as_of: datetime | None
    provisional: bool = False
    currency: str = "USD"
    are_parts: bool = True
    more: More | None = None

    def values(self, name: str) -> list[Value]:
        """Return one column's cells."""
        at = [column.name for column in self.columns].index(name)
        return [row[at] for row in self.rows]

    def totals(self, first: str, rows: Iterable[Row] | None = None) -> Row:
        """Return the sums of all rows, or of those; `first` stands in the first cell, None where a part has no data."""
        summed = zip(self.columns, zip(*(self.rows if rows is None else rows), strict=True), strict=False)
        return (first, *(None if one.kind in NOT_ADDED else _sum(values) for one, values in list(summed)[1:]))


def _sum(values: Sequence[Value]) -> Decimal | int | None:
    counts = [value for value in values if isinstance(value, int)]
    if values and len(counts) == len(values):
        return sum(counts)
    figures = [value for value in values if isinstance(value, Decimal)]
    return sum(figures, ZERO) if len(figures) == len(values) else None


def breakdown_table(
    found: Breakdown, compared_with: str, as_of: datetime | None, *, so_far: bool = False, measure: Measure = "dollars"
) -> Table:
    """Return the parts of a total: name (in each dimension), amount, share and change, in the breakdown's order.

    Without `compared_with`, or where nothing is known of it, there is no change, as between days that are parts themselves.
    `so_far`: its days aren't closed.
    Hours minus a whole day would read as a collapse, so the whole days stand beside them.
    """
    parts = [part for part in found.slices if part.amount or part.before or not part.is_known]
    is_money = measure == "dollars"
    if all(part.before is None for part in parts):
        compared_with = ""  # a column of nothing would be read as a figure of its own
    days = compared_with.removeprefix("the ")
    whole = f"{days[:1].upper()}{days[1:]}{', full day' if days.startswith('last ') else ''}"
    amount = "Amount" if is_money else measure.capitalize()
    compared = Column("before", whole, "money" if is_money else "count")
    if not so_far:
        compared = Column("change", f"vs {compared_with}", "change" if is_money else "count_change")
    second = (Column("and_name", found.and_by.heading, "text"),) if found.and_by else ()
    columns = (
        Column("name", found.dimension.heading, "text"),
        *second,
        Column("amount", f"{amount} so far" if so_far else amount, "money" if is_money else "count"),
        Column("share", "Share", "share"),
        *([compared] if compared_with else []),
    )
    rest = [_rest(found.unlisted)] if found.unlisted else []
    parts_of = _shares(found.unlisted, [*parts, *rest])
    rows = [
        (
            part.name,
            *((part.and_name,) if found.and_by else ()),
            counted(part.amount, measure) if part.is_known else None,
            share,
            *([counted(part.before if so_far else part.change, measure)] if compared_with else []),
        )
        for part, share in zip([*parts, *rest], parts_of, strict=True)
    ]
    more = More(found.unlisted.parts, found.unlisted.spent, rows.pop()) if found.unlisted else None
    return Table(columns, tuple(rows), as_of, so_far, "USD" if is_money else measure, more=more)


def with_days_compared(table: Table, first: date, last: date) -> Table:
    """Return a table for a file, in which each line says with which days its `change` or its `before` compares it.

    A heading says so in Slack, and a file has none. Tables without such a column are returned as they are.
    """
    at = next((n for n, one in enumerate(table.columns, 1) if one.name in ("change", "before")), 0)
    if not at:
        return table
    days = first.isoformat() if first == last else f"{first}..{last}"
    columns = (*table.columns[:at], Column("compared_with", "Compared with", "text"), *table.columns[at:])
    return replace(table, columns=columns, rows=tuple((*row[:at], days, *row[at:]) for row in table.rows))


def _rest(unlisted: Unlisted) -> Slice:
    return Slice("", "", unlisted.amount, unlisted.before)


def _shares(unlisted: Unlisted | None, parts: Sequence[Slice]) -> list[Decimal | None]:
    if not all(part.is_known for part in parts) or (unlisted and unlisted.least < 0):
        return [None] * len(parts)
    return shares([part.amount for part in parts])


def counted(amount: Decimal | None, measure: Measure) -> Decimal | int | None:
    """Return an amount as a table holds it: dollars as Decimal, tokens and requests as whole numbers."""
    return amount if amount is None or measure == "dollars" else int(amount)


def series_table(found: Series, as_of: datetime | None, *, so_far: bool = False) -> Table:
    """Return days with a column of money for each part, the largest part first. A day without data has empty cells."""
    columns = (Column("day", "Day", "day"), *(Column(one, name, "money") for one, name in found.names))
    rows = [
        (figure.day, *(None if figure.parts is None else figure.parts.get(one, ZERO) for one, _ in found.names))
        for figure in found.days
    ]
    return Table(columns, tuple(rows), as_of, so_far)
