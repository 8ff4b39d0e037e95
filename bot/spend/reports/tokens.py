"""Token trends: tokens by class, requests and the share of the cache, day by day, against the time before."""

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal

from bot.runtime import Runtime
from bot.slack.charts import ChartSpec, Series
from bot.slack.markup import Markup, escape
from bot.spend.aggregate import day_bars
from bot.spend.model import Measures
from bot.spend.phrases import as_plain_text, bar_in_words, shown
from bot.spend.reports.counts import (
    added,
    cache_share,
    cache_write,
    count_change,
    count_words,
    is_uncounted,
    per_million,
    tokens,
)
from bot.spend.reports.load import before, measured
from bot.spend.reports.model import Built, Part, Times, Wanted
from bot.spend.reports.phrases import against, no_figures, so_far, when
from bot.spend.scope import Scope
from bot.spend.table import Column, Row, Table
from bot.words.own import own
from bot.words.wording import share, unit_price

_COUNTS = (
    Column("uncached_input_tokens", "Uncached input", "count"),
    Column("cache_read_tokens", "Cache read", "count"),
    Column("cache_write_tokens", "Cache write", "count"),
    Column("output_tokens", "Output", "count"),
    Column("tokens", "All tokens", "count"),
    Column("requests", "Requests", "count"),
    Column("cache_share", "From cache", "ratio"),
    Column("cost_usd", "Cost", "money"),
)


async def build(rt: Runtime, times: Times, scope: Scope, _wanted: Wanted) -> Built:
    """Return the report. Its parts are split by class as the usage report counts them (admin-api.md §4.10)."""
    async with rt.store.read() as tx:
        by_day = {one.day: one for one in await measured(tx, times.first, times.last, ("day",), scope)}
        earlier = await before(tx, times, (), scope)
    return token_trends(times, by_day, None if earlier is None else added(earlier, times.before_first))


def token_trends(times: Times, by_day: Mapping[date, Measures], earlier: Measures | None) -> Built:
    """Return the report of measures by day. A known day without any is one on which nothing was used."""
    if times.as_of is None:
        return Built(no_figures(times))
    days = {day: by_day.get(day, added([], day)) for day in times.days if day in times.known}
    bars = [(bar, [days[day] for day in bar if day in days]) for bar in day_bars(times.days)]
    rows: list[Row] = [
        (bar_in_words(bar, times.open_days), *(_cells(added(known, bar[0])) if known else [None] * len(_COUNTS)))
        for bar, known in bars
    ]
    daily: list[Row] = [(day, *(_cells(days[day]) if day in days else [None] * len(_COUNTS))) for day in times.days]
    total = added(days.values(), times.first)
    finding = _finding(times, total, earlier)
    name, is_open = ("Day" if len(bars) == len(times.days) else "Days"), bool(times.open_days)
    return Built(
        finding,
        (Part("", "Trend", Table((Column("days", name, "text"), *_COUNTS), tuple(rows), times.as_of, is_open)),),
        _chart(bars, times, as_plain_text(finding)),
        Table((Column("date", "Day", "day"), *_COUNTS), tuple(daily), times.as_of, is_open),
    )


def _cells(one: Measures) -> Row:
    if is_uncounted([one]):
        return (*[None] * (len(_COUNTS) - 1), one.amount)
    return (
        one.uncached_input,
        one.cache_read,
        cache_write(one),
        one.output,
        tokens(one),
        one.requests,
        cache_share(one),
        one.amount,
    )


def _finding(times: Times, total: Measures, earlier: Measures | None) -> Markup:
    if is_uncounted([total]):
        return f"*No token counts are known* {when(times)}, though {shown(total.amount)} was spent{so_far(times)}"
    change = earlier and count_change(tokens(total), tokens(earlier))
    cached, price = cache_share(total), per_million(total)
    parts: list[Markup | None] = [
        f"*{own(count_words(tokens(total)))} tokens{so_far(times)}* {when(times)}",
        f"{escape(change)} vs {against(times)}" if change else None,
        None if cached is None else f"{escape(share(cached))} of the input came from the cache",
        None if total.requests is None else f"{own(f'{total.requests:,}')} requests",
        None if price is None else f"{shown(total.amount)}, {escape(unit_price(price))} per million",
    ]
    return " · ".join([part for part in parts if part])


def _chart(bars: Sequence[tuple[Sequence[date], Sequence[Measures]]], times: Times, finding: str) -> ChartSpec | None:
    """Return bars stacked by class; Slack's own chart shows each bar's total."""
    known = [(bar, added(found, bar[0])) for bar, found in bars if found]
    if len(known) < 2:
        return None
    counts = [(one.uncached_input, one.cache_read, cache_write(one), one.output) for _, one in known]
    series = [
        Series(name=column.heading, values=tuple(map(Decimal, values)))
        for column, values in zip(_COUNTS, zip(*counts, strict=True), strict=False)
    ]
    return ChartSpec(
        kind="bar",
        title="Tokens by class",
        native_title="Tokens",
        categories=tuple(bar_in_words(bar, times.open_days) for bar, _ in known),
        series=tuple(series),
        y_label="Tokens",
        alt_text=finding,
        is_stacked=True,
    )
