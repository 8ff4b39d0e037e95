"""Periods as people type them; each has one spelling that is read back. What days they mean stands in `spans.py`. Pure.

`today`, `yesterday`, `friday`, `45d`, `this week`, `last week`, `mtd`, `last month`, `october`, `2026-10`, `this quarter`,
`last quarter`, `q3`, `2026-q3`, `ytd`, `last year`, `2026`, `w47`, `2026-w47`, `last 3 months`, `2026-10-03..2026-10-17`,
without years `10-03..10-17`, from one to another `july..2026-09`, and `since` with a day, a weekday, a week, a month, a
quarter or a year; `2 days ago`, `2 months ago`, `the 15th`, `monday..friday`, `q3 last year`. Without a year, each is the
latest that has begun.
"""

import functools
import re
from collections.abc import Sequence
from datetime import date

from bot.spend.ask.dates import BETWEEN, month_number, part_of_month, read_days, spelled, week_by_day
from bot.spend.ask.spans import MONTH_NAMES, WEEK_OF, WEEKDAY_NAMES, is_month, span, span_before
from bot.spend.ask.spellings import spelled_here
from bot.spend.model import PERIODS, Period
from bot.words.digits import in_ascii
from bot.words.wording import MONTHS

__all__ = ["MONTH_NAMES", "is_month", "read_period", "span", "span_before"]
MOST_DAYS = 366
"""The reports reach back a year (admin-api.md §4.10)."""
_WORDS: dict[str, Period] = {
    **{one: one for one in (*PERIODS, "this quarter", "last quarter", "ytd", "last year")},
    "month": "mtd",
    "week": "7d",
    **dict.fromkeys(("fortnight", "last fortnight", "past fortnight"), "14d"),
    "quarter": "this quarter",
    "year": "ytd",
    "this month": "mtd",
    "this year": "ytd",
    "wtd": "this week",
    "qtd": "this quarter",
    **{
        f"{one} to date": to
        for one, to in (("week", "this week"), ("month", "mtd"), ("quarter", "this quarter"), ("year", "ytd"))
    },
    **{
        f"current {one}": to
        for one, to in (("week", "this week"), ("month", "mtd"), ("quarter", "this quarter"), ("year", "ytd"))
    },
    **{
        f"{word} {one}": f"last {one}"
        for word in ("previous", "prior", "past")
        for one in ("week", "month", "quarter", "year")
    },
}
_ARTICLE = re.compile(
    r"(?:the|our) (?=last|past|previous|prior|current|first|second|third|fourth|[1-4](?:st|nd|rd|th) q|year to|month to)"
)
_WHOLE_ONE = re.compile(
    r"^((?:the )?(?:last|past|previous|prior)(?: \d{1,3})?)"
    r" (?:full|complete|completed|whole|entire|closed|calendar) (?=week|month|quarter|year)"
)
"""`last closed month`, which is the last month."""
_UNIT_SAID = re.compile(
    rf"^(?:the )?(?:calendar )?(?:month (?:of )?(?={'|'.join(one[:3] for one in MONTH_NAMES)})|year (?:of )?(?=20\d\d)"
    r"|(quarter) (?=[1-4]\b))"
)
"""`month of October`, `year 2026` and `quarter 3`, which say the unit beside its name."""
_DAYS = re.compile(r"(?:(?:last|past|previous|prior) )?(\d{1,4})[ -]?(?:d|days?)")
_WHOLE = re.compile(r"(?:(?:last|past|previous|prior) )?(\d{1,3})[ -]?(w|wk|week|mo|month|qtr|quarter|y|yr|year)s?")
_UNITS = {"w": "week", "wk": "week", "mo": "month", "qtr": "quarter", "y": "year", "yr": "year"}
_MOST_WHOLE = {"week": 156, "month": 36, "quarter": 12, "year": 3}
_WEEK = re.compile(r"(?:(\d{4})[- ]?)?(?:w|wk|kw|cw|(?:calendar )?weeks?)\.? ?(\d{1,2})(?:[-/ ](?:of )?(\d{4}))?")
_BETWEEN_AND = re.compile(r"between (.+?) and (.+)")
_MONTH = re.compile(r"([a-z]+)\.?(?:,? (?:of )?(\d{4}))?")
_NUMBERED = re.compile(r"(\d{4})-(\d{2})")
_QUARTER = re.compile(r"(?:(\d{4})[-/ ]?)?q ?([1-4])(?:[-/ ]?(\d{4}))?")
_QUARTER_SAID = re.compile(r"(first|second|third|fourth|1st|2nd|3rd|4th) quarter(?: (?:of )?(\d{4}))?")
_HALF = re.compile(r"(?:(\d{4})[-/ ]?)?(?:h ?([12])|(?:the )?(first|second) half)(?:[-/ ]?(?:of )?(\d{4}))?")
_YEAR = re.compile(r"20\d\d")
_ANY_YEAR = re.compile(r"\d{4}")
_OF_QUARTER = {"first": 1, "second": 2, "third": 3, "fourth": 4, "1st": 1, "2nd": 2, "3rd": 3, "4th": 4}
_SINCE = re.compile(
    r"(?:since|starting|beginning) (?:the )?(?:(?:beginning|start|first) of )?(?:the )?(.+)"
    r"|(?:from )?(.+?) ?(?: to| until| till| through| bis|–|—|-|\.\.) ?(?:now|today|date|heute)"
    r"|from (.+?) on|(?:from )?(.+?) onwards?"
)
_AGO = re.compile(r"(\d{1,3}|an?) ?(day|week|month|quarter|year|d|w)s? ago")
_AGO_WORDS: dict[str, Period] = {
    **{f"{the}{one} before last": f"2 {one}s ago" for one in ("week", "month", "quarter", "year") for the in ("", "the ")},
    **{f"{the}day before yesterday": "2 days ago" for the in ("", "the ")},
    **{f"{which}weekend": "saturday..sunday" for which in ("", "last ", "the last ", "the ", "past ")},
}
_OF_MONTH = re.compile(r"(?:the )?(\d{1,2})(st|nd|rd|th)")
_THE_DAY = re.compile(r"the (?=\d{1,2}(?:st|nd|rd|th)? (?:of )?[a-z]{3,9}$)")
_WEEK_OF = re.compile(r"(?:the )?w(?:ee)?k of (.+)")
_LAST_YEAR = re.compile(r"(.+?)(?: of)? last year")
_POSSESSIVE = re.compile(r"['’]s$")
_LONGEST = 10
_BEGINS = re.compile(r"(?:from|since) ")
_YEARLESS_SIDE = re.compile(rf"\d\d-\d\d|q[1-4]|w\d\d|the \d+[a-z]+|{'|'.join((*MONTH_NAMES, *WEEKDAY_NAMES))}")
_DATED_SIDE = re.compile(r"\d{4}(?:-(?:\d\d(?:-\d\d)?|q[1-4]|w\d\d))?")
_LAST_SIDES = ("yesterday", "last week", "last month", "last quarter")
_FAR_AHEAD = date(2100, 12, 31)


