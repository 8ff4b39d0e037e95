"""Rows put in the order in which a table keeps them, and summed on the way. Pure."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any

from bot.spend.dimensions import UNSPLIT

Ids = tuple[Any, ...]
Counts = tuple[int | None, ...]
Rows = Mapping[Ids, Counts]


def in_order(day: Any, rows: Rows, at: Sequence[int], sums: dict[Ids, Counts]) -> Iterator[tuple[Any, ...]]:
    """Give the rows of a day as they are stored, in the order of some of their ids: those at two or more places `at`.

    Their sums by these ids are put into `sums`. A count is unknown as soon as one of its rows doesn't know it.
    """
    summed_by, begin, first = itemgetter(*at), (day,), 1 + len(next(iter(rows), ()))
    groups: defaultdict[Ids, list[tuple[Any, ...]]] = defaultdict(list)
    for ids, counts in rows.items():
        groups[summed_by(ids)].append(begin + ids + counts)
    for group in sorted(groups):
        sums[group] = tuple(map(_sum, [*zip(*groups[group], strict=True)][first:]))
        yield from groups[group]


def as_undivided(sums: Rows, ids: Sequence[int | None], counts: Sequence[int]) -> dict[Ids, Counts]:
    """Return sums as those of parts that nobody told: of the ids at some places, UNSPLIT where that is None.

    They are those of the statement `as_parts` (`undivided/db.py`): a sum of nothing isn't one.
    """
    groups: defaultdict[Ids, list[Counts]] = defaultdict(list)
    for group, row in sums.items():
        told = tuple([row[at] for at in counts])
        if any(one != 0 for one in told):
            groups[tuple([UNSPLIT if at is None else group[at] for at in ids])].append(told)
    return {group: tuple(map(_sum, zip(*some, strict=True))) for group, some in groups.items()}


def _sum(counts: Sequence[Any]) -> int | None:
    return None if None in counts else sum(counts)
