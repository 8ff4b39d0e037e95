"""What `/claude-spend records 7d by model in Production` and `/claude-spend me mtd` ask for. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from bot.slack.markup import Markup, bold, escape
from bot.spend.ask.grammar import NotUnderstood, parse_query, says_so_far, words_of
from bot.spend.ask.splits import HOUR as BY_HOUR
from bot.spend.ask.together import not_together, why_not
from bot.spend.dimensions import ASKED, COST_TYPE, KEY, MODEL, TOKEN_TYPE, WORKSPACE, Dimension
from bot.spend.ledger.cuts import NotSplit
from bot.spend.model import Filter, Period, SpendQuery
from bot.spend.scope import Meant

RECORDED = (WORKSPACE, MODEL, KEY)
"""What a record tells where nothing else is asked for."""
DAY, HOUR = "day", "hour"
ME = "me"
GROUPINGS = {DAY: DAY, "days": DAY, "daily": DAY, HOUR: HOUR, "hours": HOUR, "hourly": HOUR} | {
    typed: one.name for one in RECORDED for typed in one.typed
}
"""What people may type after `by`, with its one spelling."""
_BY = ("by", "per", "each", "every")
_NO_NAMES: Mapping[str, Sequence[str]] = {}
_TOGETHER = ("and", "&", "+", "by")


@dataclass(frozen=True)
class RecordsQuery:
    """What somebody asked for. `where` has names as they were typed; `by` is what a record is split by besides its day.

    `own`: only what their own keys cost. Where it isn't `daily`, a record is about the whole period.
    """

    period: Period = "yesterday"
    by: tuple[Dimension, ...] = RECORDED
    where: tuple[Filter, ...] = ()
    own: bool = False
    daily: bool = True

    @property
    def is_hourly(self) -> bool:
        """Tell whether there is a record for each hour."""
        return BY_HOUR in self.by


@dataclass(frozen=True)
class Selection:
    """Which figures are read: days, what their groups are, and what counts. `daily`: a group for each day."""

    first: date
    last: date
    by: tuple[Dimension, ...]
    where: Meant
    daily: bool = True

    @property
    def is_hourly(self) -> bool:
        """Tell whether there is a group for each hour."""
        return BY_HOUR in self.by

    @property
    def in_ledger(self) -> tuple[Dimension, ...]:
        """The dimensions of the ledger by which groups are split."""
        return tuple(one for one in self.by if one != BY_HOUR)


class Refused(NamedTuple):
    """Something that records can't take; `instead` is the nearest that they can, as it would be typed.

    `figures` is the question that tells it, as it would be typed; "" where none does.
    """

    said: Markup
    instead: str
    figures: str = ""


Read = RecordsQuery | NotUnderstood | Refused


def read_query(
    words: Sequence[str],
    workspaces: Sequence[str],
    names: Mapping[str, Sequence[str]] = _NO_NAMES,
    tags: Mapping[str, Sequence[str]] = _NO_NAMES,
) -> Read:
    """Read the words after `records`, or those that begin with `me`; `workspaces` are the names that `in` may name.

    `names` are those of other things by the name of their dimension, `tags` values by tag.
    """
    known = workspaces, ASKED, names, tags
    own = bool(words) and words[0].lower() == ME
    period = "30d" if own else "yesterday"
    words = [ME, *words[2:]] if own and [one.lower() for one in words[1:2]] == ["own"] else words  # my own
    by, rest = _without_by(words[own:])
    found = _read_filters(rest, known, period)
    if isinstance(found, NotUnderstood):  # "by key model opus": a list without "and", or a filter?
        listed, others = _without_by(words[own:], is_loose=False)
        again = _read_filters(others, known, period)
        by, found = (listed, again) if isinstance(again, SpendQuery) else (by, found)
    said = [f"by {one}" for one in by]
    if isinstance(found, NotUnderstood):
        suggestion = None if found.suggestion is None else " ".join([*[ME] * own, found.suggestion, *said])
        return replace(found, understood=(*found.understood, *said), suggestion=suggestion)
    split = tuple(one for one in (BY_HOUR, *RECORDED) if one.name in by)
    is_daily = not own or DAY in by or HOUR in by
    where = tuple(one for one in found.where if one.by not in (TOKEN_TYPE, COST_TYPE))
    query = RecordsQuery(found.period, split if by else (KEY,) if own else RECORDED, where, own, is_daily)
    return _refusal(found, query) or query


def _refusal(found: SpendQuery, query: RecordsQuery) -> Refused | None:
    """Return what of a question records can't take, by its name; None where they take all of it."""
    if extra := _not_taken(found):
        said: Markup = " and ".join(bold(one) for one in extra)
        which: Markup = bold(ME) if query.own else "Records"
        return Refused(f"{which} can't take {said}.", words_of_records(query), _as_figures(found, query))
    refusal = _not_listed(query)
    if refusal is None:
        return None
    near = next(filter(is_listed, nearer(query)), replace(query, by=RECORDED, where=()))
    return Refused(escape(refusal.sentence), words_of_records(near))


