"""One digest for each local day and each UTC day, whatever the clocks do; and the words and periods of a query."""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.claude_code.digests.schedule import CodeSubscription
from bot.claude_code.digests.schedule import due as code_due
from bot.spend.ask.grammar import NotUnderstood, parse_query, span, span_before, words_of
from bot.spend.digests.forms import digest_frame
from bot.spend.digests.model import Subscription
from bot.spend.digests.schedule import due, half_hours, lag, moment_of, next_due
from bot.spend.dimensions import DIMENSIONS, KEY, MODEL, WORKSPACE, Dimension
from bot.spend.model import PERIODS, SpendQuery, in_workspaces
from tests import sizes

DAY = timedelta(days=1)
ZONES = [
    "Europe/Berlin",
    "America/New_York",
    "America/Los_Angeles",
    "Pacific/Auckland",
    "Asia/Kolkata",
    "UTC",
    "Pacific/Kiritimati",
]
NAMES = ["Data Platform", "Lab", 'Ops "blue"', '5"', "“Quoted” team", "R&D", "in", "by key"]
CHANGES = [date(2026, 3, 29), date(2026, 10, 25), date(2026, 3, 8), date(2026, 11, 1), date(2026, 4, 5), date(2026, 9, 27)]


def subscription(local_time: str = "09:00", tz: str = "Europe/Berlin", first_day: date = date(2026, 1, 1)) -> Subscription:
    return Subscription("dig_1", "C0COSTS", local_time, tz, (), "U0DANA", datetime(2026, 1, 1, tzinfo=UTC), first_day)


@pytest.mark.parametrize("tz", ZONES)
@pytest.mark.parametrize("change", CHANGES)
@pytest.mark.parametrize("local_time", ["04:00", "09:00", "19:30", "23:30"])
def test_around_a_clock_change_every_day_is_reported_once_and_after_its_end(tz: str, change: date, local_time: str) -> None:
    wanted, seen = subscription(local_time, tz), dict[date, list[datetime]]()
    now = datetime.combine(change - 3 * DAY, time(), UTC)
    while now < datetime.combine(change + 4 * DAY, time(), UTC):
        found = due(wanted, now)
        if found is not None and found.day not in seen:
            seen[found.day] = [now]
            assert now >= datetime.combine(found.day + DAY, time(), UTC), "the UTC day was not over"
        now += timedelta(minutes=30)
    days = sorted(seen)
    assert len(days) >= 6
    assert days == [days[0] + n * DAY for n in range(len(days))], "no day is skipped"


@given(st.sampled_from(ZONES), st.dates(date(2026, 1, 1), date(2027, 12, 31)), st.sampled_from(half_hours()))
def test_local_days_and_reported_days_go_in_step(tz: str, local_day: date, local_time: str) -> None:
    reported = local_day - DAY * lag(local_time, tz, local_day.year)
    since = moment_of(local_day, local_time, tz)
    assert since >= datetime.combine(reported + DAY, time(), UTC)
    found = due(subscription(local_time, tz, date(2025, 1, 1)), since)
    assert found is not None
    assert (found.day, found.since) == (reported, since)


