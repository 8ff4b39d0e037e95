"""Whose things a list is about, where somebody is named instead of mentioned: `by mei`, `by Mei Lin`, `by mei@acme.test`.

Pure.
"""

from collections.abc import Sequence

from bot.admin.model import Member
from bot.slack.markup import Markup, bold, code, escape
from bot.words.addresses import is_same_address
from bot.words.folded import folded
from bot.words.similar import closest_name
from bot.words.wording import listed

_MOST_WORDS = 6
_MOST_NAMED = 5


def member_named(words: Sequence[str], members: Sequence[Member]) -> tuple[Member, int] | Markup:
    """Return the member whom the words begin with, and how many words named them; a sentence where nobody is sure.

    The longest name or address counts, and else a word that is part of one member's name or address alone.
    """
    for taken in range(min(len(words), _MOST_WORDS), 0, -1):
        typed = " ".join(words[:taken])
        found = [one for one in members if folded(one.name) == folded(typed) or is_same_address(one.email, typed)]
        if found:
            return (found[0], taken) if len(found) == 1 else _which(typed, found)
    if not words:
        return f"I can't tell whose keys you mean. Mention the person: {code('by @person')}. Nothing was changed."
    part = folded(words[0])
    found = [one for one in members if part in folded(f"{one.name} {one.email}")]
    if len(found) == 1:
        return found[0], 1
    if found:
        return _which(words[0], found)
    close = closest_name(words[0], [name for one in members for name in (one.name, one.email)])
    meant: Markup = f" Did you mean {bold(close)}?" if close else ""
    return f"I don't know a member {bold(words[0])}.{meant} You can also mention the person: {code('by @person')}."


def _which(typed: str, found: Sequence[Member]) -> Markup:
    who = listed([f"{escape(one.name)} ({code(one.email)})" for one in found], "or", most=_MOST_NAMED)
    return f"{bold(typed)} could be {who}. Write the address of the one you mean."
