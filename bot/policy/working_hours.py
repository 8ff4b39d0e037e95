"""Working time: which hours count before an undecided request expires. Pure.

A lifetime such as `8h` counts working hours, `3d` working days: each day counts as many hours as a working day has, so
that with 09:00 to 18:00 `1d` is nine of them, and what is asked on Monday at noon expires on Tuesday at noon.
`8h calendar` counts every hour, also at night and at weekends; a day of it has 24.
"""

from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict

from bot.words.calendars import Calendar
from bot.words.own import Own, own
from bot.words.wording import WEEKDAYS, listed, plural

_DAY = 24 * 60
_MINUTE = timedelta(minutes=1)


class WorkingHours(BaseModel):
    """The working days (0 is Monday) and hours (minutes after midnight, local; 1440 is the end of the day) in a zone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: tuple[int, ...] = (0, 1, 2, 3, 4)
    opens: int = 9 * 60
    closes: int = 18 * 60
    zone: str = "UTC"

    @property
    def day_length(self) -> timedelta:
        """How much a working day counts, by the clock on the wall."""
        return (self.closes - self.opens) * _MINUTE

    @property
    def is_always(self) -> bool:
        """Whether every hour is a working hour."""
        return len(self.days) == len(WEEKDAYS) and self.day_length == _DAY * _MINUTE

    def after(self, start: datetime, work: timedelta) -> datetime:
        """Return the moment, in UTC, by which so much working time has passed since `start`.

        Hours are counted as they pass, so that a change of clocks within them neither adds nor takes one.
        """
        begin, left = start.astimezone(UTC), work
        day = Calendar(self.zone).day_of(start)
        while True:
            if day.weekday() in self.days:
                opens, closes = max(self._moment(day, self.opens), begin), self._moment(day, self.closes)
                if closes - opens >= left:
                    return opens + left
                left -= max(closes - opens, timedelta())
            day += timedelta(days=1)

    def _moment(self, day: date, minutes: int) -> datetime:
        if minutes == _DAY:
            day, minutes = day + timedelta(days=1), 0
        return datetime.combine(day, time(*divmod(minutes, 60)), ZoneInfo(self.zone)).astimezone(UTC)

    def in_words(self) -> Own:
        """Return `Mon–Fri 09:00–18:00, Europe/Berlin`."""
        names: list[Own] = [own(WEEKDAYS[day]) for day in self.days]
        is_run = len(names) > 2 and all(later == day + 1 for day, later in pairwise(self.days))
        days = f"{names[0]}–{names[-1]}" if is_run else listed(names)
        return f"{days} {_clock(self.opens)}–{_clock(self.closes)}, {own(self.zone)}"


def _clock(minutes: int) -> Own:
    return own(f"{minutes // 60:02d}:{minutes % 60:02d}")


class Lifetime(BaseModel):
    """How long a request waits for a decision: days, and hours and minutes besides them, of working time.

    `is_calendar`: every hour counts, and a day has 24.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    days: int = 0
    rest: timedelta = timedelta()
    is_calendar: bool = False

    def span(self, hours: WorkingHours) -> timedelta:
        """Return how much time has to count."""
        return self.days * (timedelta(days=1) if self.is_calendar else hours.day_length) + self.rest

    def after(self, start: datetime, hours: WorkingHours, span: timedelta | None = None) -> datetime:
        """Return the moment at which all of it, or so much of it, has passed since `start`."""
        span = self.span(hours) if span is None else span
        return start.astimezone(UTC) + span if self.is_calendar else hours.after(start, span)

    def in_words(self, hours: WorkingHours) -> Own:
        """Return `8 working hours`, `3 working days`, `1 d 12 h of working time`, or `8 h` where all time counts."""
        whole, minutes = divmod(self.rest // _MINUTE, 60)
        if self.is_calendar or hours.is_always:
            return _compact(self.days, whole, minutes)
        if not self.rest:
            return plural(self.days, "working day")
        if not (self.days or minutes):
            return plural(whole, "working hour")
        return f"{_compact(self.days, whole, minutes)} of working time"


def _compact(days: int, hours: int, minutes: int) -> Own:
    parts = [own(f"{number} {unit}") for number, unit in ((days, "d"), (hours, "h"), (minutes, "min")) if number]
    return own(" ".join(parts)) if parts else "0 min"
