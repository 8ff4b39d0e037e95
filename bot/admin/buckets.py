"""The cost report summed by bucket and group, which is what a ledger takes of it.

A hundred thousand rows pass here at the first load, so there is nothing between the decoded page and the sums.
"""

from collections.abc import Callable, Iterable
from operator import attrgetter
from typing import Any

from bot.admin.errors import TOLD_TWICE, contradiction
from bot.admin.reports import Moments, exact_amounts, spender
from bot.admin.rows import CostBucket, Exact, Group
from bot.admin.shapes import CostItem
from bot.admin.shapes import Group as WireGroup

IDS = frozenset(WireGroup.__struct_fields__)
"""The dimensions by which buckets can be split: others aren't read at all."""
_ACTOR = "actor"
People = dict[str, str]
"""Names of actors by id."""


class OutOfOrder(Exception):
    """Rows came in another order than by time, so that what is past can't be written, or forgotten, while reading."""


class _Told:
    """The groups that a report has told by bucket, `in_order` those of the newest bucket alone: a year's are 40 MiB."""

    def __init__(self, in_order: bool) -> None:
        self._in_order = in_order
        self._groups: dict[tuple[str, str], dict[Group, Exact]] = {}
        self._newest: tuple[str, str] | None = None

    def of(self, bucket: tuple[str, str]) -> dict[Group, Exact]:
        """Return what was told of a bucket, to add to."""
        if self._in_order and bucket != self._newest:
            if bucket in self._groups:
                raise OutOfOrder
            if self._newest is not None:
                self._groups[self._newest] = {}
            self._newest = bucket
        return self._groups.setdefault(bucket, {})


def bucket_reader(group_by: tuple[str, ...], *, in_order: bool = False) -> Callable[[Iterable[CostItem]], list[CostBucket]]:
    """Return what sums the rows of the pages of one `analytics/cost` report.

    Amounts in another currency than USD are a ValueError, a group that is told twice is UpstreamDown, and with `in_order` a
    bucket that comes again after another is OutOfOrder.
    """
    ids_of, told = _ids_of(group_by), _Told(in_order)
    actor_at = group_by.index(_ACTOR) if _ACTOR in group_by else None

    def read(items: Iterable[CostItem]) -> list[CostBucket]:
        times = Moments()
        people: People = {}
        found: list[CostBucket] = []
        begun, ended, groups = "", "", dict[Group, Exact]()
        in_bucket = dict[Group, Exact]()
        for item in items:
            if item.starting_at != begun or item.ending_at != ended:
                begun, ended, groups = item.starting_at, item.ending_at, dict[Group, Exact]()
                in_bucket = told.of((begun, ended))
                found.append(CostBucket(times[begun], times[ended], groups, people))
            group, sums = ids_of(item.group, people), exact_amounts(item.cost)
            if (before := in_bucket.setdefault(group, sums)) is sums:
                groups[group] = sums
                continue
            _check_other(before, sums, None if actor_at is None else group[actor_at])
            groups[group] = added(groups[group], sums) if group in groups else sums
        return found

    return read


def _check_other(before: Exact, now: Exact, actor: str | None) -> None:
    """Raise UpstreamDown unless the second row of a group is of another identity whose id reads the same.

    That can only be a federated one, or one without an id; the API tells every other group of a bucket once.
    """
    is_sure = actor is None or actor.startswith(("user_", "svac_", "apikey_"))
    if is_sure or (before == now and before[0]):
        raise contradiction(TOLD_TWICE)


def added(left: Exact, right: Exact) -> Exact:
    """Return both together. What one of them doesn't know isn't known of the sum."""

    def both(one: int | None, other: int | None) -> int | None:
        return None if one is None or other is None else one + other

    return left[0] + right[0], both(left[1], right[1]), both(left[2], right[2])


class _Known(dict[tuple[str | None, ...], Group]):
    """Groups by the ids of their rows. There are few of them, and each comes on every day of the report.

    Each id is held once, so a batch of days takes a third of the room.
    """

    def __init__(self) -> None:
        super().__init__()
        self._ids: dict[str | None, str] = {None: ""}

    def __missing__(self, ids: tuple[str | None, ...]) -> Group:
        found = tuple([self._ids.setdefault(one, one or "") for one in ids])
        self[ids if None in ids else found] = found
        return found


def _ids_of(group_by: tuple[str, ...]) -> Callable[[Any, People], Group]:
    """Return what takes the ids out of a row, "" for none, and notes the names that it tells."""
    unknown = sorted(set(group_by) - IDS)
    if unknown or len(group_by) < 2:
        raise ValueError(f"buckets are split by two ids or more, and not by {', '.join(unknown) or 'fewer'}")
    found, known = attrgetter(*group_by), _Known()

    def ids_of(group: Any, _people: People) -> Group:
        return known[found(group)]

    if _ACTOR not in group_by:
        return ids_of
    at = group_by.index(_ACTOR)

    def ids_with_actor(group: Any, people: People) -> Group:
        ids: tuple[Any, ...] = found(group)
        if not (actor := ids[at]):
            return known[ids]
        who = spender(actor)
        if who.label:
            people[who.key] = who.label
        return known[(*ids[:at], who.key, *ids[at + 1 :])]

    return ids_with_actor
