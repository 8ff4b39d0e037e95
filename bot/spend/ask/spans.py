"""The UTC days that a period means, and those with which it is compared. Pure.

Periods come in the one spelling that `periods.py` gives them.
"""

import calendar
import re
from collections.abc import Iterator
from datetime import date, timedelta
from typing import LiteralString

from bot.spend.model import ONE_DAY, Period
from bot.words.dates import months_later

MONTH_NAMES = tuple(name.lower() for name in calendar.month_name[1:])
WEEKDAY_NAMES = tuple(name.lower() for name in calendar.day_name)
YEAR_BEFORE: Period = "year before"
"""What a period can be compared with besides periods: the same days of the year before."""
DAY_BEFORE: Period = "day before"
"""What a single day can be compared with besides: the one before it, which else is that of the week before."""
PERIOD_BEFORE: Period = "period before"
"""What a period is compared with anyway; who asks for it reads it of what runs, too."""
_DAYS = re.compile(r"(\d{1,4})d")
_NUMBERED = re.compile(r"(\d{4})-(\d{2})")
_QUARTER = re.compile(r"(?:(\d{4})-)?q([1-4])")
_YEAR = re.compile(r"\d{4}")
_WEEK = re.compile(r"(?:(\d{4})-)?w(\d\d)")
_WHOLE = re.compile(r"last (\d{1,3}) (week|month|quarter|year)s")
_ONE_DAY = re.compile(r"(?:\d{4}-)?\d\d-\d\d")
_AGO = re.compile(r"(\d{1,3}) (day|week|month|quarter|year)s ago")
_OF_MONTH = re.compile(r"the (\d{1,2})[a-z]+")
WEEK_OF: Period = "week of "
"""What stands before a day whose calendar week is meant."""
LAST_YEAR = " last year"
_MONTHS_IN = {"month": 1, "quarter": 3, "year": 12}
_UNITS: dict[str, LiteralString] = {"week": "week", "month": "month", "quarter": "quarter", "year": "year"}
_ALMOST_A_YEAR = timedelta(days=364)
_RUNNING, _LAST = ("mtd", "this quarter", "ytd"), ("last month", "last quarter", "last year")
_WEEK_LONG = timedelta(days=7)


def months_of(period: Period) -> int:
    """Return how many months a calendar month, quarter or year has, over or running; 0 for any other period."""
    period = period.removesuffix(LAST_YEAR)
    if ago := _AGO.fullmatch(period):
        return _MONTHS_IN.get(ago[2], 0)
    if period in ("mtd", "last month", *MONTH_NAMES) or _NUMBERED.fullmatch(period):
        return 1
    if period in ("this quarter", "last quarter") or _QUARTER.fullmatch(period):
        return 3
    return 12 if period in ("ytd", "last year") or _YEAR.fullmatch(period) else 0


def whole_of(period: Period) -> tuple[int, LiteralString]:
    """Return how many of which unit `last 3 months` is, (3, "month"); (0, "") for any other period."""
    found = _WHOLE.fullmatch(period)
    return (int(found[1]), _UNITS[found[2]]) if found else (0, "")


def week_of(period: Period) -> int:
    """Return the number of the week that a period names, 0 for any other."""
    found = _WEEK.fullmatch(period)
    return int(found[2]) if found else 0


def is_month(period: Period) -> bool:
    """Tell whether a period is a calendar month, over or running."""
    return months_of(period) == 1


def span(period: Period, today: date) -> tuple[date, date]:
    """Return the first and last UTC day of a period; a number of days ends yesterday, what still runs today."""
    yesterday = today - ONE_DAY
    if whole_of(period)[0]:
        return _last_whole(*whole_of(period), today)
    if days := _DAYS.fullmatch(period):
        return today - ONE_DAY * int(days[1]), yesterday
    if months_of(period) or week_of(period):
        first, last = _to_its_end(period, today)
        return first, min(last, today) if first <= today else last
    if period.startswith(WEEK_OF):
        day = _to_its_end(period.removeprefix(WEEK_OF), today)[0]
        first, last = day - ONE_DAY * day.weekday(), day + ONE_DAY * (6 - day.weekday())
        return first, min(last, today) if first <= today else last
    if period.startswith("since "):
        return _since(period.removeprefix("since "), today)
    if ".." in period:
        return _between(period, today)
    if _is_nth(period):
        day = next(one for one in _back_from(today) if _is_of(period, one) and (one < today or period not in WEEKDAY_NAMES))
        return day, day
    monday = today - ONE_DAY * today.weekday()
    if ago := _AGO.fullmatch(period):
        first = (monday if ago[2] == "week" else today) - (_WEEK_LONG if ago[2] == "week" else ONE_DAY) * int(ago[1])
        return first, first + (_WEEK_LONG - ONE_DAY if ago[2] == "week" else timedelta())
    spans = {
        "today": (today, today),
        "yesterday": (yesterday, yesterday),
        "this week": (monday, today),
        "last week": (monday - _WEEK_LONG, monday - ONE_DAY),
    }
    return spans[period]


