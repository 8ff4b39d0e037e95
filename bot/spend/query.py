"""What `/claude-spend 30d by model in Production` asks for, and the days that it means. Pure."""

import calendar
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from bot.similar import closest
from bot.spend.model import DIMENSIONS, ONE_DAY, PERIODS, Dimension, Period, SpendQuery

_DIMENSION_WORDS: dict[str, Dimension] = {
    **{one: one for one in DIMENSIONS},
    **{f"{one}s": one for one in DIMENSIONS},
    "api_key": "key",
    "apikey": "key",
}
_PERIOD_WORDS: dict[str, Period] = {**{one: one for one in PERIODS}, "month": "mtd", "week": "7d"}


@dataclass(frozen=True)
class NotUnderstood:
    """Words that make no sense: what was understood, the rest, and the nearest thing that would make sense (words only)."""

    understood: tuple[str, ...]
    unknown: str
    suggestion: str | None = None


def parse_query(words: Sequence[str], workspaces: Sequence[str] = ()) -> SpendQuery | NotUnderstood:
    """Read the words after the command; `workspaces` are the names that `in` may be followed by, matched without case."""
    query, understood = SpendQuery(), list[str]()
    rest = list(words)
    while rest:
        word = rest.pop(0)
        lower = word.lower()
        if lower in _PERIOD_WORDS:
            query, said = replace(query, period=_PERIOD_WORDS[lower]), lower
        elif lower == "by" and rest and rest[0].lower() in _DIMENSION_WORDS:
            by = rest.pop(0).lower()
            query, said = replace(query, by=_DIMENSION_WORDS[by]), f"by {by}"
        elif lower == "in" and rest and (found := _workspace(rest, workspaces)):
            name, taken = found
            rest = rest[taken:]
            query, said = replace(query, workspace=name), f"in {name}"
        else:
            return _confused(word, rest, understood, workspaces)
        understood.append(said)
    return query


def _workspace(rest: Sequence[str], workspaces: Sequence[str]) -> tuple[str, int] | None:
    """Return the longest workspace name that the words begin with, and how many words it took."""
    by_name = {name.lower(): name for name in workspaces}
    for taken in range(len(rest), 0, -1):
        name = by_name.get(" ".join(rest[:taken]).lower())
        if name is not None:
            return name, taken
    return None


def _confused(word: str, rest: Sequence[str], understood: Sequence[str], workspaces: Sequence[str]) -> NotUnderstood:
    lower = word.lower()
    if lower in ("by", "in") and rest:
        known = list(_DIMENSION_WORDS) if lower == "by" else [name.lower() for name in workspaces]
        near = closest(rest[0].lower(), known)
        names = {name.lower(): name for name in workspaces}
        meant = None
        if near is not None:
            meant = _DIMENSION_WORDS[near] if lower == "by" else _quoted(names[near])
        return NotUnderstood(tuple(understood), f"{lower} {rest[0]}", _joined(understood, lower, meant, rest[1:]))
    everything = [*_PERIOD_WORDS, *(f"by {one}" for one in DIMENSIONS)]
    bare = {**{one: one for one in _PERIOD_WORDS}, **{one: f"by {one}" for one in DIMENSIONS}}
    near = closest(lower, [*bare, *everything])
    meant = None if near is None else bare.get(near, near)
    return NotUnderstood(tuple(understood), word, _joined(understood, "", meant, rest))


def _joined(understood: Sequence[str], before: str, meant: str | None, rest: Sequence[str]) -> str | None:
    return None if meant is None else " ".join(part for part in (*understood, before, meant, *rest) if part)


def _quoted(name: str) -> str:
    return f'"{name}"' if " " in name else name


def words_of(query: SpendQuery) -> str:
    """Return a query as it would be typed; `parse_query` reads it back."""
    parts = [query.period, f"by {query.by}"]
    if query.workspace is not None:
        parts.append(f"in {_quoted(query.workspace)}")
    return " ".join(parts)


def span(period: Period, today: date) -> tuple[date, date]:
    """Return the first and last UTC day of a period; 7 and 30 days end yesterday, the month includes today so far."""
    yesterday = today - ONE_DAY
    spans = {
        "today": (today, today),
        "yesterday": (yesterday, yesterday),
        "7d": (yesterday - timedelta(days=6), yesterday),
        "30d": (yesterday - timedelta(days=29), yesterday),
        "mtd": (today.replace(day=1), today),
    }
    return spans[period]


def span_before(period: Period, today: date) -> tuple[date, date]:
    """Return what a period is compared with: the same weekday before, as many days before, or the month before so far."""
    first, last = span(period, today)
    if period in ("today", "yesterday"):
        return first - timedelta(days=7), last - timedelta(days=7)
    if period == "mtd":
        end = first - ONE_DAY
        days = calendar.monthrange(end.year, end.month)[1]
        return end.replace(day=1), end.replace(day=min(last.day, days))
    length = (last - first).days + 1
    return first - timedelta(days=length), first - ONE_DAY


def as_dimension(word: str) -> Dimension:
    """Return a dimension by its name; anything else is by workspace."""
    return _DIMENSION_WORDS.get(word, "workspace")
