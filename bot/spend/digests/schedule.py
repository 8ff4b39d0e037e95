"""When a digest is due, in the channel's time zone, about which UTC day. Pure.

Local days and UTC days are paired one to one for each subscription: the digest of local day D is about the UTC day D - lag,
where lag is the same in summer and winter. So a clock change, a missing or a doubled hour moves a digest but neither skips
nor repeats one (platform.md C3).
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from bot.spend.digests.model import Subscription
from bot.spend.model import ONE_DAY
from bot.words.calendars import is_zone

EARLIEST_HOUR = 4
PATIENCE = timedelta(hours=3)
"""How long a digest waits for its day to close before it says that its figures are provisional."""
GRACE = timedelta(hours=4)
"""How long after its time a digest may go out on the next local day, which only a late one at night needs."""


@dataclass(frozen=True)
class Due:
    """A digest whose time has come: the UTC day that it is about, and since when it is due."""

    day: date
    since: datetime

    def is_patient(self, now: datetime) -> bool:
        """Tell whether it can still wait for its day to be closed."""
        return now < self.since + PATIENCE


TIMES: Final = "Choose a time from 04:00 to 23:30, on the half hour."


def half_hours() -> list[str]:
    """Return the times that may be chosen, `04:00` to `23:30`; clocks change earlier in the night."""
    return [f"{hour:02d}:{minute:02d}" for hour in range(EARLIEST_HOUR, 24) for minute in (0, 30)]


def zone(name: str) -> ZoneInfo:
    """Return a time zone by its IANA name; UTC for one that isn't known any more, so that what was promised still comes."""
    return ZoneInfo(name if is_zone(name) else "UTC")


def moment_of(local_day: date, local_time: str, tz: str) -> datetime:
    """Return when a digest of a local day is due, in UTC; the first of a doubled hour, just after a missing one."""
    local = datetime.combine(local_day, time.fromisoformat(local_time), zone(tz))
    return local.astimezone(UTC)


def lag(local_time: str, tz: str, year: int) -> int:
    """Return how many days the reported UTC day lies behind the local one: 1, or 2 where UTC's yesterday isn't over then."""
    offsets = [zone(tz).utcoffset(datetime(year, month, 15)) or timedelta(0) for month in (1, 4, 7, 10)]  # noqa: DTZ001 - a local time
    wanted = time.fromisoformat(local_time)
    since_midnight = timedelta(hours=wanted.hour, minutes=wanted.minute)
    return 1 if since_midnight >= max(offsets) else 2


def due(subscription: Subscription, now: datetime) -> Due | None:
    """Return the digest that should be in the channel now, None when it is too early or a mute holds.

    There is one at most: after a downtime only the latest is sent, late on the same local day.
    """
    if subscription.muted_until is not None and now < subscription.muted_until:
        return None
    today = now.astimezone(zone(subscription.tz)).date()
    for local_day in (today, today - ONE_DAY):
        since = moment_of(local_day, subscription.local_time, subscription.tz)
        if since > now:
            continue
        if local_day != today and now >= since + GRACE:
            return None
        day = local_day - ONE_DAY * lag(subscription.local_time, subscription.tz, local_day.year)
        return Due(day, since) if day >= subscription.first_day else None
    return None


def next_due(local_time: str, tz: str, now: datetime) -> Due:
    """Return the next digest after `now`, for a subscription made now."""
    local_day = now.astimezone(zone(tz)).date()
    if moment_of(local_day, local_time, tz) <= now:
        local_day += ONE_DAY
    return Due(local_day - ONE_DAY * lag(local_time, tz, local_day.year), moment_of(local_day, local_time, tz))


def next_midnight(tz: str, now: datetime) -> datetime:
    """Return when the local day of a moment ends."""
    local_day = now.astimezone(zone(tz)).date() + ONE_DAY
    return datetime.combine(local_day, time(), zone(tz)).astimezone(UTC)
