"""Days as people type them: one, two, and the week that one begins or ends; read into `10-03..10-17`. Pure."""

import calendar
import re
from datetime import date, timedelta

from bot.spend.ask.spans import MONTH_NAMES, on_or_after, on_or_before
from bot.spend.model import Period

BETWEEN = re.compile(r" ?(?:\.\.\.?|…|–|—) ?| (?:to|until|till|through|thru|bis|au|al|-) ")
_HYPHEN = re.compile(r"([a-z]+ \d{1,2})-(\d{1,2}(?:,? \d{4})?)|(\d{1,2})-(\d{1,2} [a-z]+(?: \d{4})?)")
"""`Oct 3-17` and `3-17 Oct`: elsewhere a hyphen between figures is one of a date."""
_ISO = re.compile(r"(?:(\d{4})-)?(\d{2})-(\d{2})")
_WEEKDAY_OF = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? (?=\S)")
_NAMED = re.compile(r"(\d{1,2})(?:st|nd|rd|th)?(?: (?:of )?([a-z]+)\.?)?(?:,? (\d{4}))?")
_NAMED_FIRST = re.compile(r"([a-z]+)\.? (\d{1,2})(?:st|nd|rd|th)?(?:,? (\d{4}))?")
_WEEK_BY_DAY = re.compile(r"(?:the )?w(?:eek)?(?: (?=[bces])|(?=/))(ending|beginning|commencing|starting|/[ce]) (.+)")
_OF_MONTH = r"(?: of)? (?P<month>[a-z]+)(?: (?P<year>\d{4}))?"
_HALF_OF_MONTH = re.compile(rf"(?P<which>first|1st|second|2nd|last)(?P<count>) (?P<unit>half){_OF_MONTH}")
_DAYS_OF_MONTH = re.compile(rf"(?P<which>first|1st|last) (?:(?P<unit>week|day)|(?P<count>\d{{1,2}}) days){_OF_MONTH}")
_LATER_WEEK = re.compile(rf"(?P<which>second|2nd|third|3rd|fourth|4th) (?P<unit>week){_OF_MONTH}")
_LONG = {"week": 7, "day": 1}
_WEEKS = {"second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4}
_Day = tuple[int | None, int | None, int]
"""(year, month, day); what wasn't said is None."""


def week_by_day(text: str) -> Period | None:
    """Read `week ending 22 Nov` and `week beginning 16 Nov`, which say no year where that could change their days."""
    found = _WEEK_BY_DAY.fullmatch(text)
    day = found and _day(found[2])
    if not found or not day or not day[1]:
        return None
    try:
        said = date(day[0] or 2027, day[1], day[2])
    except ValueError:
        return None
    is_end = found[1] in ("ending", "/e")
    first, last = (said - timedelta(days=6), said) if is_end else (said, said + timedelta(days=6))
    if not day[0] and (first.month, last.month) == (2, 3):
        return None
    begins, ends = ((one.year if day[0] else None, one.month, one.day) for one in (first, last))
    return spelled(begins, ends)


def part_of_month(text: str) -> Period | None:
    """Read `first half of november`, `second week of november`, `first 10 days of november` and `last day of november`.

    Weeks are of seven days from the 1st on, the last week the last seven.
    """
    found = _HALF_OF_MONTH.fullmatch(text) or _DAYS_OF_MONTH.fullmatch(text) or _LATER_WEEK.fullmatch(text)
    month = month_number(found["month"]) if found else None
    if not found or not month:
        return None
    year, is_first = int(found["year"]) if found["year"] else None, found["which"] in ("first", "1st")
    if found["unit"] == "week" and (week := _WEEKS.get(found["which"])):
        return spelled((year, month, week * 7 - 6), (year, month, week * 7))
    end = calendar.monthrange(year or 2027, month)[1]
    count = _LONG.get(found["unit"] or "") or int(found["count"] or (15 if is_first else end - 15))
    first, last = (1, count) if is_first else (end - count + 1, end)
    if not 1 <= first <= last <= end or (last == end and month == 2 and not year):
        return None  # the end of a February depends on its year
    return spelled((year, month, first), (year, month, last))


def read_days(text: str) -> Period | None:
    """Read one day or two: the earlier one first, with years for both or for none."""
    typed = BETWEEN.split(text.removeprefix("from "))
    if hyphen := _HYPHEN.fullmatch(text):
        typed = [one for one in hyphen.groups() if one]
    if len(typed) > 2 or (text.startswith("from ") and len(typed) != 2):
        return None
    read = [_day(one.strip()) for one in typed]
    if None in read:
        return None
    first, last = (read[0], read[-1])
    assert first is not None  # noqa: S101 - looked for above
    assert last is not None  # noqa: S101
    if None in (first[1], last[1]) and first[2] > last[2]:  # 28–3 November: of two months, of which only one is said
        return None
    first = (first[0], first[1] or last[1], first[2])  # 3–17 Oct
    if last[1] is None and len(typed) == 2 and first[1] is not None:
        last = (last[0], first[1], last[2])  # Oct 3–17
    if first[1] is None or last[1] is None:
        return None
    return spelled(first, last)


def _day(text: str) -> _Day | None:
    text = _WEEKDAY_OF.sub("", text, count=1) if _WEEKDAY_OF.match(text) else text
    if iso := _ISO.fullmatch(text):
        return int(iso[1]) if iso[1] else None, int(iso[2]), int(iso[3])
    if named := _NAMED.fullmatch(text):
        month = month_number(named[2]) if named[2] else None
        return None if named[2] and month is None else (int(named[3]) if named[3] else None, month, int(named[1]))
    if (named := _NAMED_FIRST.fullmatch(text)) and (month := month_number(named[1])):
        return int(named[3]) if named[3] else None, month, int(named[2])
    return None


def month_number(name: str) -> int | None:
    """Return the number of a month that is named or shortened, None for another word."""
    fitting = [n for n, one in enumerate(MONTH_NAMES, 1) if len(name) >= 3 and one.startswith(name)]
    return fitting[0] if fitting and (name in MONTH_NAMES or len(name) <= 4) else None


def spelled(first: _Day, last: _Day) -> Period | None:
    """Return two days as a period, with years for both or for none; None where there are no such days."""
    (first_year, first_month, first_day), (last_year, last_month, last_day) = first, last
    try:
        if last_year is None and first_year is not None:
            end = on_or_after(last_month or 0, last_day, date(first_year, first_month or 0, first_day))
            last_year = end.year
        if first_year is None and last_year is not None:
            first_year = on_or_before(first_month or 0, first_day, date(last_year, last_month or 0, last_day)).year
        if first_year is None or last_year is None:
            for month, day in ((first_month, first_day), (last_month, last_day)):
                date(2028, month or 0, day)  # a leap year has every day
            return f"{first_month:02}-{first_day:02}..{last_month:02}-{last_day:02}"
        begins, ends = date(first_year, first_month or 0, first_day), date(last_year, last_month or 0, last_day)
    except ValueError:
        return None
    return f"{begins}..{ends}" if begins <= ends else None
