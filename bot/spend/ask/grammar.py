"""What `/claude-spend 30d by model in Production` asks for: words to a query, or what of them makes no sense. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Any, NamedTuple, cast

from bot.slack.markup import Markup
from bot.spend.ask.clauses import goes_on_leaving_out, read_part
from bot.spend.ask.idioms import left_out, named
from bot.spend.ask.known import Known, Part, Read, known_words
from bot.spend.ask.least import Over
from bot.spend.ask.nearest import repaired
from bot.spend.ask.periods import is_month
from bot.spend.ask.periods import span as span
from bot.spend.ask.periods import span_before as span_before
from bot.spend.ask.splits import DAY, MONTH, QUARTER, WEEK
from bot.spend.ask.untold import FISCAL, Untold, untold
from bot.spend.ask.versus import alone, settled
from bot.spend.ask.words import FILLERS, LINKS, decorates, joined, plain, tidied
from bot.spend.ask.words import words_of as words_of
from bot.spend.dimensions import ASKED, WORKSPACE, Dimension
from bot.spend.model import Filter, Period, SpendQuery

_MOST_SPLITS = 2
_USUAL: Mapping[Dimension | None, Period] = {DAY: "30d", WEEK: "90d", MONTH: "ytd", QUARTER: "last 4 quarters"}
"""The period of a question by a unit of time that names none: a day alone has one part."""
_RUNS: Mapping[Period, Period] = {
    "yesterday": "today",
    "last week": "this week",
    "last month": "mtd",
    "last quarter": "this quarter",
    "last year": "ytd",
}
"""The period of a question that only names what to compare with: `vs last week`."""
_QUARTER = re.compile(r"(?:\d{4}-)?q[1-4]")
_TWICE = re.compile(r"\b(by [a-z]+)(?: \1)+\b")
_NOTHING: Mapping[str, Sequence[str]] = {}


@dataclass(frozen=True)
class NotUnderstood:
    """Words that make no sense: what was understood, the rest, and the nearest thing that would make sense (words only).

    `second` is set when `unknown` makes sense, but contradicts what was read before it; `why` says why no answer tells it.
    """

    understood: tuple[str, ...]
    unknown: str
    suggestion: str | None = None
    second: Part | None = None
    why: Markup = ""


class _Stop(NamedTuple):
    """Where reading ended: what was read, and at which word; `second` is a part that was there already."""

    reads: list[Read]
    at: int
    second: Read | None


def parse_query(
    words: Sequence[str],
    workspaces: Sequence[str] = (),
    dimensions: Sequence[Dimension] = ASKED,
    names: Mapping[str, Sequence[str]] = _NOTHING,
    tags: Mapping[str, Sequence[str]] = _NOTHING,
) -> SpendQuery | NotUnderstood:
    """Read the words after the command, in any order; neither case nor quotation marks in a name count.

    `in` may be followed by the names of `workspaces`, `by` by `dimensions`, units of time and `tags`; `names` are those of
    other things by the name of their dimension, `tags` values by tag. A part that contradicts one before it is reported,
    because nobody knows which of both was meant.
    """
    values = {one.name: one.values for one in dimensions if one.values}
    known = known_words(dimensions, {WORKSPACE.name: workspaces, **values, **names}, tags)
    typed = tidied(words, known.tags)
    found = _read_all(typed, known)
    if isinstance(found, SpendQuery):
        return found
    why = None if found.second or known.names_at(typed[found.at :]) else untold(typed[found.at :])
    meant = None
    if why is None or why.has_near:
        meant = _repaired(typed, found, why, known)
    if not found.second and len(_leavings(typed, known)) != len(_leavings(meant or (), known)):
        meant, found = None, found._replace(at=_first_not_left_out(typed, found.at, known))
        why = untold(typed[found.at :])
    said = None if meant is None else _said(meant, known)
    understood = tuple(one.said for one in found.reads)
    if found.second is not None:
        return NotUnderstood(understood, found.second.said, said, found.second.part)
    if why is not None:
        is_near = said is not None and left_out(typed[found.at :])
        reason: Markup = "" if is_near else why.sentence
        return NotUnderstood(understood, " ".join(typed[found.at : found.at + why.taken]), said, why=reason)
    pair = typed[found.at].casefold() in ("by", "in", "per", "for", "vs", "top", "over", "on", "tag", *known.by)
    taken = max(1 + pair, named(typed[found.at :]))
    taken += _dropped(typed[found.at + taken :], meant, known)
    return NotUnderstood(understood, " ".join(typed[found.at : found.at + taken]), said)


def _repaired(typed: Sequence[str], found: _Stop, why: Untold | None, known: Known) -> list[str] | None:
    """Return the nearest words that make sense; what no answer tells is left out, and nothing like it put in its place."""
    at, second = found.at, found.second
    if why is not None and not left_out(typed[at:]) and typed[at + why.taken :]:
        kept = at + (typed[at + 1].casefold() in FISCAL)  # of the last fiscal year, the last year
        typed = [*typed[:kept], *typed[at + why.taken :]]
        stop = _stop_of(typed, known)
        if stop is None:
            return list(typed) or None
        at, second = stop
    return repaired(typed, at, second, known, lambda tried: _stop_of(tried, known))


def _dropped(behind: Sequence[str], meant: Sequence[str] | None, known: Known) -> int:
    """Return how many words behind what isn't understood are missing in what is suggested, and so are to be named, too."""
    kept = {plain(word) for word in meant or ()}
    for at, word in enumerate(behind if meant else ()):
        if word.casefold() in LINKS or {*plain(word).split()} & kept or plain(word) in kept or decorates(behind[at:]):
            return at
        if read_part(behind[at:], known) is not None:
            return at
    return len(behind) if meant else 0


