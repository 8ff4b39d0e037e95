"""When something ends, found among other words that somebody typed. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from bot.words.dates import read_day
from bot.words.durations import read_duration
from bot.words.unreadable import Unreadable

_UNTIL = frozenset({"until", "till", "til", "through", "thru"})
_LOOKS_LIKE_A_DAY = re.compile(r"[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}|[0-9]{1,2}[./][0-9]{1,2}[./]([0-9]{2}){1,2}")
_MOST_WORDS = 5


@dataclass(frozen=True)
class Ending:
    """What was typed about an end: the day, and the words around it.

    `is_sure`: the words say that it ends then, or nothing of an end. Otherwise somebody has to look.
    """

    day: date | None
    rest: tuple[str, ...]
    is_sure: bool = True


def find_end(words: Sequence[str], today: date) -> Ending:
    """Find `until 1 Dec`, `for 2 weeks` or a day by itself, wherever it stands; what isn't read stays in `rest`.

    `for` without a length of time is a word like others. `until` without a day that can be read, and a day without
    `until`, are unsure.
    """
    for at, word in enumerate(words):
        if word.casefold() in _UNTIL:
            found = _day_at(words, at + 1, today)
            return found or Ending(None, tuple(words), is_sure=False)
        if word.casefold() == "for" and (found := _length_at(words, at + 1, today)):
            return found
    for at, word in enumerate(words):
        if _LOOKS_LIKE_A_DAY.fullmatch(word.strip(",.;")):
            found = _day_at(words, at, today)
            return Ending(found.day if found else None, found.rest if found else tuple(words), is_sure=False)
    return Ending(None, tuple(words))


def _day_at(words: Sequence[str], start: int, today: date) -> Ending | None:
    for stop in range(min(len(words), start + _MOST_WORDS), start, -1):
        try:
            day = read_day(" ".join(words[start:stop]).strip(",.;"), today)
        except Unreadable:
            continue
        before = start - 1 if start and words[start - 1].casefold() in _UNTIL else start
        return Ending(day, (*words[:before], *words[stop:]))
    return None


def _length_at(words: Sequence[str], start: int, today: date) -> Ending | None:
    for stop in range(min(len(words), start + _MOST_WORDS), start, -1):
        try:
            length = read_duration(" ".join(words[start:stop]).strip(",.;"))
        except Unreadable:
            continue
        is_whole = not length % timedelta(days=1)
        day = today + length if is_whole else None
        return Ending(day, (*words[: start - 1], *words[stop:]) if is_whole else tuple(words), is_sure=is_whole)
    return None