def _not_listed(query: RecordsQuery) -> NotSplit | None:
    return not_together([*query.by, *(one.by for one in query.where)])


def is_listed(query: RecordsQuery) -> bool:
    """Tell whether a report tells all that records are asked by."""
    return _not_listed(query) is None


def nearer(query: RecordsQuery) -> Iterator[RecordsQuery]:
    """Yield what is asked for by the day, then without key where that leaves something, then without one of the filters."""
    by_day = tuple(one for one in query.by if one != BY_HOUR)
    yield replace(query, by=by_day)
    if len(query.by) > 1:
        yield replace(query, by=tuple(one for one in query.by if one != KEY))
    for one in query.where:
        yield replace(query, where=tuple(other for other in query.where if other != one))
    if len(by_day) > 1:
        yield replace(query, by=tuple(one for one in by_day if one != KEY))


def _as_figures(found: SpendQuery, query: RecordsQuery) -> str:
    """Return the question about figures that takes what records can't: by up to two of what is asked for."""
    listed = query.by if query.by != RECORDED else ()
    asked = found.splits if words_of(found) != words_of(replace(found, by=WORKSPACE, and_by=None)) else listed
    by = (*dict.fromkeys((*asked, *listed)), None, None)
    figures = replace(found, by=by[0] or WORKSPACE, and_by=by[1])
    return f"{words_of(figures)}{' for me' if query.own else ''}" if why_not(figures) is None else ""


def _not_taken(found: SpendQuery) -> list[str]:
    bare = SpendQuery(found.period)
    parts = [
        replace(bare, by=found.by, and_by=found.and_by),
        replace(bare, where=tuple(one for one in found.where if one.by in (TOKEN_TYPE, COST_TYPE))),
        replace(bare, measure=found.measure),
        replace(bare, top=found.top),
        replace(bare, over=found.over),
        replace(bare, versus=found.versus),
    ]
    return [said for one in parts if (said := words_of(one).removeprefix(found.period).strip())]


def words_of_records(query: RecordsQuery) -> str:
    """Return a query as it would be typed after the command's first word; `read_query` reads it back."""
    by = [f"by {one.name}" for one in query.by]
    by += [f"by {DAY}"] if not by or (query.own and query.daily and not query.is_hourly) else []
    asked = words_of(SpendQuery(query.period, WORKSPACE, query.where))
    return " ".join([*[ME] * query.own, asked, *by])


def _read_filters(
    words: Sequence[str],
    known: tuple[Sequence[str], Sequence[Dimension], Mapping[str, Sequence[str]], Mapping[str, Sequence[str]]],
    period: Period,
) -> SpendQuery | NotUnderstood:
    """Read period and filters as all figures are asked for: the one place here that knows that grammar.

    `period` is the one that is meant where none is said.
    """
    found = parse_query(words, *known)
    if isinstance(found, SpendQuery) and (found.versus or says_so_far(words)):
        return found  # `vs last month` says which month is compared with it, and `so far` what runs
    with_period = parse_query((period, *words), *known)
    return with_period if isinstance(with_period, SpendQuery) and isinstance(found, SpendQuery) else found


def _without_by(words: Sequence[str], *, is_loose: bool = True) -> tuple[list[str], list[str]]:
    """Return the names of what `by` is followed by, in one spelling and each once, and the other words."""
    names, rest, at = list[str](), list[str](), 0
    while at < len(words):
        found = _groupings(words[at + 1 :], is_loose=is_loose) if words[at].lower() in _BY else (list[str](), 0)
        if words[at].lower() in ("daily", "hourly"):
            names.append(GROUPINGS[words[at].lower()])
            at += 1
        elif found[1]:
            names += found[0]
            at += found[1] + 1
        else:
            rest.append(words[at])
            at += 1
    return list(dict.fromkeys(names)), rest


def _groupings(words: Sequence[str], *, is_loose: bool = True) -> tuple[list[str], int]:
    """Return the groupings that the words begin with (`model,key`, `api key and day`), and how many words they took.

    `is_loose`: they may stand beside each other without a link.
    """
    names, taken = list[str](), 0
    while taken < len(words) and (is_loose or not names or _goes_on(words, taken)):
        pair = GROUPINGS.get(" ".join(words[taken : taken + 2]).lower()) if taken + 1 < len(words) else None
        parts = [GROUPINGS.get(part.strip().lower()) for part in words[taken].split(",") if part.strip()]
        if pair:
            names.append(pair)
            taken += 2
        elif all(parts) and (parts or names):
            names += [part for part in parts if part]
            taken += 1
        elif names and _is_link(words[taken]) and _groupings(words[taken + 1 :])[1]:
            taken += 1
        else:
            break
    return names, taken


def _is_link(word: str) -> bool:
    return word.lower() in _TOGETHER


def _goes_on(words: Sequence[str], at: int) -> bool:
    """Tell whether a word is a link between two parts of a list, or follows one."""
    return _is_link(words[at]) or _is_link(words[at - 1]) or words[at - 1].endswith(",") or words[at].startswith(",")
