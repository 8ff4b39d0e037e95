"""Whose figures somebody may see, as conditions that narrow a query of the ledger. Pure."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace

from bot.policy.model import ApproverKind, Policy
from bot.slack.markup import Markup
from bot.spend.dimensions import KEY, PERSON, WORKSPACE, Dimension
from bot.spend.ledger.cuts import cut_of, hourly_cut_of

EVERYBODY, ONLY_OWN = "all", "own"
"""What the setting SPEND_VISIBLE_TO says besides names of groups of the policy."""
Where = Mapping[Dimension, Collection[str]]
"""Dimension -> the ids of it that count; none at all is nothing."""


NOT_TOLD: Markup = "This isn't told by key and person, too, so I can't say what yours cost. Ask by one thing less."


@dataclass(frozen=True)
class AllBut:
    """All ids of a dimension but these, whatever the ledger has."""

    ids: frozenset[str]


Ids = frozenset[str] | AllBut
Meant = Mapping[Dimension, Ids]
"""What a question is narrowed to: dimension -> the ids of it that count."""


def opposite(ids: Ids) -> Ids:
    """Return all ids but these."""
    return ids.ids if isinstance(ids, AllBut) else AllBut(ids)


def in_both(one: Ids, other: Ids) -> Ids:
    """Return the ids that are in both."""
    if isinstance(other, AllBut):
        return AllBut(one.ids | other.ids) if isinstance(one, AllBut) else one - other.ids
    return other - one.ids if isinstance(one, AllBut) else one & other


@dataclass(frozen=True)
class Scope:
    """What somebody may see: everything, or what these workspaces and, anywhere, these keys and people cost."""

    is_all: bool = False
    workspaces: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()
    names_keys: bool = True
    """Whether the reports of the days that are asked for say which key spent what."""
    by_key: bool = True
    """Whether what is asked is told by key."""

    @property
    def is_empty(self) -> bool:
        """Tell whether there is nothing in it."""
        return not (self.is_all or self.workspaces or self.keys or self.people)

    def told(self, asked: Iterable[Dimension], *, hourly: bool = False) -> "Scope":
        """Return the scope as far as what is asked is told by it: tiers, say, are told by key and not by person.

        NotSplit where no report tells all that is asked at once.
        """
        cut = hourly_cut_of(asked) if hourly else cut_of(asked)
        nothing = frozenset[str]()
        keys, people = self.keys if cut.has(KEY) else nothing, self.people if cut.has(PERSON) else nothing
        return replace(self, keys=keys, people=people, by_key=cut.has(KEY))

    def is_told(self, asked: Iterable[Dimension], *, hourly: bool = False) -> bool:
        """Tell whether what is asked is told by anything of the scope. NotSplit as `told` raises it."""
        return self.is_empty or not self.told(asked, hourly=hourly).is_empty

    def without_keys(self) -> "Scope":
        """Return the scope for days whose reports name no keys: only the workspaces are left."""
        return replace(self, keys=frozenset(), people=frozenset(), names_keys=False)

    def has(self, key_id: str, workspace_id: str) -> bool:
        """Tell whether all that a key of a workspace costs may be seen."""
        return self.is_all or key_id in self.keys or workspace_id in self.workspaces

    def where(self, asked: Where, workspaces: Collection[str], keys: Collection[str] = ()) -> tuple[Where, ...]:
        """Return the conditions for what was asked as far as it may be seen; none where nothing of it may.

        No row of the ledger fulfils two of them, so that their figures add up. `workspaces` are the ids that the ledger has,
        `keys` those of the scope's people's rows ("" is none).
        """
        if self.is_all:
            return (asked,)
        elsewhere = frozenset(workspaces) - self.workspaces
        parts: list[Where] = [{WORKSPACE: self.workspaces}]
        if self.by_key:
            parts.append({KEY: self.keys, WORKSPACE: elsewhere})
            parts.append({PERSON: self.people, KEY: frozenset(keys) - self.keys, WORKSPACE: elsewhere})
        elif self.people:
            parts.append({PERSON: self.people, WORKSPACE: elsewhere})
        return tuple(found for part in parts if all((found := _both(asked, part)).values()))

    def in_words(self, *, own: bool = False) -> Markup:
        """Return what somebody sees only, "" for everything; `own`: what is theirs alone was asked for."""
        if self.is_all:
            return ""
        if not self.names_keys:
            return "only your workspaces, because the report of these days names no keys"
        if not self.by_key:
            used: Markup = "only what you used yourself" if own else "only what you used yourself and your workspaces"
            return used if self.people else "only your workspaces, because this isn't told by key"
        seen: Markup = "only your own keys" if own else "only your own keys and your workspaces"
        return f"{seen}, and what you used without a key" if self.people else f"{seen}, not what you used without a key"


def groups_without_people(setting: Collection[str], policy: Policy) -> list[str]:
    """Return what SPEND_VISIBLE_TO names that is no group of people. Who is a workspace's admin depends on the workspace."""
    named = [one for one in setting if one not in (EVERYBODY, ONLY_OWN)]
    return [one for one in named if one == ApproverKind.WORKSPACE_ADMINS or not policy.members(one)]


EVERYTHING = Scope(is_all=True)
"""As everybody sees it by default."""


def _both(one: Where, other: Where) -> dict[Dimension, frozenset[str]]:
    """Return the condition that holds where both do."""
    return {
        dimension: frozenset(one.get(dimension, other.get(dimension, ())))
        & frozenset(other.get(dimension, one.get(dimension, ())))
        for dimension in {**one, **other}
    }
