"""What tokens would have cost on another model at list price: an estimate, because another model uses other tokens.

Pure.
"""

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from bot.spend.model import ZERO, Measures
from bot.spend.prices.model import PriceTable


class Estimate(NamedTuple):
    """Dollars at list price on another model. `days_without_price` counts groups of days on which it had none."""

    model: str
    amount: Decimal
    days_without_price: int = 0


def estimate(measures: Iterable[Measures], model: str, prices: PriceTable) -> Estimate | None:
    """Return what the same tokens would have cost on another model, None where nothing of it has a known price.

    Standard tier, short prompts and any region: no modifier of a price is applied. Say that it is an estimate.
    """
    found = [(one, prices.price(model, one.day)) for one in measures]
    priced = [price.rates.cost(one) for one, price in found if price is not None]
    if not priced:
        return None
    return Estimate(model, sum(priced, ZERO), len(found) - len(priced))
