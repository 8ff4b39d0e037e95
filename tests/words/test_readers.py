"""What is written is read back, and what could mean two things is refused with a sentence."""

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.policy.checks import parse_lifetime
from bot.policy.working_hours import WorkingHours
from bot.words.amounts import exact_amount, read_amount, read_limit
from bot.words.dates import read_day
from bot.words.durations import exact_duration, read_duration
from bot.words.unreadable import Unreadable
from bot.words.wording import calendar_day, duration, money, money_short, weekday_day

TODAY = date(2026, 11, 26)  # a Thursday


def read_or_sentence(read: Callable[[], object]) -> bool:
    """Tell whether a text is read, or refused in a whole sentence."""
    try:
        read()
    except Unreadable as refused:
        return refused.sentence.endswith(".")
    return True


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("$1,234.50", "1234.50"), ("500", "500.00"), ("1.5k", "1500.00"), ("2k USD", "2000.00"), (" $ 12 ", "12.00"),
        ("USD 7.5", "7.50"), ("1,234", "1234.00"), ("1.2M", "1200000.00"), ("US$3", "3.00"), ("12 dollars", "12.00"),
        ("1,234,567.89 usd", "1234567.89"), ("0.5000", "0.50"), ("0", "0.00"), ("1.2345k", "1234.50"),
    ],
)  # fmt: skip
def test_amounts_are_read_as_people_write_them(text: str, amount: str) -> None:
    assert str(read_amount(text)) == amount


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "Write an amount"), ("a lot", "Write an amount"), ("NaN", "Write an amount"), ("Infinity", "Write an amount"),
        ("1e5", "Write an amount"), ("5m", "Write an amount"), ("500 EUR", "US dollars only"), ("€500", "US dollars only"),
        ("500 €", "US dollars only"), ("12,50", "the comma"), ("1.234,50", "the comma"), ("1,23", "the comma"),
        ("-5", "without a sign"), ("$-5", "without a sign"), ("−5", "without a sign"), ("+5", "without a sign"),
        ("0,075", "the comma"), ("0,500", "the comma"), ("$012,345", "the comma"), ("1.234", "the point"),
        ("1.000", "the point"), ("$20.500", "the point"), ("1.234.567", "the point"), ("0.001", "two digits"),
        ("9" * 20, "too large"), ("9" * 99, "Write an amount"),
        ("١٢", "Write an amount"),
        ("EUR 500", "US dollars only"), ("1 2", "Write an amount"), ("5 000", "Write an amount"),
        ("<!channel>", "Write an amount"),
    ],
)  # fmt: skip
def test_amounts_that_could_mean_two_things_are_refused_in_a_sentence(text: str, part: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_amount(text)
    assert part in refused.value.sentence


@pytest.mark.parametrize(
    ("text", "limit"),
    [
        ("none", "none"),
        (" No  Limit ", "none"),
        ("off", "none"),
        ("remove", "none"),
        ("$1,234.50", "1234.50"),
        ("$1,000/mo", "1000.00"),
        ("500 per month", "500.00"),
        ("2k monthly", "2000.00"),
        ("none a month", "none"),
    ],
)
def test_a_limit_is_an_amount_or_none(text: str, limit: str) -> None:
    assert str(read_limit(text)) == limit


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("", "or none."),
        ("no", "or none."),
        ("none at all", "or none."),
        ("20 a day", "for a month"),
        ("20 weekly", "for a month"),
        ("monthly", "or none."),
        ("unlimited", "Write none"),
        ("-1", "without a sign"),
    ],
)
def test_what_is_no_limit_is_refused(text: str, part: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_limit(text)
    assert part in refused.value.sentence


@given(st.decimals(min_value=0, max_value=Decimal("1e11"), places=2))
def test_money_is_read_back(value: Decimal) -> None:
    assert read_amount(money(value)) == value == read_amount(exact_amount(value))


@given(st.integers(min_value=10, max_value=10**11))
def test_short_money_is_read_back_to_its_digits(value: int) -> None:
    assert money_short(read_amount(money_short(Decimal(value)))) == money_short(Decimal(value))


@given(st.text(max_size=60))
def test_any_text_is_an_amount_or_refused(text: str) -> None:
    assert read_or_sentence(lambda: read_amount(text))


@pytest.mark.parametrize(
    ("text", "span"),
    [
        ("8h", timedelta(hours=8)), ("2d", timedelta(days=2)), ("90m", timedelta(minutes=90)),
        ("1d 12h", timedelta(hours=36)), ("1d12h", timedelta(hours=36)), ("3 weeks", timedelta(weeks=3)),
        ("1 day and 2 hours", timedelta(hours=26)), ("4 H", timedelta(hours=4)), ("90 min", timedelta(minutes=90)),
    ],
)  # fmt: skip
def test_durations_are_read_as_people_write_them(text: str, span: timedelta) -> None:
    assert read_duration(text) == span


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("2 months", "differ in length"), ("1 year", "differ in length"), ("soon", "Write a length"),
        ("8", "Write a length"),
        ("", "Write a length"), ("12h 1d", "the largest first"), ("1d 2d", "the largest first"), ("0h", "Write a length"),
        ("-4h", "Write a length"), ("900 weeks", "ten years"), ("4 parsecs", "Write a length"), ("1.5h", "Write a length"),
    ],
)  # fmt: skip
def test_durations_without_a_fixed_length_are_refused_in_a_sentence(text: str, part: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_duration(text)
    assert part in refused.value.sentence


@given(st.integers(min_value=1, max_value=3_000 * 86_400))
def test_a_duration_is_read_back(seconds: int) -> None:
    shown = duration(timedelta(seconds=seconds))
    assert duration(read_duration(shown)) == shown
    assert read_duration(exact_duration(timedelta(seconds=seconds))) == timedelta(seconds=seconds)


@pytest.mark.parametrize("text", ["8h", "2d", "90m", "1d 12h", "1d12h", "5min", " 8h "])
def test_the_policy_and_a_form_read_the_same_length(text: str) -> None:
    lifetime = parse_lifetime(f"{text} calendar")
    assert lifetime
    assert lifetime.span(WorkingHours()) == read_duration(text)


@pytest.mark.parametrize("text", ["", "8 h", "8H", "3 weeks", "4m", "91d", "12h 1d", "soon"])
def test_the_policy_takes_what_it_took_before_and_no_more(text: str) -> None:
    assert parse_lifetime(text) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-12-31", date(2026, 12, 31)), ("31 Dec", date(2026, 12, 31)), ("31 Dec 2027", date(2027, 12, 31)),
        ("Dec 31, 2026", date(2026, 12, 31)), ("1st january", date(2027, 1, 1)), ("tomorrow", date(2026, 11, 27)),
        ("today", TODAY), ("Friday", date(2026, 11, 27)), ("next Friday", date(2026, 12, 4)), ("thu", date(2026, 12, 3)),
        ("until 4 Dec", date(2026, 12, 4)), ("until tomorrow", date(2026, 11, 27)), ("in 3 weeks", date(2026, 12, 17)),
        ("10 days", date(2026, 12, 6)), ("Fri 4 Dec", date(2026, 12, 4)), ("26 Nov", TODAY), ("25 Nov", date(2027, 11, 25)),
        ("29 Feb", date(2028, 2, 29)), ("4 sept", date(2027, 9, 4)), ("may 5", date(2027, 5, 5)),
        ("1.2.2027", date(2027, 2, 1)), ("24.12.", date(2026, 12, 24)), ("31/12/2026", date(2026, 12, 31)),
        ("end of the month", date(2026, 11, 30)), ("eoy", date(2026, 12, 31)), ("end of Feb 2028", date(2028, 2, 29)),
    ],
)  # fmt: skip
def test_days_are_read_as_people_write_them(text: str, day: date) -> None:
    assert read_day(text, TODAY) == day


