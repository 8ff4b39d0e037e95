"""Prometheus's text format, version 0.0.4: without timestamps, so that a scrape says what is so now.

Pure.
"""

import math
from collections.abc import Iterable
from decimal import Decimal

from bot.telemetry.model import Family, Labels, Metric, Value

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"


def render(families: Iterable[Family]) -> str:
    """Return families as text; Decimals keep all their digits."""
    return "".join(_family(family) for family in families if family.values)


def _family(family: Family) -> str:
    metric = family.metric
    lines = [f"# HELP {metric.name} {_escaped(metric.help)}", f"# TYPE {metric.name} {metric.kind}"]
    for labels, value in family.values.items():
        pairs = _pairs(metric, labels)
        if family.counts is None:
            lines.append(f"{metric.name}{pairs} {_number(value)}")
        else:
            lines.append(f"{metric.name}_sum{pairs} {_number(value)}")
            lines.append(f"{metric.name}_count{pairs} {family.counts[labels]}")
    return "\n".join(lines) + "\n"


def _pairs(metric: Metric, labels: Labels) -> str:
    pairs = ",".join(f'{name}="{_quoted(value)}"' for name, value in zip(metric.labels, labels, strict=True))
    return f"{{{pairs}}}" if pairs else ""


def _number(value: Value) -> str:
    if isinstance(value, Decimal):
        return f"{value:f}"
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'+' if value > 0 else '-'}Inf"
    return repr(value)


def _escaped(text: str) -> str:
    return text.replace("\\", r"\\").replace("\n", r"\n")


def _quoted(text: str) -> str:
    return _escaped(text).replace('"', r"\"")
