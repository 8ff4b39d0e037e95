"""Figures and times read the same everywhere."""

from datetime import UTC, date, datetime, timedelta
from decimal import ROUND_HALF_EVEN, Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.words import wording as w

NOW = datetime(2026, 11, 23, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("1234.5", "$1,234.50"),
        ("-1234567.891", "−$1,234,567.89"),
        ("1.005", "$1.00"),
        ("1.015", "$1.02"),
        ("1", "$1.00"),
        ("0.99996", "$1.00"),
        ("0.99494", "$0.99"),
        ("0.04215", "$0.04"),
        ("-0.5", "−$0.50"),
        ("0", "$0.00"),
        ("-0", "$0.00"),
        ("0.00001", "< $0.01"),
        ("0.0099", "< $0.01"),
        ("-0.0021", "> −$0.01"),
        ("1E+3", "$1,000.00"),
    ],
)
def test_money_is_exact_to_the_cent_and_never_nothing_where_there_is_something(value: str, text: str) -> None:
    assert w.money(Decimal(value)) == text


@given(st.decimals(min_value=Decimal("0.0001"), max_value=Decimal("1e12"), places=9))
def test_money_reads_back_as_the_amount_rounded_half_even(value: Decimal) -> None:
    shown = w.money(value)
    if value < Decimal("0.01"):
        assert (shown, w.money(-value)) == ("< $0.01", "> −$0.01")
    else:
        assert Decimal(shown[1:].replace(",", "")) == value.quantize(Decimal("0.01"), rounding=ROUND_HALF_EVEN)
        assert w.money(-value) == "−" + shown


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("12432", "$12.4k"),
        ("8000", "$8k"),
        ("999.6", "$1k"),
        ("999950", "$1M"),
        ("1249999", "$1.2M"),
        ("1234567890123", "$1,234.6B"),
        ("413.2", "$413"),
        ("9.994", "$9.99"),
        ("0.25", "$0.25"),
        ("-12500", "−$12.5k"),
        ("0", "$0.00"),
    ],
)
def test_short_money_rolls_over_to_the_next_unit(value: str, text: str) -> None:
    assert w.money_short(Decimal(value)) == text


@pytest.mark.parametrize(
    ("value", "cents", "text"),
    [
        ("61.2", False, "+$61"),
        ("-22", False, "−$22"),
        ("18.5", True, "+$18.50"),
        ("0.3", False, "+$0.30"),
        ("0.0021", True, "< +$0.01"),
        ("-0.0021", False, "> −$0.01"),
        ("0", True, "±$0.00"),
        ("0", False, "±$0"),
        ("1234.5", False, "+$1,234"),
    ],
)
def test_change_of_money_has_a_sign(value: str, cents: bool, text: str) -> None:
    assert w.money_change(Decimal(value), cents=cents) == text


@pytest.mark.parametrize(
    ("ratio", "change", "share"),
    [
        ("0.18", "+18 %", "18 %"),
        ("1.4", "+140 %", "140 %"),
        ("12.5", "+1,250 %", "1,250 %"),
        ("0.004", "+0.4 %", "0.4 %"),
        ("0.00996", "+1 %", "1 %"),
        ("0.9949", "+99 %", "99 %"),
        ("0.996", "+99.6 %", "99.6 %"),
        ("0.99999", "+99.9 %", "99.9 %"),
        ("1", "+100 %", "100 %"),
        ("0.0001", "±0 %", "<0.1 %"),
        ("0.0005", "±0 %", "<0.1 %"),
        ("0", "±0 %", "0 %"),
    ],
)
def test_percent_of_a_change_has_a_sign_and_a_share_has_none(ratio: str, change: str, share: str) -> None:
    assert (w.percent(Decimal(ratio)), w.share(Decimal(ratio))) == (change, share)


def test_a_fall_has_a_minus() -> None:
    assert w.percent(Decimal("-0.051")) == "−5 %"


@pytest.mark.parametrize(
    ("span", "text"),
    [
        (timedelta(seconds=40.9), "40 s"),
        (timedelta(minutes=14, seconds=59), "14 min"),
        (timedelta(hours=3, minutes=40), "3 h 40 min"),
        (timedelta(hours=8), "8 h"),
        (timedelta(hours=47, minutes=59), "47 h 59 min"),
        (timedelta(days=2), "2 d"),
        (timedelta(days=30, hours=4, minutes=59), "30 d 4 h"),
        (timedelta(seconds=-3), "0 s"),
    ],
)
def test_duration_has_its_two_largest_units(span: timedelta, text: str) -> None:
    assert w.duration(span) == text


def test_counts_agree_with_their_noun() -> None:
    assert [w.plural(n, "key") for n in (0, 1, 3, 1204)] == ["0 keys", "1 key", "3 keys", "1,204 keys"]
    assert w.plural(2, "entry", "entries") == "2 entries"


def test_parts_are_joined_as_in_a_sentence_and_the_rest_is_counted() -> None:
    assert w.listed([]) == ""
    assert w.listed(["a"]) == "a"
    assert w.listed(["a", "b", "c"]) == "a, b and c"
    assert w.listed(["a", "b"], last="or") == "a or b"
    assert w.listed(list("abcde"), most=2) == "a, b and 3 more"
    long = ["x" * 700, "y" * 700, "z" * 700]
    assert w.listed(long, most=6) == f"{long[0]}, {long[1]} and 1 more", "names that don't fit are counted, never cut"
    assert w.listed(["x" * 4000, "y"], most=6) == f"{'x' * 4000} and 1 more"


def test_days_are_named_in_english_whatever_the_machine_speaks() -> None:
    day = date(2026, 11, 20)
    assert (w.calendar_day(day), w.weekday_day(day), w.month_name(day)) == ("20 Nov 2026", "Fri 20 Nov", "Nov 2026")
