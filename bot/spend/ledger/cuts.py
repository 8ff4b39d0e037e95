"""The two cuts of the same money and tokens, because a report is split by five dimensions at most (admin-api.md §4.10).

Both have the same total for each day, workspace, model and key; each question is answered from one of them. Pure.
"""

from collections.abc import Iterable
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


class NotSplit(UserError):
    """No report splits by these dimensions at once; `sentence` says so to people."""

    def __init__(self, one: str, other: str) -> None:
        """Name the two that don't go together."""
        super(UserError, self).__init__(f"Spend can't be split by {one} and {other} at once. Ask by one of them.")


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

    def has(self, dimension: Dimension) -> bool:
        """Tell whether it is split by a dimension."""
        return dimension.column in [one.column for one in (*self.dimensions, *self.by_money)]


SHARED = (WORKSPACE, MODEL, KEY)
"""By these both cuts have the same sums."""
WHO = Cut((*SHARED, PERSON, PRODUCT))
WHAT = Cut((*SHARED, TIER, CONTEXT), (COST_TYPE, TOKEN_TYPE))


def cut_of(dimensions: Iterable[Dimension]) -> Cut:
    """Return the cut that is split by all of these, WHO if both are; NotSplit where none is."""
    asked = list(dimensions)
    for cut in (WHO, WHAT):
        if all(cut.has(one) for one in asked):
            return cut
    raise NotSplit(*[next(one.name for one in asked if not cut.has(one)) for cut in (WHAT, WHO)])
