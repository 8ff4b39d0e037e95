"""What `/claude-spend records 7d by model in Production` and `/claude-spend me mtd` ask for. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from bot.spend.ask.grammar import NotUnderstood, parse_query, words_of
from bot.spend.dimensions import KEY, MODEL, WORKSPACE, Dimension
from bot.spend.model import Period, SpendQuery, in_workspaces
from bot.spend.scope import Where

RECORDED = (WORKSPACE, MODEL, KEY)
"""What a record tells where nothing else is asked for."""
DAY, HOUR = "day", "hour"
ME = "me"
GROUPINGS = {DAY: DAY, "days": DAY, "daily": DAY, HOUR: HOUR, "hours": HOUR, "hourly": HOUR} | {
    typed: one.name for one in RECORDED for typed in one.typed
}
"""What people may type after `by`, with its one spelling."""
_TOGETHER = ("and", "&", "+", "by")


@dataclass(frozen=True)
class RecordsQuery:
    """What somebody asked for. `workspace` is a name as it was typed; `by` what a record is split by besides its day.

    `own`: only what their own keys cost. Where it isn't `daily`, a record is about the whole period.
    """

    period: Period = "yesterday"
    by: tuple[Dimension, ...] = RECORDED
    workspace: str | None = None
    own: bool = False
    daily: bool = True


@dataclass(frozen=True)
class Selection:
    """Which figures are read: days, what their groups are, and what counts. `daily`: a group for each day."""

    first: date
    last: date
    by: tuple[Dimension, ...]
    where: Where
    daily: bool = True


class NoHours(NamedTuple):
    """Hours were asked for; `instead` is the same by day, as it would be typed."""

    instead: str


Read = RecordsQuery | NotUnderstood | NoHours


def read_query(words: Sequence[str], workspaces: Sequence[str]) -> Read:
    """Read the words after `records`, or those that begin with `me`; `workspaces` are the names that `in` may name."""
    own = bool(words) and words[0].lower() == ME
    by, rest = _without_by(words[own:])
    found = _read_filters(rest, workspaces, "30d" if own else "yesterday")
    said = [f"by {one}" for one in by]
    if isinstance(found, NotUnderstood):
        suggestion = None if found.suggestion is None else " ".join([*[ME] * own, found.suggestion, *said])
        return NotUnderstood((*found.understood, *said), found.unknown, suggestion, found.second)
    split = tuple(one for one in RECORDED if one.name in by)
    is_daily = not own or DAY in by or HOUR in by
    query = RecordsQuery(found.period, split if by else (KEY,) if own else RECORDED, _workspace_in(found), own, is_daily)
    return NoHours(words_of_records(query)) if HOUR in by else query


def words_of_records(query: RecordsQuery) -> str:
    """Return a query as it would be typed after the command's first word; `read_query` reads it back."""
    by = [f"by {one.name}" for one in query.by]
    by += [f"by {DAY}"] if not by or (query.own and query.daily) else []
    only = in_workspaces(*filter(None, [query.workspace]))
    asked = words_of(SpendQuery(query.period, WORKSPACE, only)).replace(f" by {WORKSPACE.name}", "", 1)
    return " ".join([*[ME] * query.own, asked, *by])


def _read_filters(words: Sequence[str], workspaces: Sequence[str], period: Period) -> SpendQuery | NotUnderstood:
    """Read period and filters as all figures are asked for: the one place here that knows that grammar.

    `period` is the one that is meant where none is said.
    """
    found = parse_query(words, workspaces, dimensions=())
    with_period = parse_query((*words, period), workspaces, dimensions=())
    return with_period if isinstance(with_period, SpendQuery) and isinstance(found, SpendQuery) else found


def _workspace_in(query: SpendQuery) -> str | None:
    return next((one.values[0] for one in query.where if one.by is WORKSPACE), None)


def _without_by(words: Sequence[str]) -> tuple[list[str], list[str]]:
    """Return the names of what `by` is followed by, in one spelling and each once, and the other words."""
    names, rest, at = list[str](), list[str](), 0
    while at < len(words):
        found = _groupings(words[at + 1 :]) if words[at].lower() == "by" else (list[str](), 0)
        if found[1]:
            names += found[0]
            at += found[1] + 1
        else:
            rest.append(words[at])
            at += 1
    return list(dict.fromkeys(names)), rest


def _groupings(words: Sequence[str]) -> tuple[list[str], int]:
    """Return the groupings that the words begin with (`model,key`, `api key and day`), and how many words they took."""
    names, taken = list[str](), 0
    while taken < len(words):
        pair = GROUPINGS.get(" ".join(words[taken : taken + 2]).lower()) if taken + 1 < len(words) else None
        parts = [GROUPINGS.get(part.strip().lower()) for part in words[taken].split(",") if part.strip()]
        if pair:
            names.append(pair)
            taken += 2
        elif all(parts) and (parts or names):
            names += [part for part in parts if part]
            taken += 1
        elif names and words[taken].lower() in _TOGETHER and _groupings(words[taken + 1 :])[1]:
            taken += 1
        else:
            break
    return names, taken
