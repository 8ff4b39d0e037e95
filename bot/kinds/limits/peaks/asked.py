"""What `/claude-limits` is asked about: a workspace, a model or group of models, in any order of words. Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from bot.kinds.limits.groups import Group, spoken
from bot.words.reading import as_read
from bot.words.similar import closest, closest_name

_FILLERS = frozenset(
    "in for on of and or the all everything workspace organization org model models rate limit limits what is are our my we"
    " how much many close near to do have left headroom".split()
)
_SEPARATORS = re.compile("[,;&+/]")
_NEVER_IN_NAMES = re.compile("[,;+/]|^&$")
"""The same, where a name such as `M&A` is told back as it was typed."""
_MOST_WORDS = 12


@dataclass(frozen=True)
class Asked:
    """Whose limits are asked for; "" is the organization, and no groups are all of them."""

    workspace_id: str = ""
    group_ids: tuple[str, ...] = ()

    @property
    def typed(self) -> str:
        """The same as words that `read_asked` reads, as a button carries it."""
        return " ".join([*([self.workspace_id] if self.workspace_id else []), *self.group_ids])


@dataclass(frozen=True)
class Unknown:
    """Words that name nothing known; `nearest` are names that were probably meant, each with what to type for it.

    `is_another`: they name a workspace beside another one.
    """

    words: str
    nearest: tuple[tuple[str, str], ...] = ()
    is_another: bool = False


def read_asked(words: Sequence[str], workspaces: Mapping[str, str], groups: Iterable[Group]) -> Asked | Unknown:
    """Return what is asked for; `workspaces` are names by id. A workspace of exactly that name goes before a model."""
    every, said, places = list(groups), list(words), _Places(workspaces)
    if len(said) > _MOST_WORDS:
        return Unknown(f"{' '.join(said[:_MOST_WORDS])} …")
    found = _of_words(said, places, every)  # before fillers are left out: a workspace may be called "R and D"
    return found or _without_fillers(said, places, every)


class _Places:
    """Workspaces by what people type for them, read once because a line can be split in many ways."""

    def __init__(self, names: Mapping[str, str]) -> None:
        self.names = names
        self._read, self._bare = dict[str, list[str]](), dict[str, list[str]]()
        for key, name in names.items():
            self._read.setdefault(as_read(name), []).append(key)
            if bare := _bare(name.split()):
                self._bare.setdefault(as_read(" ".join(bare)), []).append(key)

    def named(self, typed: str) -> list[str]:
        """Return the ids of those of a name, in any case, or of an id; the API lets several have one name."""
        if not typed or typed in self.names:
            return [typed] if typed else []
        return self._read.get(as_read(typed)) or self._bare.get(as_read(" ".join(_bare(typed.split()))), [])


def _without_fillers(words: Sequence[str], places: _Places, every: Sequence[Group]) -> Asked | Unknown:
    found = _of_words(_bare(words)[:_MOST_WORDS], places, every)
    return found or _unknown(_bare(words, _NEVER_IN_NAMES)[:_MOST_WORDS], places, every)


def _bare(words: Iterable[str], separators: re.Pattern[str] = _SEPARATORS) -> list[str]:
    parts = (part for word in words for part in separators.split(word))
    return [part for part in parts if part and part.casefold() not in _FILLERS]


def _of_words(said: Sequence[str], places: _Places, every: Sequence[Group]) -> Asked | None:
    by_id = [one.id for one in every if one.id in said]
    if by_id:
        said = [word for word in said if word not in by_id]
    splits = [(said[:n], said[n:]) for n in range(len(said), -1, -1)]
    for groups_named in (_groups_named, _groups_of_each):
        for place, models in (pair for one, other in splits for pair in ((one, other), (other, one))):
            named, fitting = places.named(" ".join(place)), groups_named(" ".join(models), every)
            if (len(named) == 1 or not place) and (fitting or not models):
                return Asked(named[0] if place else "", _narrowed((*by_id, *fitting), every))
    return None


def _groups_named(typed: str, groups: Sequence[Group]) -> list[str]:
    """Return the groups whose name, or that of one of their models, holds what was typed; a model's date may follow it."""
    return [one.id for one in groups if one.holds(typed)] if spoken(typed) else []


def _groups_of_each(typed: str, groups: Sequence[Group]) -> list[str]:
    """Return the groups of several models, `opus 5.5 sonnet`; none where a part of it names none."""
    words, found = typed.split(), dict[str, None]()
    while words:
        taken = next((n for n in range(len(words), 0, -1) if _groups_named(" ".join(words[:n]), groups)), 0)
        if not taken:
            return []
        found |= dict.fromkeys(_groups_named(" ".join(words[:taken]), groups))
        words = words[taken:]
    return list(found)


def _narrowed(group_ids: Sequence[str], groups: Sequence[Group]) -> tuple[str, ...]:
    """Return groups in their own order, each once; () where they are all of them."""
    found = tuple(one.id for one in groups if one.id in group_ids)
    return () if len(found) == len(groups) else found


def _unknown(said: Sequence[str], places: _Places, groups: Sequence[Group]) -> Unknown:
    """Return the words that name nothing, beside those that do."""
    for size in range(len(said) - 1, 0, -1):
        for kept, rest in ((said[:size], said[size:]), (said[size:], said[:size])):
            if known := _of_words(kept, places, groups):
                return _named(" ".join(rest), known, places, groups)
    return _named(" ".join(said), Asked(), places, groups)


def _short(name: str) -> str:
    return name.casefold().removeprefix("claude").strip(" -")


def _named(words: str, known: Asked, places: _Places, groups: Sequence[Group]) -> Unknown:
    workspaces, same = places.names, places.named(words)
    if len(same) > 1 or (known.workspace_id and same):
        shown, names = [one for one in (known.workspace_id, *same) if one][:3], list(workspaces.values())
        labels = [workspaces[one] if names.count(workspaces[one]) == 1 else f"{workspaces[one]} ({one})" for one in shown]
        typed = [Asked(one, known.group_ids).typed for one in shown]
        return Unknown(words, tuple(zip(labels, typed, strict=True)), is_another=bool(known.workspace_id))
    choices = dict[str, tuple[str, Asked]]()
    if not known.group_ids:
        for group in groups:
            asked = Asked(known.workspace_id, (group.id,))
            choices |= {_short(name): (name, asked) for name in (*group.models, group.name)}
    if not known.workspace_id:
        choices |= {_short(name): (name, Asked(key, known.group_ids)) for key, name in workspaces.items()}
    found = closest(_short(words), choices) or closest_name(_short(words), choices)
    return Unknown(words, ((choices[found][0], choices[found][1].typed),) if found else ())
