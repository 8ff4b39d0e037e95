"""Drawn from the neutral table: Slack's table, a line of text, and a chart. One column has one scale everywhere.

Pure.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

from bot.slack.blocks import actions
from bot.slack.charts import OTHER, ChartSpec, Series, grouped
from bot.slack.elements import Json, button
from bot.slack.markup import Markup, escape
from bot.slack.paging import Page, after, numbered
from bot.slack.tables import number_cell, table
from bot.spend.aggregate import POINTS, day_bars
from bot.spend.model import ZERO
from bot.spend.phrases import bar_in_words, width_in_words
from bot.spend.table import NOT_ADDED, Column, Row, Table, Value
from bot.words.wording import MINUS, calendar_day, in_cents, money, money_change, plural, share, unit_price

TABLE_ROWS = 25


def page_of_rows(found: Table, cursor: str = "") -> Page[Row]:
    """Return the page of a table's rows at a cursor; of a table that isn't all there, the first one alone."""
    page = numbered(found.rows, cursor, TABLE_ROWS)
    if found.more is None:
        return page
    return replace(page, next=page.next or after(len(found.rows)), total=len(found.rows) + found.more.rows)


def slack_table(found: Table, page: Page[Row] | None = None) -> Json:
    """Return a page of a table as Slack's block; all other parts of a whole are one row, so that it adds up.

    Whoever shows a page that isn't the whole table offers the others: `pager`, or a button that asks for all of it.
    """
    page = page or page_of_rows(found)
    rows, first = list(page.items), (page.first or 1) - 1
    rest = [*found.rows[:first], *found.rows[first + len(rows) :]]
    count = len(rest)
    if found.more is not None:
        rest, count = [*rest, found.more.sums], count + found.more.rows
    if rest and found.are_parts:
        rows.append(found.totals(f"{count} {'others' if first else 'more'}", rest))
    head: list[str | Json] = [_heading(one, [row[at] for row in rows], found) for at, one in enumerate(found.columns)]
    drawn = [[_cell(one, value) for one, value in zip(found.columns, row, strict=True)] for row in rows]
    return table([head, *drawn], [_setting(column) for column in found.columns])


def _heading(column: Column, values: Sequence[Value], found: Table) -> str:
    """Return what stands above a column; one of money whose rounded rows don't add up to its rounded sum says so."""
    amounts = [value for value in values if isinstance(value, Decimal)]
    if column.kind != "money" or column.name == "before" or not found.are_parts:
        return column.heading
    cents = sum((in_cents(value) for value in amounts), ZERO)
    return column.heading if cents == in_cents(sum(amounts, ZERO)) else f"{column.heading}, rounded"


def all_rows(page: Page[Row], action_id: str, value: str) -> list[Json]:
    """Return the button under the first page of a shared table; it shows the other pages to the person who presses it."""
    label = f"All {page.total:,} rows"
    return [] if page.is_whole else [actions(button(label, action_id, value, accessibility_label=f"{label}, for me alone"))]


def _setting(column: Column) -> Json:
    return {"align": "left", "is_wrapped": True} if column.kind == "text" else {"align": "right"}


def _cell(column: Column, value: Value) -> str | Json:
    shown = shown_cell(column, value)
    if column.kind in ("money", "count") and isinstance(value, Decimal | int):
        return number_cell(Decimal(value), shown)
    return shown


def shown_cell(column: Column, value: Value) -> str:
    """Return a cell as people read it, in the scale of its column: money and its changes to the cent."""
    if value is None and column.without:
        return column.without
    if value is None:
        return {"share": "–", "text": "–", "count": "not known", **dict.fromkeys(NOT_ADDED, "–")}.get(column.kind, "no data")
    if isinstance(value, Decimal):
        if column.kind in ("share", "ratio"):
            return share(value)
        if column.kind == "rate":
            return unit_price(value)
        return money_change(value, cents=True) if column.kind == "change" else money(value)
    if isinstance(value, int):
        return count_change(value) if column.kind == "count_change" else count(value)
    if isinstance(value, datetime):
        return f"{calendar_day(value)[:-5]}, {value:%H:%M} UTC"
    return value if isinstance(value, str) else calendar_day(value)


