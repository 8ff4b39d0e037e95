"""The parts of a question: what each word sequence says, read from its beginning. Pure."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

from bot.spend.ask.idioms import NEGATIONS
from bot.spend.ask.least import Over, over_of
from bot.spend.ask.lookup import Lookup, named
from bot.spend.ask.periods import read_period
from bot.spend.ask.splits import TIMES, TOKEN_TYPE, TOKENS_BY_TYPE, by_tag
from bot.spend.ask.versus import read_versus
from bot.spend.ask.words import FILLERS, LINKS, MENTION, PERSON, plain
from bot.spend.dimensions import MODEL, WORKSPACE, Dimension
from bot.spend.model import Filter, Measure

Part = Literal["period", "breakdown", "filter", "measure", "number of parts", "least amount", "comparison"]
_MEASURES: dict[str, Measure] = {
    **dict.fromkeys(("dollars", "dollar", "usd", "$", "cost", "costs", "money"), "dollars"),
    **dict.fromkeys(("tokens", "token"), "tokens"),
    **dict.fromkeys(("requests", "request", "calls"), "requests"),
}
_BY = frozenset({"by", "per", "each", "every"})
_BY_WHOM = frozenset({"split", "grouped", "group", "broken", "down", "breakdown", "sorted"})
"""Words that may stand before "by"."""
_IN = frozenset({"in", "for", "of", "on", "at", "during", "over", "from", "within"})
_TOP, _OVER = frozenset({"top", "largest", "biggest", "first"}), frozenset({"over", "above", ">", "exceeding"})
_TO_NAME = {WORKSPACE.name: "in", PERSON: "for"}
"""What is typed before the names of a dimension, where it isn't the dimension's own name."""
_SCALES = {"thousand": "k", "million": "m", "mio": "m"}
_LONGEST_KEY = 3
"""So many words may mean a name in which hyphens stand between them: `key ingest prod`."""
KEYWORDS = (*_BY, *_IN, "vs", "top", "above")
_YEARS = (2020, 2099)
MOST_PARTS = 100
"""The largest number after `top`."""
_OF_LONGER = re.compile(r"of (?:the )?(?:day|week|month|quarter|year)")
"""What makes of a day or an hour one of several alike, which aren't added up: `by day of week`."""
_OF_A_MODEL = re.compile(r"\d(?:[.-]\d+)?")


@dataclass(frozen=True)
class Known:
    """What words can mean: dimensions by what people type for them, and names by the name of their dimension.

    `tags` are those that workspaces have.
    """

    by: Mapping[str, Dimension]
    names: Mapping[str, Lookup] = field(default_factory=dict[str, Lookup])
    tags: Sequence[str] = ()

    def of(self, dimension: str) -> Lookup:
        """Return the names that are known in a dimension, with what is typed for them."""
        return self.names.get(dimension) or named(())

    def names_at(self, words: Sequence[str]) -> bool:
        """Tell whether words begin with the whole name of something: `Non-Prod`, `Without Limits`."""
        return any(_longest(words, one) for one in self.names.values())

    @property
    def person(self) -> Dimension | None:
        """Return the dimension of people, None where the ledger has none."""
        return self.by.get(PERSON)


Value = str | int | Over | Filter | tuple[Dimension, ...]


class Read(NamedTuple):
    """One part of a query, what it says, what it was read from, and how many words that are."""

    part: Part
    value: Value
    said: str
    taken: int


def known_words(dimensions: Sequence[Dimension], names: Mapping[str, Sequence[str]], tags: Sequence[str] = ()) -> Known:
    """Return what words can mean, given the dimensions of the ledger."""
    every = (*dimensions, *TIMES)
    if all(one.name != TOKEN_TYPE for one in dimensions):
        every = (*every, TOKENS_BY_TYPE)
    lookups = {of: named(tuple(some), _TO_NAME.get(of, of)) for of, some in names.items()}
    return Known({typed: one for one in every for typed in one.typed}, lookups, tags)


def read_part(words: Sequence[str], known: Known) -> Read | None:
    """Read the part that the words begin with; None when they begin with nothing that makes sense."""
    first = words[0].casefold()
    for reader in (_versus, _top, _over, _by, _in, _named_filter, _measure, _plain_time):
        if found := reader(first, words, known):
            return found
    if period := read_period(words):
        return _read("period", period[0], words, period[1])
    return None


def _read(part: Part, value: Value, words: Sequence[str], taken: int) -> Read:
    return Read(part, value, " ".join(words[:taken]).replace(" ,", ",").casefold(), taken)


