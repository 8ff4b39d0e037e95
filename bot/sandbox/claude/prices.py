"""What tokens cost, in whole numbers of 10⁻¹² cent, so that usage × price and the cost report can't differ by a rounding.

Prices: the public price table as of November 2026 (USD per million tokens). Modelled are: half the price on batch; list
price on the Priority Tier, whose commitments are in no table; a tenth more for inference in the US only, from the 4.6 models
on; Haiku 5.5's dearer band for prompts of more than 100,000 tokens, which no dimension of a report shows; web searches,
container time and session time by the unit. Not modelled: fast mode, free container hours.
"""

from datetime import date
from decimal import Decimal
from functools import cache

UNITS_PER_CENT = 10**12
_PER_MILLION: dict[str, tuple[str, str, str, str, str]] = {
    "claude-fable-5-2": ("8", "0.20", "10", "16", "40"),
    "claude-fable-5-1": ("10", "0.25", "12.50", "20", "50"),
    "claude-fable-5": ("10", "1.00", "12.50", "20", "50"),
    "claude-opus-5-5": ("4", "0.20", "5", "8", "20"),
    "claude-opus-5": ("5", "0.50", "6.25", "10", "25"),
    "claude-opus-4-8": ("5", "0.50", "6.25", "10", "25"),
    "claude-opus-4-6": ("5", "0.50", "6.25", "10", "25"),
    "claude-opus-4-5": ("5", "0.50", "6.25", "10", "25"),
    "claude-sonnet-5-5": ("2", "0.10", "2.50", "4", "10"),
    "claude-sonnet-5": ("2", "0.20", "2.50", "4", "10"),
    "claude-sonnet-4-6": ("3", "0.30", "3.75", "6", "15"),
    "claude-sonnet-4-5": ("3", "0.30", "3.75", "6", "15"),
    "claude-haiku-5-5": ("0.10", "0.01", "0.125", "0.20", "0.50"),
    "claude-haiku-4-5": ("1", "0.10", "1.25", "2", "5"),
}
"""Model -> uncached input, cache read, 5 min write, 1 h write, output."""
UNLISTED_MODEL = "claude-nova-1"
_UNLISTED: dict[str, tuple[str, str, str, str, str]] = {UNLISTED_MODEL: ("6", "0.30", "7.50", "12", "30")}
"""Models that are in no public table: what they cost is known from the cost reports alone."""
_LONG_PROMPTS: dict[str, tuple[str, str, str, str, str]] = {"claude-haiku-5-5": ("0.50", "0.05", "0.625", "1.00", "2.50")}
"""What a request costs in all its parts when its prompt has more than 100,000 tokens."""

_OTHER_UNITS = (UNITS_PER_CENT, UNITS_PER_CENT // 20, 0, UNITS_PER_CENT * 8 // 100)
"""A web search, a hundredth of a container hour, a request, a hundredth of an hour in which an agent's session runs."""

_SONNET_READ_CUT = date(2026, 10, 7)
_NO_GEO = ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5")
"""Models older than 4.6: no choice of inference region, so no surcharge for it."""


@cache
def unit_prices(
    model: str | None, day: date, tier: str | None, geo: str | None, long_prompts: bool = False
) -> tuple[int, ...]:
    """Return the price of one of each counter, in units of 10⁻¹² cent; requests cost nothing by themselves."""
    if model is None:
        return (0, 0, 0, 0, 0, *_OTHER_UNITS)
    table = _LONG_PROMPTS if long_prompts else _PER_MILLION | _UNLISTED
    prices = [Decimal(price) for price in table[model]]
    if model == "claude-sonnet-5-5" and day < _SONNET_READ_CUT:
        prices[1] = Decimal("0.20")
    factor = Decimal("0.5") if tier == "batch" else Decimal(1)
    if geo == "us" and model not in _NO_GEO:
        factor *= Decimal("1.1")
    per_token = [price * factor * 100 * UNITS_PER_CENT / 1_000_000 for price in prices]
    return (*(int(price) for price in per_token), *_OTHER_UNITS)


def has_geo(model: str) -> bool:
    """Return whether the model knows inference regions."""
    return model not in _NO_GEO


def discounted(units: int, percent: int) -> int:
    """Return what is paid of a list price; exact, because every unit price is a multiple of a hundred units."""
    return units * (100 - percent) // 100


def cents(units: int) -> str:
    """Return an amount as the API writes it: a decimal string in cents, exact, with at least one decimal place."""
    whole, rest = divmod(units, UNITS_PER_CENT)
    return f"{whole}.{f'{rest:012d}'.rstrip('0') or '0'}"
