"""Periods: what people type for them, the days that they mean, and what those are compared with."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.spend.ask.grammar import NotUnderstood, parse_query, words_of
from bot.spend.ask.periods import MONTH_NAMES, read_period, span, span_before
from bot.spend.dimensions import KEY
from bot.spend.model import PERIODS, SpendQuery, in_workspaces

PERIODS_OF_ALL_SORTS = [
    *PERIODS, *MONTH_NAMES, "45d", "02-29..03-01", "q1", "q4", "this quarter", "last quarter", "ytd", "last year", "monday",
    "sunday", "since 02-29", "since q2", "since friday", "2025-q4", "since 2025",
    "last 3 months", "last 2 quarters", "w01", "w53", "2025-w52", "july..september", "q4..2026-q1", "11-01..yesterday",
    "2 days ago", "3 weeks ago", "2 quarters ago", "the 31st", "the 29th..the 1st", "monday..friday", "since the 30th",
    "week of 02-29", "week of 01-01", "february last year", "q4 last year",
]  # fmt: skip
SATURDAY = date(2026, 11, 21)
Days = tuple[tuple[int, int, int], tuple[int, int, int]]


@pytest.mark.parametrize(
    ("typed", "days", "before"),
    [
        ("last month", ((2026, 10, 1), (2026, 10, 31)), ((2026, 9, 1), (2026, 9, 30))),
        ("previous month", ((2026, 10, 1), (2026, 10, 31)), ((2026, 9, 1), (2026, 9, 30))),
        ("October", ((2026, 10, 1), (2026, 10, 31)), ((2026, 9, 1), (2026, 9, 30))),
        ("oct", ((2026, 10, 1), (2026, 10, 31)), ((2026, 9, 1), (2026, 9, 30))),
        ("Sept", ((2026, 9, 1), (2026, 9, 30)), ((2026, 8, 1), (2026, 8, 31))),
        ("2026-02", ((2026, 2, 1), (2026, 2, 28)), ((2026, 1, 1), (2026, 1, 31))),
        ("Oct 2025", ((2025, 10, 1), (2025, 10, 31)), ((2025, 9, 1), (2025, 9, 30))),
        ("december", ((2025, 12, 1), (2025, 12, 31)), ((2025, 11, 1), (2025, 11, 30))),
        ("november", ((2026, 11, 1), (2026, 11, 21)), ((2026, 10, 1), (2026, 10, 21))),
        ("this month", ((2026, 11, 1), (2026, 11, 21)), ((2026, 10, 1), (2026, 10, 21))),
        ("last week", ((2026, 11, 9), (2026, 11, 15)), ((2026, 11, 2), (2026, 11, 8))),
        ("this week", ((2026, 11, 16), (2026, 11, 21)), ((2026, 11, 9), (2026, 11, 14))),
        ("week of 18 Nov", ((2026, 11, 16), (2026, 11, 21)), ((2026, 11, 9), (2026, 11, 14))),
        ("week of 11 November", ((2026, 11, 9), (2026, 11, 15)), ((2026, 11, 2), (2026, 11, 8))),
        ("week of 30 Dec", ((2025, 12, 29), (2026, 1, 4)), ((2025, 12, 22), (2025, 12, 28))),
        ("2 days ago", ((2026, 11, 19), (2026, 11, 19)), ((2026, 11, 12), (2026, 11, 12))),
        ("week before last", ((2026, 11, 2), (2026, 11, 8)), ((2026, 10, 26), (2026, 11, 1))),
        ("month before last", ((2026, 9, 1), (2026, 9, 30)), ((2026, 8, 1), (2026, 8, 31))),
        ("11 months ago", ((2025, 12, 1), (2025, 12, 31)), ((2025, 11, 1), (2025, 11, 30))),
        ("quarter before last", ((2026, 4, 1), (2026, 6, 30)), ((2026, 1, 1), (2026, 3, 31))),
        ("the 21st", ((2026, 11, 21), (2026, 11, 21)), ((2026, 11, 14), (2026, 11, 14))),
        ("the 31st", ((2026, 10, 31), (2026, 10, 31)), ((2026, 10, 24), (2026, 10, 24))),
        ("since the 22nd", ((2026, 10, 22), (2026, 11, 21)), ((2026, 9, 21), (2026, 10, 21))),
        ("the 1st to the 15th", ((2026, 11, 1), (2026, 11, 15)), ((2026, 10, 17), (2026, 10, 31))),
        ("25th to 5th", ((2026, 10, 25), (2026, 11, 5)), ((2026, 10, 13), (2026, 10, 24))),
        ("the 1st to 15 october", ((2026, 10, 1), (2026, 10, 15)), ((2026, 9, 16), (2026, 9, 30))),
        ("the 20th to 5 nov", ((2026, 10, 20), (2026, 11, 5)), ((2026, 10, 3), (2026, 10, 19))),
        ("october to the 15th", ((2026, 10, 1), (2026, 11, 15)), ((2026, 8, 16), (2026, 9, 30))),
        ("1 oct to friday", ((2026, 10, 1), (2026, 11, 20)), ((2026, 8, 11), (2026, 9, 30))),
        ("week of 2026-11-22", ((2026, 11, 16), (2026, 11, 21)), ((2026, 11, 9), (2026, 11, 14))),
        ("monday to friday", ((2026, 11, 16), (2026, 11, 20)), ((2026, 11, 9), (2026, 11, 13))),
        ("friday to monday", ((2026, 11, 20), (2026, 11, 21)), ((2026, 11, 13), (2026, 11, 14))),
        ("weekend", ((2026, 11, 14), (2026, 11, 15)), ((2026, 11, 7), (2026, 11, 8))),
        ("dec last year", ((2025, 12, 1), (2025, 12, 31)), ((2025, 11, 1), (2025, 11, 30))),
        ("q4 last year", ((2025, 10, 1), (2025, 12, 31)), ((2025, 7, 1), (2025, 9, 30))),
        ("45d", ((2026, 10, 7), (2026, 11, 20)), ((2026, 8, 23), (2026, 10, 6))),
        ("45 days", ((2026, 10, 7), (2026, 11, 20)), ((2026, 8, 23), (2026, 10, 6))),
        ("last 3 days", ((2026, 11, 18), (2026, 11, 20)), ((2026, 11, 15), (2026, 11, 17))),
        ("1d", ((2026, 11, 20), (2026, 11, 20)), ((2026, 11, 13), (2026, 11, 13))),
        ("366d", ((2025, 11, 20), (2026, 11, 20)), ((2024, 11, 19), (2025, 11, 19))),
        ("2026-10-03..2026-10-17", ((2026, 10, 3), (2026, 10, 17)), ((2026, 9, 18), (2026, 10, 2))),
        ("2026-10-03 .. 2026-10-17", ((2026, 10, 3), (2026, 10, 17)), ((2026, 9, 18), (2026, 10, 2))),
        ("2026-10-03 to 2026-10-17", ((2026, 10, 3), (2026, 10, 17)), ((2026, 9, 18), (2026, 10, 2))),
        ("3 Oct to 17 Oct", ((2026, 10, 3), (2026, 10, 17)), ((2026, 9, 18), (2026, 10, 2))),
        ("from Oct 3rd until Oct 17th", ((2026, 10, 3), (2026, 10, 17)), ((2026, 9, 18), (2026, 10, 2))),
        ("3–17 October", ((2026, 10, 3), (2026, 10, 17)), ((2026, 9, 18), (2026, 10, 2))),
        ("3 Oct - 17 Oct 2025", ((2025, 10, 3), (2025, 10, 17)), ((2025, 9, 18), (2025, 10, 2))),
        ("20 Dec to 5 Jan", ((2025, 12, 20), (2026, 1, 5)), ((2025, 12, 3), (2025, 12, 19))),
        ("20 Dec 2025 to 5 Jan", ((2025, 12, 20), (2026, 1, 5)), ((2025, 12, 3), (2025, 12, 19))),
        ("15 Nov to 30 Nov", ((2026, 11, 15), (2026, 11, 21)), ((2026, 11, 8), (2026, 11, 14))),
        ("1 Jul", ((2026, 7, 1), (2026, 7, 1)), ((2026, 6, 24), (2026, 6, 24))),
        ("Q3", ((2026, 7, 1), (2026, 9, 30)), ((2026, 4, 1), (2026, 6, 30))),
        ("Q1/2026", ((2026, 1, 1), (2026, 3, 31)), ((2025, 10, 1), (2025, 12, 31))),
        ("q4", ((2026, 10, 1), (2026, 11, 21)), ((2026, 7, 1), (2026, 8, 21))),
        ("this quarter", ((2026, 10, 1), (2026, 11, 21)), ((2026, 7, 1), (2026, 8, 21))),
        ("last quarter", ((2026, 7, 1), (2026, 9, 30)), ((2026, 4, 1), (2026, 6, 30))),
        ("ytd", ((2026, 1, 1), (2026, 11, 21)), ((2025, 1, 1), (2025, 11, 21))),
        ("last year", ((2025, 1, 1), (2025, 12, 31)), ((2024, 1, 1), (2024, 12, 31))),
        ("2025", ((2025, 1, 1), (2025, 12, 31)), ((2024, 1, 1), (2024, 12, 31))),
        ("2 weeks", ((2026, 11, 2), (2026, 11, 15)), ((2026, 10, 19), (2026, 11, 1))),
        ("last 3 months", ((2026, 8, 1), (2026, 10, 31)), ((2026, 5, 1), (2026, 7, 31))),
        ("past 2 quarters", ((2026, 4, 1), (2026, 9, 30)), ((2025, 10, 1), (2026, 3, 31))),
        ("last 2 years", ((2024, 1, 1), (2025, 12, 31)), ((2022, 1, 1), (2023, 12, 31))),
        ("week 46", ((2026, 11, 9), (2026, 11, 15)), ((2026, 11, 2), (2026, 11, 8))),
        ("KW 53", ((2020, 12, 28), (2021, 1, 3)), ((2020, 12, 21), (2020, 12, 27))),
        ("weeks 45 to 46", ((2026, 11, 2), (2026, 11, 15)), ((2026, 10, 19), (2026, 11, 1))),
        ("Jul-Sep", ((2026, 7, 1), (2026, 9, 30)), ((2026, 3, 31), (2026, 6, 30))),
        ("Oct 2025 to March", ((2025, 10, 1), (2026, 3, 31)), ((2025, 4, 2), (2025, 9, 30))),
        ("February to Q1 2026", ((2026, 2, 1), (2026, 3, 31)), ((2025, 12, 4), (2026, 1, 31))),
        ("q4 to q1", ((2025, 10, 1), (2026, 3, 31)), ((2025, 4, 2), (2025, 9, 30))),
        ("nov to feb", ((2025, 11, 1), (2026, 2, 28)), ((2025, 7, 4), (2025, 10, 31))),
        ("oct to dec", ((2026, 10, 1), (2026, 11, 21)), ((2026, 8, 10), (2026, 9, 30))),
        ("july to june", ((2026, 7, 1), (2026, 11, 21)), ((2026, 2, 7), (2026, 6, 30))),
        ("1 Oct until yesterday", ((2026, 10, 1), (2026, 11, 20)), ((2026, 8, 11), (2026, 9, 30))),
        ("friday", ((2026, 11, 20), (2026, 11, 20)), ((2026, 11, 13), (2026, 11, 13))),
        ("last saturday", ((2026, 11, 14), (2026, 11, 14)), ((2026, 11, 7), (2026, 11, 7))),
        ("since 3 Oct", ((2026, 10, 3), (2026, 11, 21)), ((2026, 8, 14), (2026, 10, 2))),
        ("from Q3 until now", ((2026, 7, 1), (2026, 11, 21)), ((2026, 2, 7), (2026, 6, 30))),
        ("since last week", ((2026, 11, 9), (2026, 11, 21)), ((2026, 10, 27), (2026, 11, 8))),
        ("Oct 3-17", ((2026, 10, 3), (2026, 10, 17)), ((2026, 9, 18), (2026, 10, 2))),
        ("2026-12", ((2026, 12, 1), (2026, 12, 31)), ((2026, 11, 1), (2026, 11, 30))),
    ],
)
def test_a_period_means_its_days_and_is_compared_with_those_before(typed: str, days: Days, before: Days) -> None:
    found = parse_query([*typed.split(), "by", "key"])
    assert isinstance(found, SpendQuery), found
    assert found.by == KEY
    assert span(found.period, SATURDAY) == tuple(date(*one) for one in days)
    assert span_before(found.period, SATURDAY) == tuple(date(*one) for one in before)
    assert parse_query(words_of(found).split()) == found, "a button reads it back"


@pytest.mark.parametrize(
    "typed",
    ["0d", "367d", "9999 days", "2026-13", "31 Feb to 3 Mar", "2026-10-17..2026-10-03", "3 to 5", "from 3 Oct", "q5",
     "octopus", "0w", "157 weeks", "since 30d", "3 Oct and 17 Oct", "2026-q3-2026", "2025-w53", "w54", "2026-03 to 2026-01",
     "last 37 months",     "yesterday to october", "3/10/2026", "2h",
     "2026-10-03..2026-10-17..2026-10-20", "last", "10/3", "99 Oct", "0001-01-01", "9999-12", "0001-q1", "3 Oct 9999",
     "since 0001-01-01", "0 weeks ago", "the 32nd", "1 Oct 0026 to 3 Oct 2026", "Oct 1926", "today vs 9999-12"],
)  # fmt: skip
def test_what_is_no_period_is_not_guessed(typed: str) -> None:
    assert isinstance(parse_query(typed.split()), NotUnderstood)


@given(st.dates(date(2026, 1, 1), date(2030, 12, 31)), st.sampled_from(PERIODS_OF_ALL_SORTS))
def test_every_period_has_days_that_have_begun_and_a_span_before_that_touches_none_of_them(today: date, period: str) -> None:
    first, last = span(period, today)
    begins, ends = span_before(period, today)
    assert first <= last <= today
    assert begins <= ends < first
    assert read_period(period.split()) == (period, len(period.split()))


@pytest.mark.parametrize(
    ("today", "before"),
    [
        (date(2027, 2, 28), (date(2027, 1, 1), date(2027, 1, 28))),
        (date(2028, 2, 28), (date(2028, 1, 1), date(2028, 1, 28))),
        (date(2028, 2, 29), (date(2028, 1, 1), date(2028, 1, 29))),
        (date(2026, 11, 30), (date(2026, 10, 1), date(2026, 10, 30))),
        (date(2026, 10, 31), (date(2026, 9, 1), date(2026, 9, 30))),
        (date(2028, 3, 31), (date(2028, 2, 1), date(2028, 2, 29))),
    ],
)
def test_on_its_last_day_a_month_is_not_over_and_is_compared_with_as_many_days(
    today: date, before: tuple[date, date]
) -> None:
    for period in ("mtd", MONTH_NAMES[today.month - 1], f"{today:%Y-%m}"):
        assert span_before(period, today) == before
        assert span_before("last month", today + timedelta(days=1))[1].day == (today.replace(day=1) - timedelta(days=1)).day


def test_in_may_be_followed_by_a_month_or_by_a_workspace_of_its_name() -> None:
    assert parse_query(["in", "October"]) == SpendQuery("october")
    assert parse_query(["in", "October"], ["October"]) == SpendQuery(where=in_workspaces("October"))
    found = parse_query("last month in Production".split(), ["Production"])
    assert found == SpendQuery("last month", where=in_workspaces("Production"))


def test_digits_of_any_script_are_read_as_those_that_a_period_is_spelled_with() -> None:
    for typed in ("2026-10", "2026", "since 2026-10", "3 oct 2026", "q3 2026", "h1 2026", "second half of 2026", "45 days"):
        for zero in ("\uff10", "\u0660", "\u0966"):
            other = "".join(chr(ord(zero) + int(one)) if one.isdigit() else one for one in typed)
            assert read_period(other.split()) == read_period(typed.split()), other
    for typed in ("²d", "2026-①0", "q½"):
        assert read_period([typed]) is None, typed


def test_what_only_looks_like_a_number_breaks_no_question() -> None:
    for typed in (
        "last ² hours",
        "① months",
        "last ½ days",
        "² kg",
        f"last {'9' * 5000} hours",
        "last ９９ hours",
        f"top {'9' * 5000} by key",
    ):
        assert isinstance(parse_query(typed.split()), NotUnderstood), typed[:40]
    assert parse_query("top ５ by model".split()) == parse_query("top 5 by model".split())


TYPED = "3 17 oct october to .. - 2026 2026-10 2026-10-03 last week month from d 45 days".split()


@given(st.lists(st.sampled_from(TYPED), max_size=7))
def test_no_words_break_the_reader_and_what_is_read_has_days(words: list[str]) -> None:
    found = read_period(words)
    if found is not None:
        first, last = span(found[0], SATURDAY)
        assert first <= last <= first + timedelta(days=366 * 9)
