"""Which days of the report are read, when again, and how far back."""

from datetime import UTC, date, datetime, timedelta

from bot.claude_code.model import ReadDay, Reading
from bot.claude_code.plan import (
    OLDEST_DAY,
    begins_on,
    days_further_back,
    days_to_read,
    end_of,
    is_settled,
    may_try,
    read_day,
)
from bot.spend.aggregate import days_between

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_a_day_is_closed_once_it_was_read_an_hour_after_its_end_and_not_before() -> None:
    end = end_of(TODAY)
    for moment, closed, as_of in (
        (NOON, False, NOON - HOUR),
        (end, False, end - HOUR),
        (end + HOUR - timedelta.resolution, False, end - timedelta.resolution),
        (end + HOUR, True, end),
        (end + DAY * 9, True, end),
    ):
        found = read_day(TODAY, moment)
        assert (found.closed, found.as_of) == (closed, as_of), moment


def test_days_that_run_may_have_changed_or_were_missed_are_read_and_no_others() -> None:
    def read_at(back: int, moment: datetime) -> tuple[date, ReadDay]:
        day = TODAY - DAY * back
        return day, read_day(day, moment)

    settled = dict(read_at(back, NOON - DAY * (back - 4)) for back in range(5, 20))
    assert all(is_settled(one) for one in settled.values())
    recent = dict(read_at(back, NOON - HOUR) for back in range(5))
    for changed, wanted in (
        ({}, []),
        (dict([read_at(0, NOON - HOUR / 3)]), [0]),
        (dict([read_at(0, NOON - HOUR / 6)]), []),
        (dict([read_at(2, NOON - HOUR * 7)]), [2]),
        (dict([read_at(2, NOON - HOUR * 5)]), []),
        (dict([read_at(9, NOON - DAY * 8)]), [9]),
        (dict([read_at(0, NOON + DAY)]), [0]),
        (dict([read_at(2, NOON + DAY * 400)]), [2]),
    ):
        known = {**settled, **recent, **dict([read_at(0, NOON - HOUR / 6)]), **changed}
        assert days_to_read(NOON, known) == [TODAY - DAY * back for back in wanted], changed
    holey = {day: one for day, one in settled.items() if day != TODAY - DAY * 7}
    assert days_to_read(NOON, holey) == [TODAY - DAY * back for back in (0, 1, 2, 3, 4, 7)], "newest first, gaps too"
    assert days_to_read(NOON, {}) == [TODAY]
    assert days_to_read(NOON.replace(hour=0, minute=30), {}) == [TODAY - DAY], "nothing of today is reported yet"


def test_the_past_is_loaded_step_by_step_until_nothing_more_is_to_be_expected() -> None:
    assert days_further_back(Reading(), None) == []
    [newest, *_, oldest] = days_further_back(Reading(), TODAY)
    assert (newest, oldest) == (TODAY - DAY, TODAY - DAY * 30)
    assert days_further_back(Reading(looked_back_to=oldest), TODAY)[0] == oldest - DAY, "it resumes where it ended"
    assert days_further_back(Reading(oldest, is_history_over=True), TODAY) == []
    edge = OLDEST_DAY + DAY * 3
    assert days_further_back(Reading(looked_back_to=edge), TODAY) == list(reversed(days_between(OLDEST_DAY, edge - DAY)))
    assert days_further_back(Reading(looked_back_to=OLDEST_DAY), TODAY) == []


def test_the_report_begins_where_older_days_were_refused_else_when_claude_code_came_out() -> None:
    early = TODAY - DAY * 400
    assert begins_on(Reading(early, is_history_over=True)) == early
    assert begins_on(Reading(early)) == begins_on(Reading()) == OLDEST_DAY


def test_a_refusal_is_not_asked_for_again_at_once() -> None:
    assert may_try(Reading(), NOON)
    assert not may_try(Reading(failed_at=NOON - HOUR / 6), NOON)
    assert may_try(Reading(failed_at=NOON - HOUR / 4), NOON)
    assert may_try(Reading(failed_at=NOON + DAY), NOON), "by a clock that was set back"
