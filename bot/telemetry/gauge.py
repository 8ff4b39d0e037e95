"""A value at one moment, as it is told to who asks for no history.

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal


@dataclass(frozen=True)
class Gauge:
    """One value at this moment; money in dollars. Tags are bounded in number and never name a key or a person."""

    name: str
    value: int | Decimal
    tags: Mapping[str, str] = field(default_factory=dict[str, str])

    @property
    def written(self) -> str:
        """The value as it is sent: every digit, without an exponent."""
        return f"{self.value:f}" if isinstance(self.value, Decimal) else str(self.value)
