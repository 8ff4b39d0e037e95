"""What was probably meant by words that make no sense: the nearest ones that do. Pure."""

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from itertools import chain

from bot.spend.ask.clauses import KEYWORDS
from bot.spend.ask.idioms import NEGATIONS, idioms, left_out
from bot.spend.ask.known import Known, Read, longest
from bot.spend.ask.lookup import Lookup, named
from bot.spend.ask.meanings import Meanings, by_beginning, by_part, exactly, in_one_word, meaning_of, near_to
from bot.spend.ask.periods import MOST_DAYS, is_month, period_phrases, read_period
from bot.spend.ask.spans import YEAR_BEFORE
from bot.spend.ask.splits import TIMES
from bot.spend.ask.words import LINKS, PERSON, plain
from bot.spend.dimensions import MODEL, WORKSPACE
from bot.words.digits import in_ascii
from bot.words.similar import closest

Reading = Callable[[Sequence[str]], tuple[int, Read | None] | None]
"""Tells at which word reading words ends, and which contradiction ends it; None where all of them make sense."""
_MEASURES = ("tokens", "requests", "dollars")
_TRIES = 40
_CHANGES = 3
_BY_ELSEWHERE = frozenset("nach pro je par por".split())
"""What stands for `by` where months are called Oktober, octobre and octubre."""
_TIMES_ELSEWHERE = {
    "tag": "day", "jour": "day", "día": "day", "woche": "week", "semaine": "week", "semana": "week", "monat": "month",
    "mois": "month", "mes": "month", "quartal": "quarter", "trimestre": "quarter", "stunde": "hour", "heure": "hour",
}  # fmt: skip
_SURE_OF_A_TAG = 0.8
_BETWEEN_MONTHS = re.compile(r"(?<=[a-z])([/+])(?=[a-z])", re.IGNORECASE)
_TOO_LONG = re.compile(r"[0-9]{3,}d(?:ays)?")


def repaired(words: Sequence[str], at: int, second: Read | None, known: Known, read: Reading) -> list[str] | None:
    """Return the words with as little changed as it takes to make sense, None where nothing near does.

    `at`: where reading ends; `second`: a part that contradicts what was read before it.
    """
    found = _repaired(words, at, second, known, read, drops=False)
    return found or _repaired(words, at, second, known, read, drops=True)


def _repaired(
    words: Sequence[str], at: int, second: Read | None, known: Known, read: Reading, *, drops: bool
) -> list[str] | None:
    """Return the words repaired; words that mean nothing may be dropped only where nothing else helps (`drops`)."""
    waiting: list[tuple[list[str], int, Read | None, int]] = [(list(words), at, second, _CHANGES)]
    tried = 0
    while waiting and tried < _TRIES:
        now, end, contradiction, left = waiting.pop(0)
        for meant in _nearest(now, end, contradiction, known, is_first=left == _CHANGES, drops=drops):
            tried += 1
            stop = read(meant)
            if stop is None:
                return meant or None
            if left and stop[0] > end:
                waiting.append((meant, *stop, left - 1))
    return None


