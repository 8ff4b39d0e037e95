"""The answer to `/claude-code`: a few lines, a chart, a table, and buttons to ask further. Pure."""

from typing import Any

from bot.claude_code.grammar import NotUnderstood, words_of
from bot.claude_code.model import BYS, MODEL, PERSON, TOOL, CodeFigures, CodeQuery, Use
from bot.claude_code.phrases import acceptance_in_words, cost_in_words, counts_in_words, crowd_in_words
from bot.claude_code.plan import begins_on
from bot.claude_code.table import answer_chart, is_final, shown_table
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.charts import ChartSpec
from bot.slack.elements import MOST_TYPED, button
from bot.slack.markup import Markup, code, date, escape, link
from bot.slack.model import Message
from bot.slack.paging import pager
from bot.spend.ask.spans import months_of
from bot.spend.ask.when import when_in_words
from bot.spend.model import ONE_DAY
from bot.spend.phrases import (
    NOT_READ,
    as_plain_text,
    day_in_words,
    days_in_words,
    is_end_of_month,
    last_weekday,
    missing_in_words,
    month_in_title,
)
from bot.spend.render import all_rows, page_of_rows, shown_cell, slack_table
from bot.words.wording import number

Json = dict[str, Any]
MONITORING = "https://code.claude.com/docs/en/monitoring-usage"
"""How Claude Code exports its own measurements."""
_IN_WORDS = 5


def render_code(
    figures: CodeFigures, chart: Json | None = None, cursor: str = "", *, private: bool = True, shareable: bool = True
) -> Message:
    """Return an answer with the page of its table at a cursor. One that isn't `private` leads to the reader's own."""
    head = headline(figures)
    if figures.use is None:
        return Message(head, [section(head)])
    lines: list[Markup] = [head, *lines_of(figures)]
    blocks: list[Json] = [section("\n".join(lines))]
    if chart is not None:
        blocks.append(chart)
    if figures.parts:
        table, query = shown_table(figures), words_of(figures.query)
        page = page_of_rows(table, cursor)
        blocks.append(slack_table(table, page))
        blocks += pager(page, ids.PAGE_CODE, "the table", query) if private else all_rows(page, ids.CODE_ALL, query)
    said: list[Markup] = [tail(figures), *_notes(figures, private=private)]
    blocks.append(context(*said))
    if private:
        blocks.append(_buttons(figures.query, shareable=shareable and not figures.query.mine))
    return Message("\n".join([*lines, *_largest(figures), *said]), blocks)


def headline(figures: CodeFigures) -> Markup:
    """Return the answer in its first sentence."""
    when = _when(figures)
    if figures.today and figures.first > figures.today:
        return f"There are no Claude Code figures for {when}, because it hasn't begun."
    if figures.use is None and figures.last < (begins := begins_on(figures.reading)):
        return f"I have no Claude Code figures for {when}. Its report begins on {day_in_words(begins, figures.today)}."
    if figures.use is None:
        why: Markup = f" {escape(figures.reading.failure)}" if figures.reading.failure else ""
        return f"I have no Claude Code figures for {when} yet. That isn't zero: {NOT_READ}{why}"
    if figures.query.mine and figures.use == Use() and not figures.missing:
        return f"The report of Claude Code has nothing of yours in {when}."
    whose: Markup = "Your Claude Code" if figures.query.mine else "Claude Code"
    so_far = " so far" if figures.open_days else ""
    missing: Markup = f" · {missing_in_words(figures.missing, figures.today)}" if figures.missing else ""
    return f"*{whose}{so_far}* {'on' if figures.first == figures.last else 'in'} {when}{missing}"


def lines_of(figures: CodeFigures) -> list[Markup]:
    """Return what was done, accepted and spent, and by how many."""
    use, before, against = figures.use, figures.before, compared(figures)
    if use is None or (figures.query.mine and use == Use()):
        return []
    lines: list[Markup] = [
        counts_in_words(use, before, against),
        acceptance_in_words(use, before),
        cost_in_words(use, before, against),
    ]
    return lines if figures.query.mine else [*lines, crowd_in_words(figures)]


def _when(figures: CodeFigures) -> Markup:
    return when_in_words(figures.query.period, figures.first, figures.last, figures.today)


def compared(figures: CodeFigures) -> Markup:
    """Return what the figures are compared with."""
    if figures.first == figures.last:
        return last_weekday(figures.first)
    begins, ends = figures.compared or (figures.first, figures.first - ONE_DAY)
    if begins.day == 1 and is_end_of_month(ends) and months_of(figures.query.period) == 1:
        return month_in_title(begins)
    if ends != figures.first - ONE_DAY or months_of(figures.query.period):
        return days_in_words(begins, ends, figures.today)
    return f"the {number((figures.last - figures.first).days + 1)} days before"


