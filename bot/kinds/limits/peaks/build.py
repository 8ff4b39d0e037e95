"""From limits and peaks to lines that compare them, with the tier that the limits suggest. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from bot.admin.model import WorkspaceRateLimit
from bot.kinds.limits.groups import LIMITERS, REQUESTS, Group
from bot.kinds.limits.peaks.asked import Asked
from bot.kinds.limits.peaks.model import Level, Peak
from bot.words.own import Own

WINDOWS: tuple[tuple[str, Own, timedelta], ...] = (
    ("day", "24 hours", timedelta(hours=24)),
    ("week", "7 days", timedelta(days=7)),
    ("month", "30 days", timedelta(days=30)),
)
"""For how long back the highest minute is looked for; the last one is the longest."""
MONTH = WINDOWS[-1][2]
At = tuple[str, str]
"""A group's id and a limiter."""


@dataclass(frozen=True)
class Line:
    """One limiter of one group. `limit` is what holds, None for no limit; `is_own`: the workspace has it of its own.

    `peaks` are by window; a window that is absent has no data, one with None had no traffic.
    """

    group: Group
    limiter: str
    limit: int | None
    is_own: bool = False
    organization: int | None = None
    peaks: Mapping[str, Peak | None] | None = None

    @property
    def at(self) -> At:
        """What the line is about."""
        return self.group.id, self.limiter

    @property
    def peak(self) -> Peak | None:
        """The highest minute of the longest window."""
        found = [peak for peak in (self.peaks or {}).values() if peak is not None]
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
    own: Iterable[WorkspaceRateLimit],
    peaks: Mapping[str, Mapping[At, Peak]],
    known: Mapping[str, bool],
    *,
    requests_known: bool,
) -> list[Line]:
    """Return a line for each limiter of each group, the one with the least headroom first.

    `own` are the overrides of the workspace in question, `peaks` those of each window; `known` says whether hours of a
    window were read. The lower of a workspace's limit and the organization's holds (admin-api.md §4.9).
    """
    overrides = {one.rate_limit_id: one for one in own}
    lines: list[Line] = []
    for group in groups:
        for limiter, one in group.limiters.items():
            override = overrides.get(group.id)
            is_own = override is not None and one.type in override.overridden
            value = override.limits.get(one.type) if override and is_own else None
            holds = min([number for number in (value, one.value) if number is not None], default=None)
            is_counted = limiter != REQUESTS or requests_known
            found = {
                name: peaks[name].get((group.id, limiter)) for name, has_data in known.items() if has_data and is_counted
            }
            lines.append(Line(group, limiter, holds, is_own and value is not None, one.value, found or None))
    return sorted(lines, key=lambda line: Decimal(-1) if line.used is None else line.used, reverse=True)


def tightest(lines: Sequence[Line]) -> Line | None:
    """Return the line with the least headroom, of those with traffic."""
    return next((line for line in lines if line.used), None)


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
    `missing` hours of the longest window weren't read. `names` are those of keys that the reader may see.
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

    @property
    def tightest(self) -> Line | None:
        """The line with the least headroom."""
        return tightest(self.lines)
