"""The phrases that all reports and the dashboard share. Pure."""

from datetime import date as Day
from decimal import Decimal

from bot.slack.markup import Markup, date, escape
from bot.spend.ask.when import when_in_words
from bot.spend.model import ONE_DAY
from bot.spend.phrases import (
    day_in_words,
    days_in_words,
    missing_in_words,
    month_in_title,
    month_so_far,
    no_figures_of,
    shown,
    sources_in_words,
)
from bot.spend.reports.model import Times
from bot.words.wording import number, share


def when(times: Times) -> Markup:
    """Return a report's days: `on Fri 20 Nov (UTC)`, `in Oct 2026`, `in the 30 days 22 Oct–20 Nov`."""
    if times.first == times.last:
        return f"on {day_in_words(times.first, times.today)} (UTC)"
    if _is_month(times):
        return f"in {month_so_far(times.first, times.last, runs=times.runs)}"
    return f"in {when_in_words(times.period, times.first, times.last, times.today)}"


def against(times: Times) -> Markup:
    """Return what a report is compared with: `Fri 13 Nov`, `Oct 2026`, `the 30 days before`."""
    if times.first == times.last:
        return day_in_words(times.before_first, times.today)
    if _is_whole_month(times.first, times.last) and _is_whole_month(times.before_first, times.before_last):
        return month_in_title(times.before_first)
    if times.before_last == times.first - ONE_DAY:
        return f"the {number(len(times.days_before))} days before"
    return days_in_words(times.before_first, times.before_last, times.today)


def _is_whole_month(first: Day, last: Day) -> bool:
    return first.day == 1 and (last + ONE_DAY).day == 1 and (first.year, first.month) == (last.year, last.month)


def _is_month(times: Times) -> bool:
    is_one = times.first.day == 1 and (times.first.year, times.first.month) == (times.last.year, times.last.month)
    return is_one and ((times.last + ONE_DAY).day == 1 or times.runs)


def so_far(times: Times) -> Markup:
    """Return ` so far` where figures may still change."""
    return " so far" if times.open_days else ""


def no_figures(times: Times) -> Markup:
    """Return that there are none, which is something else than $0."""
    if times.nothing_until is not None:
        return f"Nothing has been spent yet, as of {date(times.nothing_until)}."
    return no_figures_of(f" {when(times)}", (times.first, times.last), times.today)


def as_of_line(times: Times, *, beside_today: bool = False) -> Markup:
    """Return until when figures reach and whether they can still change: `As of … · final · days are UTC days`.

    `beside_today`: today stands beside them and isn't one of them, so their last day is named.
    """
    if times.as_of is None:
        return "No data yet"
    until: Markup = f"Days up to {day_in_words(times.last, times.today)}: as" if beside_today else "As"
    parts: list[Markup] = [f"{until} of {date(times.as_of)}"]
    days = times.open_days
    if len(days) > 1:
        parts.append(f"{days_in_words(days[0], days[-1], times.today)} are not final yet")
    elif days:
        parts.append(f"{day_in_words(days[0], times.today)} is not final yet")
    if not days and not times.missing:
        parts.append("final")
    if times.missing:
        parts.append(missing_in_words(times.missing, times.today))
    if told := sources_in_words(times.sources):
        parts.append(told)
    return " · ".join([*parts, "days are UTC days"])


def part_of(part: Decimal, whole: Decimal) -> Markup:
    """Return an amount with its share of a whole: `$210.40 (51 %)`; without one where that would say nothing.

    More than the whole is a part beside others that are negative because of credits.
    """
    if whole <= 0 or not 0 <= part <= whole:
        return shown(part)
    return f"{shown(part)} ({escape(share(part / whole))})"
