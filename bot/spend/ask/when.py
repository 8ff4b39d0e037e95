"""How a period is called, so that one question's days read the same in every answer, file and title. Pure."""

from datetime import date

from bot.slack.markup import Markup
from bot.spend.ask.spans import months_of, week_of, whole_of
from bot.spend.model import Period
from bot.spend.phrases import day_in_words, days_in_words, is_end_of_month, month_so_far, quarter_in_words
from bot.words.wording import number


def when_in_words(period: Period, first: date, last: date, today: date | None, *, runs: bool = False) -> Markup:
    """Return `Fri 20 Nov (UTC)`, `Oct 2026`, `Nov 2026 (1–20 Nov)`, `Q3 2026`, or `the 30 days 22 Oct–20 Nov`.

    `runs`: its last day isn't over.
    """
    if first == last:  # "today" may be another day for whoever asks
        return f"{day_in_words(first, today)} (UTC)"
    called = _called(period, first, last, today, runs=runs)
    whole, unit = whole_of(period)
    days: Markup = f"{number(whole)} whole {unit}s" if whole else f"{number((last - first).days + 1)} days"
    return called or f"the {days} {days_in_words(first, last, today)}"


def period_in_title(period: Period, first: date, last: date, today: date | None) -> Markup:
    """Return the same for a title: `Fri 20 Nov`, `Oct 2026`, `22 Oct–20 Nov`."""
    called = "" if first == last else _called(period, first, last, today)
    return called or days_in_words(first, last, today)


def long_in_words(first: date, months: int) -> Markup:
    """Return what a quarter or year is called: `Q3 2026`, `2026`."""
    return number(first.year) if months == 12 else quarter_in_words(first)


def _called(period: Period, first: date, last: date, today: date | None, *, runs: bool = False) -> Markup:
    months, runs = months_of(period), runs or (today is not None and last >= today)
    if months == 1:
        return month_so_far(first, last, runs=runs)
    if week := week_of(period):
        return f"week {number(week)} ({days_in_words(first, last, today)})"
    if not months:
        return ""
    name = long_in_words(first, months)
    return name if is_end_of_month(last) and not runs else f"{name} ({days_in_words(first, last, today)})"