def _leavings(words: Sequence[str], known: Known) -> list[int]:
    """Return where something is left out. A name may begin with such a word: `in Non-Prod`, `key ex-*`."""
    found, at = list[int](), 0
    while at < len(words):
        leaving = known.left_out(words[at:])
        found += [at] if leaving else []
        at += max(leaving[0], 1) if leaving else 1
    return found


def _first_not_left_out(words: Sequence[str], at: int, known: Known) -> int:
    """Return where something isn't left out though words say so: without them a question would be another one."""
    return next((one for one in _leavings(words, known) if one >= at and read_part(words[one:], known) is None), at)


def _said(meant: Sequence[str], known: Known) -> str:
    """Return words that make sense as somebody would type them, without those that only decorate."""
    found = _read_all(meant, known)
    is_bare = not any(word.casefold() in FILLERS for word in meant)
    said = words_of(found) if isinstance(found, SpendQuery) and not is_bare else joined(meant).replace(" ,", ",")
    return _TWICE.sub(r"\1", said)


def _stop_of(words: Sequence[str], known: Known) -> tuple[int, Read | None] | None:
    found = _read_all(words, known)
    return None if isinstance(found, SpendQuery) else (found.at, found.second)


def _read_all(words: Sequence[str], known: Known) -> SpendQuery | _Stop:
    reads, at = list[Read](), 0
    while at < len(words):
        found = read_part(words[at:], known)
        if found is None and _says_nothing(words, at, reads):
            at += 1
            continue
        if found is None or _contradicts(found, reads):
            return _Stop(reads, at, found)
        reads.append(goes_on_leaving_out(found, reads, words[max(at - 1, 0) : at + 1], known))
        at += found.taken
    if says_so_far(words) and _period(reads) in ("yesterday", _USUAL[DAY], _USUAL[WEEK]) and not _has_period(reads):
        reads.append(Read("period", "mtd", "so far", 0))  # what runs is meant, and never yesterday
    stray = _wrong_unit(reads) or _beside_nothing(reads)
    return _query(reads) if stray is None else _Stop([one for one in reads if one is not stray], len(words), stray)


def says_so_far(words: Sequence[str]) -> bool:
    """Tell whether words ask for what runs."""
    lower = [word.casefold() for word in words]
    return ("so", "far") in pairwise(lower)


def _has_period(reads: Sequence[Read]) -> bool:
    return any(one.part in ("period", "comparison") for one in reads)


def _says_nothing(words: Sequence[str], at: int, reads: Sequence[Read]) -> bool:
    return decorates(words[at:]) or (words[at].casefold() in LINKS and bool(reads) and at + 1 < len(words))


def _contradicts(found: Read, reads: Sequence[Read]) -> bool:
    if found.part == "filter":
        return False  # more of the same dimension are more values of it
    if found.part == "breakdown":
        return len(_splits([*reads, found])) > _MOST_SPLITS
    return any(one.part == found.part and one.value != found.value for one in reads)


def _wrong_unit(reads: Sequence[Read]) -> Read | None:
    """Return an amount that isn't one of what is counted, such as dollars where tokens are."""
    values = {one.part: one.value for one in reads}
    over = next((one for one in reads if one.part == "least amount"), None)
    if over is None or not isinstance(over.value, Over):
        return None
    is_money = values.get("measure", "dollars") == "dollars"
    return over if (over.value.dollars if is_money else over.value.number) is None else None


def _beside_nothing(reads: Sequence[Read]) -> Read | None:
    """Return a comparison that means nothing beside the period, such as a month with the day before."""
    found = next((one for one in reads if one.part == "comparison"), None)
    return found if found and settled(_period(reads), str(found.value)) is None else None


def _period(reads: Sequence[Read]) -> Period:
    """Return the period that is asked for, or what a question without one means."""
    values: dict[Part, Any] = {one.part: one.value for one in reads}
    usual = next((_USUAL[one] for one in _splits(reads) if one in _USUAL), "yesterday")
    return values.get("period") or _running_beside(alone(values.get("comparison", ""))) or usual


def _running_beside(versus: Period) -> Period | None:
    """Return what runs and is as long as what a question without a period compares with: `vs October` is about November."""
    is_quarter = _QUARTER.fullmatch(versus) is not None
    return _RUNS.get(versus) or ("mtd" if is_month(versus) else "this quarter" if is_quarter else None)


def _splits(reads: Sequence[Read]) -> tuple[Dimension, ...]:
    found = [cast("tuple[Dimension, ...]", one.value) for one in reads if one.part == "breakdown"]
    return tuple(dict.fromkeys(split for splits in found for split in splits))


def _query(reads: Sequence[Read]) -> SpendQuery:
    values: dict[Part, Any] = {one.part: one.value for one in reads}
    by = (*_splits(reads), None, None)
    measure, over = values.get("measure", "dollars"), values.get("least amount")
    least: Decimal | None = None
    if isinstance(over, Over):
        least = over.dollars if measure == "dollars" else Decimal(over.number or 0)
    return SpendQuery(
        period=_period(reads),
        by=by[0] or WORKSPACE,
        where=_filters(reads),
        and_by=by[1],
        measure=measure,
        top=values.get("number of parts"),
        over=least,
        versus=settled(_period(reads), values.get("comparison", "")) or "",
    )


def _filters(reads: Sequence[Read]) -> tuple[Filter, ...]:
    found: dict[tuple[Dimension, bool], tuple[str, ...]] = {}
    for one in reads:
        if isinstance(one.value, Filter):
            about = one.value.by, one.value.leaves_out
            found[about] = (*found.get(about, ()), *one.value.values)
    return tuple(Filter(by, tuple(dict.fromkeys(values)), leaves_out) for (by, leaves_out), values in found.items())