def read_period(words: Sequence[str]) -> tuple[Period, int] | None:
    """Return the longest period that the words begin with, in its one spelling, and how many words it took."""
    for taken in range(min(len(words), _LONGEST), 0, -1):
        found = _period(in_ascii(" ".join(" ".join(words[:taken]).casefold().split()).replace(" ,", ",")))
        if found is not None:
            return found, taken
    return None


@functools.lru_cache(maxsize=8192)  # each way to read a line asks about the same words again
def _period(text: str) -> Period | None:
    text = _BETWEEN_AND.sub(r"\1 to \2", spelled_here(_POSSESSIVE.sub("", text)))
    text = _WHOLE_ONE.sub(r"\1 ", text)
    text = _ARTICLE.sub("", text, count=1) if _ARTICLE.match(text) else text
    found = _one(text) or _since(text) or _from_to(text) or _one(_UNIT_SAID.sub(lambda said: "q" * bool(said[1]), text))
    # A year that no report ever had is a slip of the finger, and days beside the first or last one can't be counted.
    return None if found and any(not _YEAR.fullmatch(year) for year in _ANY_YEAR.findall(found)) else found


def _one(text: str) -> Period | None:
    if text in _WORDS:
        return _WORDS[text]
    if days := _DAYS.fullmatch(text):
        return f"{int(days[1])}d" if 1 <= int(days[1]) <= MOST_DAYS else None
    named = (
        _ago(text)
        or week_by_day(text)
        or part_of_month(text)
        or _whole(text)
        or _weekday(text)
        or _month(text)
        or _quarter(text)
        or _half(text)
        or _week(text)
    )
    return named or read_days(_THE_DAY.sub("", text)) or (text if _YEAR.fullmatch(text) else None)


