"""What words mean among names: exactly, nearly, as one word, by their beginning or a part. Pure."""

import re
from collections.abc import Iterator, Sequence

from bot.spend.ask.lookup import Lookup
from bot.spend.ask.words import LINKS, plain
from bot.words.similar import closest

Meanings = Sequence[Lookup]
"""What words may mean; of the same words the first has the say."""
_SURE, _SURE_OF_SEVERAL, _SURE_OF_ANOTHER = 0.7, 0.75, 0.8
LONGEST_NAME = 4


def meaning_of(phrase: str, meanings: Meanings) -> list[str]:
    """Return what is typed for a phrase, as the first that has it says; [] where none does."""
    found = (one.meant[phrase] for one in meanings if phrase in one.meant)
    return next(found, list[str]())


def exactly(rest: Sequence[str], meanings: Meanings) -> Iterator[tuple[int, list[str]]]:
    """Yield what the first words are the name of, the longest name first, and of how many words it is."""
    for taken in range(min(len(rest), LONGEST_NAME), 0, -1):
        said = plain(" ".join(rest[:taken]))
        forms = (said, said.replace(" ", "-"), said.replace(" ", "_"))
        if meant := next(filter(None, (meaning_of(one, meanings) for one in forms)), None):
            yield taken, meant


def near_to(rest: Sequence[str], after: int, meanings: Meanings) -> Iterator[tuple[int, list[str]]]:
    """Yield the meanings nearest to the words behind the first `after`, those of two words before those of one."""
    counts = [count for count in (3, 2, 1) if count <= len(rest) - after]
    for count in counts:
        typed = plain(" ".join(rest[after : after + count]))
        # Letters change places on a phone ("kye"). Some words are most like a name of as many words: "api ky" is "api key",
        # and "yesterdy foo" isn't "yesterday".
        fitting = [one for names in meanings for one in names.like(typed, count)]
        turned = (one for one in fitting if len(typed) > 2 and sorted(one) == sorted(typed))
        near = next(turned, None) or _like(typed, fitting, _SURE if count == 1 else _SURE_OF_SEVERAL)
        if near is not None:
            yield after + count, meaning_of(near, meanings)


def _like(typed: str, known: Sequence[str], cutoff: float) -> str | None:
    """Return what is most like a word; what begins with another letter has to be the more like it."""
    near = closest(typed, known, cutoff)
    if near is None or near[:1] == typed[:1]:
        return near
    return closest(typed, [one for one in known if one[:1] == typed[:1]], cutoff) or closest(typed, [near], _SURE_OF_ANOTHER)


def in_one_word(word: str, meanings: Meanings) -> Iterator[tuple[int, list[str]]]:
    """Yield what is meant by words that were joined: `lastmonth`, `last-month`."""
    joined = re.sub(r"[-_]", "", plain(word))
    if found := next((meant for one in meanings if (meant := one.in_one_word(joined))), None):
        yield 1, found


def by_beginning(word: str, names: Lookup) -> Iterator[tuple[int, list[str]]]:
    """Yield the only name that begins with this word."""
    fitting = names.begins(re.sub(r"['’]s$", "", word))
    if len(fitting) == 1 and len(word) > 2 and word not in LINKS:
        yield 1, names.meant[fitting[0]]


def by_part(word: str, meanings: Meanings) -> Iterator[tuple[int, list[str]]]:
    """Yield the only name that has this word in it."""
    word = re.sub(r"['’]s$", "", word)
    fitting = {one for names in meanings for one in names.with_part(word)}
    if len(fitting) == 1 and len(word) > 2 and word not in LINKS:
        yield 1, meaning_of(fitting.pop(), meanings)
