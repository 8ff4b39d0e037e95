"""Metrics as data: a name with its labels, and the values of it at one moment.

Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
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
    """The values of one metric by its labels. Without any there is no data, which is never 0."""

    metric: Metric
    values: Mapping[Labels, Value]
    counts: Mapping[Labels, int] | None = None
    """Of a summary: how many observations the sums in `values` are of."""


@dataclass(frozen=True)
class Part:
    """What one source tells: families that stay as they are until it is read again.

    `as_of` says until when the figures of a report reach; a report without figures has none.
    """

    families: Sequence[Family]
    as_of: Mapping[str, datetime] = field(default_factory=dict[str, datetime])


MOST_SERIES = 10_000
OTHER = "other"
"""The label that stands for all who have none of their own."""


def bounded(families: Iterable[Family], most: int = MOST_SERIES) -> tuple[list[Family], int]:
    """Return families with at most so many series in all, and how many were left out. The first ones are kept.

    A summary has two series for each of its values.
    """
    kept, left, dropped = list[Family](), most, 0
    for family in families:
        each = 1 if family.counts is None else 2
        some = dict(list(family.values.items())[: left // each])
        dropped += (len(family.values) - len(some)) * each
        left -= len(some) * each
        kept.append(Family(family.metric, some, family.counts))
    return kept, dropped


def largest(values: Mapping[str, Value], most: int) -> frozenset[str]:
    """Return the labels with the largest values; among equals the order is that of the labels."""
    return frozenset(sorted(values, key=lambda one: (-values[one], one))[:most])
