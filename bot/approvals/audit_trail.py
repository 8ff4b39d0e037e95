"""Which entries of the audit log are about one key, request, person or workspace, wherever it stands in them. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final, cast

from bot.words.addresses import is_same_address

Facts = dict[str, Any]
_THINGS: Final = ("key_id", "thing_id", "thing")
_LINKS: Final = ("replaces", "extends", "part_of")
_NAME: Final = "name"
_NAMES: Final = (_NAME, "key_name")
_SEEN: Final = ("was", "now")
"""What was seen of a thing later: a value before and then, which is its name where a request gave it one."""
_PERSON: Final = ("slack_id", "member_id", "member", "email")
"""Side by side, these are the account, the member's id and the address of one person."""
_REQUEST: Final = "req_"


@dataclass(frozen=True)
class About:
    """What is about something: `subjects` whole, and of all others the entries that name one of `ids`."""

    subjects: frozenset[str]
    ids: frozenset[str]

    def takes(self, actor: str, subject: str, detail: Facts) -> bool:
        """Tell whether an entry is about it."""
        return subject in self.subjects or not self.ids.isdisjoint(_strings([actor, subject, detail]))


class Trail:
    """Collects which subjects belong together; `add` each entry of the log, then ask `about`."""

    def __init__(self) -> None:
        """Know of nothing yet."""
        self._things: dict[str, set[str]] = {}
        self._links: dict[str, set[str]] = {}
        self._names: dict[str, set[str]] = {}
        self._named: set[str] = set()
        self._several: dict[str, set[str]] = defaultdict(set)
        self._called: dict[str, set[str]] = defaultdict(set)
        self._alike: dict[str, set[str]] = defaultdict(set)
        self._named_in: dict[str, set[str]] = defaultdict(set)

    def add(self, actor: str, subject: str, detail: Facts) -> None:
        """Remember what an entry names."""
        things, links, names = (one.setdefault(subject, set()) for one in (self._things, self._links, self._names))
        for facts, is_listed in _dicts(detail):
            if is_listed:  # one of several things, such as the keys of somebody who leaves
                self._several[subject].update(_of(facts, ("id",)))
                for name in _of(facts, ("name",)):
                    self._called[name].update(_of(facts, ("id",)))
                continue
            things.update(_of(facts, _THINGS))
            links.update(_of(facts, _LINKS))
            names.update(_of(facts, _NAMES))
            self._know(facts)
            if _gives_a_name(facts):
                self._named.add(subject)
        if {"thing", "what", *_SEEN} <= set(detail):  # any other value, such as a role, is no name
            called = _of(detail, ("what", *_SEEN) if subject in self._named else ("what",))
            names.update(called)
            for one in called:
                self._alike[one] |= _of(detail, ("thing",))
        if {"member", "email"} <= set(detail):  # an account that was linked
            self._know(detail | {"slack_id": subject})
        if subject.startswith(_REQUEST):
            for one in _strings([actor, detail]):
                self._named_in[one].add(subject)

    def _know(self, facts: Facts) -> None:
        """Remember by what else a person is known, and which workspace had which name."""
        person, place = _of(facts, _PERSON), _of(facts, ("workspace_id",))
        renamed = _of(facts, ("value", "was")) if facts.get("detail") == _NAME else set[str]()
        for one in person | _of(facts, ("member_name",)):
            self._alike[one] |= person
        for one in place | _of(facts, ("workspace_name",)) | renamed:
            self._alike[one] |= place

    def about(self, word: str) -> About:
        """Return what is about an id, an address, or a name that a key or workspace had at any time.

        From a key it goes on by ids alone: other requests about the same key, those that replaced one or move its end, and
        those that did something with several keys. So a key is followed through its names, and another one that has its
        old name is not taken for it. Of a person or a workspace it is each request in which they are named. Upper and lower
        case matter only where names differ by nothing else.
        """
        words = self._spelt(word)
        ids, matter = {one for spelt in words for one in self._known_as(spelt)}, self._matter(words)
        if not matter:
            named = {subject for subject, names in self._names.items() if not words.isdisjoint(names)}
            matter = self._matter(named.union(*(self._called.get(one, ()) for one in words)))
            ids |= set() if matter or ids else words - {""}
        else:
            ids |= words
        parts = {subject for one in ids for subject in self._named_in.get(one, ())}
        return About(frozenset(matter | parts), frozenset(ids))

    def _spelt(self, word: str) -> set[str]:
        """Return a word as it is on record; where it isn't so, in each spelling that is the same but for case."""
        names = set[str]().union(*self._names.values(), *self._things.values())
        known, folded = names | self._alike.keys() | self._called.keys() | self._things.keys(), word.casefold()
        if word in known:
            return {word}
        return {one for one in known | self._named_in.keys() if one.casefold() == folded} or {word}

    def _matter(self, ids: set[str]) -> set[str]:
        """Return the subjects that are about a key or request; of what is about several keys only itself, not the others."""
        reach, found = set(ids), set[str]()
        while True:
            more = {
                one for one in self._things if one in reach or not reach.isdisjoint(self._things[one] | self._links[one])
            }
            if more <= found:
                return found | {one for one, several in self._several.items() if not reach.isdisjoint(several)}
            found |= more
            reach |= found | {one for subject in found for one in self._things[subject] | self._links[subject]}

    def _known_as(self, word: str) -> set[str]:
        """Return the ids behind an id, address or name of a person or workspace; none where it is neither's."""
        same = [word, *(one for one in self._alike if "@" in word and is_same_address(one, word))]
        found = {other for one in same for other in self._alike.get(one, ())}
        while more := {other for one in found for other in self._alike.get(one, ())} - found:
            found |= more
        return found


def _gives_a_name(facts: Facts) -> bool:
    """Tell whether facts are those of a request for another name of a workspace or key."""
    return facts.get("detail") == _NAME or set(_NAMES) <= set(facts)


def _of(facts: Facts, names: Iterable[str]) -> set[str]:
    return {value for name in names if isinstance(value := facts.get(name), str) and value}


def _dicts(value: Any, *, is_listed: bool = False) -> Iterator[tuple[Facts, bool]]:
    """Yield a dict and those within it, each with whether it is one of a list."""
    if isinstance(value, dict):
        facts = cast("Facts", value)
        yield facts, is_listed
        for one in facts.values():
            yield from _dicts(one, is_listed=is_listed)
    elif isinstance(value, list):
        for one in cast("list[Any]", value):
            yield from _dicts(one, is_listed=True)


def _strings(value: Any) -> Iterator[str]:
    """Yield every text within a value."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for one in cast("Facts", value).values():
            yield from _strings(one)
    elif isinstance(value, list):
        for one in cast("list[Any]", value):
            yield from _strings(one)
