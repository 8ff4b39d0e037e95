"""The name of something new, found in what somebody typed for it. Pure."""

from collections.abc import Sequence

from bot.words.phrases import after_lead_in

LEAD_TO = frozenset({"to", "as", "into", "=", "->", "→"})
_THINGS = frozenset({"key", "keys", "workspace", "workspaces"})
_BEFORE = _THINGS | {"another", "one"}
_CALLED = frozenset({"called", "named"})


def after_to(words: Sequence[str]) -> list[str]:
    """Return the words of a new name or value without what leads to it, as in `rename Staging to Test`."""
    return list(words[1:] if len(words) > 1 and words[0].casefold() in LEAD_TO else words)


def after_thing(words: Sequence[str]) -> list[str]:
    """Return the words of a new name without those before it that say which thing it names: `a new key called ci`.

    What is written like a name is part of it: `Workspace Tools`.
    """
    led = len(words) - len(after_lead_in(words, _BEFORE))
    says_which = [at for at in range(led) if words[at] in _THINGS | _CALLED]
    return list(words[says_which[-1] + 1 :] if says_which else words)