def _ago(text: str) -> Period | None:
    """Read `2 days ago`, `the month before last`, `the 15th`, `week of 16 Nov`, `last weekend` and `q3 last year`."""
    if text in _AGO_WORDS:
        return _AGO_WORDS[text]
    if found := _AGO.fullmatch(text):
        count, unit = int(found[1]) if found[1].isdecimal() else 1, {"d": "day", "w": "week"}.get(found[2], found[2])
        if count == 1:
            return "yesterday" if unit == "day" else f"last {unit}"
        return f"{count} {unit}s ago" if 1 < count <= _MOST_WHOLE.get(unit, MOST_DAYS) else None
    if (found := _OF_MONTH.fullmatch(text)) and 1 <= int(found[1]) <= 31:
        return f"the {int(found[1])}{found[2]}"
    if (found := _WEEK_OF.fullmatch(text)) and (day := _one(found[1])):
        first, _, last = day.partition("..")
        return f"{WEEK_OF}{first}" if first == last or day.startswith("the ") else None
    if found := _LAST_YEAR.fullmatch(text):
        one = _month(found[1]) or _quarter(found[1])
        return f"{one} last year" if one and not one[0].isdigit() else None
    return None


def _since(text: str) -> Period | None:
    """Read `since 3 Oct` and `from October until now`; two days are no beginning."""
    if (found := _SINCE.fullmatch(text)) is None:
        return None
    begins = _one((found[1] or found[2] or found[3] or found[4]).strip())
    if begins is None or begins in ("today", "ytd", "mtd", "this quarter", "this week"):
        return begins
    if ".." not in begins:
        return None if _DAYS.fullmatch(begins) else f"since {begins}"
    first, _, last = begins.partition("..")
    return f"since {first}" if first == last else None


def _from_to(text: str) -> Period | None:
    """Read `July to September`, `Q1-Q3 2026` and `1 July until yesterday`: from the first day of one to the other's last."""
    text = _BEGINS.sub("", text, count=1)
    pair = BETWEEN.split(text) if BETWEEN.search(text) else text.split("-")
    if not BETWEEN.search(text) and text[:1].isdigit() != pair[-1][:1].isdigit() and not _WEEK.fullmatch(pair[0]):
        return None  # 2025-w53
    begins, ends = (_side(one.strip(), at) for at, one in enumerate(pair)) if len(pair) == 2 else (None, None)
    if begins and begins[:1] == "w" and pair[1].strip().isdecimal():
        ends = _side(f"w{pair[1].strip()}", 1)  # weeks 45 to 47
    if begins and begins == ends and begins.startswith("the "):
        return begins  # the 10th to the 10th, which is no month
    is_span = begins and ends and begins not in _LAST_SIDES and not _is_turned(begins, ends)
    return f"{begins}..{ends}" if is_span else None


def _side(text: str, which: int) -> Period | None:
    """Return where a span begins (`which` is 0) or ends (1): a day, a week, a month, a quarter, half a year or a year."""
    found = (_one(text) or "").split("..")[-which]
    is_side = _YEARLESS_SIDE.fullmatch(found) or _DATED_SIDE.fullmatch(found) or found in _LAST_SIDES
    return found if is_side else None