def tail(figures: CodeFigures) -> Markup:
    """Return as of when the figures are, what of them may still change, and why nothing is compared."""
    parts: list[Markup] = [f"As of {date(figures.as_of)}" if figures.as_of else "No data yet"]
    if figures.open_days:
        first, last = figures.open_days[0], figures.open_days[-1]
        parts.append(f"{days_in_words(first, last, figures.today)} {'is' if first == last else 'are'} not final yet")
    if figures.unsettled:
        parts.append(
            f"late data may still change {days_in_words(figures.unsettled[0], figures.unsettled[-1], figures.today)}"
        )
    if is_final(figures):
        parts.append("final")
    if figures.before is None:
        parts.append("no comparison: not all days of both periods are known in full")
    return " · ".join([*parts, "days are UTC days"])


def _notes(figures: CodeFigures, *, private: bool) -> list[Markup]:
    """Return what has to be known of a split: what the report can't tell, how keys are known, who sees whom."""
    notes: list[Markup] = []
    if figures.reading.failure and not is_final(figures):
        notes.append(f"⚠️ I can't read the report now. {escape(figures.reading.failure)}")
    if figures.query.by is TOOL:
        more = link(MONITORING, "OpenTelemetry export")
        notes.append(
            "The report counts tools that edit files. It says nothing of Bash and other tools, of languages, nor of how long"
            f" sessions last; Claude Code's own {more} does."
        )
    if figures.query.by is PERSON and figures.crowd.keys and not figures.query.mine:
        notes.append("Keys are known by name alone: those of one name count as one.")
    if figures.query.by is PERSON and not figures.sees_names and not figures.query.mine:
        notes.append(_SEEN_ALONE if private else _SEEN_BY_ALL)
    return notes


_SEEN_ALONE: Markup = "Names of others are hidden. The policy's see_people says who sees them."
_SEEN_BY_ALL: Markup = "Names are hidden."


def _largest(figures: CodeFigures) -> list[Markup]:
    """Return the first rows in words, for those who hear the answer: each with what the rows are ordered by."""
    table = shown_table(figures)
    at = next((n for n, one in enumerate(table.columns) if one.name == "cost" and figures.query.by is MODEL), 1)
    shown: list[Markup] = [
        escape(f"{shown_cell(table.columns[0], row[0])}: {shown_cell(table.columns[at], row[at])}")
        for row in table.rows[:_IN_WORDS]
    ]
    if len(table.rows) > _IN_WORDS:
        shown.append(f"{number(len(table.rows) - _IN_WORDS)} more")
    return [f"{escape(table.columns[at].heading)} by {figures.query.by.name}: {'; '.join(shown)}"] if shown else []


def _buttons(query: CodeQuery, *, shareable: bool) -> Json:
    typed = words_of(query)
    share = button("Share here", ids.CODE_SHARE, typed, accessibility_label="Post this answer in this channel")
    others = [CodeQuery(query.period, one, query.mine) for one in BYS if one is not query.by]
    return actions(
        *([share] if shareable else []),
        *(button(f"By {one.by.name}", f"{ids.CODE_BY_PREFIX}{one.by.name}", words_of(one)) for one in others),
        button("CSV", ids.CODE_CSV, typed, accessibility_label="Send me these figures as a file"),
    )


def code_chart(figures: CodeFigures) -> ChartSpec | None:
    """Return the chart of an answer."""
    if figures.use is None:
        return None
    counted = counts_in_words(figures.use, figures.before, compared(figures))
    return answer_chart(figures, as_plain_text(f"{headline(figures)}. {counted}"))


def render_not_understood(problem: NotUnderstood, prefix: str, usage: str) -> Message:
    """Return what was understood, what wasn't, and the nearest thing that would be."""
    read = f"I read {', '.join(f'*{escape(one)}*' for one in problem.understood)}; " if problem.understood else ""
    if problem.is_second:
        text = f"{read}*{escape(problem.unknown)}* says something else, but I can use only one."
    else:
        text = f"{read}I don't know *{escape(problem.unknown)}*."
        text = f"{text} {problem.why}" if problem.why else text
    if problem.suggestion and len(problem.suggestion) <= MOST_TYPED:
        text += f" Did you mean {code(f'/{prefix}-code {problem.suggestion}')}?"
        return Message(text, [section(text), actions(button("Yes, show that", ids.CODE_RETRY, problem.suggestion))])
    text += f" You can type {code(f'/{prefix}-code {usage}')}."
    return Message(text, [section(text)])
