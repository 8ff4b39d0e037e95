"""What Datadog demands of a Custom Costs file in JSON.

Source: docs.datadoghq.com/cloud_cost_management/setup/custom. Pure.
"""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any, cast

_TEXTS = ("ProviderName", "ChargeDescription", "ChargePeriodStart", "ChargePeriodEnd", "BillingCurrency")
_LONGEST = 1000


def faults(content: Any, today: date) -> list[str]:
    """Return what is wrong with a file."""
    if not isinstance(content, list) or not content:
        return ["The file has no lines."]
    lines = cast(list[Any], content)
    return [f"Line {number}: {fault}" for number, line in enumerate(lines, 1) for fault in _of_line(line, today)]


def _of_line(line: Any, today: date) -> Iterator[str]:
    if not isinstance(line, dict):
        yield "It is no object."
        return
    item = cast(dict[str, Any], line)
    tags = cast(dict[str, Any], item.get("Tags") or {})
    for name, value in {**{name: item.get(name) for name in _TEXTS}, **tags}.items():
        if not isinstance(value, str) or not value.strip() or len(value) > _LONGEST:
            yield f"{name} is missing, blank or too long."
    if unknown := sorted(set(item) - {*_TEXTS, "BilledCost", "Tags"}):
        yield f"{', '.join(unknown)} isn't known."
    if item.get("BillingCurrency") != "USD":
        yield "BillingCurrency must be USD."
    cost = item.get("BilledCost")
    if isinstance(cost, bool) or not isinstance(cost, int | Decimal):
        yield "BilledCost is no number."
    starts, ends = _day(item.get("ChargePeriodStart")), _day(item.get("ChargePeriodEnd"))
    if starts is None or ends is None or starts > ends:
        yield "The charge period isn't one."
    elif ends > today:
        yield "The charge period is in the future."


def _day(value: Any) -> date | None:
    try:
        return date.fromisoformat(value) if isinstance(value, str) and len(value) == len("2026-01-01") else None
    except ValueError:
        return None
