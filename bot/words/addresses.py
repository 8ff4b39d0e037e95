"""E-mail addresses, as people paste them. Pure."""

import re
from typing import NamedTuple

MOST_CHARACTERS = 254
_ADDRESS = re.compile(r"[!#-'*+./0-9=?A-Z^-~-]{1,64}@(?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z]{2,63}")
_UNSEEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff\u00ad]")
"""What nobody sees, and mail programs add."""
_LINKED = re.compile(r"<mailto:([^<>|]*)(?:\|[^<>]*)?>", re.IGNORECASE)
"""How Slack writes an address that it made a link of."""
_NAMED = re.compile(r'(?<![^\s,;])(?:"[^"\n]*"|[^\s,;<>"@][^,;<>"@\n]*)?\s*<([^<>]*)>')
"""A name and its address in angle brackets. A name doesn't go beyond a comma unless it is in quotation marks."""
_ENTRY = re.compile(r"[^;；\n]+")
_ALONE = re.compile(r"\s*[^@＠<>\s][^@＠<>]*<([^@＠<>]*@[^@＠<>]*)>[\s,.]*")
"""One address in angle brackets after its name, and no other: all before it is its name, also `Lee, Kim (IT)`."""
_FILLER = re.compile(r"[^\w@]*[0-9]*[^\w@]*|and|und", re.IGNORECASE)
"""Between the addresses of a list, and before each: numbers, dots, `and`."""
_BETWEEN = re.compile(r"[\s,;、，；]+")
_AROUND = "\"'“”‘’()[]<>.:"


class Addresses(NamedTuple):
    """What was read: `good` addresses in lower case, each once, and what else was written, as it was written."""

    good: tuple[str, ...]
    bad: tuple[str, ...]


def is_same_address(one: str, other: str) -> bool:
    """Compare e-mail addresses without regard to case. Those that aren't ASCII equal none, for some look like others."""
    return one.isascii() and same_form(one) == same_form(other)


def same_form(address: str) -> str:
    """Return what two spellings of an ASCII address have in common. Of others nothing is the same."""
    return address.lower() if address.isascii() else address


def mailbox_of(address: str) -> str:
    """Return the address without what follows a +: the Claude API invites each mailbox once (admin-api.md §4.2).

    Who somebody is, this says nothing of: that is the whole address.
    """
    name, at, domain = same_form(address).rpartition("@")
    return f"{name.partition('+')[0] or name}{at}{domain}"


def is_address(text: str) -> bool:
    """Tell whether a text is an e-mail address, of ASCII letters only."""
    return len(text) <= MOST_CHARACTERS and _ADDRESS.fullmatch(text) is not None


def read_addresses(text: str) -> Addresses:
    """Return the addresses in a text, in their order: with commas, blanks, new lines or semicolons between them, or names.

    Names before an address in angle brackets say nothing more; all else that is no address is `bad`.
    """
    plain = _LINKED.sub(r" \1 ", _UNSEEN.sub("", text))
    plain = _ENTRY.sub(lambda entry: _ALONE.sub(r" \1 ", entry[0]) if _ALONE.fullmatch(entry[0]) else entry[0], plain)
    words = [_bare(word) for word in _BETWEEN.split(_NAMED.sub(r" \1 ", plain))]
    good = dict.fromkeys(word.lower() for word in words if is_address(word))
    bad = dict.fromkeys(word for word in words if not _FILLER.fullmatch(word) and not is_address(word))
    return Addresses(tuple(good), tuple(bad))


def _bare(word: str) -> str:
    """Return a word without what stands around it in a sentence or a list."""
    found = word.strip(_AROUND)
    return found[7:] if found.lower().startswith("mailto:") else found