@pytest.mark.parametrize(
    ("text", "part"),
    [
        ("01/02/2026", "the day from the month in 01/02/2026"), ("01-02-2026", "the day from the month"),
        ("31 Feb", "doesn't exist"), ("2026-13-01", "doesn't exist"), ("Mon 4 Dec", "wrong: 4 Dec 2026 is Fri 4 Dec"),
        ("whenever", "Write a day"), ("", "Write a day"), ("4 foo", "Write a day"), ("in 5h", "whole days"),
        ("in 2 months", "differ in length"), ("9" * 50, "Write a day"), ("0 Dec", "doesn't exist"),
        ("0000-01-01", "doesn't exist"),
    ],
)  # fmt: skip
def test_days_that_could_be_two_days_are_refused_in_a_sentence(text: str, part: str) -> None:
    with pytest.raises(Unreadable) as refused:
        read_day(text, TODAY)
    assert part in refused.value.sentence


@given(st.dates(date(2000, 1, 1), date(2999, 12, 31)), st.dates(date(2000, 1, 1), date(2100, 12, 31)))
def test_a_calendar_day_is_read_back_whenever_it_is_read(day: date, today: date) -> None:
    assert read_day(calendar_day(day), today) == day == read_day(day.isoformat(), today)


@given(st.dates(date(2000, 1, 1), date(2100, 12, 31)), st.integers(min_value=0, max_value=364))
def test_a_day_of_the_year_ahead_is_read_back_without_its_year(today: date, ahead: int) -> None:
    day = today + timedelta(days=ahead)
    assert read_day(weekday_day(day), today) == day


@given(st.text(max_size=50))
def test_any_text_is_a_day_and_a_duration_or_refused(text: str) -> None:
    assert read_or_sentence(lambda: read_day(text, TODAY))
    assert read_or_sentence(lambda: read_duration(text))