def _nearest(
    words: list[str], at: int, second: Read | None, known: Known, *, is_first: bool, drops: bool
) -> Iterator[list[str]]:
    """Yield what may have been meant, best first: the word that is most like it, then everything without it.

    `is_first`: nothing was changed yet, and what is left of a question that was understood is no suggestion.
    """
    before, rest = words[:at], words[at:]
    if second is not None and second.part == "period" and before[-1:] in (["and"], [","], ["+"], ["&"], ["/"]):
        yield [*before[:-2], *rest] if before[-3:-2] == ["to"] else [*before[:-1], "to", *rest]  # October and November
    if second is not None:
        while before and before[-1].casefold() in LINKS:
            before = before[:-1]
        yield [*before, *rest[second.taken :]] if rest else _without(words, second)
        return
    is_name = known.names_at(rest)
    if len(apart := _BETWEEN_MONTHS.split(rest[0])) > 1 and all(map(_is_month, apart[::2])) and not is_name:
        yield [*before, *apart, *rest[1:]]
    if known.left_out(rest) or (rest[0].casefold() in NEGATIONS and not is_name):
        yield from ([*before, *meant] for meant in _left_out(rest, known))
        if not is_name:
            return
    yield from _begun_earlier(words, at, known)
    dimensions = {**{plain(tag): f"tag {tag}" for tag in known.tags}, **{typed: one.name for typed, one in known.by.items()}}
    # A name comes first: of Growth, `growth 7d` asks, and not how 7 days grew.
    for taken, meant in chain(exactly(rest, _every(known)), idioms(rest, dimensions), _meant(rest, known)):
        if meant or taken < len(rest) or before:
            yield [*before, *meant, *rest[taken:]]
    for skipped in (1, 2) if drops else ():
        after = rest[skipped:]
        while after and after[0].casefold() in LINKS:
            after = after[1:]
        if not rest[0][:1].isdigit() and (after or (before and not is_first)):
            yield [*before, *after]


def _begun_earlier(words: list[str], at: int, known: Known) -> Iterator[list[str]]:
    """Yield words with a name whose first word was read as something else, such as the month in `May Chen`."""
    for start in range(max(at - 2, 0), at):
        for taken, meant in chain(exactly(words[start:], _every(known)), _tag_apart(words[start:], known)):
            before = words[:start]
            while before and before[-1].casefold() in ("in", "for", "of", "by"):
                before = before[:-1]
            if start + taken > at:
                yield [*before, *meant, *words[start + taken :]]


def _left_out(rest: list[str], known: Known) -> Iterator[list[str]]:
    """Yield what was probably meant by what is left out; without the word that says so it would be another question."""
    leaving = left_out(rest)
    behind = leaving[1] if leaving else []
    for taken, meant in _meant(behind, known) if behind else ():
        if meant:
            about = {"in": [], "by": [], "for": [PERSON]}.get(meant[0], meant[:1])
            yield ["without", *about, *meant[1:], *behind[taken:]]


def _without(words: list[str], second: Read) -> list[str]:
    said = second.said.split()
    for at in range(len(words)):
        if [one.casefold() for one in words[at : at + second.taken]] == said:
            return [*words[:at], *words[at + second.taken :]]
    return words


def _meant(rest: Sequence[str], known: Known) -> Iterator[tuple[int, list[str]]]:
    """Yield pairs of how many words are replaced, and by which."""
    word = rest[0].casefold()
    if [one.casefold() for one in rest[:2]] == ["by", "tag"]:
        yield from _tags(rest, known)
    elif word in ("by", "per", "each", "every") and len(rest) > 1:
        people = [known.of(PERSON)]
        yield from ((taken + 1, meant) for taken, meant in by_part(plain(rest[1]), people))
        yield from near_to(rest, 1, [_splits(known)])
        yield from near_to(rest, 1, people)
    elif word in ("from", "ab") and len(rest) > 1 and read_period(rest[1:]):
        yield 1, ["since"]
    elif word in ("in", "for", "of", "on", "from", "at") and len(rest) > 1:
        places, people = known.of(WORKSPACE.name), known.of(PERSON)
        if word == "for":  # for alice, of whom keys have the name, too
            yield from ((taken + 1, meant) for taken, meant in by_beginning(plain(rest[1]), people))
        yield from ((taken + 1, meant) for taken, meant in by_beginning(plain(rest[1]), places))
        yield from near_to(rest, 1, [*_others(known), people, places] if word != "in" else [places, *_others(known)])
        yield from ((taken + 1, meant) for taken, meant in by_part(plain(rest[1]), [*_others(known), people, places]))
        yield from near_to(rest, 1, [_phrases()])
    elif word in ("vs", "versus", "against", "compared") and len(rest) > 1:
        skipped = len(rest) > 2 and rest[1].casefold() in ("to", "with")
        yield from ((taken + skipped, meant) for taken, meant in _versus([rest[0], *rest[1 + skipped :]]))
    elif word in _BY_ELSEWHERE and len(rest) > 1:
        if (time := _TIMES_ELSEWHERE.get(plain(rest[1]))) and plain("".join(rest[2:3])) not in map(plain, known.tags):
            yield 2, ["by", time]
        yield 1, ["by"]
        yield from _meant(["by", *rest[1:]], known)
    elif word in ("output", "input", "cached", "cache") and (at := _tokens_at(rest)):
        yield at + 1, ["tokens", "by", "token", "type"]
    elif word in ("to", "with", "than", "and", "v", "v.") and len(rest) > 1:
        yield 1, ["vs"]
    elif word in known.by and len(rest) > 1:
        names = [known.of(known.by[word].name)]
        yield from near_to(rest, 1, names)
        yield from ((taken + 1, meant) for taken, meant in by_part(plain(rest[1]), names))
    yield from _bare(rest, known)


