"""A figure of a finished hour or day, as receivers of telemetry get it.

What makes a point the same one is its metric, its attributes and its times. A point is sent again with the same value only,
and a correction has another `revision`, so that a sum over all points is right with every receiver: those that take the
last value of a point, and those that add up.

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

UNITS = {
    "claude.org.cost": "USD",
    "claude.org.list_cost": "USD",
    "claude.org.requests": "{request}",
    "claude.org.tokens": "{token}",
}


@dataclass(frozen=True)
class Point:
    """How much of something there was from `starts` to `ends`: dollars as Decimal, everything else as whole numbers."""

    metric: str
    starts: datetime
    ends: datetime
    revision: int
    attributes: Mapping[str, str]
    value: int | Decimal
