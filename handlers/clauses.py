"""What a typed line is made of: each reader takes a clause that words begin with, and knows nothing of the others. Pure."""

import re
import unicodedata
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from bot.kinds.limits.groups import spoken
from bot.organization.narrowing import mentioned, which_workspace
from bot.slack.markup import Markup, bold, reads_alike
from bot.words.amounts import NotMonthly, read_amount, read_limit
from bot.words.counts import ENDLESS, NotPerMinute, read_count
from bot.words.dates import FULL_MONTHS
from bot.words.digits import words_of_number
from bot.words.reading import as_read
from bot.words.unreadable import Unreadable
from bot.words.wording import number

SlotType = Literal[
    "addresses", "person", "member", "key", "workspace", "workspaces", "choice", "lookup", "amount", "limit", "count",
    "new", "value",
]  # fmt: skip
"""What a slot takes: that of its field, or `new` for the name of something new and `value` for what something gets."""
NAMED: Collection[SlotType] = ("key", "workspace", "workspaces", "choice", "lookup", "member")
PLACES: Collection[SlotType] = ("workspace", "workspaces")
PEOPLE: Collection[SlotType] = ("person", "member")
SEVERAL: Collection[SlotType] = ("addresses", "workspaces")
"""What takes one clause after another."""
NUMBERS: Mapping[SlotType, Callable[[str], object]] = {"amount": read_amount, "limit": read_limit, "count": read_count}
BY = "by"
"""What stands before a number that changes another one, as in `raise Staging by 500`."""
JOINS = frozenset({"and", "&", "und", "or", ",", "+"})
_LEADS: Mapping[SlotType, Collection[str]] = {
    **dict.fromkeys(PLACES, ("in", "from", "for", "of", "to", "into", "on")),
    **dict.fromkeys(PEOPLE, ("for", "to", "of", "from", "by")),
    **dict.fromkeys(NUMBERS, ("to", "at", "of", "=", "->", "→", "as")),
    "addresses": ("for", "to", "of"),
    "choice": ("to", "as", "=", "->", "→", "into", "with", "on"),
    "lookup": ("for", "of", "on", "to"),
    "key": ("of", "for"),
}
"""Words that lead to a clause of a kind."""
_FILLS = frozenset("a an the my our workspace workspaces key keys api member person user role called named limit".split())
"""Words that may stand between that and the clause, and say nothing of it: `in the workspace Staging`."""
_BEFORE_OWN = frozenset({"with", "and", "a", "an", "the", "monthly", "spend"})
_ENDS = ",.;:"
_MOST_WORDS = 12
_MOST_OF_A_NUMBER = 4
_MOST_OF_A_PART = 3
_UNITS = re.compile(
    r"eur|gbp|chf|jpy|cny|inr|cad|aud|brl|sek|nok|dkk|pln|euros?|pounds?|francs?|yen|percent|%", re.IGNORECASE
)
_MONTHS = frozenset(month[:3] for month in FULL_MONTHS)
_LIKE_A_NUMBER = re.compile(r"[-+\u2212]?\d.*")


@dataclass(frozen=True)
class Name:
    """Something that can be named: its id, what the form calls it, and what people type for it besides."""

    value: str
    label: str
    typed: tuple[str, ...] = ()


@dataclass(frozen=True)
class Slot:
    """What a line may fill in, with what can be named there; `label` is what the form calls it."""

    name: str
    type: SlotType
    label: str = ""
    names: tuple[Name, ...] = ()
    max_length: int = 0
    leads: Collection[str] = ()
    """Words that lead to it, where those of its type don't."""
    own_leads: Collection[str] = ()
    """Words of which one has to lead to it: by itself it would be a part of a new name, as in `Checkout 2`."""
    index: Mapping[str, Sequence[Name]] | None = None
    """The names by what people type for them, where they are so many that this is kept."""

    @property
    def plain(self) -> Callable[[str], str]:
        """Return what spellings of a name here have in common."""
        return spoken if self.type == "lookup" else as_read

    @cached_property
    def known(self) -> Mapping[str, Sequence[Name]]:
        """Return the names by what people type for them."""
        return by_typed(self.names, self.plain) if self.index is None else self.index