def _versus(first: str, words: Sequence[str], _: Known) -> Read | None:
    found = read_versus(words)
    return None if found is None else _read("comparison", found[0], words, found[1])


def _top(first: str, words: Sequence[str], known: Known) -> Read | None:
    if first == "first" and read_period(words):
        return None  # the first 10 days of November
    if first not in _TOP or len(words) < 2 or not words[1].isdecimal() or len(words[1]) > len(str(MOST_PARTS)):
        return None
    number = int(words[1])
    return _read("number of parts", number, words, 2) if 1 <= number <= MOST_PARTS else None


def _over(first: str, words: Sequence[str], _: Known) -> Read | None:
    at = 2 if first == "more" and len(words) > 1 and words[1].casefold() == "than" else 1 if first in _OVER else 0
    at += bool(at and len(words) > at + 1 and words[at].casefold() in ("$", "usd", "us$"))
    if not at or len(words) <= at or (read_period(words[at:]) and not _is_no_year(words[at])):
        return None
    scale = _SCALES.get(words[at + 1].casefold(), "") if len(words) > at + 1 else ""
    amount = over_of(words[at] + scale)
    return None if amount is None else _read("least amount", amount, words, at + 1 + bool(scale))


def _is_no_year(text: str) -> bool:
    """Tell whether a bare number can't be meant as a year, in which there was nothing to spend."""
    return text.isdecimal() and not _YEARS[0] <= int(text) <= _YEARS[1]


def _by(first: str, words: Sequence[str], known: Known) -> Read | None:
    at = 0
    while at < len(words) and words[at].casefold() in _BY_WHOM:
        at += 1
    if at >= len(words) or words[at].casefold() not in _BY:
        return None
    rest = words[at + 1 :]
    if words[at].casefold() == "by" and (filtered := _people(rest, known, only_mentions=True)):
        return _read("filter", filtered[0], words, at + 1 + filtered[1])
    found, taken = list[Dimension](), 0
    while (one := _split(rest[taken:], known)) and (not found or ends_well(rest[taken + one[1] :], known)):
        found.append(one[0])
        taken += one[1]
        if len(rest) <= taken + 1 or rest[taken].casefold() not in LINKS:
            break
        if _split(rest[taken + 1 :], known) is None:
            break
        taken += 1
    if not found:
        return None
    if rest[taken - 1 : taken] and rest[taken - 1].casefold() in LINKS:
        taken -= 1
    return _read("breakdown", tuple(dict.fromkeys(found)), words, at + 1 + taken)


def _split(words: Sequence[str], known: Known) -> tuple[Dimension, int] | None:
    """Return the dimension, unit of time or tag that words begin with, and how many words that took."""
    if words and words[0].casefold() in ("tag", "tags"):
        found = _longest(words[1:], named(tuple(known.tags)))
        return (by_tag(found[0]), found[1] + 1) if found else None
    if _OF_LONGER.fullmatch(" ".join(words[1:4]).casefold()) or _OF_LONGER.fullmatch(" ".join(words[1:3]).casefold()):
        return None
    for taken in (2, 1):
        by = known.by.get(" ".join(words[:taken]).casefold()) if len(words) >= taken else None
        if by is not None:
            return by, taken
    return None


def ends_well(rest: Sequence[str], known: Known) -> bool:
    """Tell whether a list may end before these words: nothing follows, or another part does."""
    return not rest or rest[0].casefold() in LINKS | FILLERS or read_part(rest, known) is not None


def _in(first: str, words: Sequence[str], known: Known) -> Read | None:
    if first not in _IN or len(words) < 2:
        return None
    rest = words[2:] if words[1].casefold() in ("the", "workspace") and len(words) > 2 else words[1:]
    skipped = len(words) - len(rest)
    if first in ("in", "for", "of", "from", "on", "within") and (found := _values(rest, WORKSPACE, known)):
        said = f"in {' and '.join(found[0])}"
        return Read("filter", Filter(WORKSPACE, found[0]), said, found[1] + skipped)
    if first in ("for", "of", "from") and (found := _people(rest, known)):
        return _read("filter", found[0], words, found[1] + skipped)
    if (period := read_period(words)) and first == "from":
        return _read("period", period[0], words, period[1])
    # "from 3 Oct" may mean that day alone, or all since then.
    if first != "from" and (period := read_period(rest)):
        return _read("period", period[0], words, period[1] + skipped)
    if first in ("in", "of") and (measure := _MEASURES.get(rest[0].casefold())):
        return _read("measure", measure, words, 1 + skipped)
    return None


