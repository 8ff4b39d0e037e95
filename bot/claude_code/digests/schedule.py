"""When the weekly summary of a channel is due: on Monday at 09:00 where it is, about the seven UTC days before. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.spend.digests.schedule import moment_of, zone
from bot.spend.model import ONE_DAY

LOCAL_TIME = "09:00"
WEEK = ONE_DAY * 7
PATIENCE = timedelta(hours=8)
"""How long it waits for Sunday to be known in full: in the east of the world that ends on Monday afternoon."""
LATE = ONE_DAY * 3
"""After a downtime it is sent until Thursday morning; later the next one comes."""


@dataclass(frozen=True)
class CodeSubscription:
    """A channel that gets the summary, by the clocks of a time zone; the first one on the Monday `first_monday`."""

    channel: str
    tz: str
    created_by: str
    created_at: datetime
    first_monday: date
    muted_until: datetime | None = None


@dataclass(frozen=True)
class DueWeek:
    """A summary whose time has come: the Monday on which it is sent, and since when it is due."""

    monday: date
    since: datetime

    @property
    def days(self) -> tuple[date, date]:
        """The first and last UTC day that it is about."""
        return self.monday - WEEK, self.monday - ONE_DAY

    @property
    def too_late(self) -> datetime:
        """From when on it isn't sent any more."""
        return self.since + LATE

    def is_patient(self, now: datetime) -> bool:
        """Tell whether it can still wait for its days to be known in full."""
        return now < self.since + PATIENCE


def due(subscription: CodeSubscription, now: datetime) -> DueWeek | None:
    """Return the summary that should be in the channel now; None when it is too early or too late, or a mute holds."""
    if subscription.muted_until is not None and now < subscription.muted_until:
        return None
    week = _week_of(_local_day(subscription.tz, now), subscription.tz)
    is_now = week.since <= now < week.too_late and week.monday >= subscription.first_monday
    return week if is_now else None


def next_due(tz: str, now: datetime) -> DueWeek:
    """Return the first summary after a moment."""
    today = _local_day(tz, now)
    week = _week_of(today, tz)
    return week if week.since > now else _week_of(today + WEEK, tz)


def _week_of(day: date, tz: str) -> DueWeek:
    monday = day - ONE_DAY * day.weekday()
    return DueWeek(monday, moment_of(monday, LOCAL_TIME, tz))


def _local_day(tz: str, now: datetime) -> date:
    return now.astimezone(zone(tz)).date()
