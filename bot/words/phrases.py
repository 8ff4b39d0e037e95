"""Several words that mean one thing, found where they begin. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import TypeVar

from bot.words.folded import folded

T = TypeVar("T")
_LEADS_IN = frozenset(
    "a an the my our me i we need want new api key keys please is are of to as at called named lost owns belongs for"
    " workspace limit access =".split()
)
"""Words that stand before a name or a number and say nothing of it: `disable the key ingest`, `limit Staging to 500`."""


def longest_phrase(words: Sequence[str], phrases: Mapping[str, T]) -> tuple[T, int] | None:
    """Return what the longest phrase means that the words begin with, in any case, and how many words it took."""
    most = max((phrase.count(" ") + 1 for phrase in phrases), default=0)
    for taken in range(min(most, len(words)), 0, -1):
        found = phrases.get(folded(" ".join(words[:taken])))
        if found is not None:
            return found, taken
    return None


def after_lead_in(words: Sequence[str], besides: Collection[str] = ()) -> tuple[str, ...]:
    """Return the words without those at the beginning that only lead to a name or a number; none may be left.

    `besides` are more words, in lower case, that only lead there.
    """
    first = next((at for at, word in enumerate(words) if word.casefold() not in {*_LEADS_IN, *besides}), len(words))
    return tuple(words[first:])
