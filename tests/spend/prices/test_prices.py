"""The price table: what it says of a model on a day, and what a fault in its file is called."""

import re
import tomllib
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from bot.sandbox.claude import prices as sandbox
from bot.spend.model import Measures
from bot.spend.prices.estimate import estimate
from bot.spend.prices.file import PriceTableError, parse_prices
from bot.spend.prices.load import NAME, price_table, prices_text
from bot.spend.prices.model import Rates

DAY = date(2026, 10, 15)
CASES: tuple[tuple[str, date, tuple[str, ...] | None], ...] = (
    # What it is called, the day, and uncached input, cache read, 5 min write, 1 h write, output; None: not known.
    ("claude-opus-5-5", DAY, ("4", "0.20", "5", "8", "20")),
    ("claude-opus-5-5-20260901", DAY, ("4", "0.20", "5", "8", "20")),
    ("claude-sonnet-5-5", date(2026, 10, 6), ("2", "0.20", "2.50", "4", "10")),
    ("claude-sonnet-5-5", date(2026, 10, 7), ("2", "0.10", "2.50", "4", "10")),
    ("claude-sonnet-5-5-20260901", date(2026, 10, 7), ("2", "0.10", "2.50", "4", "10")),
    ("claude-mythos-5-2", DAY, ("8", "0.20", "10", "16", "40")),
    ("claude-haiku-5-5", DAY, ("0.10", "0.01", "0.125", "0.20", "0.50")),
    ("claude-sonnet-4-5-20250929", date(2027, 1, 1), ("3", "0.30", "3.75", "6", "15")),
    ("claude-opus-4-1-20250805", DAY, ("15", "1.50", "18.75", "30", "75")),
    ("claude-opus-4-20250514", DAY, ("15", "1.50", "18.75", "30", "75")),
    ("claude-opus-4-0", DAY, ("15", "1.50", "18.75", "30", "75")),
    ("claude-3-5-haiku-20241022", DAY, ("0.80", "0.08", "1", "1.60", "4")),
    ("claude-3-5-haiku-latest", DAY, ("0.80", "0.08", "1", "1.60", "4")),
    ("claude-nova-1", DAY, None),
    ("claude-opus-5-5-2026", DAY, None),
    ("claude-opus", DAY, None),
    ("", DAY, None),
)


def test_a_model_has_the_price_of_the_day_whatever_it_is_called_and_an_unknown_one_none() -> None:
    for name, day, expected in CASES:
        found = price_table().price(name, day)
        wanted = None if expected is None else Rates(*map(Decimal, expected))
        assert (None if found is None else found.rates) == wanted, (name, day)


def test_it_is_the_same_table_as_the_sandbox_s_own() -> None:
    scale = Decimal(100 * sandbox.UNITS_PER_CENT) / 1_000_000
    for model in sandbox._PER_MILLION:
        for day in (date(2026, 10, 6), date(2026, 10, 7), date(2026, 11, 20)):
            price = price_table().price(model, day)
            assert price is not None, model
            rates = price.rates
            mine = (rates.uncached_input, rates.cache_read, rates.cache_write_5m, rates.cache_write_1h, rates.output)
            assert tuple(one * scale for one in mine) == sandbox.unit_prices(model, day, None, None)[:5], model
            assert (price.us_inference == Decimal("1.1")) == sandbox.has_geo(model), model


def test_haiku_5_5_costs_five_times_as_much_for_long_prompts_and_no_other_model_does() -> None:
    for model, prices in price_table().by_model.items():
        for price in prices:
            if model != "claude-haiku-5-5":
                assert price.long_prompts is None
                continue
            assert price.long_prompts is not None
            tokens = Measures(DAY, {}, Decimal(0), None, None, 7, 11, 13, 17, 19)
            assert price.long_prompts.cost(tokens) == 5 * price.rates.cost(tokens) > 0


