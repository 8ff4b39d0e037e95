"""Why something is asked for, found among other words that somebody typed. Pure."""

from collections.abc import Callable, Collection, Sequence
from typing import NamedTuple

_BECAUSE = frozenset({"because", "bc", "cause", "coz", "cuz", "since"})
_IN_TWO = frozenset(
    {("so", "that"), ("so", "we"), ("so", "i"), ("so", "they"), ("due", "to"), ("in", "order"), ("in", "case"), ("as", "we")}
)
_TITLES = frozenset({"reason:", "why:", "purpose:", "reason=", "why=", "purpose=", "-", "–", "—"})
"""What stands before a reason and is no part of it."""
FOR = frozenset({"for"})
"""What begins a reason where no name of several words is typed before it."""


class Reasoned(NamedTuple):
    """Words without the reason that stood at their end, and that reason, "" where none was found."""

    words: tuple[str, ...]
    reason: str


def begins_reason(words: Sequence[str], leads: Collection[str] = ()) -> bool:
    """Tell whether words begin with a reason: `because it leaked`, `reason: tests`, or after one of `leads`."""
    if len(words) < 2:
        return False
    first, second = words[0].casefold(), words[1].casefold()
    return first in _TITLES or first in leads or first in _BECAUSE or (first, second) in _IN_TWO


def reason_of(words: Sequence[str]) -> str:
    """Return the reason that words are, without its title."""
    return " ".join(words[1:] if words[:1] and words[0].casefold() in _TITLES else words)


def _nothing(_after: Sequence[str]) -> bool:
    return False


def find_reason(
    words: Sequence[str], leads: Collection[str] = FOR, is_other: Callable[[Sequence[str]], bool] = _nothing
) -> Reasoned:
    """Find where the reason begins, which goes to the end of the words.

    `is_other` tells of the words after one of `leads` whether they say something else, such as `for Staging`.
    """
    for at in range(len(words)):
        rest = words[at:]
        if begins_reason(rest) or (begins_reason(rest, leads) and not is_other(rest[1:])):
            before = [*words[: at - 1], words[at - 1].rstrip(",;")] if at else []
            return Reasoned(tuple(word for word in before if word), reason_of(rest))
    return Reasoned(tuple(words), "")
