"""Metrics as data: a name with its labels, and the values of it at one moment.

Pure.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

MetricKind = Literal["counter", "gauge", "summary"]
Value = int | float | Decimal
Labels = tuple[str, ...]
"""The values of a metric's labels, in their order."""


@dataclass(frozen=True)
class Metric:
    """One name that is exported: what it is, what it tells apart, and what it says in a sentence."""

    name: str
    kind: MetricKind
    labels: tuple[str, ...]
    help: str


@dataclass(frozen=True)
class Family:
    """The values of one metric by its labels; without any there is no data, which is never 0."""

    metric: Metric
    values: Mapping[Labels, Value]
    counts: Mapping[Labels, int] | None = None
    """Of a summary: how many observations the sums in `values` are of."""


MOST_SERIES = 10_000


def bounded(families: Iterable[Family], most: int = MOST_SERIES) -> tuple[list[Family], int]:
    """Return families with at most so many series in all, and how many were left out; the first ones are kept."""
    kept, left, dropped = list[Family](), most, 0
    for family in families:
        some = dict(list(family.values.items())[:left])
        dropped += len(family.values) - len(some)
        left -= len(some)
        kept.append(Family(family.metric, some, family.counts))
    return kept, dropped
