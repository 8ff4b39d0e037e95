"""How exact sums become the ledger's nano-dollars: a day's total is rounded once, and its groups add up to it.

The total of a day is its exact sum, rounded half to even. Each group is rounded down, and what is missing to the total goes,
a nano-dollar each, to the groups that lost most (the first by their ids where some lost the same). So no group is off by a
nano-dollar, and parts and hours are fitted to these groups (`parts/fit.py`). Pure.
"""

from collections.abc import Mapping
from operator import itemgetter
from typing import Any, TypeVar

from bot.admin.rows import FINE, Amounts, Exact, rounded

Group = TypeVar("Group", bound=tuple[Any, ...])


def in_nanos(groups: Mapping[Group, Exact]) -> dict[Group, Amounts]:
    """Return the groups of one day in whole nano-dollars; list prices are rounded likewise, as far as they are known."""
    paid = shared_out({group: amounts[0] for group, amounts in groups.items()})
    listed = shared_out({group: amounts[1] for group, amounts in groups.items() if amounts[1] is not None})
    return {group: (paid[group], listed.get(group), amounts[2]) for group, amounts in groups.items()}


def shared_out(parts: Mapping[Group, int]) -> dict[Group, int]:
    """Return whole nano-dollars for exact amounts of a day's groups, of which the sum is the rounded exact sum."""
    found: dict[Group, int] = {}
    lost: list[tuple[int, Group]] = []
    for group, amount in parts.items():
        found[group], rest = divmod(amount, FINE)
        if rest:
            lost.append((rest, group))
    if lost:
        missing = rounded(sum(parts.values())) - sum(found.values())
        lost.sort(key=itemgetter(1))
        lost.sort(key=itemgetter(0), reverse=True)
        for _, group in lost[:missing]:
            found[group] += 1
    return found
