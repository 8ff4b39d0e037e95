"""From limits and peaks to lines that compare them, with the tier that the limits suggest. Pure."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from types import MappingProxyType

from bot.kinds.limits.groups import LIMITERS, REQUESTS, Group
from bot.kinds.limits.peaks.asked import Asked
from bot.kinds.limits.peaks.model import CACHE_AWARE, Level, Peak
from bot.kinds.limits.peaks.own.model import Change, Limits
from bot.words.own import Own

WINDOWS: tuple[tuple[str, Own, timedelta], ...] = (
    ("day", "24 hours", timedelta(hours=24)),
    ("week", "7 days", timedelta(days=7)),
    ("month", "30 days", timedelta(days=30)),
)
"""For how long back the highest minute is looked for; the last one is the longest."""
MONTH = WINDOWS[-1][2]
NEAR = Decimal("0.8")
"""The part of a limit from which on it was nearly reached."""
At = tuple[str, str]
"""A group's id and a limiter."""


@dataclass(frozen=True)
class Line:
    """One limiter of one group. `limit` is what holds, None for no limit; `is_own`: the workspace's own limit holds.

    `peaks` are by window; a window that is absent has no data, one with None had no traffic. They are those under this
    limit: after a `change` within the longest window, those since then.
    """

    group: Group
    limiter: str
    limit: int | None
    is_own: bool = False
    organization: int | None = None
    peaks: Mapping[str, Peak | None] | None = None
    change: Change | None = None

    @property
    def at(self) -> At:
        """What the line is about."""
        return self.group.id, self.limiter

    @property
    def skips_cache(self) -> bool:
        """Whether tokens that are read from the cache don't count."""
        return self.group.limiters[self.limiter].type == CACHE_AWARE

    @property
    def peak(self) -> Peak | None:
        """The highest minute of the longest window, the earliest of several."""
        every = tuple(self.peaks.values()) if self.peaks else ()
        found = [peak for peak in reversed(every) if peak is not None]
        return max(found, key=lambda peak: peak.value, default=None)

    @property
    def used(self) -> Decimal | None:
        """The part of the limit that the highest minute took, None where one of both isn't known or there is no limit."""
        return used_of(self.peak.value if self.peak else 0, self.limit) if self.peaks else None

    @property
    def headroom(self) -> Decimal | None:
        """What was left of the limit at the highest minute; below zero where it was passed."""
        return None if self.used is None else 1 - self.used


def used_of(value: int, limit: int | None) -> Decimal | None:
    """Return a peak as a part of a limit; of a limit of 0 there is no part."""
    return Decimal(value) / limit if limit else None


def lines_of(
    groups: Iterable[Group],
    own: Limits,
    peaks: Mapping[str, Mapping[At, Peak]],
    known: Mapping[str, bool],
    *,
    requests_known: bool,
    changes: Mapping[At, Change] = MappingProxyType({}),
    unknown: Collection[At] = (),
) -> list[Line]:
    """Return a line for each limiter of each group, limits of 0 first, then the one with the least headroom.

    `own` are the overrides of the workspace in question, `peaks` those of each window; `known` says whether hours of a
    window were read; of the `unknown` none was since their limit holds.
    The lower of a workspace's limit and the organization's holds (admin-api.md §4.9). Of groups without
    models, such as batches and files, no report tells the traffic.
    """
    lines: list[Line] = []
    for group in groups:
        for limiter, one in group.limiters.items():
            value = own.get(group.id, {}).get(one.type)
            holds = min([number for number in (value, one.value) if number is not None], default=None)
            at = group.id, limiter
            is_counted = bool(group.models) and (limiter != REQUESTS or requests_known) and at not in unknown
            found = {name: peaks[name].get(at) for name, has_data in known.items() if has_data and is_counted}
            is_own = value is not None and value == holds
            lines.append(Line(group, limiter, holds, is_own, one.value, found or None, changes.get(at)))
    return sorted(lines, key=_nearness, reverse=True)


def _nearness(line: Line) -> Decimal:
    if line.limit == 0:
        return Decimal("Infinity")
    return Decimal(-1) if line.used is None else line.used


def tightest(lines: Sequence[Line]) -> Line | None:
    """Return the line with the least headroom, of those with traffic."""
    return next((line for line in lines if line.used), None)


@dataclass(frozen=True)
class Place:
    """Whose limits they are: the organization's (no id), or those that a workspace has of its own."""

    workspace_id: str
    name: str
    lines: tuple[Line, ...]


