"""Anthropic's own cap of what an organization can spend a month: no limit can be above it (admin-api.md §4.8)."""

from collections.abc import Sequence
from decimal import Decimal

from bot.admin.model import SpendLimit
from bot.words.amounts import exact_amount


def above_cap(amount: Decimal, limits: Sequence[SpendLimit]) -> str:
    """Say so where an amount in dollars is above the cap among the limits that the API shows, else ""."""
    caps = [one.amount for one in limits if one.scope_type == "usage_tier" and one.amount is not None]
    if not caps or amount <= min(caps):
        return ""
    return f"Anthropic allows the organization {exact_amount(min(caps))} a month, so no limit can be above that."
