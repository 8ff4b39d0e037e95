"""The private answer to `/claude-spend records` and `/claude-spend me`: one sentence, a page of records, CSV. Pure."""

from collections.abc import Collection, Sequence
from datetime import date as Day
from datetime import datetime
from typing import Any

from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import MOST_TYPED, button
from bot.slack.markup import Markup, bold, code, date, escape
from bot.slack.model import Message
from bot.slack.paging import Page, pager, range_of
from bot.spend.ask.grammar import NotUnderstood
from bot.spend.ask.sentences import narrowed_in_words
from bot.spend.ask.unsplit import unsplit_in_words
from bot.spend.ask.view import TOO_LONG
from bot.spend.ask.when import when_in_words
from bot.spend.exports.query import RecordsQuery, Refused, words_of_records
from bot.spend.exports.records import Records, largest_in_text, shown_records
from bot.spend.model import Measures
from bot.spend.phrases import days_in_words, doubtful_in_words, missing_in_words, no_figures_of, shown, sources_in_words
from bot.spend.render import slack_table
from bot.words.own import Own, own
from bot.words.wording import number, plural

Json = dict[str, Any]


def render_records(found: Records, prefix: str) -> Message:
    """Return a page of records with the sentence that sums up all of them."""
    sentence, words = records_sentence(found, prefix), words_of_records(found.query)
    notes = _notes(found)
    if not found.page.items:
        return Message("\n".join([sentence, *notes]), [section(sentence), *([context(" · ".join(notes))] if notes else [])])
    table = shown_records(found)
    tail = " · ".join([fresh_in_words(found.as_of, found.open_days, found.sources), *notes])
    blocks = [section(sentence), slack_table(table, Page(table.rows))]
    if len(words) <= MOST_TYPED:
        file = button("CSV", ids.SPEND_RECORDS_CSV, words, accessibility_label="Send me all of it as a CSV file")
        blocks += [
            *pager(found.page, ids.PAGE_RECORDS, f"the {called(found.query)[1]}", words),
            context(tail),
            actions(file),
        ]
    else:
        blocks += [context(tail), context(TOO_LONG)]
    rows: list[Markup] = [escape(line) for line in largest_in_text(table)]
    return Message("\n".join([sentence, *rows, tail]), blocks)


def records_sentence(found: Records, prefix: str) -> Markup:
    """Return all records in one sentence: what they cost, how many there are, and their tokens."""
    when, where = _when(found), narrowed_in_words(found.workspace_name, found.narrowed)
    if found.total is None and found.nothing_until is not None:
        return f"Nothing has been spent yet, as of {date(found.nothing_until)}."
    if found.total is None:
        return no_figures_of(f" {when}", (found.selection.first, found.selection.last), found.today, prefix)
    if found.query.own and not (found.scope.keys or found.scope.people):
        return f"I know of no API key of yours, so I can't say what you spent. {code(f'/{prefix}-keys')} lists your keys."
    whose = " by you" if found.query.own else ""
    if not found.page.total:
        seen = "" if found.scope.is_all or found.query.own else " that you may see"
        comma = "," if "," in where else ""
        return f"Nothing was used{whose}{where}{comma} {when}, as far as I know{seen}."
    so_far = " so far" if found.open_days else ""
    count = range_of(found.page)
    one, many = called(found.query)
    rows: Markup = f"{count} {one if count == '1' else many}"
    part = "" if found.scope.is_all or found.query.own else " of what you may see"
    return f"*{shown(found.total.amount)}{so_far}{whose}{part}{where}* {when} · {rows} · {_tokens(found.total)}"


def called(query: RecordsQuery) -> tuple[Own, Own]:
    """Return what one line is called, and several: a record, or the key, model or workspace that it is about."""
    if not query.own:
        return own("record"), own("records")
    if query.daily:
        return (own("line"), own("lines")) if query.by else (own("day"), own("days"))
    one = own(query.by[0].name) if len(query.by) == 1 else own("line")
    return one, own(f"{one}s")