def by_typed(names: Sequence[Name], plain: Callable[[str], str] = as_read) -> dict[str, list[Name]]:
    """Return names by what people type for them."""
    known: dict[str, list[Name]] = {}
    for name in names:
        for typed in {plain(text) for text in (name.value, name.label, *name.typed)} - {""}:
            known.setdefault(typed, []).append(name)
    return known


class Clause(NamedTuple):
    """What a clause says: the number of its words, the value ("" where several are called so), and what that is called.

    Where several are called so, `problem` says it, or `note` above the form whose menu tells them apart.
    """

    taken: int
    value: str = ""
    label: str = ""
    problem: Markup = ""
    note: Markup = ""


Reader = Callable[[Sequence[str], Slot], Clause | None]


def read_mention(words: Sequence[str], _slot: Slot) -> Clause | None:
    """Read `@priya`, also with what belongs to it: `@priya's`."""
    person = mentioned(words[0].rstrip(_ENDS))
    is_owner = len(words) > 1 and words[1] in ("'s", "’s")
    return Clause(1 + is_owner, person) if person else None


def read_name(words: Sequence[str], slot: Slot) -> Clause | None:
    """Read the longest name; of names that differ by case alone, the one in the case that was typed."""
    for taken in range(min(len(words), _MOST_WORDS), 0, -1):
        typed = " ".join(words[:taken])
        found = slot.known.get(slot.plain(typed)) or slot.known.get(slot.plain(typed.rstrip(_ENDS)))
        if not found:
            continue
        exact = [one for one in found if any(reads_alike(way, typed.rstrip(_ENDS)) for way in (one.label, *one.typed))]
        found = exact if len(exact) == 1 else found
        rest = slot.known.get(slot.plain(" ".join(words[1:taken]).rstrip(_ENDS))) if words[0] in _FILLS else None
        if rest and rest[0].value != found[0].value:  # the key ingest, where one is called so and another `key ingest`
            return Clause(taken)
        if len(found) == 1:
            return Clause(taken, found[0].value, found[0].label)
        which = _which(found, typed.rstrip(_ENDS), slot)
        choose: Markup = f"⚠️ {number(len(found))} are called {bold(typed.rstrip(_ENDS))}. Choose the one you mean."
        return Clause(taken, problem=which, note="" if which else choose)
    return None


def _which(found: Sequence[Name], typed: str, slot: Slot) -> Markup:
    """Return what is said of a name that several have, "" where the form's menu tells them apart."""
    if slot.type == "workspaces":
        return which_workspace(typed, [one.value for one in found])
    if slot.type != "person":
        return ""
    return f"{number(len(found))} people are called {bold(typed)}. Mention the one you mean. Nothing was sent."


def read_part(words: Sequence[str], slot: Slot) -> Clause | None:
    """Read a part of one name alone: `fable`."""
    for taken in range(min(len(words), _MOST_OF_A_PART), 0, -1):
        fitting = with_part(" ".join(words[:taken]), slot)
        if len(fitting) == 1:
            return Clause(taken, fitting[0].value, fitting[0].label)
    return None


def with_part(typed: str, slot: Slot) -> list[Name]:
    """Return what has a part of its name typed."""
    part = slot.plain(typed.rstrip(_ENDS))
    return [name for name in slot.names if part and part in slot.plain(name.label)]


def read_address(words: Sequence[str], _slot: Slot) -> Clause | None:
    """Read `kim@acme.test`, `<kim@acme.test>` or `Kim Lee <kim@acme.test>`."""
    at = next((at for at, word in enumerate(words[:_MOST_OF_A_NUMBER]) if "@" in word and not mentioned(word)), None)
    if at is None or (at and not words[at].startswith("<")):
        return None
    return Clause(at + 1, " ".join(words[: at + 1]).removeprefix("mailto:").rstrip(_ENDS))


