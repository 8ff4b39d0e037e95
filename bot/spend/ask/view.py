"""The private answer to `/claude-spend`: one sentence, a chart, a table, and buttons to ask further. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC
from typing import Any

from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.charts import ChartSpec
from bot.slack.elements import button
from bot.slack.markup import Markup, code, date, escape
from bot.slack.model import Message
from bot.slack.paging import pager
from bot.spend.ask.grammar import NotUnderstood, words_of
from bot.spend.ask.periods import before, is_month
from bot.spend.dimensions import DIMENSIONS, Dimension
from bot.spend.model import Figures
from bot.spend.phrases import (
    as_plain_text,
    change_in_words,
    days_in_words,
    doubtful_in_words,
    is_end_of_month,
    last_weekday,
    missing_in_words,
    month_in_title,
    month_so_far,
    of_budget,
    shown,
)
from bot.spend.render import all_rows, chart_of, largest_in_words, page_of_rows, parts_chart, slack_table
from bot.spend.table import Table, breakdown_table, series_table
from bot.words.wording import month_name, number, weekday_day

Json = dict[str, Any]


def render_figures(
    figures: Figures,
    chart: Json | None = None,
    cursor: str = "",
    *,
    private: bool = True,
    shareable: bool = True,
    dimensions: Sequence[Dimension] = DIMENSIONS,
) -> Message:
    """Return an answer with the page of its table at a cursor.

    `private` adds the buttons, which a shared one doesn't have but for all of its table, `shareable` the one that shares it.
    """
    sentence = figures_sentence(figures)
    if figures.total is None:
        return Message(sentence, [section(sentence)])
    blocks = [section(sentence)]
    parts = breakdown_table(figures.breakdown, _compared(figures), figures.as_of, so_far=bool(figures.open_days))
    tail = _tail(figures, parts)
    doubt: Markup = doubtful_in_words(figures.doubtful) if figures.doubtful else ""
    if doubt:
        blocks.append(context(doubt))
    if chart is not None:
        blocks.append(chart)
    if figures.breakdown.slices:
        page, query = page_of_rows(parts, cursor), words_of(figures.query)
        blocks.append(slack_table(parts, page))
        blocks += pager(page, ids.PAGE_SPEND, "the table", query) if private else all_rows(page, ids.SPEND_ALL, query)
    blocks.append(context(tail))
    if private:
        blocks.append(_buttons(figures, shareable, dimensions))
    top = largest_in_words(parts, 5)
    return Message("\n".join([part for part in (sentence, doubt, top, tail) if part]), blocks)


def figures_sentence(figures: Figures) -> Markup:
    """Return the answer in one sentence."""
    where = f" in {escape(figures.workspace_name)}" if figures.workspace_name else ""
    when = _when(figures)
    if figures.total is None and figures.nothing_until is not None:
        return f"Nothing has been spent yet, as of {date(figures.nothing_until)}."
    if figures.total is None:
        return f"I have no figures{where} for {when} yet. That isn't $0: the Claude API hasn't reported them."
    so_far = " so far" if figures.open_days else ""
    parts: list[Markup | None] = [
        f"*{shown(figures.total)}{so_far}{where}* {_preposition(figures)} {when}",
        change_in_words(figures.total, figures.before, _compared(figures)) if not figures.open_days else None,
        of_budget(figures.total, figures.budget) if figures.budget else None,
        missing_in_words(figures.missing) if figures.missing else None,
    ]
    return " · ".join([part for part in parts if part])


def _preposition(figures: Figures) -> Markup:
    return "on" if figures.first == figures.last else "in"


def _when(figures: Figures) -> Markup:
    if figures.first == figures.last:  # "today" may be another day for whoever asks
        return f"{weekday_day(figures.first)} (UTC)"
    if is_month(figures.query.period):
        return month_so_far(figures.first, figures.last, runs=figures.runs)
    days = (figures.last - figures.first).days + 1
    return f"the {number(days)} days {days_in_words(figures.first, figures.last)}"


def _compared(figures: Figures) -> Markup:
    is_of_month = is_month(figures.query.period)
    if is_of_month and is_end_of_month(figures.last) and not figures.runs:
        return month_in_title(before(figures.first, figures.last, month=True)[0])
    if is_of_month:
        first, last = before(figures.first, figures.last, month=True, runs=figures.runs)
        is_as_long = last.day == figures.last.day  # a shorter month has no such day
        return f"the same days in {month_name(first)[:3]}" if is_as_long else days_in_words(first, last)
    if figures.first == figures.last:
        return last_weekday(figures.first)
    return f"the {number((figures.last - figures.first).days + 1)} days before"


def _tail(figures: Figures, table: Table) -> Markup:
    parts: list[Markup] = [f"As of {date(table.as_of)}" if table.as_of else "No data yet"]
    if table.provisional:
        parts.append(_open_in_words(figures))
    return " · ".join([*parts, "days are UTC days"])


def _open_in_words(figures: Figures) -> Markup:
    """Return which days may still change, and whether that is because the day itself isn't over."""
    first, last = figures.open_days[0], figures.open_days[-1]
    days = days_in_words(first, last)
    if first != last:
        return f"{days} are not final yet"
    is_over = figures.query.period == "yesterday" or (
        figures.as_of is not None and figures.as_of.astimezone(UTC).date() > last
    )
    return f"{days} is not final yet" if is_over else f"{days} is still running"