def _tokens_at(rest: Sequence[str]) -> int:
    """Return where `cache read tokens` says tokens, or `cache reads` which, 0 where they don't."""
    is_cache = rest[0].casefold() in ("cache", "cached")
    said = ("tokens", "token", *(("reads", "writes", "read", "write", "creation") if is_cache else ()))
    return next((at for at, one in reversed([*enumerate(rest[:3])]) if one.casefold() in said), 0)


def _is_month(word: str) -> bool:
    found = read_period([word])
    return found is not None and is_month(found[0])


def _versus(rest: Sequence[str]) -> Iterator[tuple[int, list[str]]]:
    lower = [one.casefold() for one in rest[1:3]]
    if lower[0] in ("last", "prior", "previous") and lower[1:] == ["year"]:
        yield 3, ["vs", *YEAR_BEFORE.split()]
    if lower[0] == "last" and (named := read_period(lower[1:])) and is_month(named[0]):
        yield 3, ["vs", lower[1], "last", "year"]
    if not read_period(rest[1:]):
        yield 1, ["and"]  # Production vs Staging
    yield from ((taken, ["vs", *meant]) for taken, meant in near_to(rest, 1, [_phrases()]))


def _bare(rest: Sequence[str], known: Known) -> Iterator[tuple[int, list[str]]]:
    """Yield what words without any before them may mean: a period, a dimension, a name, a measure or a mistyped keyword."""
    yield from exactly(rest, _every(known))
    yield from _tag_value(rest, known)
    yield from _tag_apart(rest, known)
    if (model := plain(rest[0]).removeprefix("claude-")) in known.of(MODEL.name).meant:
        yield 1, known.of(MODEL.name).meant[model]
    if len(rest) > 1 and (split := known.by.get(rest[1].casefold())) and rest[1].casefold() == split.name:
        names, value = known.of(split.name), plain(rest[0])
        fitting = [value] if value in names.meant else names.with_part(value)
        yield from ((2, [*names.meant[one][:-1], rest[0]]) for one in fitting[:1])  # batch tier
    places = known.of(WORKSPACE.name)
    yield from in_one_word(rest[0], [_splits(known), _phrases(), places])
    if meant := meaning_of(plain(rest[0].strip("*")), _every(known)):
        yield 1, meant  # in bold
    if "*" in rest[0] and rest[0].strip("*"):
        yield 1, ["key", rest[0]]
    if rest[0].casefold() not in known.by:
        yield from by_beginning(plain(rest[0]), places)
    if rest[0].isdecimal() and not read_period(rest[1:]) and not _counts_more_than_days(rest):  # 31 Feb isn't 31 days
        yield 1, [f"{in_ascii(rest[0])}d"]
    if _TOO_LONG.fullmatch(rest[0].casefold()):
        yield 1, [f"{MOST_DAYS}d"]
    if rest[0].isdecimal() and read_period(rest[1:]):
        return
    splits = _splits(known).meant
    split = Lookup({**splits, **{f"by {one}": meant for one, meant in splits.items()}})
    yield from near_to(rest, 0, [_themselves(*_MEASURES), split, _phrases(), *_every(known)])
    yield from by_part(plain(rest[0]), _every(known))
    yield from by_beginning(plain(rest[0]), known.of(PERSON))
    if len(rest) > 1 and not known.names_at(rest):
        yield from near_to(rest[:1], 0, [_themselves(*KEYWORDS, *known.by)])


