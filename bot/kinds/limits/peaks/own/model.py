"""What a workspace may do of its own, and whose limits are read next. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import NamedTuple

from bot.admin.model import WorkspaceRateLimit
from bot.kinds.limits.groups import Group

Limits = Mapping[str, Mapping[str, int]]
"""A number by the limiter's name in the API, by the id of the organization's entry."""


class Change(NamedTuple):
    """When a limit was first read as it is, and what it was before; None for no limit."""

    at: datetime
    before: int | None = None

    @property
    def hour(self) -> datetime:
        """The begin of the hour in which it was seen; until then the limit before held."""
        return self.at.replace(minute=0, second=0, microsecond=0)

    @property
    def holds_from(self) -> datetime:
        """The first whole hour in which the new limit held."""
        return self.hour if self.hour == self.at else self.hour + timedelta(hours=1)


Changes = Mapping[str, Mapping[str, Change]]
"""The last change of each limit that was seen to change, by the limiter's name in the API, by group."""
NO_CHANGES: Changes = MappingProxyType({})


class Kept(NamedTuple):
    """What a workspace may do of its own, or the organization, and what of that was seen to change."""

    limits: Limits
    changes: Changes = NO_CHANGES

    def value(self, group_id: str, limiter_type: str) -> int | None:
        """Return a limit, None for none."""
        return self.limits.get(group_id, {}).get(limiter_type)

    def change(self, group_id: str, limiter_type: str) -> Change | None:
        """Return the last change of a limit, None where it was always read as it is."""
        return self.changes.get(group_id, {}).get(limiter_type)


def changes_between(before: Kept, limits: Limits, now: datetime) -> Changes:
    """Return the last change of each limit once these are read."""
    found: dict[str, dict[str, Change]] = {group: dict(changes) for group, changes in before.changes.items()}
    for group in before.limits.keys() | limits.keys():
        old, new = before.limits.get(group, {}), limits.get(group, {})
        for limiter in old.keys() | new.keys():
            if old.get(limiter) != new.get(limiter):
                found.setdefault(group, {})[limiter] = Change(now, old.get(limiter))
    return found


def seen_change(kept: Kept | None, value: int | None, group_id: str, limiter_type: str, now: datetime) -> Change | None:
    """Return the last change of a limit that is `value` now. One that isn't kept yet is a change of this moment."""
    if kept is None:
        return None
    before = kept.value(group_id, limiter_type)
    return kept.change(group_id, limiter_type) if before == value else Change(now, before)


def change_of_both(own: int | None, own_change: Change | None, org: int | None, org_change: Change | None) -> Change | None:
    """Return the last change of what holds: the lower of a workspace's limit and the organization's."""
    last = max((one.at for one in (own_change, org_change) if one), default=None)
    if last is None:
        return None
    own_before = own_change.before if own_change and own_change.at == last else own
    org_before = org_change.before if org_change and org_change.at == last else org
    before, holds = lower_of(own_before, org_before), lower_of(own, org)
    return Change(last, before) if before != holds else None


def lower_of(*values: int | None) -> int | None:
    """Return the lowest limit, None where there is none."""
    return min([one for one in values if one is not None], default=None)


READ_EVERY = timedelta(hours=1)
"""A change takes about an hour until it holds (admin-api.md §4.9)."""
AT_ONCE = 20
"""Workspaces of a run; each is a call of its own, and a hundred calls a minute are all that the organization has."""
_NEVER = datetime.min.replace(tzinfo=UTC)


def limits_in(found: Iterable[WorkspaceRateLimit]) -> Limits:
    """Return the numbers that a workspace sets itself. What it inherits is none of them."""
    limits: dict[str, dict[str, int]] = {}
    for one in found:
        own = {name: value for name in sorted(one.overridden) if (value := one.limits.get(name)) is not None}
        if one.rate_limit_id is not None and own:
            limits[one.rate_limit_id] = own
    return limits


def to_read(workspaces: Iterable[str], read: Mapping[str, datetime], now: datetime) -> list[str]:
    """Return whose limits are read now: those that never were, then the oldest. `read`: when each was read."""
    due = [one for one in workspaces if one not in read or abs(now - read[one]) >= READ_EVERY]
    return sorted(due, key=lambda one: (read.get(one, _NEVER), one))[:AT_ONCE]


def changes_of(
    kept: Mapping[str, Kept], groups: Iterable[Group], own: Limits, workspace_id: str, now: datetime
) -> dict[tuple[str, str], Change]:
    """Return, by group and limiter, how what holds in a workspace or in the organization ("") was seen to change last."""
    found: dict[tuple[str, str], Change] = {}
    for group in groups:
        for name, one in group.limiters.items():
            mine = own.get(group.id, {}).get(one.type)
            of_own = seen_change(kept.get(workspace_id), mine, group.id, one.type, now) if workspace_id else None
            of_all = seen_change(kept.get(""), one.value, group.id, one.type, now)
            if change := change_of_both(mine, of_own, one.value, of_all):
                found[group.id, name] = change
    return found
