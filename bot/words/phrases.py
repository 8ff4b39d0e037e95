"""Several words that mean one thing, found where they begin. Pure."""

from collections.abc import Mapping, Sequence
from typing import TypeVar

from bot.words.folded import folded

T = TypeVar("T")


def longest_phrase(words: Sequence[str], phrases: Mapping[str, T]) -> tuple[T, int] | None:
    """Return what the longest phrase means that the words begin with, in any case, and how many words it took."""
    most = max((phrase.count(" ") + 1 for phrase in phrases), default=0)
    for taken in range(min(most, len(words)), 0, -1):
        found = phrases.get(folded(" ".join(words[:taken])))
        if found is not None:
            return found, taken
    return None
