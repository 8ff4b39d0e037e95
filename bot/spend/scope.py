"""Whose figures somebody may see, as conditions that narrow a query of the ledger. Pure."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from bot.policy.model import ApproverKind, Policy
from bot.spend.dimensions import KEY, WORKSPACE, Dimension

EVERYBODY, ONLY_OWN = "all", "own"
"""What the setting SPEND_VISIBLE_TO says besides names of groups of the policy."""
Where = Mapping[Dimension, Collection[str]]
"""Dimension -> the ids of it that count; none at all is nothing."""


@dataclass(frozen=True)
class Scope:
    """What somebody may see: everything, or what these workspaces and, anywhere, these keys cost."""

    is_all: bool = False
    workspaces: frozenset[str] = frozenset()
    keys: frozenset[str] = frozenset()

    def where(self, asked: Where, workspaces: Collection[str]) -> tuple[Where, ...]:
        """Return the conditions for what was asked as far as it may be seen; none where nothing of it may.

        No row of the ledger fulfils two of them, so that their figures add up. `workspaces` are the ids that the ledger has.
        """
        if self.is_all:
            return (asked,)
        elsewhere = frozenset(workspaces) - self.workspaces
        parts: tuple[Where, ...] = ({WORKSPACE: self.workspaces}, {KEY: self.keys, WORKSPACE: elsewhere})
        return tuple(found for part in parts if all((found := _both(asked, part)).values()))


def groups_without_people(setting: Collection[str], policy: Policy) -> list[str]:
    """Return what SPEND_VISIBLE_TO names that is no group of people; who is a workspace's admin depends on the workspace."""
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
