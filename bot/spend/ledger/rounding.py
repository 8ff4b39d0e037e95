"""How exact sums become the ledger's nano-dollars: a day's total is rounded once, and its groups add up to it.

The total of a day is its exact sum, rounded half to even. Each group is rounded down, and what is missing to the total goes,
a nano-dollar each, to the groups that lost most (the first by their ids where some lost the same). So no group is off by a
nano-dollar, and parts and hours are fitted to these groups (`parts/fit.py`). Pure.
"""

from collections.abc import Mapping, Sequence
from typing import Any, TypeVar

from bot.admin.rows import FINE, Amounts, Exact, rounded

Group = TypeVar("Group", bound=tuple[Any, ...])


def in_nanos(groups: Mapping[Group, Exact]) -> dict[Group, Amounts]:
    """Return the groups of one day in whole nano-dollars; list prices are rounded likewise, as far as they are known."""
    exact = {group: amounts[0] for group, amounts in groups.items()}
    at_list = {group: amounts[1] for group, amounts in groups.items() if amounts[1] is not None}
    paid = shared_out(exact)
    listed = paid if at_list == exact else shared_out(at_list)  # nothing is discounted on most days
    rows = zip(groups, paid.values(), map(listed.get, groups), groups.values(), strict=True)
    return {group: (nanos, list_nanos, amounts[2]) for group, nanos, list_nanos, amounts in rows}


def shared_out(parts: Mapping[Group, int]) -> dict[Group, int]:
    """Return whole nano-dollars for exact amounts of a day's groups, in their order; the sum is the rounded exact sum."""
    found = {group: amount // FINE for group, amount in parts.items()}
    if missing := rounded(sum(parts.values())) - sum(found.values()):
        lost = [(rest, group) for group, amount in parts.items() if (rest := amount % FINE)]
        for group in _lost_most(lost, missing):
            found[group] += 1
    return found


def _lost_most(lost: Sequence[tuple[int, Group]], count: int) -> list[Group]:
    """Return so many groups that lost most; ids decide between those only that lost as much as the last of them."""
    least = sorted((rest for rest, _ in lost), reverse=True)[count - 1]
    more = [group for rest, group in lost if rest > least]
    alike = sorted(group for rest, group in lost if rest == least)
    return [*more, *alike[: count - len(more)]]
