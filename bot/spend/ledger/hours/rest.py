"""The hours' second cut, told by the first: what its parts don't tell of an hour is one more part, UNSPLIT. Pure."""

from collections.abc import Iterable, Mapping
from operator import itemgetter
from typing import Any

from bot.admin.rows import Amounts
from bot.spend.dimensions import UNSPLIT
from bot.spend.ledger.cuts import WHEN, WHO
from bot.spend.ledger.parts.fit import fitted

Key = tuple[Any, ...]
"""The hour, then the ids of a cut."""
Counts = tuple[int | None, ...]
Hours = Mapping[Key, Counts]
_SHARED = len(WHEN.shared)
_of_part = itemgetter(*range(_SHARED + 1))
_of_whole = itemgetter(0, *(1 + WHO.dimensions.index(one) for one in WHEN.shared))


def hour_parts(parts: Mapping[Key, Amounts], whole: Mapping[Key, Amounts]) -> dict[Key, Counts]:
    """Return the money of hours, paid and at list price, by WHEN, with the same sums as by WHO."""
    wholes = _sums((_of_whole(key), amounts[:2]) for key, amounts in whole.items())
    fits = fitted(parts, {key: (paid or 0, at_list, None) for key, (paid, at_list) in wholes.items()}, _of_part)
    return _with_rest({key: amounts[:2] for key, amounts in fits.items()}, wholes, len(WHEN.own) + len(WHEN.by_money))


def hour_usage_parts(parts: Hours, whole: Hours) -> dict[Key, Counts]:
    """Return the tokens and requests of hours by WHEN, with the same sums as by WHO."""
    return _with_rest(parts, _sums((_of_whole(key), counts) for key, counts in whole.items()), len(WHEN.own))


def _with_rest(parts: Hours, wholes: Hours, width: int) -> dict[Key, Counts]:
    told = _sums((_of_part(key), counts) for key, counts in parts.items())
    found = dict(parts)
    for key in {**wholes, **told}:
        nothing = (0,) * len(wholes.get(key) or told[key])
        whole, some = wholes.get(key, nothing), told.get(key, nothing)
        rest = tuple(None if a is None or b is None else a - b for a, b in zip(whole, some, strict=True))
        # Of a count that the parts don't know there is no rest: it isn't known with them.
        if any(b is not None and left != 0 for b, left in zip(some, rest, strict=True)):
            found[(*key, *[UNSPLIT] * width)] = rest
    return found


def _sums(rows: Iterable[tuple[Key, Counts]]) -> dict[Key, Counts]:
    """Return sums by key; one is unknown as soon as a row doesn't know it."""
    found: dict[Key, Counts] = {}
    for key, counts in rows:
        found[key] = tuple(map(_added, found[key], counts)) if key in found else counts
    return found


def _added(one: int | None, other: int | None) -> int | None:
    return None if one is None or other is None else one + other
