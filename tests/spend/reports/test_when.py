"""Scheduled reports come once for each day, week and month, in every zone, whatever the clocks do."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise

from bot.slack import ids
from bot.spend.model import ONE_DAY
from bot.spend.reports.model import Wanted
from bot.spend.reports.schedule.forms import schedule_values
from bot.spend.reports.schedule.model import CADENCES, Cadence, ReportRun, ReportSubscription
from bot.spend.reports.schedule.when import days_of, first_day_for, next_report, report_due

BERLIN = "Europe/Berlin"


def wanted(
    cadence: Cadence = "weekly", at: str = "09:00", tz: str = BERLIN, first: date = date(2026, 1, 1)
) -> ReportSubscription:
    made = datetime(2026, 1, 1, tzinfo=UTC)
    return ReportSubscription("rep_1", "C0COSTS", "tokens", "", cadence, at, tz, "U0DANA", made, first)


def when(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_it_is_due_after_its_last_day_is_over_and_for_some_days_after_a_downtime() -> None:
    cases: dict[tuple[Cadence, str], tuple[str, str] | None] = {
        ("daily", "2026-11-23 07:59"): None,
        ("daily", "2026-11-23 08:00"): ("2026-11-22", "2026-11-22"),
        ("weekly", "2026-11-23 07:59"): None,
        ("weekly", "2026-11-23 08:00"): ("2026-11-16", "2026-11-22"),
        ("weekly", "2026-11-25 22:00"): ("2026-11-16", "2026-11-22"),
        ("weekly", "2026-11-25 23:00"): None,
        ("monthly", "2026-11-30 12:00"): None,
        ("monthly", "2026-12-01 08:00"): ("2026-11-01", "2026-11-30"),
        ("monthly", "2026-12-07 22:00"): ("2026-11-01", "2026-11-30"),
        ("monthly", "2026-12-07 23:00"): None,
    }
    for (cadence, now), expected in cases.items():
        found = report_due(wanted(cadence), when(now))
        assert (found and (found.first.isoformat(), found.last.isoformat())) == expected, (cadence, now)


def test_each_period_comes_once_in_every_zone_and_is_over_by_then() -> None:
    zones = (("Pacific/Kiritimati", "04:00"), ("Asia/Kolkata", "23:30"), ("America/St_Johns", "04:00"), (BERLIN, "09:00"))
    for tz, at in zones:
        for cadence in CADENCES:
            one, seen = wanted(cadence, at, tz), list[tuple[date, date]]()
            now = when("2026-03-01 00:10")
            while now < when("2026-06-01 00:00"):
                found = report_due(one, now)
                if found and (found.first, found.last) not in seen:
                    seen.append((found.first, found.last))
                    assert now >= datetime.combine(found.last + ONE_DAY, datetime.min.time(), UTC)
                now += timedelta(hours=6)
            assert seen == sorted(seen)
            assert all(days_of(cadence, last) == (first, last) for first, last in seen)
            gaps = {later[0] - earlier[1] for earlier, later in pairwise(seen)}
            assert gaps == {ONE_DAY}, "the days follow one another without a gap"


def test_a_mute_ends_where_the_skipped_one_may_not_be_sent_any_more() -> None:
    for cadence in CADENCES:
        one = wanted(cadence)
        coming = next_report(one, when("2026-11-20 12:00"))
        muted = replace(one, muted_until=coming.until)
        assert report_due(muted, coming.since) is None
        after = report_due(muted, coming.until)
        assert after is None or after.first > coming.first
        assert next_report(one, coming.since).first > coming.last


def test_what_is_over_when_it_is_set_up_stays_unsaid() -> None:
    now = when("2026-11-23 10:00")
    one = wanted(first=first_day_for("09:00", BERLIN, now))
    assert report_due(one, now) is None
    assert next_report(one, now).first == date(2026, 11, 23)
    early = wanted(first=first_day_for("12:00", BERLIN, now), at="12:00")
    assert next_report(early, now).last == date(2026, 11, 22), "it comes today"


def test_a_month_is_asked_for_as_a_month_so_that_it_is_compared_with_one() -> None:
    month = ReportRun(1, "rep_1", "C0COSTS", "tokens", "", date(2026, 2, 1), date(2026, 2, 28))
    week = replace(month, first=date(2026, 11, 16), last=date(2026, 11, 22))
    assert month.wanted.period == "2026-02"
    assert week.wanted.period == "2026-11-16..2026-11-22"
    assert replace(month, first=date(2026, 3, 1), last=date(2026, 3, 1)).wanted.period == "2026-03-01..2026-03-01"


def test_a_report_is_scheduled_as_often_as_the_period_that_somebody_looks_at() -> None:
    offered = {
        one: schedule_values("C0COSTS", BERLIN, Wanted("allocation", one))[ids.REPORT_CADENCE]
        for one in ("last month", "october", "2026-10", "q3", "yesterday", "7d", "30d")
    }
    assert [*offered.values()] == ["monthly"] * 4 + ["daily", "weekly", "weekly"]
    assert schedule_values("C0COSTS", BERLIN, None)[ids.REPORT_CADENCE] == "weekly"
