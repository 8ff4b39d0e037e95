"""What a query asks for, as promql-parser reads it."""

from dataclasses import dataclass, field
from typing import Any

import promql_parser


@dataclass
class Asked:
    """The metrics of a query, the labels that it names, and the label matchers of each metric."""

    metrics: set[str] = field(default_factory=set[str])
    labels: set[str] = field(default_factory=set[str])
    matched: list[tuple[str, str, str]] = field(default_factory=list[tuple[str, str, str]])
    """(metric, label, value)."""


def plain(expr: str) -> str:
    """Return a query as Grafana sends it for columns of an hour, which is what they are at least."""
    return expr.replace("$__interval", "1h")


def asked(expr: str) -> Asked:
    """Return what a query asks for; ValueError says what is wrong with it."""
    found = Asked()
    _walk(promql_parser.parse(plain(expr)), found)
    return found


def _walk(node: Any, found: Asked) -> None:
    match node:
        case promql_parser.AggregateExpr():
            found.labels |= {*(node.modifier.labels if node.modifier else ())}
            _walk(node.expr, found)
        case promql_parser.BinaryExpr():
            if node.modifier:
                found.labels |= {*(node.modifier.matching.labels if node.modifier.matching else ())}
                found.labels |= {*(node.modifier.group_labels or ())}
            _walk(node.lhs, found)
            _walk(node.rhs, found)
        case promql_parser.Call():
            for one in node.args:
                _walk(one, found)
        case promql_parser.ParenExpr() | promql_parser.SubqueryExpr() | promql_parser.UnaryExpr():
            _walk(node.expr, found)
        case promql_parser.MatrixSelector():
            _walk(node.vector_selector, found)
        case promql_parser.VectorSelector():
            name = node.name or ""
            found.metrics.add(name)
            found.matched += [(name, one.name, one.value) for one in node.matchers.matchers]
        case _:
            assert isinstance(node, promql_parser.NumberLiteral | promql_parser.StringLiteral), node