def _is_nth(period: Period) -> bool:
    """Tell whether a period is a weekday or a day of no certain month, of which there is one in each month at most."""
    return period in WEEKDAY_NAMES or _OF_MONTH.fullmatch(period) is not None


def _is_of(nth: Period, day: date) -> bool:
    number = _OF_MONTH.fullmatch(nth)
    return day.day == int(number[1]) if number else WEEKDAY_NAMES[day.weekday()] == nth


def _back_from(day: date) -> Iterator[date]:
    """Yield a day and those before it, as far as there is a 31st for certain."""
    return (day - ONE_DAY * n for n in range(63))


def _last_whole(count: int, unit: str, today: date) -> tuple[date, date]:
    """Return so many calendar weeks, months, quarters or years before the one that runs."""
    if unit == "week":
        monday = today - ONE_DAY * today.weekday()
        return monday - _WEEK_LONG * count, monday - ONE_DAY
    months = _MONTHS_IN[unit]
    this = _first_of("mtd" if unit == "month" else "this quarter", months, today)
    return months_later(this, -months * count), this - ONE_DAY


def _to_its_end(period: Period, today: date) -> tuple[date, date]:
    """Return the first and last day of a day, week, month, quarter or year, over or not; the latest begun without a year."""
    if months := months_of(period):
        first = _first_of(period, months, today)
        return first, months_later(first, months) - ONE_DAY
    if week := week_of(period):
        first = _monday(week, int(period[:4]) if period[:1].isdigit() else None, today)
        return first, first + _WEEK_LONG - ONE_DAY
    if _ONE_DAY.fullmatch(period):
        day = date.fromisoformat(period) if len(period) > 5 else on_or_before(int(period[:2]), int(period[3:]), today)
        return day, day
    return span(period, today)


def _monday(week: int, year: int | None, today: date) -> date:
    years = [year] if year else [one for one in range(today.year - 8, today.year + 2) if _has_week(one, week)]
    mondays = [date.fromisocalendar(one, week, 1) for one in years]
    return mondays[0] if year else max(one for one in mondays if one <= today)


def _has_week(year: int, week: int) -> bool:
    return week <= date(year, 12, 28).isocalendar().week


def _since(begins: str, today: date) -> tuple[date, date]:
    is_day = begins.count("-") == 2 or (begins[:1].isdigit() and len(begins) == len("10-03"))
    first, last = span(f"{begins}..{begins}" if is_day else begins, today)
    return first, max(last, today) if first <= today else last


