"""Working time: nights, weekends and changes of clocks count for nobody who should decide."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.model import AskedUnder, Rule
from bot.policy.working_hours import Lifetime, WorkingHours

BERLIN = WorkingHours(zone="Europe/Berlin")
ALWAYS = WorkingHours(days=tuple(range(7)), opens=0, closes=24 * 60, zone="Europe/Berlin")
HOURS = Lifetime(rest=timedelta(hours=8))


def at(text: str, hours: WorkingHours = BERLIN) -> datetime:
    """Return a moment by the calendar's own clocks."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(hours.zone))


@pytest.mark.parametrize(
    ("asked", "lifetime", "expires"),
    [
        ("2026-11-27 17:00", HOURS, "2026-11-30 16:00"),  # Friday
        ("2026-11-28 03:00", HOURS, "2026-11-30 17:00"),  # Saturday
        ("2026-11-30 10:00", HOURS, "2026-11-30 18:00"),
        ("2026-11-30 10:01", HOURS, "2026-12-01 09:01"),
        ("2026-11-30 18:00", HOURS, "2026-12-01 17:00"),
        ("2026-11-30 12:00", Lifetime(days=1), "2026-12-01 12:00"),
        ("2026-11-27 12:00", Lifetime(days=3), "2026-12-02 12:00"),
        ("2026-11-28 12:00", Lifetime(days=1), "2026-11-30 18:00"),
        ("2026-11-27 17:00", Lifetime(days=1, rest=timedelta(hours=2)), "2026-12-01 10:00"),
        ("2026-11-27 17:00", Lifetime(rest=timedelta(hours=8), is_calendar=True), "2026-11-28 01:00"),
        ("2026-10-23 17:00", HOURS, "2026-10-26 16:00"),  # the clocks go back in the weekend
        ("2026-03-27 17:00", HOURS, "2026-03-30 16:00"),  # and forward
    ],
)
def test_only_working_time_counts(asked: str, lifetime: Lifetime, expires: str) -> None:
    assert lifetime.after(at(asked), BERLIN) == at(expires)


def test_hours_are_counted_as_they_pass_where_clocks_change_within_them() -> None:
    asked = at("2026-10-24 20:00", ALWAYS)
    assert ALWAYS.after(asked, timedelta(hours=8)) == asked.astimezone(UTC) + timedelta(hours=8)
    assert HOURS.after(asked, ALWAYS) == at("2026-10-25 03:00", ALWAYS)


@given(
    st.datetimes(min_value=datetime(2026, 1, 1), max_value=datetime(2027, 1, 1)),  # noqa: DTZ001 - made aware below
    st.integers(1, 6_000),
    st.integers(1, 6_000),
    st.sampled_from(
        [BERLIN, ALWAYS, WorkingHours(days=(6,), zone="America/Sao_Paulo"), WorkingHours(zone="Pacific/Chatham")]
    ),
)
def test_working_time_adds_up(asked: datetime, one: int, other: int, hours: WorkingHours) -> None:
    start = asked.replace(tzinfo=UTC)
    first, second = timedelta(minutes=one), timedelta(minutes=other)
    end = hours.after(start, first)
    assert end >= start + first
    assert hours.after(end, second) == hours.after(start, first + second)
    local = (end - timedelta(seconds=1)).astimezone(ZoneInfo(hours.zone))
    assert local.weekday() in hours.days
    assert hours.opens <= local.hour * 60 + local.minute < hours.closes


@pytest.mark.parametrize(
    ("lifetime", "hours", "said"),
    [
        (HOURS, BERLIN, "8 working hours"),
        (Lifetime(days=1), BERLIN, "1 working day"),
        (Lifetime(days=1, rest=timedelta(hours=12)), BERLIN, "1 d 12 h of working time"),
        (Lifetime(rest=timedelta(minutes=30)), BERLIN, "30 min of working time"),
        (HOURS, ALWAYS, "8 h"),
        (Lifetime(days=2, is_calendar=True), BERLIN, "2 d"),
    ],
)
def test_a_lifetime_says_what_counts(lifetime: Lifetime, hours: WorkingHours, said: str) -> None:
    assert lifetime.in_words(hours) == said


def test_a_calendar_says_its_days_and_hours() -> None:
    assert BERLIN.in_words() == "Mon–Fri 09:00–18:00, Europe/Berlin"
    assert WorkingHours(days=(0, 2, 5), opens=600, closes=1440).in_words() == "Mon, Wed and Sat 10:00–24:00, UTC"


@pytest.mark.parametrize(
    ("length", "ends_at", "remind_at", "last_call_at"),
    [
        (8.0, "", "2026-11-30 12:00", "2026-11-30 15:00"),
        (8.0, "2026-11-30 17:00", "2026-11-30 12:00", "2026-11-30 15:00"),
        (8.0, "2026-11-28 00:00", "2026-11-27 20:30", "2026-11-27 23:00"),
        (8.0, "2026-11-27 18:30", "2026-11-27 17:45", "2026-11-27 17:45"),
        (1.5, "", "2026-11-27 17:45", "2026-11-27 17:45"),
        (0.5, "", None, None),
    ],
)
def test_the_moments_of_reminders_are_of_working_time_too(
    length: float, ends_at: str, remind_at: str, last_call_at: str
) -> None:
    """But where what is asked for ends before it would expire: then they are of the time that is left."""
    rule = Rule(expires_in=Lifetime(rest=timedelta(hours=length)), hours=BERLIN)
    asked = AskedUnder.of(rule, at("2026-11-27 17:00"), at(ends_at) if ends_at else None)
    expected = (at(remind_at), at(last_call_at)) if remind_at else (None, None)
    assert (asked.remind_at, asked.last_call_at) == expected
