"""Periods as people type them, and the UTC days that they mean; each has one spelling that is read back. Pure.

`today`, `yesterday`, `45d`, `mtd`, `this week`, `last week`, `last month`, `october`, `2026-10`, `2026-10-03..2026-10-17`,
and without years `10-03..10-17`: such days and months are the latest that have begun.
"""

import calendar
import re
from collections.abc import Sequence
from datetime import date, timedelta

from bot.spend.model import ONE_DAY, PERIODS, Period
from bot.words.wording import MONTHS

MOST_DAYS = 366
"""The reports reach back a year (admin-api.md §4.10)."""
MONTH_NAMES = tuple(name.lower() for name in calendar.month_name[1:])
_WORDS: dict[str, Period] = {
    **{one: one for one in PERIODS},
    "month": "mtd",
    "this month": "mtd",
    "week": "7d",
    "previous week": "last week",
    "previous month": "last month",
}
_DAYS = re.compile(r"(?:(?:the )?(?:last|past) )?(\d{1,4}) ?(?:d|days?)")
_BETWEEN = re.compile(r" ?(?:\.\.\.?|…|–|—) ?| (?:to|until|till|through|and|-) ")
_ISO = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: ([a-z]+)\.?)?(?:,? (\d{4}))?")
_NAMED_FIRST = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?")
_MONTH = re.compile(r"([a-z]+)\.?(?: (\d{4}))?")
_NUMBERED = re.compile(r"(\d{4})-(\d{2})")
_LONGEST = 9
_Day = tuple[int | None, int | None, int]
"""(year, month, day); what wasn't said is None."""


def read_period(words: Sequence[str]) -> tuple[Period, int] | None:
    """Return the longest period that the words begin with, in its one spelling, and how many words it took."""
    for taken in range(min(len(words), _LONGEST), 0, -1):
        found = _period(" ".join(" ".join(words[:taken]).casefold().split()))
        if found is not None:
            return found, taken
    return None


def _period(text: str) -> Period | None:
    if text in _WORDS:
        return _WORDS[text]
    if days := _DAYS.fullmatch(text):
        return f"{int(days[1])}d" if 1 <= int(days[1]) <= MOST_DAYS else None
    return _month(text) or _days(text)


def _month(text: str) -> Period | None:
    if (numbered := _NUMBERED.fullmatch(text)) and 1 <= int(numbered[2]) <= 12:
        return text
    named = _MONTH.fullmatch(text)
    number = named and _month_number(named[1])
    if not named or not number:
        return None
    return f"{named[2]}-{number:02}" if named[2] else MONTH_NAMES[number - 1]


def _days(text: str) -> Period | None:
    """Read one day or two: the earlier one first, with years for both or for none."""
    typed = _BETWEEN.split(text.removeprefix("from ").removeprefix("between "))
    if len(typed) > 2 or (text.startswith(("from ", "between ")) and len(typed) != 2):
        return None
    read = [_day(one.strip()) for one in typed]
    if None in read:
        return None
    first, last = (read[0], read[-1])
    assert first is not None  # noqa: S101 - looked for above
    assert last is not None  # noqa: S101
    first = (first[0], first[1] or last[1], first[2])  # 3–17 Oct
    if first[1] is None or last[1] is None:
        return None
    return _spelled(first, last)


def _day(text: str) -> _Day | None:
    if iso := _ISO.fullmatch(text):
        return int(iso[1]) if iso[1] else None, int(iso[2]), int(iso[3])
    if named := _NAMED.fullmatch(text):
        month = _month_number(named[2]) if named[2] else None
        return None if named[2] and month is None else (int(named[3]) if named[3] else None, month, int(named[1]))
    if (named := _NAMED_FIRST.fullmatch(text)) and (month := _month_number(named[1])):
        return int(named[3]) if named[3] else None, month, int(named[2])
    return None


def _month_number(name: str) -> int | None:
    fitting = [n for n, one in enumerate(MONTH_NAMES, 1) if len(name) >= 3 and one.startswith(name)]
    return fitting[0] if fitting and (name in MONTH_NAMES or len(name) <= 4) else None


