"""The text that Prometheus reads, written by prometheus-client: without timestamps, so that a scrape tells the present.

The library is imported by the first scrape: a bot without the endpoint never loads it.
"""

from collections.abc import Iterable, Iterator
from typing import Any

from bot.telemetry.model import Family

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""The library's CONTENT_TYPE_PLAIN_0_0_4; a test holds that they are the same."""


def render(families: Iterable[Family]) -> bytes:
    """Return families as text. One without values has no data, and is left out."""
    from prometheus_client import generate_latest

    return generate_latest(_Collected([one for one in families if one.values]))


class _Collected:
    """What prometheus-client calls a custom collector."""

    def __init__(self, families: Iterable[Family]) -> None:
        self._families = families

    def collect(self) -> Iterator[Any]:
        return (_as_collected(one) for one in self._families)


def _as_collected(family: Family) -> Any:
    from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily

    metric = family.metric
    if metric.kind == "summary":
        found = SummaryMetricFamily(metric.name, metric.help, labels=metric.labels)
        for labels, value in family.values.items():
            found.add_metric(labels, count_value=(family.counts or {})[labels], sum_value=float(value))
        return found
    made = {"counter": CounterMetricFamily, "gauge": GaugeMetricFamily}[metric.kind]
    found = made(metric.name, metric.help, labels=metric.labels)
    for labels, value in family.values.items():
        found.add_metric(labels, float(value))
    return found