def _is_turned(begins: Period, ends: Period) -> bool:
    """Tell whether a span ends before it begins; without years it doesn't, and two days are read elsewhere."""
    if not (_DATED_SIDE.fullmatch(begins) and _DATED_SIDE.fullmatch(ends)):
        return False
    return span(f"{begins}..{ends}", _FAR_AHEAD)[0] > span(f"{ends}..{ends}", _FAR_AHEAD)[1]


def _whole(text: str) -> Period | None:
    """Read a number of calendar weeks, months, quarters or years, the newest of which is over."""
    found = _WHOLE.fullmatch(text)
    if found is None:
        return None
    count, unit = int(found[1]), _UNITS.get(found[2], found[2])
    if not 1 <= count <= _MOST_WHOLE[unit]:
        return None
    if unit == "year" and (count == 1 or text[:1].isdigit()):  # `1y` says how long, `last year` says which
        count, unit = count * 12, "month"
    return f"last {unit}" if count == 1 else f"last {count} {unit}s"


def _week(text: str) -> Period | None:
    """Read a week by its number in ISO 8601, which begins on Monday."""
    found = _WEEK.fullmatch(text)
    if found is None or (found[1] and found[3]) or not 1 <= int(found[2]) <= 53:
        return None
    year, week = found[1] or found[3], f"w{int(found[2]):02}"
    if year and int(found[2]) > date(int(year), 12, 28).isocalendar().week:
        return None
    return f"{year}-{week}" if year else week


def _weekday(text: str) -> Period | None:
    name = text.removeprefix("last ").rstrip(".")
    fitting = [one for one in WEEKDAY_NAMES if len(name) >= 3 and one.startswith(name)]
    return fitting[0] if fitting and (name in WEEKDAY_NAMES or len(name) <= 5) else None


def _month(text: str) -> Period | None:
    if (numbered := _NUMBERED.fullmatch(text)) and 1 <= int(numbered[2]) <= 12:
        return text
    named = _MONTH.fullmatch(text)
    number = named and month_number(named[1])
    if not named or not number:
        return None
    return f"{named[2]}-{number:02}" if named[2] else MONTH_NAMES[number - 1]


def _quarter(text: str) -> Period | None:
    if said := _QUARTER_SAID.fullmatch(text):
        number, year = _OF_QUARTER[said[1]], said[2]
    elif (found := _QUARTER.fullmatch(text)) and not (found[1] and found[3]):
        number, year = int(found[2]), found[1] or found[3]
    else:
        return None
    return f"{year}-q{number}" if year else f"q{number}"


def _half(text: str) -> Period | None:
    """Read half a year as its first and last day."""
    found = _HALF.fullmatch(text)
    if found is None or (found[1] and found[4]):
        return None
    is_first = found[2] == "1" or found[3] == "first"
    year = int(found[1] or found[4]) if found[1] or found[4] else None
    return spelled((year, 1, 1), (year, 6, 30)) if is_first else spelled((year, 7, 1), (year, 12, 31))


def first_words() -> tuple[str, ...]:
    """Return the words with which a period may begin, numbers apart."""
    words = {word.split()[0] for word in _WORDS if not word[0].isdigit()} | {
        "from",
        "between",
        "past",
        "since",
        "the",
        "our",
    }
    words |= {
        *_OF_QUARTER,
        "calendar",
        "wk",
        "kw",
        "cw",
        "q1",
        "q2",
        "q3",
        "q4",
        "h1",
        "h2",
        "day",
        "weekend",
        *WEEKDAY_NAMES,
        *(day[:3] for day in WEEKDAY_NAMES),
    }
    words = {one for one in words if not one[0].isdigit()}
    return (*sorted(words), *MONTH_NAMES, *(name.lower() for name in MONTHS if name.lower() not in MONTH_NAMES))


def period_phrases() -> tuple[str, ...]:
    """Return what a period may be called, so that the nearest can be suggested."""
    return (*_WORDS, *MONTH_NAMES, *WEEKDAY_NAMES, "q1", "q2", "q3", "q4", "h1", "h2")
