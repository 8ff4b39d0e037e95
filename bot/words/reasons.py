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


def _nothing(_before: Sequence[str], _after: Sequence[str]) -> bool:
    return False


def find_reason(
    words: Sequence[str],
    leads: Collection[str] = FOR,
    is_other: Callable[[Sequence[str], Sequence[str]], bool] = _nothing,
    named: Collection[int] = (),
) -> Reasoned:
    """Find `because it leaked`, `reason: tests`, or what begins with one of `leads`; it goes to the end of the words.

    `is_other` tells of the words before and after one of `leads` whether they say something else, such as `for Staging`.
    `named` are the places of words that belong to names, such as `Art for All`: none of them begins a reason.
    """
    for at, word in enumerate(words):
        plain, following = word.casefold(), words[at + 1 : at + 2]
        if not following:
            break
        if at in named:
            continue
        is_title = plain in _TITLES
        is_lead = plain in leads and not is_other(words[:at], words[at + 1 :])
        if is_title or is_lead or plain in _BECAUSE or (plain, following[0].casefold()) in _IN_TWO:
            return Reasoned(_without_comma(words[:at]), " ".join(words[at + is_title :]))
    return Reasoned(tuple(words), "")


def begins_reason(words: Sequence[str]) -> bool:
    """Tell whether words begin with a reason, whatever is asked for."""
    return bool(words) and not find_reason(words, ()).words


def _without_comma(words: Sequence[str]) -> tuple[str, ...]:
    *before, last = words or ("",)
    return tuple(word for word in (*before, last.rstrip(",;")) if word)