def read_number(words: Sequence[str], slot: Slot) -> Clause | None:
    """Read a number, which may be several words: `$ 500`, `2k USD`, `1 000`; the form says what is wrong with `500 EUR`."""
    if apart := words_of_number(words):
        return Clause(apart, " ".join(words[:apart]))
    for taken in range(min(len(words), _MOST_OF_A_NUMBER), 0, -1):
        typed = " ".join(words[:taken]).rstrip(",;")
        try:
            NUMBERS[slot.type](typed)
        except (NotMonthly, NotPerMinute):
            pass
        except Unreadable:
            if typed.casefold() not in ENDLESS or read_raw_number(words[taken:], slot):  # max 500
                continue
        else:
            taken += _is_unit(words[taken : taken + 1], slot)
        return Clause(taken, " ".join(words[:taken]).rstrip(",;"))
    return None


def _is_unit(following: Sequence[str], slot: Slot) -> bool:
    return slot.type != "count" and bool(following and _UNITS.fullmatch(following[0].rstrip(_ENDS)))


def read_change(words: Sequence[str], slot: Slot) -> Clause | None:
    """Read `by 500` and `500 more`, which change the number that is there; `by 31 Dec` is a day."""
    led = words[0].casefold() == BY
    rest = words[led:]
    found = (read_number(rest, slot) or _read_percent(rest)) if rest else None
    if found is None:
        return None
    more = " ".join(rest[found.taken : found.taken + 1]).casefold().rstrip(_ENDS)
    if more[:3] in _MONTHS:
        return None
    is_more = more in ("more", "extra")
    return Clause(led + found.taken + is_more, f"{BY} {found.value}") if led or is_more else None


def _read_percent(words: Sequence[str]) -> Clause | None:
    typed = " ".join(words[:2])
    return Clause(1 + (typed != words[0]), typed) if re.fullmatch(r"[0-9.,]+ (?:percent|%)|[0-9.,]+%.*", typed) else None


def read_raw_number(words: Sequence[str], slot: Slot) -> Clause | None:
    """Read what looks like a number and is none, such as `1.234,50` and `€500`: the form says what is wrong with it."""
    if not words:
        return None
    is_one = _LIKE_A_NUMBER.fullmatch(words[0]) or unicodedata.category(words[0][:1] or " ") == "Sc"
    taken = 1 + _is_unit(words[1:2], slot)
    return Clause(taken, " ".join(words[:taken]).rstrip(",;")) if is_one else None


READERS: tuple[tuple[Collection[SlotType], Reader], ...] = (
    (PEOPLE, read_mention),
    (("addresses",), read_address),
    (("key", "workspace", "workspaces", "choice", "lookup"), read_name),
    (tuple(NUMBERS), read_change),
    (tuple(NUMBERS), read_number),
    (PEOPLE, read_name),
    (("lookup",), read_part),
    (tuple(NUMBERS), read_raw_number),
)
"""Who reads what, in the order in which they are asked."""


def clause_at(words: Sequence[str], slots: Sequence[Slot], *, is_led: bool = False) -> tuple[Slot, Clause] | None:
    """Return the clause that words begin with, and what it fills in; `is_led`: behind a word that leads to it."""
    for types, read in READERS if words else ():
        for slot in slots:
            if slot.type in types and (is_led or not slot.own_leads) and (found := read(words, slot)):
                return slot, found
    return None


def led_clause(words: Sequence[str], slots: Sequence[Slot]) -> tuple[Slot, Clause] | None:
    """Return the clause behind a word that leads to one, with all of that: `in the workspace Staging`."""
    for slot in slots:
        if slot.own_leads:
            if found := _behind_own(words, slot):
                return slot, found
        elif words[:1] and words[0].casefold() in (slot.leads or _LEADS.get(slot.type, ())):
            for at in range(1, min(len(words), 4)):
                found = clause_at(words[at:], [slot])
                if found:
                    return slot, found[1]._replace(taken=found[1].taken + at)
                if words[at].casefold() not in _FILLS:
                    break
    return None


def _behind_own(words: Sequence[str], slot: Slot) -> Clause | None:
    """Read `limit 500`, `with a monthly limit of $500`."""
    at = next((n for n, word in enumerate(words) if word.casefold() not in _BEFORE_OWN), len(words))
    if at == len(words) or words[at].casefold().rstrip(_ENDS) not in slot.own_leads:
        return None
    at += 1 + (" ".join(words[at + 1 : at + 2]).casefold() in _LEADS.get(slot.type, ()))
    found = clause_at(words[at:], [slot], is_led=True)
    return found[1]._replace(taken=found[1].taken + at) if found else None
