"""The sentences of an answer: how much of what, where, when, and against what. Pure."""

from collections.abc import Sequence
from datetime import UTC
from datetime import date as date_type
from decimal import Decimal

from bot.slack.markup import Markup, code, date, escape
from bot.spend.aggregate import growth
from bot.spend.ask.spans import YEAR_BEFORE, before, is_month, is_within_week, months_of, whole_of
from bot.spend.ask.unsplit import unsplit_in_words
from bot.spend.ask.when import long_in_words, when_in_words
from bot.spend.ask.words import PERSON, TAG
from bot.spend.dimensions import KEY, WORKSPACE
from bot.spend.model import Figures, Narrowed
from bot.spend.phrases import (
    change_in_words,
    days_in_words,
    is_end_of_month,
    last_weekday,
    missing_in_words,
    month_in_title,
    no_figures_of,
    of_budget,
    shown,
    sources_in_words,
)
from bot.spend.render import count, count_change
from bot.words.own import own
from bot.words.wording import month_name, number, percent, plural


def figures_sentence(figures: Figures, prefix: str = "") -> Markup:
    """Return the answer in one sentence; `prefix` is that of the commands."""
    where = where_in_words(figures)
    when = _when(figures)
    if figures.total is None and figures.nothing_until is not None:
        return f"Nothing has been spent yet, as of {date(figures.nothing_until)}."
    if figures.total is None:
        return no_figures_of(f"{where} for {when}", (figures.first, figures.last), figures.today, prefix)
    if not figures.is_known:
        unknown = f"Not all {_unit(figures)}{where} {_preposition(figures)} {when} are known"
        return f"{unknown}: the report of these days doesn't count them, or I haven't read them."
    so_far = " so far" if figures.open_days else ""
    parts: list[Markup | None] = [
        f"*{amount_in_words(figures, figures.total)}{so_far}{_seen(figures, where)}{where}* {_preposition(figures)} {when}",
        _change(figures),
        of_budget(figures.total, figures.budget) if figures.budget else None,
        missing_in_words(figures.missing, figures.today) if figures.missing else None,
    ]
    return " · ".join([part for part in parts if part])


def _seen(figures: Figures, where: Markup) -> Markup:
    if not figures.only:
        return ""
    return " of what you may see," if where.startswith(" without") else " of what you may see"


def _unit(figures: Figures) -> Markup:
    return "tokens" if figures.query.measure == "tokens" else "requests"


def amount_in_words(figures: Figures, amount: Decimal) -> Markup:
    """Return an amount of what is counted: `$412.70`, `1,204 requests`."""
    if figures.query.measure == "dollars":
        return shown(amount)
    return f"{own(count(int(amount)))} {_unit(figures)}"


def where_in_words(figures: Figures) -> Markup:
    """Return what an answer is narrowed to: ` in Production, model opus, for Dana Smith`."""
    return narrowed_in_words(figures.workspace_name, figures.narrowed)


def narrowed_in_words(workspaces: str | None, narrowed: Sequence[Narrowed]) -> Markup:
    """Return what figures are narrowed to: ` in Production, model opus, for Dana Smith`, ` without Staging`."""
    said: Markup = f" in {escape(workspaces)}" if workspaces else ""
    for by, values, leaves_out in narrowed:
        value = code(values) if by == KEY.name else escape(values)
        kind: Markup = f"{escape(by)}={value}" if by.startswith(TAG) else f"{escape(by)} {value}"
        if leaves_out:
            about: Markup = f"without {value if by in (PERSON, WORKSPACE.name) else kind}"
        else:
            about = f"for {value}" if by == PERSON else kind
        comma: Markup = "" if (leaves_out or by == PERSON) and not said else ","
        said = f"{said}{comma} {about}"
    return said


def _change(figures: Figures) -> Markup | None:
    assert figures.total is not None  # noqa: S101 - only what is known is compared
    against = compared_in_words(figures)
    if figures.query.versus and figures.before is None:
        return f"I can't compare it with {against}: not all of its days are known, final and split like this"
    if figures.open_days and not figures.query.versus:
        return None
    if figures.before is not None and not _is_alike(figures):
        return f"{against} had {amount_in_words(figures, figures.before)}"
    if figures.query.measure == "dollars" or not figures.before:
        return change_in_words(figures.total, figures.before, against)
    ratio = growth(figures.total, figures.before)
    difference = own(count_change(int(figures.total - figures.before)))
    return f"{escape(percent(ratio)) if ratio is not None else difference} vs {against}"


