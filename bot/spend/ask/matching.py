"""Which things a filter means: names, ids and patterns compared as people write them. Pure."""

import functools
import re
from collections.abc import Mapping, Sequence

from bot.spend.alike import meant_apart
from bot.spend.ask.words import plain
from bot.spend.dimensions import MODEL, Dimension
from bot.words.folded import folded
from bot.words.patterns import fits
from bot.words.similar import closest

_APART = re.compile(r"[^a-z0-9*]+")
NONE = "none"
"""What people type for the part without a value."""


def matching(value: str, dimension: Dimension, labels: Mapping[str, str]) -> set[str]:
    """Return the ids that a typed value means: an id or a name in any spelling, a pattern with `*`, or part of a model's.

    `labels` are the names by id. Names win over patterns, because a name may hold a `*`.
    """
    if not (wanted := plain(value)):
        return set()
    called = {one for one, label in labels.items() if value == one or plain(label) == wanted}
    if found := called | meant_apart(value, labels):
        return found
    if wanted == NONE:
        return {one for one in labels if not one}
    forms = {one: (_written(one), _written(label)) for one, label in labels.items()}
    bare = _written(value).removeprefix("claude-" if dimension == MODEL else "")
    if not bare:
        return set()
    if "*" in bare:
        return {one for one, known in forms.items() if any(fits(form, bare) for form in known)}
    if dimension == MODEL:
        of_version = {one for one, known in forms.items() if bare in (known[1], known[0].removeprefix("claude-"))}
        return of_version or {one for one, known in forms.items() if f"-{bare}-" in f"-{known[1]}-"}
    return {one for one, known in forms.items() if bare in known}


def nearest_name(value: str, labels: Mapping[str, str]) -> str | None:
    """Return the name most like a value that means nothing, None where none is."""
    names = {plain(label): label for label in labels.values()}
    near = closest(plain(value).replace("*", ""), names)
    return None if near is None else names[near]


def all_matching(values: Sequence[str], dimension: Dimension, labels: Mapping[str, str]) -> tuple[set[str], str | None]:
    """Return the ids that typed values mean together, and the first value that means nothing."""
    found: set[str] = set()
    for value in values:
        some = matching(value, dimension, labels)
        if not some:
            return found, value
        found |= some
    return found, None


@functools.lru_cache(maxsize=65536)  # each question compares all names
def _written(text: str) -> str:
    return _APART.sub("-", folded(text)).strip("-")