def test_tokens_cost_exactly_their_price() -> None:
    price = price_table().price("claude-haiku-5-5", DAY)
    assert price is not None
    tokens = Measures(DAY, {}, Decimal(0), None, None, 1, 10**15 + 1, 1, 1, 1)
    assert price.rates.cost(tokens) == Decimal("10000000.000000935")


def test_the_table_is_installed_with_the_bot_and_names_its_sources() -> None:
    data = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["package-data"]["bot"]
    assert any(Path("spend/prices").joinpath(NAME).match(pattern) for pattern in data)
    assert all(price.sources for prices in price_table().by_model.values() for price in prices)


SONNET = """until = 2026-10-06
uncached_input = "2"
"""
FAULTS: tuple[tuple[str, str, str], ...] = (
    # What is replaced, by what, and the fault.
    ("version = 1", "version = ", "This is not TOML"),
    ("version = 1", "version = 2", "version: Input should be 1."),
    ('cache_read = "0.25"', "cache_read = 0.25", 'price.1.cache_read: write it as a string of digits, such as "0.20".'),
    ('cache_read = "0.25"', 'cache_read = "1e3"', 'price.1.cache_read: write it as a string of digits, such as "0.20".'),
    ('cache_read = "0.25"', 'cache_read = "-1"', 'price.1.cache_read: write it as a string of digits, such as "0.20".'),
    ('cache_read = "0.25"', 'cache_reed = "0.25"', "price.1.cache_reed: unknown field."),
    ('cache_read = "0.25"', "", "price.1.cache_read: Field required."),
    ('sure = "official"', 'sure = "maybe"', "sure: Input should be 'official' or 'third party'."),
    ("until = 2026-10-06", 'until = "2026-10-06"', "until: Input should be a valid date."),
    (
        "until = 2026-10-06",
        "until = 2026-10-07",
        "Two prices of claude-sonnet-5-5 overlap: from the beginning until 2026-10-07",
    ),
    ("until = 2026-10-06", "", "Two prices of claude-sonnet-5-5 overlap: from the beginning until now"),
    ("until = 2026-10-06", "until = 2026-10-04", "claude-sonnet-5-5 has no price after 2026-10-04 and before 2026-10-07."),
    ("from = 2026-10-07", "from = 2026-10-07\nuntil = 2026-10-01", "claude-sonnet-5-5 ends on 2026-10-01, before it begins"),
    ('sources = ["release-notes"', 'sources = ["a-friend"', "The source a-friend isn't described."),
    ('"claude-opus-4-0" = "claude-opus-4"', '"claude-opus-4-0" = "claude-opus-9"', "claude-opus-9 has no price."),
    ('"claude-sonnet-4-5" = 2026-11-30', '"claude-sonnet-9" = 2026-11-30', "claude-sonnet-9 has no price."),
)


@pytest.mark.parametrize(("old", "new", "fault"), FAULTS, ids=[str(n) for n in range(len(FAULTS))])
def test_a_fault_of_the_file_is_said_in_a_sentence(old: str, new: str, fault: str) -> None:
    assert old in prices_text()
    with pytest.raises(PriceTableError, match=re.escape(fault)):
        parse_prices(prices_text().replace(old, new))


def test_all_faults_are_said_at_once() -> None:
    with pytest.raises(PriceTableError) as caught:
        parse_prices(prices_text().replace('"release-notes"', '"a"').replace("until = 2026-10-06", ""))
    assert len(caught.value.faults) == 2


def test_what_another_model_would_have_cost_is_estimated_day_by_day() -> None:
    def used(day: date) -> Measures:
        return Measures(day, {"model": "claude-opus-5"}, Decimal(9), None, None, 0, 1_000_000, 0, 0, 0)

    days = [used(date(2026, 10, 6)), used(date(2026, 10, 7))]
    assert estimate(days, "claude-sonnet-5-5", price_table()) == ("claude-sonnet-5-5", Decimal("0.30"), 0)
    assert estimate(days, "claude-nova-1", price_table()) is None
    assert estimate([], "claude-sonnet-5-5", price_table()) is None
