"""The activity feed, which most organizations have not switched on: who did what, within about a minute."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from bot.admin import wire
from bot.admin.base import Base
from bot.admin.call import params, stamp
from bot.admin.model import Activity

_FEED = "/../compliance/activities"
"""Beside the organization's calls, not below them (admin-api.md §4.15)."""


class Activities(Base):
    """Calls under `/v1/compliance`."""

    def activities(self, types: Sequence[str], since: datetime) -> AsyncIterator[Activity]:
        """Iterate over entries of these types since then, newest first; UpstreamAuth where the key may not read the feed."""
        asked = params(activity_types=types, **{"created_at.gte": stamp(since)})
        return self._list_by_id(_FEED, asked, wire.activity)
