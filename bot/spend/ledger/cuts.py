"""The cuts of the same money and tokens, because a report is split by five dimensions at most (admin-api.md §4.10).

Each day has the same total in all of them, and so has each group that two of them have; each question is answered from one
of them. Pure.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.errors import UserError
from bot.spend.dimensions import (
    CONTEXT,
    COST_TYPE,
    KEY,
    MODEL,
    PERSON,
    PRODUCT,
    TIER,
    TOKEN_TYPE,
    WORKSPACE,
    Dimension,
)
from bot.words.wording import listed


class NotSplit(UserError):
    """No report splits by these dimensions at once; `sentence` says so to people."""

    def __init__(self, *names: str) -> None:
        """Name those that don't go together."""
        self.names = names
        hint = "Ask by one of them." if len(names) < 3 else "Leave one of them out."
        super(UserError, self).__init__(f"Spend can't be split by {listed(names, 'and')} at once. {hint}")


@dataclass(frozen=True)
class Cut:
    """One way of splitting everything; `by_money` are those dimensions that only money has, and don't count as five."""

    dimensions: tuple[Dimension, ...]
    by_money: tuple[Dimension, ...] = ()

    @property
    def group_by(self) -> tuple[str, ...]:
        """How the reports of usage are asked for it."""
        return tuple(one.api_name for one in self.dimensions)

    @property
    def cost_group_by(self) -> tuple[str, ...]:
        """How the reports of cost are asked for it."""
        return (*self.group_by, *(one.api_name for one in self.by_money))

    @property
    def shared(self) -> tuple[Dimension, ...]:
        """Those that it shares with WHO, which come first: by these both have the same sums."""
        return tuple(one for one in self.dimensions if one in WHO.dimensions)

    @property
    def own(self) -> tuple[Dimension, ...]:
        """Those that WHO doesn't have and tokens do."""
        return tuple(one for one in self.dimensions if one not in WHO.dimensions)

    def has(self, dimension: Dimension) -> bool:
        """Tell whether it is split by a dimension."""
        return dimension.column in [one.column for one in (*self.dimensions, *self.by_money)]


SHARED = (WORKSPACE, MODEL, KEY)
"""By these WHO and WHAT have the same sums."""
WHO = Cut((*SHARED, PERSON, PRODUCT))
"""What the days' money is first written by: the others are told by its sums."""
WHAT = Cut((*SHARED, TIER, CONTEXT), (COST_TYPE, TOKEN_TYPE))
BOTH = Cut((WORKSPACE, MODEL, PERSON, PRODUCT, TIER), (COST_TYPE, TOKEN_TYPE))
"""Who and what at once, for which keys and context windows are left out."""
WHEN = Cut((WORKSPACE, MODEL, PRODUCT, TIER, CONTEXT), (COST_TYPE, TOKEN_TYPE))
"""What was used in an hour. By key it would be a hundred million rows a year."""


def cut_of(dimensions: Iterable[Dimension]) -> Cut:
    """Return the first cut of days that is split by all of these; NotSplit where none is."""
    return _first([*dimensions], (WHO, WHAT, BOTH))


def hourly_cut_of(dimensions: Iterable[Dimension]) -> Cut:
    """Return the first cut of hours that is split by all of these; NotSplit where none is."""
    return _first([*dimensions], (WHO, WHEN), "hour")


def is_told_by_day(dimensions: Iterable[Dimension]) -> bool:
    """Tell whether days have a cut that is split by all of these: hours are told by product and context window at once."""
    asked = [*dimensions]
    return any(all(cut.has(one) for one in asked) for cut in (WHO, WHAT, BOTH))


def _first(asked: Sequence[Dimension], cuts: Sequence[Cut], *also: str) -> Cut:
    for cut in cuts:
        if all(cut.has(one) for one in asked):
            return cut
    lacking = {next(one for one in asked if not cut.has(one)) for cut in cuts}
    raise NotSplit(*dict.fromkeys(one.name for one in asked if one in lacking), *also)
