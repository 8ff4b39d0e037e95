"""The chart of an answer: a day's parts by size, or days, weeks or months, which a picture stacks. Pure."""

from collections.abc import Sequence
from decimal import Decimal

from bot.slack.charts import ChartSpec, grouped
from bot.slack.charts import Series as Bars
from bot.spend.aggregate import bars_of, days_between
from bot.spend.ask.sentences import compared_in_words, figures_sentence
from bot.spend.ask.splits import HOUR, MONTH, QUARTER, WEEK, is_time, last_of
from bot.spend.ask.sums import OTHERS
from bot.spend.dimensions import Dimension
from bot.spend.model import ZERO, DayFigure, Figures
from bot.spend.phrases import as_plain_text, bar_in_words, day_in_words, quarter_in_words, years_in_title
from bot.spend.render import chart_of, parts_chart
from bot.spend.table import breakdown_table, series_table
from bot.words.own import Own
from bot.words.wording import month_name

_POINTS = 20
"""Points that Slack's chart block holds (slack.md §3.2)."""
_WHAT: dict[str, tuple[Own, Own]] = {
    "dollars": ("Spend", "USD"), "tokens": ("Tokens", "tokens"), "requests": ("Requests", "requests"),
}  # fmt: skip


def figures_chart(figures: Figures) -> ChartSpec | None:
    """Return the chart of an answer, None where there is nothing to draw."""
    if figures.total is None or not figures.is_known or not figures.series.names:
        return None
    finding = as_plain_text(figures_sentence(figures))
    what, unit = _WHAT[figures.query.measure]
    splits = figures.query.splits
    by = " and ".join(one.name for one in splits)
    year, suffix = years_in_title(figures.first, figures.last, figures.today), _suffix(figures)
    times = [one for one in splits if is_time(one)]
    if figures.first == figures.last and not times:
        so_far = bool(figures.open_days)
        parts = breakdown_table(
            figures.breakdown, compared_in_words(figures), figures.as_of, so_far=so_far, measure=figures.query.measure
        )
        title = f"{day_in_words(figures.first, figures.today)}{' so far' if so_far else ''} by {by}"
        if chart := parts_chart(parts, f"{title}{suffix.removeprefix(year)}", f"{what} by {by}. {finding}"):
            return chart
    if HOUR in times:
        return _hours(figures, f"{what} by hour{suffix}", finding)
    if times and times[0] in (WEEK, MONTH, QUARTER):
        return _longer(figures, f"{what} by {by}{suffix}", times[0], finding)
    days = series_table(figures.series, figures.as_of, so_far=bool(figures.open_days))
    stacked = next((one.name for one in splits if not is_time(one)), "day")
    titled = f"{what} by {stacked}"
    native = f"{what} per day{suffix}"
    spec = chart_of(days, f"{titled}{suffix}", f"{titled}. {finding}", figures.open_days, native=native)
    return None if spec is None else spec.model_copy(update={"y_label": unit})


def _suffix(figures: Figures) -> str:
    """Return what ends a chart's title: the years, where they aren't clear, and the currency."""
    unit = _WHAT[figures.query.measure][1]
    return f"{years_in_title(figures.first, figures.last, figures.today)}{f' ({unit})' if unit == 'USD' else ''}"


def _hours(figures: Figures, title: str, finding: str) -> ChartSpec | None:
    """Return hours as bars, more than fit added up to longer ones. An hour in which nothing happened has none."""
    at = figures.query.splits.index(HOUR)
    sums: dict[str, Decimal] = {}
    for part in figures.breakdown.slices:
        hour = part.id.split("\t")[at] if part.id != OTHERS else ""
        if hour:
            sums[hour] = sums.get(hour, ZERO) + part.amount
    hours = sorted(sums)
    step = -(-len(hours) // _POINTS) or 1
    bars = [hours[start : start + step] for start in range(0, len(hours), step)]
    if len(bars) < 2:
        return None
    width = f", {step} hours a bar" if step > 1 else ""
    return ChartSpec(
        kind="bar",
        title=title + width,
        categories=tuple(HOUR.label(bar[0], {}).partition(" ")[2] for bar in bars),
        series=(
            Bars(name=_WHAT[figures.query.measure][0], values=tuple(sum((sums[one] for one in bar), ZERO) for bar in bars)),
        ),
        y_label=_WHAT[figures.query.measure][1],
        alt_text=f"{title}. {finding}",
    )


def _longer(figures: Figures, title: str, unit: Dimension, finding: str) -> ChartSpec | None:
    """Return weeks, months or quarters as bars. More than fit are added up to longer ones, the odd ones first."""
    rows = [one for one in figures.series.days if one.parts is not None]
    if len(rows) < 2:
        return None
    step = -(-len(rows) // _POINTS)
    bars = bars_of(rows, step)
    series = [Bars(name=name, values=tuple(_sum(bar, one) for bar in bars)) for one, name in figures.series.names]
    width = f", {step} {unit.name}s a bar" if step > 1 else ""
    return ChartSpec(
        kind="bar",
        title=title + width,
        native_title=f"{_WHAT[figures.query.measure][0]} per {unit.name}{_suffix(figures)}{width}",
        categories=tuple(_label(bar, figures, unit) for bar in bars),
        series=tuple(grouped(series)),
        y_label=_WHAT[figures.query.measure][1],
        alt_text=f"{title}. {finding}",
        is_stacked=True,
    )


def _sum(bar: Sequence[DayFigure], part: str) -> Decimal:
    return sum((one.parts.get(part, ZERO) for one in bar if one.parts), ZERO)


def _label(bar: Sequence[DayFigure], figures: Figures, unit: Dimension) -> str:
    """Return a bar's label, in at most the 20 characters that Slack shows.

    The first week may begin before the period. A month or quarter of which not all was asked for is named by its days.
    """
    first, last = bar[0].day, bar[-1].day
    asked = max(first, figures.first), min(last_of(unit, last), figures.last)
    if unit is not WEEK and first == last and asked != (first, last_of(unit, last)):
        return bar_in_words(days_between(*asked), ())
    if unit is QUARTER:
        return "–".join(dict.fromkeys((quarter_in_words(first), quarter_in_words(last))))
    if unit is MONTH:
        return month_name(first) if first == last else f"{month_name(first)[:3]}–{month_name(last)}"
    return bar_in_words(days_between(*asked), ())
