"""A day that somebody types, the moment that is kept, and the day that they read: the same one, in every zone."""

import re
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.slack.markup import date as shown
from bot.words.calendars import LATEST, UTC_DAYS, Calendar, calendar_of, day_to_type, is_zone
from bot.words.dates import read_day
from bot.words.ends import find_end
from bot.words.wording import calendar_day

ZONES = [
    "America/Los_Angeles", "America/Havana", "America/Santiago", "Asia/Beirut", "Asia/Kathmandu", "Australia/Lord_Howe",
    "Atlantic/Azores", "Europe/Berlin", "Etc/GMT+12", "Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati", "UTC",
]  # fmt: skip
"""Both sides of the date line, odd minutes, and clocks that change at midnight, where a day has no or two midnights."""
zones = st.sampled_from(ZONES).map(Calendar)
moments = st.datetimes(datetime(2026, 1, 1), datetime(2029, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis wants them so
SECOND = timedelta(seconds=1)


def changes(zone: str) -> list[date]:
    """Return the days of 2026 and 2027 that don't have 24 hours somewhere, and those beside them."""
    calendar, first = Calendar(zone), date(2026, 1, 1)
    days = [first + timedelta(days=n) for n in range(730)]
    odd = [d for d in days if calendar.end_of(d) - calendar.end_of(d - timedelta(days=1)) != timedelta(days=1)]
    return [day + timedelta(days=step) for day in odd for step in (-1, 0, 1)]


def as_read(calendar: Calendar, moment: datetime) -> date:
    """Return the day that Slack draws of a moment for a reader in a zone."""
    unix = re.search(r"<!date\^([0-9]+)\^", shown(moment))
    assert unix
    return datetime.fromtimestamp(int(unix[1]), ZoneInfo(calendar.name)).date()


def check(calendar: Calendar, day: date) -> None:
    end = calendar.end_of(day)
    assert as_read(calendar, end) == calendar.day_of(end) == day
    assert calendar.day_of(end + SECOND) > day, "nothing of the day is left"
    assert calendar.written(end).startswith(calendar_day(day)), "plain text names the same day"


@given(zones, moments, st.sampled_from(["today", "tomorrow", "in 3 weeks", "next Friday"]))
def test_what_is_typed_is_kept_and_read_as_the_same_day(calendar: Calendar, now: datetime, typed: str) -> None:
    today = calendar.day_of(now)
    day = read_day(typed, today)
    assert find_end(["until", *typed.split()], today).day == day
    check(calendar, day)
    assert calendar.end_of(day) > now or day < today, "a day that isn't over here may be asked for, at any hour"


@pytest.mark.parametrize("zone", ZONES)
def test_a_day_of_another_length_ends_as_it_ends_there(zone: str) -> None:
    for day in changes(zone):
        check(Calendar(zone), day)


def test_the_zones_of_the_tests_have_days_without_and_with_two_midnights() -> None:
    assert sum(bool(changes(zone)) for zone in ZONES) >= 7


@given(zones, zones, st.dates(date(2026, 1, 1), date(2028, 12, 31)))
def test_the_day_to_type_ends_a_key_in_no_calendar_before_it_was_promised(
    asker: Calendar, typed_in: Calendar, day: date
) -> None:
    end = asker.end_of(day)
    typed = day_to_type(end)
    begins = datetime.combine(typed, time(), ZoneInfo(typed_in.name))
    assert begins >= end, "even where the day that is typed doesn't count itself"
    assert timedelta(days=1) <= typed - day <= timedelta(days=3)


@given(zones, moments)
def test_a_day_that_is_over_where_days_end_last_is_over_everywhere(calendar: Calendar, now: datetime) -> None:
    assert calendar.day_of(now) >= LATEST.day_of(now)


def test_moments_are_written_with_their_zone() -> None:
    moment = datetime(2026, 12, 1, 7, 59, 59, tzinfo=UTC)
    assert Calendar("America/Los_Angeles").written(moment) == "30 Nov 2026 23:59 PST"
    assert Calendar("Asia/Kathmandu").written(moment) == "1 Dec 2026 13:44 UTC+05:45"
    assert Calendar("Pacific/Kiritimati").written(moment) == "1 Dec 2026 21:59 UTC+14"
    assert UTC_DAYS.written(moment) == "1 Dec 2026 07:59 UTC"


def test_an_unknown_zone_is_the_companys_and_said() -> None:
    for unknown in ("", "Mars/Olympus", "../etc/passwd", "Europe"):
        assert not is_zone(unknown)
        assert calendar_of(unknown, "Europe/Berlin") == Calendar("Europe/Berlin", is_own=False)
    assert (
        calendar_of("", "Europe/Berlin").whose == "Slack doesn't tell me your time zone, so days are days in Europe/Berlin."
    )
    assert calendar_of("Asia/Kathmandu", "Europe/Berlin").whose == "Days are days in your time zone, Asia/Kathmandu."