def _preposition(figures: Figures) -> Markup:
    return "on" if figures.first == figures.last else "in"


def _when(figures: Figures) -> Markup:
    return when_in_words(figures.query.period, figures.first, figures.last, figures.today, runs=figures.runs)


def compared_in_words(figures: Figures) -> Markup:
    """Return what an answer is compared with: `last Friday`, `the same days in Oct`, `the 7 days before`."""
    if figures.query.versus and figures.compared:
        first, last = figures.compared
        if figures.query.versus != YEAR_BEFORE and is_month(figures.query.versus) and is_end_of_month(last):
            return month_in_title(first)
        return days_in_words(first, last, date_type.max)  # another time than one would think, so always with its year
    months = months_of(figures.query.period)
    if months > 1:
        first, last = before(figures.first, figures.last, months=months, runs=figures.runs)
        is_whole = is_end_of_month(figures.last) and not figures.runs
        name = long_in_words(first, months)
        return name if is_whole else days_in_words(first, last, date_type.max)
    if months and is_end_of_month(figures.last) and not figures.runs:
        return month_in_title(before(figures.first, figures.last, months=1)[0])
    if months:
        first, last = before(figures.first, figures.last, months=1, runs=figures.runs)
        is_as_long = last.day == figures.last.day  # a shorter month has no such day
        month = month_name(first) if first.year != figures.last.year else month_name(first)[:3]
        return f"the same days in {month}" if is_as_long else days_in_words(first, last, figures.today)
    if figures.first == figures.last:
        return last_weekday(figures.first)
    if is_within_week(figures.query.period, figures.first, figures.last):
        return "the same days of the week before"
    whole, unit = whole_of(figures.query.period)
    if whole:
        return f"the {plural(whole, unit)} before"
    return f"the {number((figures.last - figures.first).days + 1)} days before"


def tail_in_words(figures: Figures) -> Markup:
    """Return how fresh the figures are and whether they are final, whose days they are, and what no tag names."""
    final: Markup = "" if figures.open_days or figures.missing else ", final"
    parts: list[Markup] = [f"As of {date(figures.as_of)}{final}" if figures.as_of else "No data yet"]
    if figures.open_days:
        parts.append(_open_in_words(figures))
    if figures.query.measure == "dollars" and (told := sources_in_words(figures.sources)):
        parts.append(told)
    if figures.only:
        parts.append(escape(figures.only))
    if unsplit := unsplit_in_words(figures.unsplit, amount_in_words(figures, figures.unsplit), figures.query.where):
        parts.append(unsplit)
    if figures.untagged:
        parts.append(f"untagged: {escape(', '.join(figures.untagged))}")
    if figures.before is not None and figures.query.versus and figures.compared and (lengths := _lengths(figures)):
        parts.append(lengths)
    return " · ".join([*parts, "days are UTC days"])


def _lengths(figures: Figures) -> Markup | None:
    assert figures.compared is not None  # noqa: S101 - looked at before
    now = (figures.last - figures.first).days + 1
    then = (figures.compared[1] - figures.compared[0]).days + 1
    return None if now == then else f"compares {plural(now, 'day')} with {number(then)}"


def _is_alike(figures: Figures) -> bool:
    """Tell whether a percentage says something: hours against whole days, or a day against a week, read as a fall."""
    if figures.open_days and (figures.as_of is None or figures.as_of.astimezone(UTC).date() <= figures.open_days[-1]):
        return False
    versus, months = figures.query.versus, months_of(figures.query.period)
    if figures.compared is None or versus == YEAR_BEFORE or (months and months == months_of(versus)):
        return True
    return _lengths(figures) is None


def _open_in_words(figures: Figures) -> Markup:
    """Return which days may still change, and whether that is because the day itself isn't over."""
    first, last = figures.open_days[0], figures.open_days[-1]
    days = days_in_words(first, last, figures.today)
    if first != last:
        return f"{days} are not final yet"
    is_over = last < figures.today if figures.today else figures.query.period == "yesterday"
    return f"{days} is not final yet" if is_over else f"{days} is still running"
