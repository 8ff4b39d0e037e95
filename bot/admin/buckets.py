"""The cost report summed by bucket and group, which is what a ledger takes of it.

A hundred thousand rows pass here at the first load, so there is nothing between the decoded page and the sums.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from bot.admin.reports import Moments, amounts, spender
from bot.admin.rows import Amounts, CostBucket, CostRow, Group, Spender
from bot.admin.shapes import CostItem
from bot.admin.shapes import Group as WireGroup

IDS = frozenset(WireGroup.__struct_fields__)
"""The dimensions by which buckets can be split: others aren't read at all."""
_ACTOR = "actor"
People = dict[str, str]
"""Names of actors by id."""


def bucket_reader(group_by: tuple[str, ...]) -> Callable[[Iterable[CostItem]], list[CostBucket]]:
    """Return what sums the rows of an `analytics/cost` page; amounts in another currency than USD are a ValueError."""
    ids_of = _ids_of(group_by)

    def read(items: Iterable[CostItem]) -> list[CostBucket]:
        times = Moments()
        people: People = {}
        found: list[CostBucket] = []
        begun, ended, groups = "", "", dict[Group, Amounts]()
        for item in items:
            if item.starting_at != begun or item.ending_at != ended:
                begun, ended, groups = item.starting_at, item.ending_at, dict[Group, Amounts]()
                found.append(CostBucket(times[begun], times[ended], groups, people))
            group, sums = ids_of(item.group, people), amounts(item.cost)
            groups[group] = added(groups[group], sums) if group in groups else sums
        return found

    return read


def in_buckets(rows: Iterable[CostRow], group_by: tuple[str, ...]) -> list[CostBucket]:
    """Return rows summed by bucket and group."""
    ids_of = _ids_of(group_by)
    people: People = {}
    found: list[CostBucket] = []
    for row in rows:
        if not found or (found[-1].starts_at, found[-1].ends_at) != row[:2]:
            found.append(CostBucket(row.starts_at, row.ends_at, {}, people))
        group, sums = ids_of(row, people), (row.amount_nanos, row.list_amount_nanos, row.requests)
        groups = found[-1].groups
        groups[group] = added(groups[group], sums) if group in groups else sums
    return found


def added(left: Amounts, right: Amounts) -> Amounts:
    """Return both together; what one of them doesn't know isn't known of the sum."""

    def both(one: int | None, other: int | None) -> int | None:
        return None if one is None or other is None else one + other

    return left[0] + right[0], both(left[1], right[1]), both(left[2], right[2])


def _ids_of(group_by: tuple[str, ...]) -> Callable[[Any, People], Group]:
    """Return what takes the ids out of a row, "" for none, and notes the names that it tells."""
    unknown = sorted(set(group_by) - IDS)
    if unknown or len(group_by) < 2:
        raise ValueError(f"buckets are split by two ids or more, and not by {', '.join(unknown) or 'fewer'}")
    found = attrgetter(*group_by)

    def ids_of(group: Any, _people: People) -> Group:
        ids: tuple[Any, ...] = found(group)
        return ids if all(ids) else tuple([one or "" for one in ids])

    if _ACTOR not in group_by:
        return ids_of
    at = group_by.index(_ACTOR)

    def ids_with_actor(group: Any, people: People) -> Group:
        ids: list[Any] = list(found(group))
        if actor := ids[at]:
            who = actor if isinstance(actor, Spender) else spender(actor)
            ids[at] = who.key
            if who.label:
                people[who.key] = who.label
        return tuple([one or "" for one in ids])

    return ids_with_actor
