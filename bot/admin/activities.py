"""The Compliance Activity Feed: what was done in the organization and by whom, where the key may read it."""

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from bot.admin import wire
from bot.admin.base import Base
from bot.admin.call import params, stamp
from bot.admin.model import Activity

PATH = "/v1/compliance/activities"
_PAGE = 100


class Activities(Base):
    """Calls under `/v1/compliance` (admin-api.md §4.15)."""

    def activities(self, types: Sequence[str] = (), since: datetime | None = None) -> AsyncIterator[Activity]:
        """Iterate over what happened, newest first."""
        window = (("created_at.gte", stamp(since)),) if since else ()
        return self._list_by_id(PATH, (*params(activity_types=types), *window), wire.activity, _PAGE)