@pytest.mark.parametrize("tz", sorted(available_timezones())[:: len(available_timezones()) // sizes.ZONES][: sizes.ZONES])
def test_each_local_day_reports_one_utc_day_in_zones_all_over_the_world(tz: str) -> None:
    for local_day in (date(2026, 1, 1) + DAY * number for number in range(sizes.DAYS)):
        for local_time in ("00:00", "04:30", "12:00", "23:30"):
            reported = local_day - DAY * lag(local_time, tz, local_day.year)
            since = moment_of(local_day, local_time, tz)
            assert since >= datetime.combine(reported + DAY, time(), UTC)
            found = due(subscription(local_time, tz, date(2025, 1, 1)), since)
            assert found is not None
            assert found.day == reported


def test_a_missing_hour_is_due_after_it_and_a_doubled_one_at_its_first() -> None:
    assert moment_of(date(2026, 3, 29), "02:30", "Europe/Berlin") == datetime(2026, 3, 29, 1, 30, tzinfo=UTC)
    assert moment_of(date(2026, 10, 25), "02:30", "Europe/Berlin") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


def test_after_a_downtime_only_the_latest_digest_is_due_and_late_the_same_day() -> None:
    wanted = subscription()
    berlin = ZoneInfo("Europe/Berlin")
    late = due(wanted, datetime(2026, 11, 21, 22, 0, tzinfo=berlin))
    assert late is not None
    assert late.day == date(2026, 11, 20)
    assert due(wanted, datetime(2026, 11, 22, 8, 59, tzinfo=berlin)) is None
    assert due(subscription("23:30"), datetime(2026, 11, 22, 1, 0, tzinfo=berlin)) is not None, "a late one has its grace"


def test_a_digest_waits_for_its_day_but_not_for_ever() -> None:
    found = due(subscription(), datetime(2026, 11, 21, 9, 0, tzinfo=UTC))
    assert found is not None
    assert found.is_patient(found.since + timedelta(hours=2, minutes=59))
    assert not found.is_patient(found.since + timedelta(hours=3))


def test_a_subscription_made_after_its_hour_begins_tomorrow() -> None:
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    first = next_due("09:00", "Europe/Berlin", now)
    assert (first.day, first.since) == (date(2026, 11, 21), datetime(2026, 11, 22, 8, 0, tzinfo=UTC))
    assert due(subscription(first_day=first.day), now) is None
    assert due(subscription(first_day=first.day), first.since) == first


def test_a_muted_digest_is_not_due() -> None:
    now = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    assert due(replace(subscription(), muted_until=now + DAY), now) is None
    assert due(replace(subscription(), muted_until=now), now) is not None


def test_a_digest_of_a_zone_that_is_not_known_any_more_comes_by_utc_and_says_so() -> None:
    lost, now = subscription(tz="Mars/Olympus"), datetime(2026, 11, 21, 12, 0, tzinfo=UTC)
    assert due(lost, now) == due(replace(lost, tz="UTC"), now) is not None
    assert next_due(lost.local_time, lost.tz, now) == next_due(lost.local_time, "UTC", now)
    assert "(by UTC, because I don't know the time zone Mars/Olympus any more)" in str(digest_frame("C0COSTS", lost))
    weekly = CodeSubscription("C0COSTS", "Mars/Olympus", "U0DANA", now, date(2026, 11, 2))
    assert code_due(weekly, now + DAY * 2) == code_due(replace(weekly, tz="UTC"), now + DAY * 2) is not None


def test_a_query_is_read_in_any_order_and_case() -> None:
    assert parse_query(["30D", "By", "models", "in", "data", "PLATFORM"], ["Data Platform", "Data"]) == SpendQuery(
        "30d", MODEL, in_workspaces("Data Platform")
    )
    assert parse_query([]) == SpendQuery("yesterday", WORKSPACE)


@pytest.mark.parametrize(
    ("typed", "unknown", "suggestion"),
    [
        ("30d xyz", "xyz", None),
        ("30d by modell", "by modell", "30d by model"),
        ("7d in Produktion", "in Produktion", "7d in Production"),
        ("yesterdy by key", "yesterdy", "yesterday by key"),
        ("by", "by", None),
        ("last weak", "last weak", "last week"),
        ("30", "30", "30d"),
        ("7d by api ky", "by api ky", "7d by key"),
        ("yesterdy foo", "yesterdy foo", "yesterday"),
        ("7d foo by key", "foo", "7d by key"),
    ],
)
def test_words_that_make_no_sense_get_the_nearest_that_do(typed: str, unknown: str, suggestion: str | None) -> None:
    found = parse_query(typed.split(), ["Production", "Data Platform"])
    assert isinstance(found, NotUnderstood)
    assert (found.unknown, found.suggestion) == (unknown, suggestion)


@given(st.sampled_from(PERIODS), st.sampled_from(DIMENSIONS), st.sampled_from([None, *NAMES]))
def test_a_query_comes_back_from_its_words(period: str, by: Dimension, workspace: str | None) -> None:
    from bot.commands.parse import split_words

    query = SpendQuery(period, by, in_workspaces(workspace) if workspace else ())
    assert parse_query(split_words(words_of(query)), NAMES) == query


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("7d by api key", SpendQuery("7d", KEY)),
        ("30 d", SpendQuery("30d")),
        ("30 days by keys", SpendQuery("30d", KEY)),
        ("week in production", SpendQuery("7d", WORKSPACE, in_workspaces("Production"))),
        ("month", SpendQuery("mtd")),
        ("today today by key by keys", SpendQuery("today", KEY)),
        ('in Ops "blue" 7d', SpendQuery("7d", WORKSPACE, in_workspaces('Ops "blue"'))),
    ],
)
def test_words_that_people_use_are_understood(typed: str, expected: SpendQuery) -> None:
    assert parse_query(typed.split(), ["Production", 'Ops "blue"']) == expected


