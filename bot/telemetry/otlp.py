"""OTLP in its JSON encoding: one finished day as delta points that bear the day's own times.

What makes a point the same one is its metric, its attributes and its times. A point is sent again with the same value only,
and a correction has an attribute `revision` of its own, so that a sum over all points is right with every receiver: those
that take the last value of a point, and those that add up.

Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

Attributes = Mapping[str, str]


@dataclass(frozen=True)
class Point:
    """How much of something there was on the day: dollars as Decimal, everything else as whole numbers."""

    metric: str
    attributes: Attributes
    value: int | Decimal


UNITS = {
    "claude.org.cost": "USD",
    "claude.org.list_cost": "USD",
    "claude.org.requests": "{request}",
    "claude.org.tokens": "{token}",
}


def payload(day: date, revision: int, points: Sequence[Point], version: str) -> dict[str, Any]:
    """Return the body of an export request."""
    starts = datetime.combine(day, time(), UTC)
    times = {"startTimeUnixNano": _nanoseconds(starts), "timeUnixNano": _nanoseconds(starts + timedelta(days=1))}
    metrics = [
        {
            "name": name,
            "unit": unit,
            "sum": {
                "aggregationTemporality": 1,  # delta
                "isMonotonic": False,  # a correction may be negative
                "dataPoints": [
                    {**times, **_value(one.value), "attributes": _attributes({**one.attributes, "revision": str(revision)})}
                    for one in points
                    if one.metric == name
                ],
            },
        }
        for name, unit in UNITS.items()
        if any(one.metric == name for one in points)
    ]
    scope = {"name": "quartermaster", "version": version}
    resource = {"attributes": _attributes({"service.name": "quartermaster", "gen_ai.provider.name": "anthropic"})}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"scope": scope, "metrics": metrics}]}]}


def _nanoseconds(at: datetime) -> str:
    return str(int(at.timestamp()) * 1_000_000_000)


def _value(value: int | Decimal) -> dict[str, Any]:
    """Whole numbers of 64 bits are text in JSON (the mapping of protobuf)."""
    return {"asDouble": float(value)} if isinstance(value, Decimal) else {"asInt": str(value)}


def _attributes(attributes: Attributes) -> list[dict[str, Any]]:
    return [{"key": key, "value": {"stringValue": value}} for key, value in attributes.items()]
