"""When the weekly summary is due."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from bot.claude_code.digests.schedule import CodeSubscription, due, next_due

MONDAY = date(2026, 11, 23)
ZONES = {"UTC": 9, "Europe/Berlin": 8, "America/New_York": 14, "Asia/Tokyo": 0, "Pacific/Kiritimati": -5}
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def subscription(tz: str) -> CodeSubscription:
    return CodeSubscription("C0COSTS", tz, "U0DANA", datetime(2026, 11, 1, tzinfo=UTC), date(2026, 11, 2))


@pytest.mark.parametrize("tz", ZONES)
def test_it_is_due_on_monday_at_nine_where_the_channel_is_about_the_seven_days_before(tz: str) -> None:
    nine = datetime(2026, 11, 23, tzinfo=UTC) + HOUR * ZONES[tz]
    one = subscription(tz)
    assert due(one, nine - timedelta.resolution) is None
    for moment in (nine, nine + HOUR * 5, nine + DAY * 3 - timedelta.resolution):
        found = due(one, moment)
        assert found is not None
        assert (found.monday, found.since, found.days) == (MONDAY, nine, (date(2026, 11, 16), date(2026, 11, 22)))
    assert due(one, nine + DAY * 3) is None, "later the next one comes"
    assert next_due(tz, nine - HOUR).since == nine
    assert next_due(tz, nine).monday == MONDAY + DAY * 7
    waits_until = datetime(2026, 11, 23, 1, tzinfo=UTC)
    found = due(one, max(nine, waits_until))
    assert found is not None
    assert found.is_patient(waits_until), "until Sunday is known in full, anywhere in the world"


def test_a_mute_an_end_and_a_beginning_are_kept() -> None:
    one, nine = subscription("UTC"), datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert due(replace(one, muted_until=nine + HOUR), nine) is None
    assert due(replace(one, muted_until=nine), nine) is not None
    assert due(replace(one, first_monday=MONDAY + DAY * 7), nine) is None
    assert due(replace(one, tz="Nowhere/Land"), nine) == due(one, nine)  # by UTC


def test_no_week_is_left_out_or_doubled_over_a_year_with_its_changes_of_clocks() -> None:
    for tz in ZONES:
        now, mondays = datetime(2026, 1, 1, tzinfo=UTC), list[date]()
        for _ in range(52):
            week = next_due(tz, now)
            mondays.append(week.monday)
            assert due(replace(subscription(tz), first_monday=date(2026, 1, 1)), week.since) == week
            now = week.since
        assert mondays == [date(2026, 1, 5) + DAY * 7 * n for n in range(52)]
