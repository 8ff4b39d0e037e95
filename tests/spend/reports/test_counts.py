"""Bars, sums and ratios: every day is in one bar, every sum is the sum of its parts, and nothing is divided by nothing."""

from datetime import timedelta
from decimal import Decimal
from random import Random

from bot.spend.aggregate import day_bars, days_between
from bot.spend.reports.counts import (
    added,
    cache_share,
    count_change,
    count_words,
    output_share,
    per_million,
    per_request,
    tokens,
)
from bot.spend.reports.phrases import part_of
from bot.words.wording import unit_price
from tests.spend.reports.samples import FIRST, rolled


def test_each_day_is_in_one_bar_of_at_most_twenty_and_only_the_first_is_shorter() -> None:
    for count in (1, 2, 19, 20, 21, 30, 31, 56, 59, 60, 61, 89, 90, 91, 140, 141, 365, 366):
        days = days_between(FIRST, FIRST + timedelta(days=count - 1))
        bars = day_bars(days)
        assert [day for bar in bars for day in bar] == days
        assert len(bars) <= 20
        widths = {len(bar) for bar in bars[1:]}
        assert len(widths) <= 1
        assert all(width < 3 or width % 7 == 0 for width in widths), "nobody thinks in spans of three days"
        assert not widths or len(bars[0]) <= max(widths)


def test_a_sum_is_that_of_its_parts_and_knows_no_more_than_they() -> None:
    dice = Random(7)
    for size in (0, 1, 2, 9):
        parts = [rolled(dice, FIRST) for _ in range(size)]
        whole = added(parts, FIRST)
        assert whole.amount == sum((one.amount for one in parts), Decimal(0))
        assert tokens(whole) == sum(map(tokens, parts))
        assert (whole.requests is None) == any(one.requests is None for one in parts)
        assert (whole.list_amount is None) == any(one.list_amount is None for one in parts)


def test_nothing_is_divided_by_nothing() -> None:
    nothing = added([], FIRST)
    assert (cache_share(nothing), output_share(nothing), per_million(nothing), per_request(nothing)) == (None,) * 4
    one = nothing._replace(amount=Decimal(3), requests=2, uncached_input=1_000_000, cache_read=3_000_000, output=2_000_000)
    assert per_million(one) == Decimal("0.5")
    assert cache_share(one) == Decimal("0.75")
    assert per_request(one) == 3_000_000
    assert per_request(one._replace(requests=None)) is None
    assert per_request(nothing._replace(requests=7)) is None


def test_counts_and_unit_prices_in_words() -> None:
    assert [count_words(one) for one in (0, 950_000, 1_000_000, 12_340_000, 5_900_000_000)] == [
        "0", "950,000", "1 million", "12.3 million", "5.9 billion",
    ]  # fmt: skip
    prices = {
        "4": "$4.00",
        "0.0625": "$0.0625",
        "1.5324": "$1.5324",
        "0.00001": "< $0.01",
        "0": "$0.00",
        "1234.5": "$1,234.50",
    }
    assert {one: unit_price(Decimal(one)) for one in prices} == prices
    assert (count_change(110, 100), count_change(5, 0)) == ("+10 %", None)


def test_a_part_of_what_credits_made_small_has_no_share() -> None:
    sums = (("50", "100"), ("100", "100"), ("110", "30"), ("-5", "100"), ("5", "0"), ("5", "-30"))
    said = [part_of(Decimal(part), Decimal(whole)) for part, whole in sums]
    assert said == ["$50.00 (50 %)", "$100.00 (100 %)", "$110.00", "−$5.00", "$5.00", "$5.00"]
