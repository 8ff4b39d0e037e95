"""The answer to `/claude-spend reconcile`: the finding in a sentence, a table per model, what explains it, CSV and months.

Pure.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from datetime import date as Day
from typing import Any

from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button
from bot.slack.markup import Markup, code, date, escape
from bot.slack.model import Message
from bot.slack.paging import pager
from bot.spend.phrases import days_in_words, doubtful_in_words, missing_in_words, no_figures_of, shown
from bot.spend.prices.model import PriceTable
from bot.spend.reconcile.model import Line, Reason, Reconciliation
from bot.spend.reconcile.periods import Wanted, beyond, nearest
from bot.spend.reconcile.phrases import alarms_in_words, finding, part_in_words, wholes_in_words
from bot.spend.reconcile.tables import by_model_table
from bot.spend.render import page_of_rows, slack_table
from bot.words.wording import in_cents

Json = dict[str, Any]
_EXACT = (
    "Cache reads and writes are priced exactly. Batch, US inference and searches that the figures don't split off are"
    " recognized by their exact amounts."
)


def render_reconciliation(
    found: Reconciliation, wanted: Wanted, prices: PriceTable, now: datetime, cursor: str = ""
) -> Message:
    """Return a reconciliation with the page of its table at a cursor."""
    sentence = reconciliation_sentence(found, wanted, now.astimezone(UTC).date())
    if found.as_of is None:
        return Message(sentence, [section(sentence), _buttons(wanted, now, has_figures=False)])
    warnings = alarms_in_words(found)
    if found.faults:
        warnings.append(wholes_in_words(found))
    if found.doubtful:
        warnings.append(doubtful_in_words(found.doubtful))
    lines: Sequence[Markup] = [f"• {part_in_words(one, found, prices)}" for one in Reason if one in found.total.parts]
    parts: Markup = "\n".join(lines)
    blocks = [section(sentence), *([section("\n".join(warnings))] if warnings else [])]
    parts_table = by_model_table(found)
    if parts_table.rows:
        page = page_of_rows(parts_table, cursor)
        blocks += [slack_table(parts_table, page), *pager(page, ids.PAGE_RECONCILE, "the table", wanted.typed)]
    if parts:
        blocks.append(section(f"*What explains the difference*\n{parts}"))
    notes: list[Markup] = [_EXACT] if found.faults else [_EXACT, wholes_in_words(found)]
    tail = _tail(found)
    blocks += [context(" ".join(notes)), context(tail), _buttons(wanted, now, has_figures=True)]
    said: Sequence[Markup] = [sentence, *warnings, *lines, tail]
    return Message("\n".join(said), blocks)


def reconciliation_sentence(found: Reconciliation, wanted: Wanted, today: Day | None = None) -> Markup:
    """Return the finding in a sentence."""
    if found.as_of is None:
        return no_figures_of(f" for {wanted.title()}", (wanted.first, wanted.last), today)
    total = found.total
    so_far = " so far" if found.open_days else ""
    billed = f"*{wanted.title()}: {shown(total.billed)} billed{so_far}.*"
    if not found.cells:
        said = f"{billed} Nothing was used"
    elif total.of(Reason.NO_TOKENS) and not total.tokens:
        said = f"{billed} Its tokens aren't known yet, so I can't compare it with list prices. Look again later"
    elif total.computed is None:
        said = f"{billed} I know no list price of any of its tokens"
    else:
        said = f"{billed} List price × tokens is {shown(total.computed)}; {finding(total)}"
    return f"{said} · {missing_in_words(found.missing)}" if found.missing else f"{said}."


def _tail(found: Reconciliation) -> Markup:
    as_of = f"As of {date(found.as_of)}" if found.as_of else ""
    legacy = " · partly from the older cost report, which has no list price" if "legacy" in found.sources else ""
    if not found.open_days:
        state = "final" if not found.missing else "not complete"
    else:
        state = f"{days_in_words(found.open_days[0], found.open_days[-1])} may still change"
    return f"{as_of} · {state} · days are UTC days{legacy}{_rounded(found.total)}"


def _rounded(total: Line) -> Markup:
    """Return that amounts are rounded, where those that are shown don't add up."""
    if total.computed is None:
        return ""
    shown_parts = sum((in_cents(amount) for amount in total.parts.values()), in_cents(total.computed))
    return "" if shown_parts == in_cents(total.billed) else " · amounts are rounded"


def _buttons(wanted: Wanted, now: datetime, *, has_figures: bool) -> Json:
    buttons: list[Json] = []
    if has_figures:
        label = "Get the reconciliation as a CSV file, per day and model"
        buttons.append(button("CSV", ids.RECONCILE_CSV, wanted.typed, accessibility_label=label))
    before, after = wanted.month_before(), wanted.month_after(now.astimezone(UTC).date())
    buttons.append(button("Previous month", ids.RECONCILE_BEFORE, before, accessibility_label=f"Reconcile {before}"))
    if after is not None:
        buttons.append(button("Next month", ids.RECONCILE_AFTER, after, accessibility_label=f"Reconcile {after}"))
    return actions(*buttons)


def render_unknown_period(typed: str, prefix: str) -> Message:
    """Return that words after `reconcile` make no sense, with the nearest that do as a button."""
    if found := beyond(typed.split(" ")):
        period, more = found
        return _meant(f"A reconciliation covers everything of its period, so I can't use *{escape(more)}*.", period, prefix)
    said = f"I don't know *{escape(typed)}*, or it hasn't begun, or it is more than a year."
    if near := nearest(typed):
        return _meant(said, near, prefix)
    text = (
        f"{said} You can type {code(f'/{prefix}-spend reconcile 2026-10')} or {code(f'/{prefix}-spend reconcile october')}."
    )
    offer = button("Last month", ids.RECONCILE_BEFORE, "last month", accessibility_label="Reconcile last month")
    return Message(text, [section(text), actions(offer)])


def _meant(said: Markup, period: str, prefix: str) -> Message:
    text = f"{said} Did you mean {code(f'/{prefix}-spend reconcile {period}')}?"
    return Message(text, [section(text), actions(button("Yes, show that", ids.RECONCILE_BEFORE, period))])


def csv_about(wanted: Wanted) -> Markup:
    """Return what a file has, without a full stop."""
    return f"Reconciliation of {wanted.title()} by day and model"


def csv_fresh(found: Reconciliation) -> Markup:
    """Return as of when a file's figures are and whether they are final, without a full stop."""
    return _tail(found) if found.as_of else "No data yet"
