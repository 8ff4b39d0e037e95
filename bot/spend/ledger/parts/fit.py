"""Parts fitted to their whole: rows are rounded to a nano-dollar each, so that more of them can differ from fewer by a few.

Pure.
"""

from collections.abc import Callable, Mapping
from typing import TypeVar

from bot.admin.rows import Amounts

Part = TypeVar("Part")
Whole = TypeVar("Whole")
ROUNDING = 1_000
"""Nano-dollars of one group that are a rounding, and no difference: a ten-thousandth of a cent."""


def fitted(
    parts: Mapping[Part, Amounts], wholes: Mapping[Whole, Amounts], whole_of: Callable[[Part], Whole]
) -> dict[Part, Amounts]:
    """Return parts of which the largest of each whole took what they differ by, if that is a rounding.

    So with money after discounts, and with list prices where all are known.
    """
    found = dict(parts)
    sums: dict[Whole, list[int]] = {}
    largest: dict[Whole, Part] = {}
    unknown: set[Whole] = set()
    for part, (paid, at_list, _) in parts.items():
        whole = whole_of(part)
        total = sums.setdefault(whole, [0, 0])
        total[0] += paid
        if at_list is None:
            unknown.add(whole)
        else:
            total[1] += at_list
        if whole not in largest or abs(paid) > abs(parts[largest[whole]][0]):
            largest[whole] = part
    for whole, part in largest.items():
        if whole not in wholes:
            continue
        paid, at_list, requests = found[part]
        is_known = at_list is not None and whole not in unknown and wholes[whole][1] is not None
        missing = wholes[whole][0] - sums[whole][0]
        missing_at_list = (wholes[whole][1] or 0) - sums[whole][1] if is_known else 0
        if abs(missing) <= ROUNDING and abs(missing_at_list) <= ROUNDING:
            found[part] = (paid + missing, at_list if at_list is None else at_list + missing_at_list, requests)
    return found


def are_close(one: Mapping[Whole, Amounts], other: Mapping[Whole, Amounts]) -> bool:
    """Tell whether groups differ by roundings only."""
    return one.keys() == other.keys() and all(_is_close(amounts, other[group]) for group, amounts in one.items())


def _is_close(one: Amounts, other: Amounts) -> bool:
    if one[2] != other[2] or (one[1] is None) != (other[1] is None):
        return False
    return abs(one[0] - other[0]) <= ROUNDING and abs((one[1] or 0) - (other[1] or 0)) <= ROUNDING
