"""What a target should have of a day and its hours, what it has, and the difference.

A day is told by its hours where they are known, else as a whole. Once it was told as a whole it stays so; what is known of
it later than of its hours is told of the whole day, on top of them. So all points of a day always sum up to it.

Pure.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.exports.metrics.families import TOKEN_COUNTS
from bot.spend.model import Hour, Measures, dollars, nanos
from bot.telemetry.point import Point

Key = tuple[str, str, str, str, str]
"""(hour such as "07", or WHOLE; metric; workspace id; model; type of token or "")."""
Held = Mapping[Key, int]
"""Whole numbers; money in nano-dollars. What isn't there is nothing, or wasn't told."""
WHOLE = ""
Content = Mapping[str, Any]
"""What is kept of a push, as plain JSON: its points, which revision of each hour they are, and the names of workspaces."""
MOST_POINTS = 2_500
"""In one push: about half a megabyte; an OpenTelemetry Collector takes 20, an nginx before it one by default."""
_MONEY = ("claude.org.cost", "claude.org.list_cost")
_HOUR = timedelta(hours=1)


def held(day: Iterable[Measures], span: str = WHOLE) -> dict[Key, int]:
    """Return what a day or an hour of it holds. What the source didn't tell is absent."""
    found: dict[Key, int] = {}
    for one in day:
        ids = (one.of(WORKSPACE), one.of(MODEL))
        found[span, "claude.org.cost", *ids, ""] = nanos(one.amount)
        if one.list_amount is not None:
            found[span, "claude.org.list_cost", *ids, ""] = nanos(one.list_amount)
        if one.requests is not None:
            found[span, "claude.org.requests", *ids, ""] = one.requests
        for kind, count in TOKEN_COUNTS.items():
            found[span, "claude.org.tokens", *ids, kind] = count(one)
    return {key: value for key, value in found.items() if value}


def held_by_hour(hours: Iterable[Hour], until: datetime) -> dict[Key, int]:
    """Return what the hours hold that were over at `until`, which is as far as the figures reach."""
    found: dict[Key, int] = {}
    for one in hours:
        if one.starts_at + _HOUR <= until:
            found |= held([one.counts], f"{one.starts_at.hour:02}")
    return found


def wanted(day: Held | None, hours: Held | None, sent: Sequence[Held]) -> dict[Key, int]:
    """Return what a target should have of a day: `day` is None while it is open, `hours` where they aren't known."""
    total = summed(sent)
    told = {key[0] for key in total}
    if hours is not None and (not total or told != {WHOLE}):
        kept = {} if day is not None else {key: value for key, value in total.items() if key[0] not in _spans(hours)}
        return {**kept, **hours}
    if day is None:
        return total
    parts = {key: value for key, value in total.items() if key[0] != WHOLE}
    rest = dict(day)
    for (_, *group), value in parts.items():
        key: Any = (WHOLE, *group)
        rest[key] = rest.get(key, 0) - value
    return {**parts, **rest}


def missing(want: Held, sent: Sequence[Held]) -> dict[Key, int]:
    """Return what has to be added to what was sent, so that it is what is wanted."""
    total = summed(sent)
    keys = sorted({**want, **total})
    return {key: rest for key in keys if (rest := want.get(key, 0) - total.get(key, 0))}


def summed(sent: Iterable[Held]) -> dict[Key, int]:
    """Return all that was sent together."""
    total: dict[Key, int] = {}
    for one in sent:
        for key, value in one.items():
            total[key] = total.get(key, 0) + value
    return total


def contents_of(rest: Held, before: Sequence[Content], names: Mapping[str, str], most: int = MOST_POINTS) -> list[Content]:
    """Return what is written down, a push each, of which alone the points are made.

    `before` is what was written down of the day until now, and `names` are those of workspaces by id.
    """
    told = {span: 1 + max((one["of"].get(span, -1) for one in before), default=-1) for span in _spans(rest)}
    rows = [[*key, value] for key, value in rest.items()]
    parts = [rows[start : start + most] for start in range(0, len(rows), most)]
    return [
        {
            "points": part,
            "of": {span: told[span] for span in sorted({str(row[0]) for row in part})},
            "names": {one: names[one] for one in sorted({str(row[2]) for row in part}) if one in names},
        }
        for part in parts
    ]


def held_in(content: Content) -> dict[Key, int]:
    """Return what was written down."""
    return {(one[0], one[1], one[2], one[3], one[4]): one[5] for one in content["points"]}


def points_of(day: date, content: Content) -> list[Point]:
    """Return what was written down of a day as it is sent: the same points each time."""
    return [_point(day, key, value, content) for key, value in held_in(content).items()]


def _point(day: date, key: Key, value: int, content: Content) -> Point:
    span, metric, workspace, model, kind = key
    attributes = {"workspace_id": workspace or "default", "model": model or "none"}
    attributes["workspace_name"] = content["names"].get(workspace, "" if workspace else "Default")
    if kind:
        attributes["token_type"] = kind
    starts = datetime.combine(day, time(int(span or "0")), UTC)
    amount: int | Decimal = dollars(value) if metric in _MONEY else value
    ends = starts + (timedelta(days=1) if span == WHOLE else _HOUR)
    return Point(metric, starts, ends, content["of"][span], attributes, amount)


def _spans(some: Held) -> set[str]:
    return {key[0] for key in some}
