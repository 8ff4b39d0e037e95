"""The word that was probably meant, for those who mistyped one."""

import difflib
from collections.abc import Iterable

from bot.words.folded import folded

_SURE_OF_A_NAME = 0.75
"""Below it names are alike by chance: `nightly-ingest` and `insights-test` share two thirds of their letters."""
_SHORTEST_BEGINNING = 3


def closest(word: str, known: Iterable[str], cutoff: float = 0.6) -> str | None:
    """Return the known word most similar to `word`, at least by `cutoff` (0 to 1), or None."""
    return next(iter(difflib.get_close_matches(word, list(known), n=1, cutoff=cutoff)), None)


def closest_name(word: str, known: Iterable[str]) -> str | None:
    """Return the name or address of a thing that was probably meant, or None. A silly guess is worse than none.

    Of two addresses what stands before the @ is compared: those of one company are alike in all that follows.
    """
    is_address = "@" in word
    names = {_compared(one, is_address): one for one in known if not is_address or "@" in one}
    typed = _compared(word, is_address)
    found = closest(typed, names, _SURE_OF_A_NAME) or _begun(typed, names)
    return names[found] if found is not None else None


def _begun(typed: str, names: Iterable[str]) -> str | None:
    """Return the only name that begins so, as Production does with `prod`."""
    found = [name for name in names if name.startswith(typed)] if len(typed) >= _SHORTEST_BEGINNING else []
    return found[0] if len(found) == 1 else None


def _compared(name: str, is_address: bool) -> str:
    return folded(name.partition("@")[0] if is_address else name)
