"""What a period is compared with, as people type it behind `vs`, in the spelling that `spans.py` reads. Pure."""

import re
from collections.abc import Sequence

from bot.spend.ask.periods import read_period
from bot.spend.ask.spans import (
    DAY_BEFORE,
    LAST_YEAR,
    MONTH_NAMES,
    PERIOD_BEFORE,
    WEEKDAY_NAMES,
    YEAR_BEFORE,
    months_of,
    week_of,
    whole_of,
)
from bot.spend.ask.words import plain
from bot.spend.model import Period

_VERSUS = (
    ("compared", "to"), ("compared", "with"), ("compare", "to"), ("compare", "with"), ("vs",), ("versus",), ("against",),
    ("compared",), ("gegen",), ("ggü",), ("ggü.",),
)  # fmt: skip
_YEAR_OVER_YEAR = ("year over year", "year on year")
_BEFORE: dict[str, Period] = {
    **dict.fromkeys(("previous period", "previous", "before", PERIOD_BEFORE, "time before", "prior period"), PERIOD_BEFORE),
    **dict.fromkeys(
        (YEAR_BEFORE, "year ago", "same period last year", "same time last year", "same days last year"), YEAR_BEFORE
    ),
}
_RELATIVE = re.compile(
    r"last(?: one)?|lmtd|last (?:week|month|quarter|year) to date|last [mqyw]td"
    r"|same (?:period|time|days?|week|month|quarter) (?:of |in )?(?:the )?last (?:week|month|quarter|year)"
    r"|(?:(?:previous|prior) )?one(?: before)?|(\d{1,3} )?(day|week(?:end)?|month|quarter|year)s? before"
)
"""What means something only beside the period: `last`, `the one before`, `the day before`, `the 7 days before`."""
_PRIOR = re.compile(r"(?:previous|prior|preceding|prev) (week|month|quarter)")
"""What is the one before a period as long, and before today beside one that is near: `October vs prior month`."""
_NEAR = re.compile(r"today|yesterday|mtd|ytd|\d+d|(?:this|last|since) .*")
"""What is told from today, beside which `the previous month` is last month; beside `q3` it may be June."""
_HAS_LAST_YEAR = re.compile(rf"(?:{'|'.join(MONTH_NAMES)}|q[1-4]){LAST_YEAR}")
_LAST_OF: dict[Period, Period] = {
    "today": "yesterday",
    "this week": "last week",
    "mtd": "last month",
    "this quarter": "last quarter",
    "ytd": YEAR_BEFORE,
}
_RUNNING: dict[str, Period] = {"week": "this week", "month": "mtd", "quarter": "this quarter"}
"""Of what `last month to date` and `the same days last month` are the days that an answer is compared with anyway."""
_UNIT_OF = {"w": "week", "m": "month", "q": "quarter", "y": "year"}
_OF_WEEKDAYS = re.compile(rf"(?:{'|'.join(WEEKDAY_NAMES)})\.\.(?:{'|'.join(WEEKDAY_NAMES)})")
_ONE_DAY = re.compile(r"today|yesterday|the \d+[a-z]+|\d+ days ago")


def read_versus(words: Sequence[str]) -> tuple[Period, int] | None:
    """Return what words compare with, which `settled` may have to settle beside the period, and how many they are."""
    if plain(" ".join(words[:3])) in _YEAR_OVER_YEAR:
        return YEAR_BEFORE, 3
    start = next((one for one in _VERSUS if tuple(word.casefold() for word in words[: len(one)]) == one), None)
    if start is None:
        return None
    at = len(start)
    for taken in range(min(5, len(words) - at), 0, -1):
        phrase = plain(" ".join(words[at : at + taken])).removeprefix("the ").removeprefix("a ")
        if phrase in _BEFORE:
            return _BEFORE[phrase], at + taken
        behind = words[at + taken : at + taken + 1]
        is_longer = read_period(behind) or (phrase == "last" and behind and behind[0].isdecimal())
        if (_RELATIVE.fullmatch(phrase) or _PRIOR.fullmatch(phrase)) and not is_longer:
            return phrase, at + taken
    period = read_period(words[at:])
    if period is None or period[0] == "last year" or period[0].startswith("since "):
        # A month against a whole year, or against the same month? A quarter against one so far that holds it?
        return None
    at += period[1]
    is_year_before = [word.casefold() for word in words[at : at + 2]] == ["last", "year"]
    return (f"{period[0]}{LAST_YEAR}", at + 2) if is_year_before else (period[0], at)


def alone(versus: Period) -> Period:
    """Return what is compared with where no period stands beside it: `vs prior week` is `vs last week`."""
    prior = _PRIOR.fullmatch(versus)
    return f"last {prior[1]}" if prior else versus


def settled(period: Period, versus: Period) -> Period | None:
    """Return what a period is compared with; None where words such as `the day before` mean nothing beside it."""
    if versus == f"{period}{LAST_YEAR}":  # in January the latest November is last year's
        return YEAR_BEFORE
    if prior := _PRIOR.fullmatch(versus):
        if period not in _LAST_OF and (1, prior[1]) in _lengths(period):
            return PERIOD_BEFORE
        return alone(versus) if _NEAR.fullmatch(period) else None
    found = _RELATIVE.fullmatch(versus)
    if not found and versus.endswith(LAST_YEAR) and not _HAS_LAST_YEAR.fullmatch(versus):
        return None
    if not found or versus == YEAR_BEFORE:
        return versus
    if unit := _unit_to_date(versus):
        same_weekday = unit == "week" and _is_day(period)
        return YEAR_BEFORE if unit == "year" else PERIOD_BEFORE if period == _RUNNING[unit] or same_weekday else None
    if versus.startswith("last"):
        return _LAST_OF.get(period)
    if _is_day(period) and found[2] in (None, "day"):
        return DAY_BEFORE
    if found[2] is None:
        return PERIOD_BEFORE
    return PERIOD_BEFORE if (int(found[1] or 1), found[2]) in _lengths(period) else None


def _unit_to_date(versus: Period) -> str:
    """Return of which unit before the same days are meant, "" where that isn't said."""
    words = versus.split()
    if versus == "lmtd":
        return "month"
    if words[0] == "same":
        return words[-1]
    if words[-2:] == ["to", "date"]:
        return words[1]
    return _UNIT_OF[words[1][0]] if len(words) == 2 and words[1].endswith("td") else ""


def _is_day(period: Period) -> bool:
    first, _, last = period.partition("..")
    return bool(_ONE_DAY.fullmatch(period)) or period in WEEKDAY_NAMES or first == last


def _lengths(period: Period) -> set[tuple[int, str]]:
    """Return how long a period is, in each unit in which it is a whole number."""
    months = months_of(period)
    found = {(months // size, unit) for size, unit in ((1, "month"), (3, "quarter"), (12, "year")) if months == size}
    if (
        period in ("this week", "last week")
        or week_of(period)
        or period.startswith("week of")
        or period.endswith("weeks ago")
    ):
        found |= {(1, "week"), (7, "day")}
    if _is_day(period) or _OF_WEEKDAYS.fullmatch(period):
        found |= {(1, "week"), (1, "weekend")}  # a day, and a weekend, is compared with that of the week before
    if period.endswith("d") and period[:-1].isdecimal():
        found |= {(int(period[:-1]), "day"), *([(int(period[:-1]) // 7, "week")] if int(period[:-1]) % 7 == 0 else [])}
    return found | ({whole_of(period)} if whole_of(period)[0] else set())