def _first_of(period: Period, months: int, today: date) -> date:
    this = today.replace(month=(today.month - 1) // months * months + 1, day=1)
    if period in _RUNNING:
        return this
    if period in _LAST:
        return months_later(this, -months)
    if ago := _AGO.fullmatch(period):
        return months_later(this, -months * int(ago[1]))
    if period.endswith(LAST_YEAR):
        return _first_of(period.removesuffix(LAST_YEAR), months, date(today.year - 1, 12, 31))
    if period in MONTH_NAMES:
        return on_or_before(MONTH_NAMES.index(period) + 1, 1, today)
    if quarter := _QUARTER.fullmatch(period):
        month = int(quarter[2]) * 3 - 2
        return date(int(quarter[1]), month, 1) if quarter[1] else on_or_before(month, 1, today)
    return date.fromisoformat(f"{period}-01-01" if months == 12 else f"{period}-01")


def on_or_before(month: int, day: int, last: date) -> date:
    """Return the latest such day up to `last`; the 29th of February may be years away. ValueError: there is none."""
    return max(one for year in range(last.year - 8, last.year + 1) if (one := _of(year, month, day)) and one <= last)


def on_or_after(month: int, day: int, first: date) -> date:
    """Return the first such day from `first` on. ValueError: there is none."""
    return min(one for year in range(first.year, first.year + 9) if (one := _of(year, month, day)) and one >= first)


def _of(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _between(period: Period, today: date) -> tuple[date, date]:
    begins, _, ends = period.partition("..")
    if not (_ONE_DAY.fullmatch(begins) and _ONE_DAY.fullmatch(ends)) or len(begins) != len(ends):
        return _from_to(begins, ends, today)
    if len(begins) == len("2026-10-03"):
        first, last = date.fromisoformat(begins), date.fromisoformat(ends)
    else:
        first = on_or_before(int(begins[:2]), int(begins[3:]), today)
        last = on_or_after(int(ends[:2]), int(ends[3:]), first)
    return first, min(last, today) if first <= today else last


def _from_to(begins: Period, ends: Period, today: date) -> tuple[date, date]:
    """Return from the first day of one to the last of the other, which without a year is the first after it."""
    if _is_looked_back_from(begins, ends):
        last = _to_its_end(ends, today)[1]
        first = _to_its_end(begins, last if _is_yearless(begins) else today)[0]
    elif _is_nth(ends):
        first = _to_its_end(begins, today)[0]
        last = next(one for n in range(1, 63) if _is_of(ends, one := first + ONE_DAY * n))
    else:
        first, running = _to_its_end(begins, today)
        last = _to_its_end(ends, first)[1]
        last = last if last >= first else _to_its_end(ends, first + _ALMOST_A_YEAR)[1]
        if running >= today and last.year > first.year and _is_yearless(begins):
            # `q4 to q1` while q4 runs: without the q1 that hasn't begun it would be q4 alone.
            last = _to_its_end(ends, today)[1]
            first = _to_its_end(begins, last)[0]
    return first, max(first, min(last, today) if first <= today else last)


def _is_looked_back_from(begins: Period, ends: Period) -> bool:
    """Tell whether a span ends at a day of its own, from which its beginning is looked for: `the 1st to 15 Oct`.

    A weekday or a day of a month is one of its own unless what begins is of the same sort: `october to friday`.
    """
    if _is_nth(ends):
        is_dated = begins not in WEEKDAY_NAMES and (_is_nth(begins) or bool(_ONE_DAY.fullmatch(begins)))
        return begins not in WEEKDAY_NAMES if ends in WEEKDAY_NAMES else not is_dated
    has_year = ends[:1].isdigit() and not _is_yearless(ends)
    return has_year or ends.startswith(("last ", "yesterday")) or _is_nth(begins)


def _is_yearless(side: Period) -> bool:
    return not re.match(r"\d{4}", side)


def span_before(period: Period, today: date) -> tuple[date, date]:
    """Return the time before a period, which has as many days, or is the calendar month, quarter or year before.

    Before a number of months, quarters or years are as many of them.
    """
    first, last = span(period, today)
    if months := _MONTHS_IN.get(whole_of(period)[1], 0) * whole_of(period)[0]:
        return months_later(first, -months), first - ONE_DAY
    if is_within_week(period, first, last):
        return first - _WEEK_LONG, last - _WEEK_LONG
    return before(first, last, months=months_of(period), runs=last >= today)


def is_within_week(period: Period, first: date, last: date) -> bool:
    """Tell whether a period is some days of a week, which are compared with the same ones: a weekend with a weekend.

    They are a calendar week that isn't over, or from one weekday to another.
    """
    sides = period.split("..")
    is_week = period == "this week" or period.startswith(WEEK_OF) or bool(week_of(period))
    is_named = len(sides) > 1 and all(one in WEEKDAY_NAMES for one in sides)
    return (is_week or is_named) and ONE_DAY <= last - first < _WEEK_LONG - ONE_DAY


def span_versus(period: Period, versus: Period, today: date) -> tuple[date, date]:
    """Return what a period is compared with: the time before without `versus`."""
    if versus in ("", PERIOD_BEFORE):
        return span_before(period, today)
    if versus == DAY_BEFORE:
        first = span(period, today)[0]
        return first - ONE_DAY, first - ONE_DAY
    if versus == YEAR_BEFORE:
        first, last = span(period, today)
        return months_later(first, -12), months_later(last, -12)
    return span(versus, today)


def before(first: date, last: date, *, months: int = 0, runs: bool = False) -> tuple[date, date]:
    """Return the same weekday before a day, the month, quarter or year before one, else as many days before.

    Of one that still `runs`, if only for its last day, it is the same days of the one before.
    """
    if months:
        is_whole = last == months_later(first, months) - ONE_DAY and not runs
        begins = months_later(first, -months)
        return begins, first - ONE_DAY if is_whole else months_later(last, -months)
    if first == last:
        return first - _WEEK_LONG, last - _WEEK_LONG
    return first - (last - first) - ONE_DAY, first - ONE_DAY