def count(value: int) -> str:
    """Return a count of tokens or requests with its thousands marked."""
    return f"{MINUS if value < 0 else ''}{abs(value):,}"


def count_change(value: int) -> str:
    """Return how much a count grew, with its sign."""
    return f"{'+' if value > 0 else ''}{count(value)}" if value else "±0"


def largest_in_words(found: Table, most: int = 3) -> Markup:
    """Return the largest parts in a line: `Production $210.40 (51 %) · Research $96.10 (23 %) · 4 more $61.00 (15 %)`."""
    at = {column.name: n for n, column in enumerate(found.columns)}
    rows = [row for row in found.rows if row[at["amount"]]]
    named, rest = rows[:most], rows[most:]
    count = len(rest)
    if found.more is not None and found.more.with_amount:
        rest, count = [*rest, found.more.sums], count + found.more.with_amount
    if rest:
        named.append(found.totals(f"{count:,} more", rest))

    def said(row: Row) -> Markup:
        name, amount, part = (shown_cell(found.columns[at[one]], row[at[one]]) for one in ("name", "amount", "share"))
        if "and_name" in at and row[at["and_name"]] is not None:
            name = f"{name}, {row[at['and_name']]}"
        return escape(f"{name} {amount}" + (f" ({part})" if row[at["share"]] is not None else ""))

    return " · ".join(said(row) for row in named)


def chart_of(
    found: Table, title: str, finding: str, still_open: Collection[date] = (), *, native: str = ""
) -> ChartSpec | None:
    """Return bars of a table of days, None with fewer than two that have data; `finding` is what a listener hears.

    A picture stacks the table's parts, under `title`; Slack's own chart shows each bar's total, under `native`. Bars with
    days that are `still_open` say so, because a short last bar looks like a fall.
    """
    rows = [row for row in found.rows if row[1:] and row[1] is not None]
    if len(rows) < 2:
        return None
    bars = day_bars(rows)
    labels = [bar_in_words([row[0] for row in bar if isinstance(row[0], date)], still_open) for bar in bars]
    if len(bars[0]) < len(bars[-1]):
        labels[0] += f", {plural(len(bars[0]), 'day')}"
    width = width_in_words(bars)
    # Grouped here, because a spec is also a child's whole input: a thousand keys have no place in it.
    shown = tuple(grouped([_series(column, n, bars) for n, column in enumerate(found.columns) if n]))
    return ChartSpec(
        kind="bar",
        title=title + width,
        native_title=native + width if native else "",
        categories=tuple(labels),
        series=shown,
        y_label=found.currency,
        alt_text=finding,
        is_stacked=True,
    )


def parts_chart(found: Table, title: str, finding: str) -> ChartSpec | None:
    """Return a table's parts as bars, the largest first and small ones as one, None with fewer than two."""
    at = {column.name: n for n, column in enumerate(found.columns)}
    rows = [row for row in found.rows if row[at["amount"]]]
    if len(rows) < 2:
        return None
    shown = rows if len(rows) <= POINTS else rows[: POINTS - 1]
    if rest := [*rows[len(shown) :], *([found.more.sums] if found.more else [])]:
        shown = [*shown, found.totals(OTHER, rest)]
    values = tuple(Decimal(value) if isinstance(value := row[at["amount"]], Decimal | int) else ZERO for row in shown)
    return ChartSpec(
        kind="bar",
        title=title,
        categories=tuple(_category(row, at) for row in shown),
        series=(Series(name=found.columns[at["amount"]].heading, values=values),),
        y_label=found.currency,
        alt_text=finding,
    )


def _category(row: Row, at: Mapping[str, int]) -> str:
    second = row[at["and_name"]] if "and_name" in at else None
    return f"{row[at['name']]}, {second}" if second else str(row[at["name"]])


def _series(column: Column, at: int, bars: Sequence[Sequence[Row]]) -> Series:
    def total(bar: Sequence[Row]) -> Decimal:
        return sum((Decimal(value) for row in bar if isinstance(value := row[at], Decimal | int)), ZERO)

    return Series(name=column.heading, values=tuple(total(bar) for bar in bars))
