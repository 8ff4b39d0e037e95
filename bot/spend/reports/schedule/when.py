"""When a scheduled report is due, about which UTC days. Pure.

Local days and UTC days are paired as for digests (`bot/spend/digests/schedule.py`): the local day D is about what ended with
the UTC day D - lag. A week ends on Sunday, a month with its last day; a report is sent late for some days after a downtime.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from bot.spend.digests.schedule import GRACE, PATIENCE, lag, moment_of, zone
from bot.spend.model import ONE_DAY
from bot.spend.reports.schedule.model import Cadence, ReportSubscription

LATE_DAYS: dict[Cadence, int] = {"daily": 0, "weekly": 2, "monthly": 6}
"""Local days after its own on which a report may still go out."""
_LONGEST = 31


@dataclass(frozen=True)
class DueReport:
    """A report whose time has come: its UTC days, since when it is due, and until when it may be sent."""

    first: date
    last: date
    since: datetime
    until: datetime

    def is_patient(self, now: datetime) -> bool:
        """Tell whether it can still wait for its last day to be closed."""
        return now < self.since + PATIENCE


def days_of(cadence: Cadence, last: date) -> tuple[date, date] | None:
    """Return the UTC days of the report that ends with a day, None where none does."""
    if cadence == "daily":
        return last, last
    if cadence == "weekly":
        return (last - ONE_DAY * 6, last) if last.isoweekday() == 7 else None
    return (last.replace(day=1), last) if (last + ONE_DAY).day == 1 else None


def report_due(wanted: ReportSubscription, now: datetime) -> DueReport | None:
    """Return the report that should be in the channel now, None when it is too early, too late, or muted.

    There is one at most: after a downtime only the latest is sent.
    """
    if wanted.muted_until is not None and now < wanted.muted_until:
        return None
    today = now.astimezone(zone(wanted.tz)).date()
    for back in range(LATE_DAYS[wanted.cadence] + 2):
        found = _on(wanted, today - ONE_DAY * back)
        if found is not None and found.since <= now < found.until:
            return found if found.last >= wanted.first_day else None
    return None


def next_report(wanted: ReportSubscription, now: datetime) -> DueReport:
    """Return the first report that comes due after `now`."""
    today = now.astimezone(zone(wanted.tz)).date()
    coming = (_on(wanted, today + ONE_DAY * ahead) for ahead in range(_LONGEST + 3))
    return next(one for one in coming if one is not None and one.since > now and one.last >= wanted.first_day)


def _on(wanted: ReportSubscription, local_day: date) -> DueReport | None:
    days = days_of(wanted.cadence, local_day - ONE_DAY * lag(wanted.local_time, wanted.tz, local_day.year))
    if days is None:
        return None
    since = moment_of(local_day, wanted.local_time, wanted.tz)
    ends = moment_of(local_day + ONE_DAY * (LATE_DAYS[wanted.cadence] + 1), "00:00", wanted.tz)
    return DueReport(*days, since, max(ends, since + GRACE))


def first_day_for(local_time: str, tz: str, now: datetime) -> date:
    """Return the UTC day before which nothing is sent, for a subscription made now: what is over stays unsaid."""
    local_day = now.astimezone(zone(tz)).date()
    if moment_of(local_day, local_time, tz) <= now:
        local_day += ONE_DAY
    return local_day - timedelta(days=lag(local_time, tz, local_day.year))
