"""What a workspace may do of its own, and whose limits are read next. Pure."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from bot.admin.model import WorkspaceRateLimit

Limits = Mapping[str, Mapping[str, int]]
"""A number by the limiter's name in the API, by the id of the organization's entry."""


class Kept(NamedTuple):
    """What a workspace may do of its own, and since when that is known to be so; None: since before it was first read."""

    limits: Limits
    changed_at: datetime | None = None

    def holds_from(self, since: datetime) -> datetime:
        """Return the first whole hour, at or after a moment, in which these limits held."""
        if self.changed_at is None or self.changed_at <= since:
            return since
        hour = self.changed_at.replace(minute=0, second=0, microsecond=0)
        return hour if hour == self.changed_at else hour + timedelta(hours=1)


READ_EVERY = timedelta(hours=1)
"""A change takes about an hour until it holds (admin-api.md §4.9)."""
AT_ONCE = 20
"""Workspaces of a run; each is a call of its own, and a hundred calls a minute are all that the organization has."""
_NEVER = datetime.min.replace(tzinfo=UTC)


def limits_in(found: Iterable[WorkspaceRateLimit]) -> Limits:
    """Return the numbers that a workspace sets itself; what it inherits is none of them."""
    limits: dict[str, dict[str, int]] = {}
    for one in found:
        own = {name: value for name in sorted(one.overridden) if (value := one.limits.get(name)) is not None}
        if one.rate_limit_id is not None and own:
            limits[one.rate_limit_id] = own
    return limits


def to_read(workspaces: Iterable[str], read: Mapping[str, datetime], now: datetime) -> list[str]:
    """Return whose limits are read now: those that never were, then the oldest. `read`: when each was read."""
    due = [one for one in workspaces if one not in read or now - read[one] >= READ_EVERY]
    return sorted(due, key=lambda one: (read.get(one, _NEVER), one))[:AT_ONCE]
