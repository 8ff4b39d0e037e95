"""The private answer to `/claude-spend`: one sentence, a chart, a table, and buttons to ask further. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import MOST_TYPED, button
from bot.slack.markup import Markup, code, escape
from bot.slack.model import Message
from bot.slack.paging import pager
from bot.spend.ask.charts import figures_chart as figures_chart
from bot.spend.ask.grammar import NotUnderstood
from bot.spend.ask.sentences import compared_in_words, tail_in_words
from bot.spend.ask.sentences import figures_sentence as figures_sentence
from bot.spend.ask.spans import span_versus
from bot.spend.ask.splits import DAY, exact, is_time
from bot.spend.ask.together import why_not
from bot.spend.ask.words import words_of
from bot.spend.dimensions import DIMENSIONS, PERSON, Dimension
from bot.spend.model import Figures, SpendQuery
from bot.spend.phrases import doubtful_in_words
from bot.spend.render import all_rows, largest_in_words, page_of_rows, slack_table
from bot.spend.table import Table, breakdown_table, with_days_compared

Json = dict[str, Any]
OFFERED = (*DIMENSIONS, PERSON)
"""By what an answer can be asked further with a button; with days they fill a row on a phone, all else is in *Ask…*."""
_NAMED = 5
"""Parts that the text names; one more is named, too, because counting it is as long."""
TOO_LONG: Markup = "This question is too long for buttons. Ask a shorter one to get buttons."


def figures_table(figures: Figures) -> Table:
    """Return the parts of an answer as a table."""
    return breakdown_table(
        figures.breakdown,
        "" if any(is_time(one) for one in figures.query.splits) else compared_in_words(figures),
        figures.as_of,
        so_far=bool(figures.open_days),
        measure=figures.query.measure,
    )


def answer_file(figures: Figures) -> Table:
    """Return the same for a file: its columns say what they hold, as those of an export do (`workspace`, `amount_usd`)."""
    query = figures.query
    named_exactly = tuple(exact(one, query.splits) for one in figures.breakdown.slices)
    found = figures_table(replace(figures, breakdown=replace(figures.breakdown, slices=named_exactly)))
    unit = {"dollars": "amount_usd"}.get(query.measure, query.measure)
    named = {"name": query.by.name, "and_name": query.and_by.name if query.and_by else "", "amount": unit}
    columns = tuple(replace(one, name=named.get(one.name, one.name).replace(" ", "_")) for one in found.columns)
    found = replace(found, columns=columns)
    return with_days_compared(found, *span_versus(query.period, query.versus, figures.today)) if figures.today else found


def render_figures(
    figures: Figures,
    chart: Json | None = None,
    cursor: str = "",
    *,
    private: bool = True,
    shareable: bool = True,
    dimensions: Sequence[Dimension] = OFFERED,
    prefix: str = "",
) -> Message:
    """Return an answer with the page of its table at a cursor.

    `private` adds the buttons, which a shared one doesn't have but for all of its table, `shareable` the one that shares it.
    """
    sentence = figures_sentence(figures, prefix)
    if figures.total is None:
        return Message(sentence, [section(sentence)])
    blocks = [section(sentence)]
    parts, tail = figures_table(figures), tail_in_words(figures)
    doubt: Markup = doubtful_in_words(figures.doubtful) if figures.doubtful else ""
    if doubt:
        blocks.append(context(doubt))
    if chart is not None:
        blocks.append(chart)
    words = words_of(figures.query)
    if figures.breakdown.slices:
        page = page_of_rows(parts, cursor)
        blocks.append(slack_table(parts, page))
        if len(words) <= MOST_TYPED:
            leads_on = pager(page, ids.PAGE_SPEND, "the table", words) if private else all_rows(page, ids.SPEND_ALL, words)
            blocks += leads_on
    blocks.append(context(tail))
    if private:
        blocks += _buttons(figures, shareable, dimensions) if len(words) <= MOST_TYPED else [context(TOO_LONG)]
    top = largest_in_words(parts, _NAMED + (len(parts.rows) == _NAMED + 1))
    return Message("\n".join([part for part in (sentence, doubt, top, tail) if part]), blocks)


def _buttons(figures: Figures, shareable: bool, dimensions: Sequence[Dimension]) -> list[Json]:
    query = figures.query
    words = words_of(query)
    share_here = button("Share here", ids.SPEND_SHARE, words, accessibility_label="Post this answer in this channel")
    others = [one for one in dimensions if one not in query.splits and why_not(_asked_by(query, one)) is None]
    further = [_by(query, one) for one in others]
    if figures.first != figures.last and not any(is_time(one) for one in query.splits):
        further.append(_by(query, DAY))
    file = button("CSV", ids.SPEND_CSV, words, accessibility_label="Send me this answer as a CSV file")
    form = button("Ask…", ids.SPEND_ASK, words, accessibility_label="Change this question in a form")
    rows = [further, [*([share_here] if shareable else []), file, form]]
    return [actions(*row) for row in rows if row]


def _asked_by(query: SpendQuery, split: Dimension) -> SpendQuery:
    return replace(query, by=split, and_by=None)


def _by(query: SpendQuery, split: Dimension) -> Json:
    by = f"by {split.name}"
    asked = words_of(_asked_by(query, split))
    return button(f"By {split.name}", f"{ids.SPEND_BY_PREFIX}{split.name}", asked, accessibility_label=f"Break it down {by}")


def render_cant_answer(sentence: Markup, instead: SpendQuery | None, prefix: str) -> Message:
    """Return why a question has no answer, with a button that asks the nearest one that has."""
    if instead is None or len(words_of(instead)) > MOST_TYPED:
        return Message(sentence, [section(sentence)])
    return _offering(sentence, words_of(instead), prefix)


def not_understood_in_words(problem: NotUnderstood) -> Markup:
    """Return what was understood and what wasn't."""
    read = f"I read {', '.join(f'*{escape(one)}*' for one in problem.understood)}; " if problem.understood else ""
    if problem.second is None:
        text = f"{read}I don't know *{escape(problem.unknown)}*."
        text = f"{text} {problem.why}" if problem.why else text
    elif problem.second == "breakdown":
        text = f"{read}*{escape(problem.unknown)}* is one too many, because I can split by two at most."
    elif problem.second == "least amount":
        text = f"{read}*{escape(problem.unknown)}* is no amount of what you count."
    else:
        text = f"{read}*{escape(problem.unknown)}* is a second {problem.second}, but I can use only one."
    return text


def render_not_understood(problem: NotUnderstood, prefix: str, usage: Sequence[str]) -> Message:
    """Return what was understood, what wasn't, and the nearest thing that would be."""
    text = not_understood_in_words(problem)
    if problem.suggestion and len(problem.suggestion) <= MOST_TYPED:
        return _offering(text, problem.suggestion, prefix)
    if not problem.why:  # which says more than all that may be typed
        text += f" You can type {code(f'/{prefix}-spend ' + ' '.join(usage))}."
    in_a_form = button("Ask…", ids.SPEND_ASK, accessibility_label="Ask in a form")
    return Message(text, [section(text), actions(in_a_form)])


def _offering(text: Markup, words: str, prefix: str) -> Message:
    text = f"{text} Did you mean {code(f'/{prefix}-spend {words}')}?"
    return Message(text, [section(text), actions(button("Yes, show that", ids.SPEND_RETRY, words))])
