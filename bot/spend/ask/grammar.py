"""What `/claude-spend 30d by model in Production` asks for, and the days that it means. Pure."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, NamedTuple

from bot.spend.ask.periods import MONTH_NAMES, read_period
from bot.spend.ask.periods import span as span
from bot.spend.ask.periods import span_before as span_before
from bot.spend.dimensions import DIMENSIONS, WORKSPACE, Dimension
from bot.spend.model import PERIODS, SpendQuery
from bot.words.similar import closest

_PERIOD_WORDS = (*PERIODS, "month", "week", *MONTH_NAMES)
_QUOTES = re.compile(r'["“”„]')
Part = Literal["period", "breakdown", "workspace"]


@dataclass(frozen=True)
class NotUnderstood:
    """Words that make no sense: what was understood, the rest, and the nearest thing that would make sense (words only).

    `second` is set when `unknown` makes sense, but contradicts what was read before it.
    """

    understood: tuple[str, ...]
    unknown: str
    suggestion: str | None = None
    second: Part | None = None


class _Read(NamedTuple):
    """One part of a query, what it says, and how many words said it."""

    part: Part
    value: str | Dimension
    said: str
    taken: int


class _Known(NamedTuple):
    """What `in` and `by` may be followed by: names of workspaces, and dimensions by what people type for them."""

    workspaces: Sequence[str]
    by: Mapping[str, Dimension]


class _Stop(NamedTuple):
    """Where reading ended: what was read, and at which word; `second` is a part that was there already."""

    reads: list[_Read]
    at: int
    second: _Read | None


def parse_query(
    words: Sequence[str], workspaces: Sequence[str] = (), dimensions: Sequence[Dimension] = DIMENSIONS
) -> SpendQuery | NotUnderstood:
    """Read the words after the command; `in` may be followed by the names of `workspaces`, `by` by `dimensions`.

    Neither case nor quotation marks in a name count. A period, breakdown or workspace that differs from one before it is
    reported, because nobody knows which of both was meant.
    """
    known = _Known(workspaces, {typed: one for one in dimensions for typed in one.typed})
    found = _read_all(words, known)
    if isinstance(found, SpendQuery):
        return found
    understood = tuple(one.said for one in found.reads)
    suggestion = next((one for one in _nearest(words, found, known) if _makes_sense(one, known)), None)
    said = None if suggestion is None else " ".join(_quoted(word) for word in suggestion)
    if found.second is not None:
        return NotUnderstood(understood, found.second.said, said, found.second.part)
    pair = words[found.at].lower() in ("by", "in")
    return NotUnderstood(understood, " ".join(words[found.at : found.at + 1 + pair]), said)


def _read_all(words: Sequence[str], known: _Known) -> SpendQuery | _Stop:
    reads, at = list[_Read](), 0
    while at < len(words):
        found = _read(words[at:], known)
        if found is None or any(one.part == found.part and one.value != found.value for one in reads):
            return _Stop(reads, at, found)
        reads.append(found)
        at += found.taken
    values: dict[Part, Any] = {one.part: one.value for one in reads}
    return SpendQuery(values.get("period", "yesterday"), values.get("breakdown", WORKSPACE), values.get("workspace"))


def _makes_sense(words: Sequence[str], known: _Known) -> bool:
    return isinstance(_read_all(words, known), SpendQuery)


def _read(words: Sequence[str], known: _Known) -> _Read | None:
    """Read what the words begin with: `7d`, `3 Oct to 17 Oct`, `by api key`, `in October`, `in Data Platform`.

    None when it makes no sense.
    """
    first = words[0].lower()
    if period := read_period(words):
        return _Read("period", period[0], " ".join(words[: period[1]]).lower(), period[1])
    for taken in (2, 1):
        by = known.by.get(" ".join(words[1 : taken + 1]).lower()) if first == "by" else None
        if by is not None:
            return _Read("breakdown", by, " ".join(words[: taken + 1]).lower(), min(taken + 1, len(words)))
    if first == "in" and (found := _workspace(words[1:], known.workspaces)):
        return _Read("workspace", found[0], f"in {found[0]}", found[1] + 1)
    if first == "in" and (period := read_period(words[1:])):
        return _Read("period", period[0], " ".join(words[: period[1] + 1]).lower(), period[1] + 1)
    return None


def _workspace(rest: Sequence[str], workspaces: Sequence[str]) -> tuple[str, int] | None:
    """Return the longest workspace name that the words begin with, and how many words it took."""
    by_name = {_plain(name): name for name in workspaces}
    for taken in range(len(rest), 0, -1):
        name = by_name.get(_plain(" ".join(rest[:taken])))
        if name is not None:
            return name, taken
    return None


def _nearest(words: Sequence[str], found: _Stop, known: _Known) -> Iterator[list[str]]:
    """Return what may have been meant, best first: the word that is most like it, then everything without it."""
    before, word, rest = list(words[: found.at]), words[found.at].lower(), list(words[found.at + 1 :])
    if found.second is not None:
        yield [*before, *words[found.at + found.second.taken :]]
        return
    if word in ("by", "in") and rest:
        by = {typed: one.name for typed, one in known.by.items()}
        names = by if word == "by" else {one.lower(): one for one in known.workspaces}
        near = closest(rest[0].lower(), names)
        meant = [] if near is None else [word, names[near]]
        rest = rest[1:]
    else:
        bare = {one: one.split() for one in _PERIOD_WORDS} | {one.name: ["by", one.name] for one in known.by.values()}
        near = closest(word, [*bare, *(f"by {one.name}" for one in known.by.values())])
        meant = [] if near is None else bare.get(near, near.split())
    if meant:
        yield [*before, *meant, *rest]
        yield [*before, *meant]
    if rest:
        yield [*before, *rest]


def _plain(name: str) -> str:
    return " ".join(_QUOTES.sub(" ", name).lower().split())


def _quoted(name: str) -> str:
    """Return a name as it can be typed; quotation marks in it would end it early and don't count anyway."""
    plain = " ".join(_QUOTES.sub(" ", name).split())
    return f'"{plain}"' if " " in plain else plain


def words_of(query: SpendQuery) -> str:
    """Return a query as it would be typed; `parse_query` reads it back."""
    parts = [query.period, f"by {query.by.name}"]
    if query.workspace is not None:
        parts.append(f"in {_quoted(query.workspace)}")
    return " ".join(parts)
