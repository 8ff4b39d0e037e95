"""Rows of costs summed by bucket and group in the plainest way, which `bot/admin/buckets.py` is held against."""

from collections.abc import Iterable

from bot.admin.buckets import added
from bot.admin.rows import FINE, CostBucket, CostRow, Group


def in_buckets(rows: Iterable[CostRow], group_by: tuple[str, ...]) -> list[CostBucket]:
    """Return rows summed by bucket and group."""
    people: dict[str, str] = {}
    found: list[CostBucket] = []
    for row in rows:
        if not found or (found[-1].starts_at, found[-1].ends_at) != row[:2]:
            found.append(CostBucket(row.starts_at, row.ends_at, {}, people))
        if row.actor and row.actor.label and "actor" in group_by:
            people[row.actor.key] = row.actor.label
        at_list = None if row.list_amount_nanos is None else row.list_amount_nanos * FINE
        group, sums = _group_of(row, group_by), (row.amount_nanos * FINE, at_list, row.requests)
        groups = found[-1].groups
        groups[group] = added(groups[group], sums) if group in groups else sums
    return found


def _group_of(row: CostRow, group_by: tuple[str, ...]) -> Group:
    ids = {**row._asdict(), "actor": row.actor.key if row.actor else None}
    return tuple([ids[name] or "" for name in group_by])