def _counts_more_than_days(rest: Sequence[str]) -> bool:
    return len(rest) > 1 and rest[1].casefold().startswith(("month", "quarter", "year", "hour"))


def _splits(known: Known) -> Lookup:
    """Return what splits may be called, with what is typed for them."""
    found = {typed: ["by", *one.name.split()] for typed, one in known.by.items()}
    found |= {one.name: ["by", one.name] for one in TIMES}
    for tag in known.tags:
        apart = re.sub(r"[-_]", " ", plain(tag))
        forms = (plain(tag), f"{plain(tag)}s", f"tag {plain(tag)}", apart, f"tag {apart}")
        found |= {form: ["by", "tag", tag] for form in forms}
    longer = {one: ["by", "quarter"] for one in ("year", "years", "yearly")}
    if known.person:
        people = ("service account", "dev", "developer", "employee", "engineer", "colleague")
        longer |= {f"{one}{plural}": ["by", PERSON] for one in people for plural in ("", "s")}
    longer |= {one: ["by", WORKSPACE.name] for one in ("project", "projects")}
    return Lookup({"type": ["by", "token", "type"], **longer, **found})


def _tags(rest: Sequence[str], known: Known) -> Iterator[tuple[int, list[str]]]:
    if len(rest) == 2:
        yield from ((2, ["by", "tag", tag]) for tag in list(known.tags)[:1])
    else:
        yield from near_to(rest, 2, [named(tuple(known.tags), "by tag")])


def _tag_value(rest: Sequence[str], known: Known) -> Iterator[tuple[int, list[str]]]:
    """Yield the split by a tag for one of its values: `team platform` is no workspace named `Data Platform`."""
    at = 1 if rest[0].casefold() in ("tag", "tags") else 0
    tag = next((one for one in known.tags if len(rest) > at + 1 and plain(one) == plain(rest[at])), None)
    after = rest[at + 1 :]
    if tag and after[0].casefold() not in (*LINKS, *KEYWORDS, *known.by) and not read_period(after):
        yield at + 2, ["by", "tag", tag]


def _tag_apart(rest: Sequence[str], known: Known) -> Iterator[tuple[int, list[str]]]:
    """Yield a tag that is typed as words of their own, with the value behind it or as a split: `cost centre 1100`."""
    for tag, values in known.tags.items():
        apart = re.sub(r"[-_]", " ", plain(tag))
        for taken in sorted({1, apart.count(" ") + 1}) if " " in apart else ():
            typed = re.sub(r"[-_]", " ", plain(" ".join(rest[:taken])).rstrip(":="))
            if not closest(typed, [apart], _SURE_OF_A_TAG):
                continue
            behind = taken + (rest[taken : taken + 1] in (["="], ["is"]))
            value = longest(rest[behind:], values) if rest[behind:] else None
            yield (behind + value[1], ["tag", tag, "=", value[0]]) if value else (taken, ["by", "tag", tag])


def _every(known: Known) -> Meanings:
    """Return all names; of two that are the same the workspace is meant, then the person."""
    return [known.of(WORKSPACE.name), known.of(PERSON), *_others(known)]


def _others(known: Known) -> Meanings:
    """Return the names of all but workspaces and people, with what is typed for them."""
    found = [names for of, names in known.names.items() if of not in (WORKSPACE.name, PERSON)]
    models = known.of(MODEL.name).meant
    return [Lookup({part: [MODEL.name, part] for one in models for part in one.split("-") if part.isalpha()}), *found[::-1]]


@functools.lru_cache(maxsize=1)
def _phrases() -> Lookup:
    return Lookup({one: one.split() for one in period_phrases()})


def _themselves(*words: str) -> Lookup:
    return Lookup({one: [one] for one in words})
