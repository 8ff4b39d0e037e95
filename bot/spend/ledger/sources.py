"""The reports that the ledger is made from: what each can split by, when its days are closed, and where reading stands.

Both come through one call of the Admin port, which asks the second where the first is refused and says who answered.

Pure.
"""

from collections.abc import Container, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.admin.dimensions import COST_DIMENSIONS
from bot.spend.dimensions import Dimension
from bot.spend.model import ONE_DAY, LedgerDay

HISTORY_DAYS = 364
OLDEST_DAY = date(2026, 1, 1)
"""The report reaches back 365 days and never behind 2026 (admin-api.md §4.10)."""


def oldest_day(today: date) -> date:
    """Return the first day of which the API tells anything."""
    return max(today - ONE_DAY * HISTORY_DAYS, OLDEST_DAY)


@dataclass(frozen=True)
class Source:
    """One report of costs. `splits_by` are API names of dimensions.

    `closes_after`: how long after its end a day is taken for complete where the report doesn't say until when it reaches.
    """

    name: str
    splits_by: Container[str]
    closes_after: timedelta
    tells_hours: bool = False

    def tells(self, dimension: Dimension) -> bool:
        """Tell whether its costs can be split by a dimension."""
        return dimension.api_name in self.splits_by


ANALYTICS = Source("analytics", COST_DIMENSIONS, timedelta(hours=24), tells_hours=True)
"""admin-api.md §4.10."""
LEGACY = Source(
    "legacy",
    frozenset({"workspace_id", "model", "cost_type", "token_type", "service_tier", "context_window"}),
    timedelta(hours=1),
)
"""Complete within minutes, but it doesn't say so (admin-api.md §4.11)."""
SOURCES = {one.name: one for one in (ANALYTICS, LEGACY)}


@dataclass(frozen=True)
class Cursor:
    """How far one source was read."""

    source: str
    read_deep_on: date | None = None
    """The UTC day on which every day that could still be revised was read for the last time."""
    looked_back_to: date | None = None
    """The oldest day that was asked for; months in which nothing was spent leave no days in the ledger."""
    nothing_until: datetime | None = None
    """Until when it is known that nothing was ever spent."""
    succeeded_at: datetime | None = None
    failed_at: datetime | None = None
    failure: str | None = None
    """What the last failed reading said, as a sentence."""

    @property
    def is_failing(self) -> bool:
        """Tell whether the newest reading failed."""
        return self.failed_at is not None and (self.succeeded_at is None or self.succeeded_at < self.failed_at)


def are_comparable(dimension: Dimension, known: Mapping[date, LedgerDay], days: Iterable[date]) -> bool:
    """Tell whether days can be compared by a dimension: one source told them all, or each can split by it."""
    told_by = {known[day].source for day in days if day in known}
    return len(told_by) <= 1 or all(SOURCES[name].tells(dimension) for name in told_by)
