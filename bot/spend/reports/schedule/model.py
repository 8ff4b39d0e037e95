"""What a channel is subscribed to: a report each day, week or month at a local time; and each one that was begun. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from bot.spend.reports.model import Wanted
from bot.words.own import Own

Cadence = Literal["daily", "weekly", "monthly"]
CADENCES: dict[Cadence, Own] = {
    "daily": "every day",
    "weekly": "every week, about Monday to Sunday",
    "monthly": "every month, about the month before",
}
"""How often, with what it covers, in UTC days."""


@dataclass(frozen=True)
class ReportSubscription:
    """A channel that gets a report at a local time (`HH:MM`) of a time zone; `tag` is "" but where costs are allocated.

    `first_day`: no report that ends before it is sent.
    """

    id: str
    channel: str
    report: str
    tag: str
    cadence: Cadence
    local_time: str
    tz: str
    created_by: str
    created_at: datetime
    first_day: date
    muted_until: datetime | None = None


@dataclass(frozen=True)
class ReportRun:
    """One report of one subscription about the UTC days from `first` to `last`; `ts` None: it doesn't stand anywhere.

    `settled_at`: since when it is made of final figures; None while it says that they may change.
    """

    id: int
    subscription_id: str
    channel: str
    report: str
    tag: str
    first: date
    last: date
    sent_at: datetime | None = None
    ts: str | None = None
    settled_at: datetime | None = None

    @property
    def wanted(self) -> Wanted:
        """Return what it is, as somebody would ask for it."""
        is_month = self.first.day == 1 and self.last - self.first > timedelta(days=26)
        return Wanted(self.report, self.first.isoformat()[:7] if is_month else f"{self.first}..{self.last}", self.tag)
