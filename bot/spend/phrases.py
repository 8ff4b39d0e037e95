"""The phrases that digests, answers and alerts share, so that one figure reads the same everywhere. Pure."""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime
from decimal import ROUND_DOWN, Decimal
from typing import Any

from bot.slack.charts import ChartSpec, Series, grouped
from bot.slack.markup import escape
from bot.slack.tables import number_cell, table
from bot.spend.model import ZERO, Breakdown, Digest, Dimension, Slice
from bot.spend.model import Series as SpendSeries
from bot.words.wording import calendar_day, money, money_change, money_short, month_name, percent, plural, share, weekday_day

Json = dict[str, Any]

HEADINGS: dict[Dimension, str] = {"workspace": "Workspace", "model": "Model", "key": "Key"}
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
TABLE_ROWS = 25
HALF_A_DOLLAR, ALMOST_ALL = Decimal("0.5"), Decimal("0.99")
_POINTS = 20
"""Points that Slack's chart block holds (slack.md §3.2); longer series are drawn in steps of several days."""


def days_in_words(first: date, last: date) -> str:
    """Return a day (`Fri 20 Nov`) or a range of days (`16–22 Nov`)."""
    if first == last:
        return weekday_day(first)
    start = str(first.day) if (first.year, first.month) == (last.year, last.month) else calendar_day(first)[:-5]
    return f"{start}–{calendar_day(last)[:-5]}"


def as_of_in_words(moment: datetime) -> str:
    """Return until when figures reach: `22 Nov 06:05 UTC`."""
    utc = moment.astimezone(UTC)
    return f"{calendar_day(utc.date())[:-5]} {utc:%H:%M} UTC"


def change_in_words(now: Decimal, before: Decimal | None, against: str) -> str | None:
    """Return `+18 % on last Friday`; None where there is nothing to compare with."""
    if before is None:
        return None
    if before == 0:
        return None if now == 0 else f"nothing {against}"
    return f"{percent((now - before) / before)} on {against}"


def mover_in_words(part: Slice) -> str:
    """Return `Production +$61`."""
    return f"{escape(part.name)} {moved(part.change or ZERO)}"


def moved(change: Decimal) -> str:
    """Return a change as `+$61`; up to half a dollar with its digits, because half a dollar rounds to nothing."""
    return money_change(change, cents=abs(change) <= HALF_A_DOLLAR)


def budget_share(spent: Decimal, budget: Decimal) -> str:
    """Return a part of a budget as percent: below the budget it is never 100 %."""
    ratio = spent / budget
    almost = ALMOST_ALL < ratio < 1
    return f"{(ratio * 100).quantize(Decimal('0.1'), ROUND_DOWN)} %" if almost else share(ratio)


def as_plain_text(markup: str) -> str:
    """Return a sentence as a screen reader should say it: Slack reads alt texts as they are, asterisks and entities too."""
    plain = markup.replace("*", "")
    return plain.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def breakdown_table(found: Breakdown, compared_with: str, *, so_far: bool = False) -> Json:
    """Return a breakdown as a table: name, amount, share, change; small parts beyond 25 are one row, so that it adds up.

    `so_far`: its days aren't closed. Hours minus a whole day would read as a collapse, so the whole days stand beside them.
    """
    total = found.total
    parts = [part for part in found.slices if part.amount or part.before]
    rows = [_row(part, total, so_far) for part in parts[:TABLE_ROWS]]
    if rest := parts[TABLE_ROWS:]:
        before = None if any(part.before is None for part in rest) else sum((part.before or ZERO for part in rest), ZERO)
        rows.append(_row(Slice("", f"{len(rest)} more", sum((p.amount for p in rest), ZERO), before), total, so_far))
    head: list[str | Json] = [
        HEADINGS[found.dimension],
        "Amount",
        "Share",
        f"{compared_with[:1].upper()}{compared_with[1:]}, whole" if so_far else f"vs {compared_with}",
    ]
    right: Json = {"align": "right"}
    return table([head, *rows], [{"align": "left", "is_wrapped": True}, right, right, right])