@pytest.mark.parametrize(
    ("typed", "read", "second", "suggestion"),
    [
        ("today yesterday", ("today",), ("yesterday", "period"), "today"),
        (
            "7d by key by model by workspace",
            ("7d", "by key", "by model"),
            ("by workspace", "breakdown"),
            "7d by key by model",
        ),
        ("top 5 top 3 7d", ("top 5",), ("top 3", "number of parts"), "top 5 7d"),
        ("7d tokens over $5 by key", ("7d", "tokens", "by key"), ("over $5", "least amount"), "7d tokens by key"),
    ],
)
def test_contradictions_are_reported_and_not_resolved_in_silence(
    typed: str, read: tuple[str, ...], second: tuple[str, str], suggestion: str
) -> None:
    found = parse_query(typed.split(), ["Production", "Default"])
    assert isinstance(found, NotUnderstood)
    assert (found.understood, (found.unknown, found.second), found.suggestion) == (read, second, suggestion)


words_typed = st.lists(
    st.one_of(
        st.text(max_size=12),
        st.sampled_from(["by", "in", "7d", "tody", "api", "key", "modell", "30", "d", "Production", "Produktion", '"']),
    ),
    max_size=6,
)


@given(words_typed)
def test_no_words_break_the_parser_and_what_it_suggests_it_understands(words: list[str]) -> None:
    from bot.commands.parse import split_words

    found = parse_query(words, ["Production"])
    if isinstance(found, NotUnderstood) and found.suggestion:
        assert isinstance(parse_query(split_words(found.suggestion), ["Production"]), SpendQuery)


@pytest.mark.parametrize(
    ("period", "today", "expected", "before"),
    [
        ("today", date(2026, 11, 23), (date(2026, 11, 23),) * 2, (date(2026, 11, 16),) * 2),
        ("yesterday", date(2026, 3, 1), (date(2026, 2, 28),) * 2, (date(2026, 2, 21),) * 2),
        ("7d", date(2026, 3, 3), (date(2026, 2, 24), date(2026, 3, 2)), (date(2026, 2, 17), date(2026, 2, 23))),
        ("30d", date(2026, 1, 1), (date(2025, 12, 2), date(2025, 12, 31)), (date(2025, 11, 2), date(2025, 12, 1))),
        ("mtd", date(2026, 3, 31), (date(2026, 3, 1), date(2026, 3, 31)), (date(2026, 2, 1), date(2026, 2, 28))),
        ("mtd", date(2026, 3, 1), (date(2026, 3, 1),) * 2, (date(2026, 2, 1),) * 2),
    ],
)
def test_periods_and_what_they_are_compared_with(
    period: str, today: date, expected: tuple[date, date], before: tuple[date, date]
) -> None:
    assert span(period, today) == expected  # pyright: ignore[reportArgumentType]
    assert span_before(period, today) == before  # pyright: ignore[reportArgumentType]
