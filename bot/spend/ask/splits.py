"""What an answer can be split by besides the ledger's dimensions: units of time, and the tags of workspaces. Pure.

Both are dimensions without a name in the reports: their values come from the day and from the workspace.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cache

from bot.spend.ask.words import TAG
from bot.spend.dimensions import WORKSPACE, Dimension
from bot.spend.model import Slice
from bot.spend.phrases import day_in_words, days_in_words, quarter_in_words
from bot.words.wording import month_name, weekday_day

Tags = Mapping[str, Mapping[str, str]]
"""Tag -> value, by the id of a workspace."""


def _day(value: str, _: Mapping[str, str]) -> str:
    return weekday_day(date.fromisoformat(value))


def _week(value: str, _: Mapping[str, str]) -> str:
    monday = date.fromisoformat(value)
    return days_in_words(monday, monday + timedelta(days=6))


def _month(value: str, _: Mapping[str, str]) -> str:
    return month_name(date.fromisoformat(value))


def _quarter(value: str, _: Mapping[str, str]) -> str:
    return quarter_in_words(date.fromisoformat(value))


def as_it_is(value: str, _: Mapping[str, str]) -> str:
    """Return a value that is a name itself."""
    return value


def _hour(value: str, _: Mapping[str, str]) -> str:
    day, hour = value.split("T")
    return f"{weekday_day(date.fromisoformat(day))}, {hour}:00"


def hour_id(starts_at: datetime) -> str:
    """Return the id of an hour in UTC: `2026-11-20T09`."""
    return starts_at.isoformat(timespec="hours")[:13]


HOUR = Dimension("hour", "Hour (UTC)", "hour", "", "", ("hours", "hourly"), _hour)
"""Its values are `2026-11-20T14`; counts have them as an id, because they are of days else."""
DAY = Dimension("day", "Day", "day", "", "", ("days", "daily", "date"), _day)
WEEK = Dimension("week", "Week", "day", "", "", ("weeks", "weekly"), _week)
MONTH = Dimension("month", "Month", "day", "", "", ("months", "monthly"), _month)
QUARTER = Dimension("quarter", "Quarter", "day", "", "", ("quarters", "quarterly"), _quarter)
TIMES = (HOUR, DAY, WEEK, MONTH, QUARTER)
TOKEN_TYPE = "token type"  # noqa: S105 - a dimension's name
TOKEN_CLASSES = {
    "uncached_input": "Input, not cached",
    "cache_read": "Cache read",
    "cache_write_5m": "Cache write (5 min)",
    "cache_write_1h": "Cache write (1 h)",
    "output": "Output",
}
"""What tokens are counted as, by the field of `Measures`."""


def _class_of_tokens(value: str, _: Mapping[str, str]) -> str:
    return TOKEN_CLASSES.get(value, value)


TOKENS_BY_TYPE = Dimension(TOKEN_TYPE, "Token type", "token_type", "", "", ("token types", "type"), _class_of_tokens)
"""Counts of tokens are split by their kind in the ledger's columns, and not by a dimension."""


def by_tag(tag: str) -> Dimension:
    """Return the split of workspaces by the value of one of their tags."""
    return Dimension(f"{TAG}{tag}", tag, WORKSPACE.column, "", "Untagged", (), as_it_is)


def tag_of(split: Dimension) -> str:
    """Return the tag by whose value a split groups workspaces, "" for any other split."""
    return split.name.removeprefix(TAG) if split.name.startswith(TAG) else ""


def values_of(tagged: Iterable[Mapping[str, str]]) -> dict[str, tuple[str, ...]]:
    """Return the values of each tag, given the tags of workspaces."""
    found: dict[str, set[str]] = {}
    for tags in tagged:
        for tag, value in tags.items():
            found.setdefault(tag, set()).add(value)
    return {tag: tuple(sorted(found[tag])) for tag in sorted(found)}


def is_time(split: Dimension) -> bool:
    """Tell whether a split is a unit of time, whose parts stand in their own order."""
    return split in TIMES


def as_asked(
    parts: tuple[Slice, ...], splits: Sequence[Dimension], first: date, last: date, today: date
) -> tuple[Slice, ...]:
    """Return parts whose weeks, months and quarters say which of their days were asked for, where that isn't all.

    Days, weeks and hours of another year than today's have theirs.
    """
    year = None if first.year == today.year else date.max
    named = [(at, one) for at, one in enumerate(splits) if is_time(one) and (year or one in (WEEK, MONTH, QUARTER))]
    if not named:
        return parts

    @cache
    def called(split: Dimension, value: str, name: str) -> str:
        return _as_asked(split, value, name, (first, last), year) if value[:4].isdigit() else name

    def renamed(part: Slice) -> Slice:
        ids, names = part.id.split("\t"), [part.name, part.and_name]
        for at, split in named:
            names[at] = called(split, ids[at], names[at])
        return part._replace(name=names[0], and_name=names[1])

    return tuple(renamed(part) for part in parts)


def _as_asked(split: Dimension, value: str, name: str, between: tuple[date, date], year: date | None) -> str:
    day = date.fromisoformat(value[:10])
    asked = max(day, between[0]), min(last_of(split, day), between[1])
    if split in (MONTH, QUARTER):
        return name if asked == (day, last_of(split, day)) else f"{name} ({days_in_words(*asked)})"
    if split == WEEK:
        return days_in_words(*asked, year)
    return day_in_words(day, year) + (f", {value[11:]}:00" if split == HOUR else "")


def last_of(split: Dimension, day: date) -> date:
    """Return the last day of the week, month or quarter that begins with a day; of any other split, the day itself."""
    if split in (MONTH, QUARTER):
        return (day.replace(day=1) + timedelta(days=31 if split == MONTH else 92)).replace(day=1) - timedelta(days=1)
    return day + timedelta(days=6) if split == WEEK else day


def exact(part: Slice, splits: Sequence[Dimension]) -> Slice:
    """Return a part whose days, weeks (their Monday), months and hours are named for programs: ISO 8601."""
    ids, names = part.id.split("\t"), [part.name, part.and_name]
    for at, (split, value) in enumerate(zip(splits, ids, strict=False)):
        if is_time(split) and value[:4].isdigit():
            names[at] = f"{value}:00:00Z" if split == HOUR else value[:7] if split == MONTH else value
            names[at] = "-".join(reversed(split.label(value, {}).split())) if split == QUARTER else names[at]
    return part._replace(name=names[0], and_name=names[1])


def in_ledger(splits: Sequence[Dimension]) -> tuple[Dimension, ...]:
    """Return the dimensions of the ledger that splits are made from, each once."""
    found = [WORKSPACE if tag_of(one) else one for one in splits if not is_time(one) and one != TOKENS_BY_TYPE]
    return tuple(dict.fromkeys(found))


def bucket_of(split: Dimension, day: date) -> date:
    """Return the first day of the day, week, month or quarter in which a day lies."""
    if split in (MONTH, QUARTER):
        return day.replace(day=1, month=day.month if split == MONTH else (day.month - 1) // 3 * 3 + 1)
    return day - timedelta(days=day.weekday()) if split == WEEK else day