def _spelled(first: _Day, last: _Day) -> Period | None:
    (first_year, first_month, first_day), (last_year, last_month, last_day) = first, last
    try:
        if last_year is None and first_year is not None:
            end = _on_or_after(last_month or 0, last_day, date(first_year, first_month or 0, first_day))
            last_year = end.year
        if first_year is None and last_year is not None:
            first_year = _on_or_before(first_month or 0, first_day, date(last_year, last_month or 0, last_day)).year
        if first_year is None or last_year is None:
            for month, day in ((first_month, first_day), (last_month, last_day)):
                date(2028, month or 0, day)  # a leap year has every day
            return f"{first_month:02}-{first_day:02}..{last_month:02}-{last_day:02}"
        begins, ends = date(first_year, first_month or 0, first_day), date(last_year, last_month or 0, last_day)
    except ValueError:
        return None
    return f"{begins}..{ends}" if begins <= ends else None


def _on_or_before(month: int, day: int, last: date) -> date:
    """Return the latest such day up to `last`; the 29th of February may be years away. ValueError: there is none."""
    return max(one for year in range(last.year - 8, last.year + 1) if (one := _of(year, month, day)) and one <= last)


def _on_or_after(month: int, day: int, first: date) -> date:
    return min(one for year in range(first.year, first.year + 9) if (one := _of(year, month, day)) and one >= first)


def _of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def is_month(period: Period) -> bool:
    """Tell whether a period is a calendar month, over or running."""
    return period in ("mtd", "last month", *MONTH_NAMES) or _NUMBERED.fullmatch(period) is not None


def span(period: Period, today: date) -> tuple[date, date]:
    """Return the first and last UTC day of a period; a number of days ends yesterday, what still runs today."""
    yesterday = today - ONE_DAY
    if days := _DAYS.fullmatch(period):
        return today - ONE_DAY * int(days[1]), yesterday
    if is_month(period):
        first = _first_of_month(period, today)
        last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
        return first, min(last, today) if first <= today else last
    if ".." in period:
        return _between(period, today)
    monday = today - ONE_DAY * today.weekday()
    spans = {
        "today": (today, today),
        "yesterday": (yesterday, yesterday),
        "this week": (monday, today),
        "last week": (monday - timedelta(days=7), monday - ONE_DAY),
    }
    return spans[period]


def _first_of_month(period: Period, today: date) -> date:
    this = today.replace(day=1)
    if period == "mtd":
        return this
    if period == "last month":
        return (this - ONE_DAY).replace(day=1)
    if period in MONTH_NAMES:
        return _on_or_before(MONTH_NAMES.index(period) + 1, 1, today)
    return date.fromisoformat(f"{period}-01")


def _between(period: Period, today: date) -> tuple[date, date]:
    begins, _, ends = period.partition("..")
    if len(begins) == len("2026-10-03"):
        first, last = date.fromisoformat(begins), date.fromisoformat(ends)
    else:
        first = _on_or_before(int(begins[:2]), int(begins[3:]), today)
        last = _on_or_after(int(ends[:2]), int(ends[3:]), first)
    return first, min(last, today) if first <= today else last


def span_before(period: Period, today: date) -> tuple[date, date]:
    """Return what a period is compared with."""
    first, last = span(period, today)
    return before(first, last, month=is_month(period), runs=last >= today)


def before(first: date, last: date, *, month: bool = False, runs: bool = False) -> tuple[date, date]:
    """Return the same weekday before a day, the month before a month, else as many days before.

    Of a month that still `runs`, if only for its last day, it is the same days of the month before.
    """
    if month:
        end = first - ONE_DAY
        is_whole = (last + ONE_DAY).day == 1 and not runs
        return end.replace(day=1), end if is_whole else end.replace(day=min(last.day, end.day))
    if first == last:
        return first - timedelta(days=7), last - timedelta(days=7)
    return first - (last - first) - ONE_DAY, first - ONE_DAY


def first_words() -> tuple[str, ...]:
    """Return the words with which a period may begin, numbers apart."""
    words = {word.split()[0] for word in _WORDS if not word[0].isdigit()} | {"from", "between", "past"}
    return (*sorted(words), *MONTH_NAMES, *(name.lower() for name in MONTHS if name.lower() not in MONTH_NAMES))