def places_of(
    groups: Sequence[Group],
    own: Mapping[str, Limits],
    names: Mapping[str, str],
    peaks: Iterable[Peak],
    changes: Mapping[tuple[str, str, str], Change] = MappingProxyType({}),
) -> list[Place]:
    """Return the organization beside its peaks, then each workspace with limits of its own beside its peaks.

    `own` and `names` are by workspace; one without a name isn't there any more. Where the organization's limit holds in a
    workspace, its traffic counts there alone. `changes` within the span are by place, group and limiter.
    """
    by_place: dict[str, dict[At, Peak]] = {}
    for peak in peaks:
        by_place.setdefault(peak.which.scope.workspace_id, {})[peak.which.group_id, peak.which.limiter] = peak
    found = list[Place]()
    for place in ("", *sorted(own.keys() & names.keys() & by_place.keys())):
        mine = {"span": by_place.get(place, {})}
        changed = {at[1:]: change for at, change in changes.items() if at[0] == place}
        lines = lines_of(groups, own.get(place, {}), mine, {"span": True}, requests_known=True, changes=changed)
        found.append(Place(place, names.get(place, ""), tuple(one for one in lines if one.is_own or not place)))
    return found


def nearly_reached(places: Iterable[Place]) -> list[tuple[Place, Line]]:
    """Return for each group of each place the line that came nearest, of those that came near, the nearest first."""
    found: dict[tuple[str, str], tuple[Place, Line]] = {}
    for place in places:
        for line in place.lines:
            if line.used is not None and line.used >= NEAR:
                found.setdefault((place.workspace_id, line.group.id), (place, line))
    return sorted(found.values(), key=lambda one: one[1].used or 0, reverse=True)


def hourly_shares(hours: Iterable[datetime], peaks: Mapping[datetime, int], limit: int) -> list[tuple[datetime, Decimal]]:
    """Return the peak of each hour that was read in percent of a limit."""
    return [(hour, (Decimal(peaks.get(hour, 0)) * 100 / limit).quantize(Decimal("0.1"))) for hour in sorted(hours)]


_OTHER: Own = ""
_TIERS: dict[tuple[int, ...], Own] = {
    (1_000, 2_000_000, 400_000): "Start",
    (5_000, 5_000_000, 1_000_000): "Build",
    (10_000, 10_000_000, 2_000_000): "Scale",
}
"""Requests, input and output tokens per minute of most groups (admin-api.md §7.7, autumn 2026)."""


def tier_of(groups: Iterable[Group]) -> Own:
    """Return the tier whose standard limits most groups of models have, "" where none fits; no API names it."""
    found: list[Own] = []
    for group in groups:
        values = tuple(one.value or 0 for one in group.limiters.values())
        if group.models and len(values) == len(LIMITERS):
            found.append(_TIERS.get(values, _OTHER))
    best = max(_TIERS.values(), key=found.count)
    return best if found.count(best) * 2 > len(found) else _OTHER


@dataclass(frozen=True)
class LimitFigures:
    """The answer: lines, the tightest first, and how far they can be trusted.

    `level` says whose traffic the peaks are of; `as_of` is the end of the newest hour that was read, None without any.
    `missing` hours of the longest window weren't read, `missing_today` of the shortest.
    `names` are those of keys that the reader may see. `others` are
    limits that were nearly reached elsewhere: workspaces' own ones, or what a workspace shares with all others.
    """

    asked: Asked
    workspace_name: str
    level: Level
    lines: tuple[Line, ...]
    tier: Own
    as_of: datetime | None
    missing: int
    requests_known: bool
    unmatched: tuple[str, ...]
    names: dict[str, str]
    hours: tuple[datetime, ...]
    bars: dict[datetime, int]
    may_ask: bool
    others: tuple[tuple[Place, Line], ...] = ()
    missing_today: int = 0
    sees_all: bool = True
    """Whether the reader may see the traffic of the whole organization, which is what Anthropic has to be told."""
    before: Mapping[At, Peak] = field(default_factory=dict[At, Peak])
    """The highest peak under what a limit was before its last change, for those that were seen to change."""

    @property
    def shut(self) -> Sequence[Line]:
        """The limits of 0, under which nothing is answered; their traffic says nothing of them."""
        return [line for line in self.lines if line.limit == 0]

    @property
    def tightest(self) -> Line | None:
        """The line with the least headroom."""
        return tightest(self.lines)
