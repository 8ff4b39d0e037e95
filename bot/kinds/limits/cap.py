"""What a monthly limit can be at all, and Anthropic's own cap: no limit can be above it (admin-api.md §4.8)."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from bot.admin.model import SpendLimit
from bot.words.amounts import exact_amount

LEAST: Final = Decimal(1)
MOST: Final = Decimal(100_000_000)
"""Dollars a month that a form takes, whichever kind sets the limit."""


def above_cap(amount: Decimal, limits: Sequence[SpendLimit]) -> str:
    """Say so where an amount in dollars is above the cap among the limits that the API shows, else ""."""
    cap = cap_of(limits)
    if cap is None or amount <= cap:
        return ""
    return f"Anthropic allows the organization {exact_amount(cap)} a month, so no limit can be above that."


def cap_of(limits: Sequence[SpendLimit]) -> Decimal | None:
    """Return the cap in dollars a month among the limits that the API shows."""
    caps = [one.amount for one in limits if one.scope_type == "usage_tier" and one.period == "monthly"]
    return min((amount for amount in caps if amount is not None), default=None)


def lower_whole(amount: Decimal | None, limits: Sequence[SpendLimit]) -> Decimal | None:
    """Return the organization's monthly limit where it is reached before a workspace's amount, or there is none (None)."""
    whole = [one.amount for one in limits if one.scope_type == "organization" and one.period == "monthly" and one.is_enabled]
    return next((limit for limit in whole if limit is not None and (amount is None or limit < amount)), None)