def _people(rest: Sequence[str], known: Known, *, only_mentions: bool = False) -> tuple[Filter, int] | None:
    person = known.person
    if person is None or not rest or (only_mentions and not MENTION.fullmatch(rest[0])):
        return None
    found = _values(rest, person, known)
    return None if found is None else (Filter(person, found[0]), found[1])


def _named_filter(first: str, words: Sequence[str], known: Known) -> Read | None:
    for taken in (2, 1):
        dimension = known.by.get(" ".join(words[:taken]).casefold()) if len(words) > taken else None
        if dimension is None or dimension in TIMES or dimension == TOKENS_BY_TYPE:
            continue
        if found := _values(words[taken:], dimension, known):
            return _read("filter", Filter(dimension, found[0]), words, taken + found[1])
    return None


def _measure(first: str, words: Sequence[str], known: Known) -> Read | None:
    if first in _MEASURES:
        return _read("measure", _MEASURES[first], words, 1)
    sorts = first == "by" and len(words) > 1 and words[1].casefold() in _MEASURES and ends_well(words[2:], known)
    return _read("measure", _MEASURES[words[1].casefold()], words, 2) if sorts else None


def _plain_time(first: str, words: Sequence[str], known: Known) -> Read | None:
    """Read `daily`, `weekly`, `monthly` and `hourly`, which say "by" themselves, and `month by month`."""
    is_each = [word.casefold() for word in words[1:3]] == ["by", first]
    split = known.by.get(first) if first.endswith("ly") or is_each else None
    return None if split is None or split not in TIMES else _read("breakdown", (split,), words, 3 if is_each else 1)


def _values(rest: Sequence[str], dimension: Dimension, known: Known) -> tuple[tuple[str, ...], int] | None:
    """Return the values that words begin with, and how many words they took: `Production, Staging and "Data Platform"`."""
    found, taken = list[str](), 0
    while one := _value(rest[taken:], dimension, known, is_first=not found):
        found.append(one[0])
        taken += one[1]
        ahead = taken
        while ahead < len(rest) and (rest[ahead].casefold() in (*LINKS, "or")):
            ahead += 1
        if ahead == taken or _value(rest[ahead:], dimension, known, is_first=False) is None:
            break
        taken = ahead
    return (tuple(dict.fromkeys(found)), taken) if found else None


def _value(rest: Sequence[str], dimension: Dimension, known: Known, *, is_first: bool) -> tuple[str, int] | None:
    if not rest:
        return None
    if known_as := _longest(rest, known.of(dimension.name)):
        return known_as
    if MENTION.fullmatch(rest[0]):
        return (f"{rest[0].partition('|')[0].rstrip('>')}>", 1) if dimension.name == PERSON else None
    if dimension.name in (WORKSPACE.name, PERSON) or _is_reserved(rest, known, is_first=is_first):
        return None
    is_version = dimension == MODEL and len(rest) > 1 and _OF_A_MODEL.fullmatch(rest[1])
    if is_version and read_period(rest[1:]) is None:
        return f"{rest[0]} {rest[1]}", 2
    return rest[0], 1


def _is_reserved(rest: Sequence[str], known: Known, *, is_first: bool) -> bool:
    """Tell whether words begin something else than a value of which no list is known."""
    word = rest[0].casefold()
    if " " in word:
        return False  # it was quoted
    if word in LINKS or word in KEYWORDS or word in NEGATIONS or word in _MEASURES or word in FILLERS or word in known.by:
        return True
    return read_period(rest) is not None or (not is_first and read_part(rest, known) is not None)


def _longest(words: Sequence[str], names: Lookup) -> tuple[str, int] | None:
    """Return the longest of some names that the words begin with, and how many words it took."""
    most = min(len(words), max((names.longest - 1) * 2 + 1, _LONGEST_KEY if names.meant else 0))
    for taken in range(most, 0, -1):
        said = plain(" ".join(words[:taken]))
        meant = names.meant.get(said)
        if not meant and not _begins_longer_period(words[taken - 1 :]):
            meant = names.meant.get(said.replace(" ", "-"))
        if meant and words[taken - 1] != ",":
            return meant[-1], taken
    return None


def _begins_longer_period(words: Sequence[str]) -> bool:
    """Tell whether words begin with a period of several: `model sonnet 5 days` isn't `model sonnet-5`."""
    found = read_period(words)
    return found is not None and found[1] > 1