def _buttons(figures: Figures, shareable: bool, dimensions: Sequence[Dimension]) -> Json:
    others = [one for one in dimensions if one != figures.query.by]
    share_here = button(
        "Share here", ids.SPEND_SHARE, words_of(figures.query), accessibility_label="Post this answer in this channel"
    )
    buttons = [share_here] if shareable else []
    for one in others:
        query, by = words_of(replace(figures.query, by=one)), f"by {one.name}"
        buttons.append(button(by, f"{ids.SPEND_BY_PREFIX}{one.name}", query, accessibility_label=f"Break it down {by}"))
    return actions(*buttons)


def figures_chart(figures: Figures) -> ChartSpec | None:
    """Return the chart of an answer: a day's parts by size, or its days, in a picture stacked by what was asked for."""
    if figures.total is None:
        return None
    finding = as_plain_text(figures_sentence(figures))
    if figures.first == figures.last:
        parts = breakdown_table(figures.breakdown, _compared(figures), figures.as_of, so_far=bool(figures.open_days))
        so_far = " so far" if figures.open_days else ""
        title = f"{weekday_day(figures.first)}{so_far} by {figures.query.by.name}"
        if chart := parts_chart(parts, f"{title} (USD)", f"Spend by {figures.query.by.name}. {finding}"):
            return chart
    by, days = (
        f"Spend by {figures.query.by.name}",
        series_table(figures.series, figures.as_of, so_far=bool(figures.open_days)),
    )
    return chart_of(days, f"{by} (USD)", f"{by}. {finding}", figures.open_days, native="Spend per day (USD)")


def render_not_understood(problem: NotUnderstood, prefix: str, usage: Sequence[str]) -> Message:
    """Return what was understood, what wasn't, and the nearest thing that would be."""
    read = f"I read {', '.join(f'*{escape(one)}*' for one in problem.understood)}; " if problem.understood else ""
    if problem.second is None:
        text = f"{read}I don't know *{escape(problem.unknown)}*."
    else:
        text = f"{read}*{escape(problem.unknown)}* is a second {problem.second}, but I can use only one."
    if problem.suggestion:
        typed = f"/{prefix}-spend {problem.suggestion}"
        text += f" Did you mean {code(typed)}?"
        return Message(text, [section(text), actions(button("Yes, show that", ids.SPEND_RETRY, problem.suggestion[:2000]))])
    text += f" You can type {code(f'/{prefix}-spend ' + ' '.join(usage))}."
    return Message(text, [section(text)])
