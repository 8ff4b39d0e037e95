"""How exact sums become the ledger's nano-dollars: a day's total is rounded once, and its groups add up to it.

The total of a day is its exact sum, rounded half to even. Each group is rounded down, and what is missing to the total goes,
a nano-dollar each, to the groups that lost most (the first by their ids where some lost the same). So no group is off by a
nano-dollar, and parts and hours are fitted to these groups (`parts/fit.py`). Pure.
"""

from collections.abc import Mapping, Sequence
from operator import itemgetter
from typing import Any, TypeVar

from bot.admin.rows import FINE, Amounts, Exact, rounded

Group = TypeVar("Group", bound=tuple[Any, ...])


def in_nanos(groups: Mapping[Group, Exact]) -> dict[Group, Amounts]:
    """Return the groups of one day in whole nano-dollars; list prices are rounded likewise, as far as they are known."""
    ids, amounts = [*groups], [*groups.values()]
    exact, at_list = [one[0] for one in amounts], [one[1] for one in amounts]
    paid = _shared_out(ids, exact)
    listed = paid if at_list == exact else _listed(ids, at_list)  # nothing is discounted on most days
    return dict(zip(ids, zip(paid, listed, map(itemgetter(2), amounts), strict=True), strict=True))


def _listed(ids: Sequence[Group], at_list: Sequence[int | None]) -> list[int | None]:
    known = [at for at, one in enumerate(at_list) if one is not None]
    shares = iter(_shared_out([ids[at] for at in known], [one for one in at_list if one is not None]))
    return [None if one is None else next(shares) for one in at_list]


def _shared_out(ids: Sequence[Group], amounts: Sequence[int]) -> list[int]:
    found = [amount // FINE for amount in amounts]
    if missing := rounded(sum(amounts)) - sum(found):
        for at in _lost_most(ids, [amount % FINE for amount in amounts], missing):
            found[at] += 1
    return found


def _lost_most(ids: Sequence[Group], lost: Sequence[int], count: int) -> list[int]:
    """Return the places of so many groups that lost most; ids decide between those only that lost as much as the last."""
    least = sorted(lost, reverse=True)[count - 1]
    more = [at for at, rest in enumerate(lost) if rest > least]
    alike = sorted((at for at, rest in enumerate(lost) if rest == least), key=ids.__getitem__)
    return [*more, *alike[: count - len(more)]]