def _row(part: Slice, total: Decimal, so_far: bool) -> list[str | Json]:
    before = "no data" if part.before is None else money(part.before)
    change = before if so_far else "no data" if part.change is None else moved(part.change)
    part_of = share(part.amount / total) if total > 0 else "–"
    return [part.name, number_cell(part.amount, money(part.amount)), part_of, change]


def top_in_words(found: Breakdown, most: int = 3) -> str:
    """Return the largest parts in a line: `Production $210.40 (51 %) · Research $96.10 (23 %) · 4 more $61.00 (15 %)`."""
    parts = [part for part in found.slices if part.amount]
    named = [(escape(part.name), part.amount) for part in parts[:most]]
    if rest := parts[most:]:
        named.append((f"{len(rest)} more", sum((part.amount for part in rest), ZERO)))
    return " · ".join(f"{name} {money(amount)}{_part_of(amount, found.total)}" for name, amount in named)


def _part_of(amount: Decimal, total: Decimal) -> str:
    return f" ({share(amount / total)})" if total > 0 else ""


def chart_of(found: SpendSeries, title: str, finding: str, still_open: Collection[date] = ()) -> ChartSpec | None:
    """Return stacked bars of the days that have data, None with fewer than two; `finding` is what a listener hears.

    Bars with days that are `still_open` say so, because a short last bar looks like a fall.
    """
    days = [figure for figure in found.days if figure.parts is not None]
    if len(days) < 2 or not found.names:
        return None
    step = -(-len(days) // _POINTS)
    # The odd days come first: a last bar of fewer days would look like a fall.
    odd = len(days) % step
    groups = [days[:odd]] if odd else []
    groups += [days[start : start + step] for start in range(odd, len(days), step)]
    labels = [_bar([figure.day for figure in group], still_open) for group in groups]
    if odd:
        labels[0] += f", {plural(odd, 'day')}"
    title += f", {step} days a bar" if step > 1 else ""
    rows: list[Series] = []
    for one, name in found.names:
        values = tuple(sum(((figure.parts or {}).get(one, ZERO) for figure in group), ZERO) for group in groups)
        rows.append(Series(name=name, values=values))
    # Grouped here, because a spec is also a child's whole input: a thousand keys have no place in it.
    shown = tuple(grouped(rows))
    return ChartSpec(kind="bar", title=title, categories=tuple(labels), series=shown, y_label="USD", alt_text=finding)


def _bar(days: Sequence[date], still_open: Collection[date]) -> str:
    """Return a bar's label, in at most the 20 characters that Slack shows: `22 Nov`, `22–23 Nov so far`."""
    label = calendar_day(days[0])[:-5] if len(days) == 1 else days_in_words(days[0], days[-1])
    return f"{label} so far" if any(day in still_open for day in days) else label


def missing_in_words(days: Sequence[date]) -> str:
    """Return which days have no data, which is something else than $0."""
    if len(days) == 1:
        return f"no data yet for {weekday_day(days[0])}"
    return f"no data yet for {len(days)} days ({days_in_words(days[0], days[-1])})"


def month_in_words(digest: Digest) -> str | None:
    """Return `month $8.1k of $12k (68 %)`, or None where nothing of the month is known."""
    if digest.month is None:
        return None
    text = f"month {money_short(digest.month)}"
    if digest.budget:
        text += f" of {money_short(digest.budget)} ({budget_share(digest.month, digest.budget)})"
    if digest.month_missing:
        text += f", {digest.month_missing} days without data" if digest.month_missing > 1 else ", one day without data"
    return text


def last_weekday(day: date) -> str:
    """Return what a day is compared with: `last Friday`."""
    return f"last {WEEKDAYS[day.weekday()]}"


def month_in_title(day: date) -> str:
    """Return the month of a day: `Nov 2026`."""
    return month_name(day)
