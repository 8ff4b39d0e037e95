"""What a typed line says of an invite: `invite kim@acme.test as developer in Staging`."""

from collections.abc import Sequence
from typing import NamedTuple

from bot.kinds.people.change_role import ROLES
from bot.people.roles import role_words

_ROLES_TYPED = {"member": "user", "claude": "claude_code_user", "claude code": "claude_code_user", "dev": "developer"}

_BEGINS = {"as": "as", "in": "in", "for": "in", "to": "in", "into": "in"}
"""Words that begin a part of the line, and which one."""


class Typed(NamedTuple):
    """What a typed line says of an invite: all of it is in one of these, as it was typed."""

    addresses: str
    role: str
    workspace: str


def read_line(words: Sequence[str]) -> Typed:
    """Return the parts of `ADDRESS... [[as] ROLE] [in WORKSPACE]`, in any order; each begins with its word."""
    parts: dict[str, list[str]] = {"": [], "as": [], "in": []}
    at = ""
    for word in words:
        said = _BEGINS.get(word.lower(), "")
        begins = bool(said) and not parts[said]
        at = said if begins else at
        # An address ends what came before it: `as developer nina@acme.test`.
        at = "" if at == "as" and "@" in word else at
        if not begins:
            parts[at].append(word)
    if not parts["as"]:
        _take_role(parts)
    return Typed(*(" ".join(parts[name]) for name in ("", "as", "in")))


def _take_role(parts: dict[str, list[str]]) -> None:
    """Take a role, and workspaces behind it, that follow the addresses without `as` and `in`: `… developer Staging`."""
    words = parts[""]
    after = max((at + 1 for at, word in enumerate(words) if "@" in word), default=len(words))
    tail = words[after:]
    taken = next((n for n in range(min(len(tail), 3), 0, -1) if role_named(" ".join(tail[:n]))), 0)
    if taken and not (parts["in"] and tail[taken:]):
        parts["as"] = tail[:taken]
        parts["in"] = parts["in"] or tail[taken:]
        del words[after:]


def role_named(typed: str) -> str:
    """Return the role that somebody typed, in the API's name or in people's words; "" for none that can be given."""
    plain = typed.lower().strip(" ,.").removeprefix("a ").removesuffix("s").replace("_", " ")
    words = {role_words(role)[0].lower(): role for role in ROLES} | {role.replace("_", " "): role for role in ROLES}
    return (words | _ROLES_TYPED).get(plain, "")
