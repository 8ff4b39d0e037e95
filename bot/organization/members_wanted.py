"""Which members or invites a list is about, as people type it: `list developers without keys`, `list pending`. Pure."""

from collections.abc import Collection, Iterable, Sequence
from typing import Any, Final

from pydantic import BaseModel, ConfigDict

from bot.admin.model import Invite, Member
from bot.organization.narrowing import MOST_OF_A_NAME, nearest_words
from bot.people.roles import ADMIN_ROLES, role_words
from bot.slack.markup import Markup, code
from bot.words.folded import folded
from bot.words.patterns import has_in_it
from bot.words.phrases import longest_phrase
from bot.words.wording import listed

PENDING, EXPIRED = "pending", "expired"
"""The statuses of invites that lists are about, as the API names them."""
_ROLES: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("admin", "admins", "an admin", "administrator", "administrators"), tuple(sorted(ADMIN_ROLES))),
    **dict.fromkeys(("owner", "owners"), ("owner", "primary_owner")),
    **dict.fromkeys(("developer", "developers", "dev", "devs"), ("developer",)),
    **dict.fromkeys(("claude code", "claude code user", "claude code users", "claude-code"), ("claude_code_user",)),
    **dict.fromkeys(("claude_code_user", "claude_code_users"), ("claude_code_user",)),
    **dict.fromkeys(("user", "users"), ("user",)),
    **dict.fromkeys(("billing", "billing member", "billing members"), ("billing",)),
}
_INVITES: Final[dict[str, tuple[str, ...]]] = {
    **dict.fromkeys(("pending", "pending invites", "invited", "waiting", "open invites"), (PENDING,)),
    **dict.fromkeys(("expired", "expired invites", "lapsed"), (EXPIRED,)),
    **dict.fromkeys(("invites", "invite", "invitations"), (PENDING, EXPIRED)),
}
_WITHOUT_KEYS: Final = (
    "without keys",
    "without key",
    "without a key",
    "without any keys",
    "without any key",
    "no keys",
    "no key",
    "keyless",
)
_INACTIVE: Final = ("inactive", "unused", "idle")
_EVERYBODY: Final = ("all", "members", "member", "people", "everybody", "everyone", "and", "or", "is", "are", "the")
_PHRASES: Final[dict[str, tuple[str, Any]]] = {
    **{phrase: ("roles", roles) for phrase, roles in _ROLES.items()},
    **{phrase: ("invites", statuses) for phrase, statuses in _INVITES.items()},
    **dict.fromkeys(_WITHOUT_KEYS, ("without_keys", True)),
    **dict.fromkeys(_INACTIVE, ("inactive", True)),
    **dict.fromkeys(_EVERYBODY, ("", None)),
}
"""What people type, and the field that it sets; words of politeness set none."""


class WantedMembers(BaseModel):
    """Which members or invites are wanted. What is empty narrows nothing.

    `roles` are as the API names them. With `invites` (their statuses) the list is about invites. `without_keys`: no key of
    theirs works; `inactive` asks for the same, because nothing else tells who uses nothing. `part` is a part of a
    name or address.
    """

    model_config = ConfigDict(frozen=True)

    roles: tuple[str, ...] = ()
    invites: tuple[str, ...] = ()
    without_keys: bool = False
    inactive: bool = False
    part: str = ""

    @property
    def is_narrowed(self) -> bool:
        """Whether it is about less than all members."""
        return self != WantedMembers()

    @property
    def needs_keys(self) -> bool:
        """Whether it has to be known who has keys."""
        return self.without_keys or self.inactive

    def takes(self, member: Member) -> bool:
        """Tell whether a member has the wanted role, and the part in their name or address."""
        return self._fits(member.role, f"{member.name} {member.email}")

    def takes_invite(self, invite: Invite) -> bool:
        """Tell whether an invite has the wanted status and role, and the part in its address."""
        return invite.status in self.invites and self._fits(invite.role, invite.email)

    def _fits(self, role: str, text: str) -> bool:
        return (not self.roles or role in self.roles) and has_in_it(folded(text), folded(self.part))

    def in_words(self) -> Markup:
        """Return what narrows the list: `admins or developers · without a working key · with pri in name or address`."""
        named = listed(list(dict.fromkeys(role_words(role)[1] for role in self.roles if role not in ADMIN_ROLES)), last="or")
        admins = "admins" if ADMIN_ROLES & set(self.roles) else ""
        parts: list[Markup] = [
            " or ".join([one for one in (admins, named) if one]),
            "without a working key" if self.needs_keys else "",
            f"with {code(self.part)} in name or address" if self.part else "",
        ]
        return " · ".join([part for part in parts if part])


def read_wanted_members(words: Sequence[str], roles: Collection[str] = ()) -> WantedMembers:
    """Read what was typed after `list`, in any order. What is no other word is a part of a name or address.

    `roles` are those that members have: one that came later is understood as the API names it.
    """
    phrases = {role: ("roles", (role,)) for role in roles} | _PHRASES
    found: dict[str, Any] = {}
    rest: list[str] = []
    at = 0
    while at < len(words):
        phrase = longest_phrase(words[at:], phrases)
        if phrase is None:
            rest.append(words[at])
            at += 1
        else:
            (name, value), taken = phrase
            if name:
                found[name] = (*found.get(name, ()), *value) if isinstance(value, tuple) else value
            at += taken
    return WantedMembers(**found, part=" ".join(rest)[:MOST_OF_A_NAME])


def meant_instead(words: Sequence[str], names: Iterable[str]) -> str | None:
    """Return what was probably typed for words that no member has in their name: filters and names spelled right.

    `names` are names of members. None where nothing is near, and where it is what was typed.
    """
    every = {word for phrase in _PHRASES for word in phrase.split()} | {w for name in names for w in name.casefold().split()}
    found = nearest_words(words, every)
    typed = " ".join(f'"{word}"' if " " in word else word for word in found or ())
    return typed if found and [folded(one) for one in found] != [folded(one) for one in words] else None
