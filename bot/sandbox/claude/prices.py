"""What tokens cost, in whole numbers of 10⁻¹² cent, so that usage × price and the cost report can't differ by a rounding.

Prices: the public price table as of November 2026 (USD per million tokens).
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

_SONNET_READ_CUT = date(2026, 10, 7)
_NO_GEO = ("claude-opus-4-5", "claude-sonnet-4-5", "claude-haiku-4-5")
"""Models older than 4.6: no choice of inference region, so no surcharge for it."""


@cache
def unit_prices(model: str | None, day: date, tier: str | None, geo: str | None) -> tuple[int, ...]:
    """Return the price of one of each counter but `requests`, in units of 10⁻¹² cent."""
    search, centihour = UNITS_PER_CENT, UNITS_PER_CENT // 20
    if model is None:
        return (0, 0, 0, 0, 0, search, centihour)
    prices = [Decimal(price) for price in _PER_MILLION[model]]
    if model == "claude-sonnet-5-5" and day < _SONNET_READ_CUT:
        prices[1] = Decimal("0.20")
    factor = Decimal("0.5") if tier == "batch" else Decimal(1)
    if geo == "us" and model not in _NO_GEO:
        factor *= Decimal("1.1")
    per_token = [price * factor * 100 * UNITS_PER_CENT / 1_000_000 for price in prices]
    return (*(int(price) for price in per_token), search, centihour)


def has_geo(model: str) -> bool:
    """Return whether the model knows inference regions."""
    return model not in _NO_GEO


def cents(units: int) -> str:
    """Return an amount as the API writes it: a decimal string in cents, exact, with at least one decimal place."""
    whole, rest = divmod(units, UNITS_PER_CENT)
    return f"{whole}.{f'{rest:012d}'.rstrip('0') or '0'}"
