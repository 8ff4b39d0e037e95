"""Days as people write them, read relative to a given today. Pure.

`calendar_day` and `weekday_day` of `bot.words.wording` write; what they write of the year ahead is read back.
"""

import re
from calendar import monthrange
from datetime import date, timedelta
from typing import Final

from bot.words.durations import read_duration
from bot.words.unreadable import Unreadable
from bot.words.wording import MONTHS, WEEKDAYS, calendar_day, weekday_day

DAY_HINT: Final = "Such as 31 Dec, 2026-12-31, tomorrow, next Friday or in 3 weeks."
_BEFORE = re.compile(r"^(?:until|till|to|by|on) +")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_DAY_FIRST = re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4}|[23][0-9])?")
"""`31.12.2026`, `31.12.`: with points the day comes first everywhere."""
_ONE_WAY = re.compile(r"(?P<day>1[3-9]|2[0-9]|3[01])[/-](?P<month>[0-9]{1,2})[/-](?P<year>[0-9]{4})")
"""`31/12/2026`: there is no such month, so that the day stands first."""
_END_OF = re.compile(r"(?:the )?end of (?:the |this )?(?:(week|month|quarter|year)|([a-z]+)(?: ([0-9]{4}))?)|eo([wmqy])")
_NUMBERS = re.compile(r"[0-9]{1,4}[/.-][0-9]{1,2}[/.-][0-9]{1,4}")
_WEEKDAY = re.compile(r"(?:(this|next) )?([a-z]+)")
_NUMBER = r"([0-9]{1,2})(?:st|nd|rd|th)?"
_NAMED = re.compile(rf"(?:([a-z]+),? )?(?:{_NUMBER} ([a-z]+)|([a-z]+) {_NUMBER})(?:,? ([0-9]{{4}}))?")
_DAY = timedelta(days=1)
_FULL_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
FULL_MONTHS = (
    "january", "february", "march", "april", "may", "june",
    "july", "august", "september", "october", "november", "december",
)  # fmt: skip

_HOW = "Write a day such as 31 Dec, 2026-12-31, tomorrow or next Friday."
_NO_DAY = "That day doesn't exist."
_WHOLE_DAYS = "Write whole days or weeks, such as in 3 weeks."


def read_day(text: str, today: date) -> date:
    """Return `2026-12-31`, `31.12.`, `31 Dec`, `Fri 4 Dec`, `end of June`, `tomorrow`, `in 3 weeks`, also after `until`.

    A day without a year is the first one from `today` on. `Friday` is the first after `today`, `next Friday` that of the
    next week, which begins on Monday. Unreadable for `01/02/2026`, which is two different days.
    """
    written = _BEFORE.sub("", " ".join(text.casefold().split()), count=1)
    if len(written) > 40:
        raise Unreadable(_HOW)
    if written in ("today", "tomorrow"):
        return today + _DAY * (written == "tomorrow")
    if iso := _ISO.fullmatch(written):
        return _day(int(iso[1]), int(iso[2]), int(iso[3]))
    if numbered := _DAY_FIRST.fullmatch(written) or _ONE_WAY.fullmatch(written):
        return _numbered(numbered, today)
    if (end := _END_OF.fullmatch(written)) and (last := _last_of(end, today)):
        return last
    if _NUMBERS.fullmatch(written):
        raise Unreadable(f"I can't tell the day from the month in {written}. Write it as 1 Feb 2026 or 2026-02-01.")
    if written.startswith("in ") or re.fullmatch(r"[0-9]+ ?(?:d|days?|w|weeks?)", written):
        return _after(written.removeprefix("in "), today)
    if (word := _WEEKDAY.fullmatch(written)) and (weekday := _place(word[2], WEEKDAYS, _FULL_WEEKDAYS)) is not None:
        return _weekday(weekday, today, is_next=word[1] == "next")
    if named := _NAMED.fullmatch(written):
        return _named(named, today)
    raise Unreadable(_HOW)


def months_later(day: date, months: int) -> date:
    """Return the same day some months later, or earlier; a shorter month has its last day instead."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _numbered(found: re.Match[str], today: date) -> date:
    day, month, year = int(found["day"]), int(found["month"]), found["year"]
    return _day(int(year if len(year) == 4 else f"20{year}"), month, day) if year else _coming(month, day, today)


def _last_of(end: re.Match[str], today: date) -> date | None:
    """Return the last day of the running week (a Sunday), month, quarter or year, or of a month that is named."""
    unit, name, year, short = end.groups()
    unit = unit or {"w": "week", "m": "month", "q": "quarter", "y": "year"}.get(short or "", "")
    if unit == "week":
        return today + _DAY * (6 - today.weekday())
    month = (
        _place(name, MONTHS, FULL_MONTHS)
        if name
        else {"month": today.month, "quarter": -(-today.month // 3) * 3}.get(unit, 12) - 1
    )
    if month is None:
        return None
    running = int(year) if year else today.year + (month + 1 < today.month)
    return date(running, month + 1, monthrange(running, month + 1)[1])


def _place(word: str, short: tuple[str, ...], full: tuple[str, ...]) -> int | None:
    """Return the place of a name in its list: `fri`, `friday`, `sept`; at least three letters."""
    fitting = [place for place, name in enumerate(full) if len(word) >= 3 and name.startswith(word)]
    exact = [place for place, name in enumerate(short) if name.casefold() == word]
    return (exact or fitting or [None])[0]


def _day(year: int, month: int, day: int) -> date:
    try:
        return date(year, month, day)
    except ValueError:
        raise Unreadable(_NO_DAY) from None


def _after(length: str, today: date) -> date:
    span = read_duration(length)
    if span % _DAY:
        raise Unreadable(_WHOLE_DAYS)
    return today + span


def _weekday(weekday: int, today: date, *, is_next: bool) -> date:
    if is_next:
        monday = today + _DAY * (7 - today.weekday())
        return monday + _DAY * weekday
    return today + _DAY * ((weekday - today.weekday() - 1) % 7 + 1)


def _named(named: re.Match[str], today: date) -> date:
    """Read a day and the name of its month. A weekday before it has to be right."""
    weekday, first, month_after, month_before, second, year = named.groups()
    month = _place(month_after or month_before, MONTHS, FULL_MONTHS)
    if month is None:
        raise Unreadable(_HOW)
    number = int(first or second)
    found = _day(int(year), month + 1, number) if year else _coming(month + 1, number, today)
    if weekday and _place(weekday, WEEKDAYS, _FULL_WEEKDAYS) != found.weekday():
        raise Unreadable(f"The weekday is wrong: {calendar_day(found)} is {weekday_day(found)}.")
    return found


def _coming(month: int, day: int, today: date) -> date:
    """Return the first such day from today on. The 29th of February may be years away."""
    for year in range(today.year, today.year + 9):
        try:
            found = date(year, month, day)
        except ValueError:
            continue
        if found >= today:
            return found
    raise Unreadable(_NO_DAY)
