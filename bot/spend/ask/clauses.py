"""The parts of a question: what each word sequence says, read from its beginning. Pure."""

import re
from collections.abc import Sequence
from dataclasses import replace

from bot.spend.ask.idioms import NAMES_PARTS, NEGATIONS
from bot.spend.ask.known import Known, Part, Read, Value, longest
from bot.spend.ask.least import is_of_a_context, over_of
from bot.spend.ask.lookup import named
from bot.spend.ask.matching import NONE
from bot.spend.ask.periods import read_period
from bot.spend.ask.splits import TIMES, TOKENS_BY_TYPE, by_tag
from bot.spend.ask.versus import read_versus
from bot.spend.ask.words import FILLERS, LINKS, MENTION, PERSON, TAG
from bot.spend.dimensions import MODEL, WORKSPACE, Dimension
from bot.spend.model import Filter, Measure

_COSTS_ELSEWHERE = ("kosten", "ausgaben", "coûts", "dépenses", "gastos", "costes")
_MEASURES: dict[str, Measure] = {
    **dict.fromkeys(("dollars", "dollar", "usd", "$", "cost", "costs", "money", *_COSTS_ELSEWHERE), "dollars"),
    **dict.fromkeys(("tokens", "token", "toks"), "tokens"),
    **dict.fromkeys(("requests", "request", "calls", "req", "reqs"), "requests"),
}
_BY = frozenset({"by", "per", "each", "every"})
_BY_WHOM = frozenset({"split", "grouped", "group", "broken", "down", "breakdown", "sorted"})
"""Words that may stand before "by"."""
_IN = frozenset({"in", "for", "of", "on", "at", "during", "over", "from", "within"})
_TOP, _OVER = frozenset({"top", "largest", "biggest", "first"}), frozenset({"over", "above", ">", "exceeding"})
_BEFORE_LEFT = frozenset({"in", "for", "of", "on", "from", "by", "the", "any", "using"})
_CALLED = frozenset({"named", "called", "like", "is", "equals", "="})
_NO_NAMES = frozenset({"with", "where", "that", "whose", *NAMES_PARTS, *_CALLED})
"""What people write behind `key` and that is no key's name."""
_BEFORE_TAG = frozenset({"tag", "tags", "with", "where", "in", "for", "of", "by", "tagged"})
_PLACES = (["workspace"], ["workspaces"])
_UNITS_OF_TIME = frozenset(one.name for one in TIMES) | {"year"}
_SCALES = {"thousand": "k", "million": "M", "mio": "M"}
KEYWORDS = (*_BY, *_IN, "vs", "top", "above")
_YEARS = (2020, 2099)
MOST_PARTS = 100
"""The largest number after `top`."""
_OF_LONGER = re.compile(r"of (?:the )?(?:day|week|month|quarter|year)")
"""What makes of a day or an hour one of several alike, which aren't added up: `by day of week`."""
_OF_A_MODEL = re.compile(r"\d(?:[.-]\d+)?")


def read_part(words: Sequence[str], known: Known) -> Read | None:
    """Read the part that the words begin with; None when they begin with nothing that makes sense."""
    first = words[0].casefold()
    for reader in (_without, _versus, _top, _over, _tagged, _by, _in, _named_filter, _measure, _plain_time):
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
    if not at or len(words) <= at:
        return None
    if read_period(words[at:]) and (_counts_time(words[at:]) or not _is_no_year(words[at])):
        return None
    scale = _SCALES.get(words[at + 1].casefold(), "") if len(words) > at + 1 else ""
    amount = None if is_of_a_context(words[at + 1 :]) else over_of(words[at] + scale)
    return None if amount is None else _read("least amount", amount, words, at + 1 + bool(scale))


def _counts_time(words: Sequence[str]) -> bool:
    """Tell whether a number is one of weeks: `over 2 weeks`. In `over 500 month to date` it is an amount."""
    is_unit = len(words) > 1 and words[1].casefold().removesuffix("s") in _UNITS_OF_TIME
    longer = read_period(words[1:])
    return is_unit and (longer is None or longer[1] == 1)


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
        found = longest(words[1:], named(tuple(known.tags)))
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


def _without(_first: str, words: Sequence[str], known: Known) -> Read | None:
    """Read what is left out: `without Sandbox`, `not in Production`, `except model haiku`, `-Sandbox`."""
    leaving = known.left_out(words)
    if leaving is None:
        return None
    taken, rest = leaving
    while rest and rest[0].casefold() in _BEFORE_LEFT:
        taken, rest = taken + 1, rest[1:]
    found = _meant_by_name(rest, known) if rest else None
    if found is None:
        return None
    taken += found[1]
    is_named_so = found[0].by == WORKSPACE and [one.casefold() for one in words[taken : taken + 1]] in _PLACES
    return _read("filter", replace(found[0], leaves_out=True), words, taken + is_named_so)


def _meant_by_name(rest: Sequence[str], known: Known) -> tuple[Filter, int] | None:
    """Return what names mean without a word before them, which is a workspace or a person, or with their dimension's."""
    if found := _values(rest, WORKSPACE, known):
        return Filter(WORKSPACE, found[0]), found[1]
    read = _tagged(rest[0].casefold(), rest, known) or _named_filter(rest[0].casefold(), rest, known)
    if read is not None and isinstance(read.value, Filter):
        return read.value, read.taken
    return _people(rest, known)


def goes_on_leaving_out(found: Read, reads: Sequence[Read], link: Sequence[str], known: Known) -> Read:
    """Return a part as it is meant behind the last one: `without Sandbox and model haiku` leaves out both.

    `link` is the word before it, and its first one.
    """
    last = reads[-1].value if reads else None
    is_listed = isinstance(last, Filter) and last.leaves_out and link[0].casefold() in ("and", "&", "+")
    if not is_listed or not isinstance(found.value, Filter) or link[-1].casefold() not in (*known.by, "tag"):
        return found
    return found._replace(value=replace(found.value, leaves_out=True))


def _tagged(first: str, words: Sequence[str], known: Known) -> Read | None:
    """Read workspaces by the value of a tag: `tag team=checkout`, `team=checkout`, and a known value in `team checkout`."""
    at = next((at for at, word in enumerate(words) if at == 2 or word.casefold() not in _BEFORE_TAG), 0)
    tag = longest(words[at:], named(tuple(known.tags)))
    if tag is None:
        return None
    behind = at + tag[1]
    is_said = words[behind : behind + 1] in (["="], ["is"])
    rest = words[behind + is_said :]
    is_value = [word.casefold() for word in rest[:1]] == [NONE] or longest(rest, known.of(f"{TAG}{tag[0]}"))
    is_known = is_value and first != "by" and not known.names_at(words[at:])
    found = _values(rest, by_tag(tag[0]), known) if is_said or is_known else None
    return _read("filter", Filter(by_tag(tag[0]), found[0]), words, len(words) - len(rest) + found[1]) if found else None


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
        taken += words[taken].casefold() in _CALLED or (dimension == MODEL and words[taken].casefold() == "claude")
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
    if known_as := longest(rest, known.of(dimension.name)):
        return known_as
    if rest[0].casefold() == NONE and dimension.name == PERSON:
        return NONE, 1
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
    if (
        word in _NO_NAMES
        or word in LINKS
        or word in KEYWORDS
        or word in NEGATIONS
        or word in _MEASURES
        or word in FILLERS
        or word in known.by
    ):
        return True
    return read_period(rest) is not None or (not is_first and read_part(rest, known) is not None)
