"""What a target should have of a day, what it has, and the difference.

Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.exports.metrics.families import TOKEN_COUNTS
from bot.spend.model import Measures, dollars, nanos
from bot.telemetry.otlp import Point

Held = Mapping[tuple[str, ...], int]
"""(metric, workspace id, model, type of token or "") -> a whole number; money in nano-dollars."""
_MONEY = ("claude.org.cost", "claude.org.list_cost")


def held(day: Iterable[Measures]) -> dict[tuple[str, ...], int]:
    """Return what a day holds; what the source didn't tell is absent."""
    found: dict[tuple[str, ...], int] = {}
    for one in day:
        ids = (one.of(WORKSPACE), one.of(MODEL))
        found["claude.org.cost", *ids, ""] = nanos(one.amount)
        if one.list_amount is not None:
            found["claude.org.list_cost", *ids, ""] = nanos(one.list_amount)
        if one.requests is not None:
            found["claude.org.requests", *ids, ""] = one.requests
        for kind, count in TOKEN_COUNTS.items():
            found["claude.org.tokens", *ids, kind] = count(one)
    return {key: value for key, value in found.items() if value}


def missing(wanted: Held, sent: Sequence[Held]) -> dict[tuple[str, ...], int]:
    """Return what has to be added to what was sent, so that it is what is wanted."""
    total: dict[tuple[str, ...], int] = {}
    for one in sent:
        for key, value in one.items():
            total[key] = total.get(key, 0) + value
    keys = sorted({**wanted, **total})
    return {key: rest for key in keys if (rest := wanted.get(key, 0) - total.get(key, 0))}


def points_of(some: Held, names: Mapping[str, str]) -> list[Point]:
    """Return points as they are sent."""
    return [_point(key, value, names) for key, value in some.items()]


def _point(key: tuple[str, ...], value: int, names: Mapping[str, str]) -> Point:
    metric, workspace, model, kind = key
    attributes = {"workspace_id": workspace or "default", "model": model or "none"}
    attributes["workspace_name"] = names.get(workspace, "" if workspace else "Default")
    if kind:
        attributes["token_type"] = kind
    amount: int | Decimal = dollars(value) if metric in _MONEY else value
    return Point(metric, attributes, amount)


def to_json(some: Held) -> list[Any]:
    """Return it as it is kept."""
    return [[*key, value] for key, value in some.items()]


def from_json(kept: Sequence[Any]) -> dict[tuple[str, ...], int]:
    """Return what was kept."""
    return {tuple(one[:-1]): one[-1] for one in kept}
