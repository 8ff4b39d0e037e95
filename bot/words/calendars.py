"""Days of a time zone: what somebody means by a day, and when it is over. Pure.

A date without a zone never leaves the calendar in which it was typed: it becomes a moment, and each reader sees it in
their own zone. Where Slack draws no dates, `written` says the zone.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import cached_property
from zoneinfo import ZoneInfo

from bot.words.own import Own, own
from bot.words.wording import calendar_day

_SECOND, _DAY = timedelta(seconds=1), timedelta(days=1)
_FURTHEST_EAST = timedelta(hours=14)
"""No zone is further from UTC: a day has begun everywhere so long before it begins in UTC."""


def is_zone(name: str) -> bool:
    """Tell whether a name is one of the IANA time zones."""
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return False
    return bool(name)


@dataclass(frozen=True)
class Calendar:
    """The days of one time zone, by its IANA name.

    `is_own`: it is the person's own, as Slack tells it; otherwise Slack doesn't, and the company's counts.
    """

    name: str
    is_own: bool = True

    @cached_property
    def _zone(self) -> ZoneInfo:
        return ZoneInfo(self.name)

    def day_of(self, moment: datetime) -> date:
        """Return the day on which an aware moment falls here."""
        return moment.astimezone(self._zone).date()

    def end_of(self, day: date) -> datetime:
        """Return the last second of a day here, in UTC, also where a clock change makes the day longer or shorter."""
        # fold=0: the first midnight of two; a midnight that is left out is the moment of the change.
        return datetime.combine(day + _DAY, time(), self._zone).astimezone(UTC) - _SECOND

    def written(self, moment: datetime) -> Own:
        """Return a moment as plain text: `30 Nov 2026 23:59 PST`; for where Slack draws no dates."""
        local = moment.astimezone(self._zone)
        return own(f"{calendar_day(local.date())} {local:%H:%M} {_zone_in_words(local)}")

    @property
    def whose(self) -> Own:
        """Return whose days these are, as a sentence of plain text."""
        if self.is_own:
            return own(f"Days are days in your time zone, {self.name}.")
        return own(f"Slack doesn't tell me your time zone, so days are days in {self.name}.")


UTC_DAYS = Calendar("UTC")
LATEST = Calendar("Etc/GMT+12")
"""Where every day ends last: a day that is over here is over everywhere."""


def calendar_of(tz: str, company: str) -> Calendar:
    """Return the calendar of a person with this Slack time zone; the company's where that is unknown."""
    return Calendar(tz) if is_zone(tz) else Calendar(company, is_own=False)


def day_to_type(moment: datetime) -> date:
    """Return the first day that begins nowhere before a moment.

    What ends with it ends no earlier, in whichever calendar it is typed, whether at that day's beginning or at its end.
    """
    east = moment.astimezone(UTC) + _FURTHEST_EAST
    return east.date() + _DAY * (east.time() > time())


def _zone_in_words(local: datetime) -> str:
    """Return `PST`, and `UTC+05:45` where a zone has no letters."""
    name = local.tzname() or ""
    if name[:1] not in ("+", "-"):
        return name
    return f"UTC{name[:3]}" + (f":{name[3:]}" if name[3:] else "")