def _tokens(total: Measures) -> Markup:
    if total.amount > 0 and not total.input + total.output:
        return "its tokens aren't known yet"
    requests = "" if total.requests is None else f" · {plural(total.requests, 'request')}"
    return f"{_many(total.input)} input and {_many(total.output)} output tokens{requests}"


def _many(count: int) -> Markup:
    return own(f"{count:,}")


def _when(found: Records) -> Markup:
    first, last = found.selection.first, found.selection.last
    return f"{'on' if first == last else 'in'} {when_in_words(found.query.period, first, last, found.today)}"


def fresh_in_words(as_of: datetime | None, open_days: Sequence[Day], sources: Collection[str]) -> Markup:
    """Return as of when figures are, whether they are final, and what told them; `open_days` may still change."""
    if as_of is None:
        return "No data yet"
    state = f"{_days(open_days)} {'is' if len(open_days) == 1 else 'are'} not final yet" if open_days else "final"
    told = sources_in_words(sources)
    from_where: Markup = f" · {told}" if told else ""
    return f"As of {date(as_of)} · {state}{from_where} · days are UTC days"


def _notes(found: Records) -> list[Markup]:
    """Return what the figures don't say: days without data, days that aren't split, what somebody may not see."""
    notes: list[Markup] = []
    if found.total is not None and found.missing:
        notes.append(missing_in_words(found.missing, found.today))
    if found.doubtful:
        notes.append(doubtful_in_words(found.doubtful))
    if found.total is not None and found.unsplit:
        notes.append(f"⚠️ the report of {_days(found.unsplit)} isn't split like this, so parts may be missing")
    if unsplit := unsplit_in_words(found.not_split, shown(found.not_split), found.query.where):
        notes.append(unsplit)
    if not found.scope.is_all:
        told = found.scope.told((*found.selection.in_ledger, *found.selection.where), hourly=found.selection.is_hourly)
        notes.append(told.in_words(own=found.query.own))
    return notes


def _days(days: Sequence[Day]) -> Markup:
    if len(days) > 1 and (days[-1] - days[0]).days + 1 != len(days):
        return f"{number(len(days))} days"
    return days_in_words(days[0], days[-1])


def render_refused(refused: Refused, prefix: str) -> Message:
    """Return what can't be listed, with the question that tells it, and the nearest that can."""
    if refused.figures and len(refused.figures) <= MOST_TYPED:
        can = code(f"/{prefix}-spend {refused.figures}")
        less: Markup = (
            ", but counts what is under your name, and not all of your keys" if refused.figures.endswith(" me") else ""
        )
        refused = refused._replace(said=f"{refused.said} {can} can{less}.")
    if not refused.instead or len(refused.instead) > MOST_TYPED:
        return Message(refused.said, [section(refused.said)])
    text = f"{refused.said} Did you mean {code(f'/{prefix}-spend {_command(refused.instead)}')}?"
    return Message(text, [section(text), actions(button("Yes, show that", ids.SPEND_RECORDS, refused.instead))])


def render_what(problem: NotUnderstood, prefix: str, *, is_own: bool) -> Message:
    """Return what wasn't understood, and the nearest thing that would be."""
    if problem.second is None:
        text: Markup = f"I don't know {bold(problem.unknown)}."
    else:
        text = f"{bold(problem.unknown)} is a second {own(problem.second)}, but I can use only one."
    if problem.why:
        text = f"{text} {problem.why}"
    if not problem.suggestion or len(problem.suggestion) > MOST_TYPED:
        usage = "me 30d by model" if is_own else "records 7d in WORKSPACE by model"
        text += f" You can type {code(f'/{prefix}-spend {usage}')}."
        return Message(text, [section(text)])
    text += f" Did you mean {code(f'/{prefix}-spend {_command(problem.suggestion)}')}?"
    return Message(text, [section(text), actions(button("Yes, show that", ids.SPEND_RECORDS, problem.suggestion))])


def _command(words: str) -> str:
    return words if words.split(" ")[0] == "me" else f"records {words}"
