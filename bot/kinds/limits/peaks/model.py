"""The peak minute of an hour, and how it is found among the rows of a usage report by minute. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple

from bot.admin.rows import UsageRow
from bot.kinds.limits.groups import REQUESTS, Group

Level = Literal["organization", "workspace", "key"]
"""Over whose traffic a peak is taken: a sum of peaks of keys is no peak of their sum."""
CACHE_AWARE = "input_tokens_per_minute_cache_aware"
"""The limiter that doesn't count what is read from the cache (admin-api.md §4.9, §7.8)."""
BATCH = "batch"
"""Batches have a group of limits of their own, so their tokens don't count towards those of their models."""
HOUR = timedelta(hours=1)


class Scope(NamedTuple):
    """Whose traffic it is; "" where a level doesn't split, and for traffic without a key."""

    level: Level
    workspace_id: str = ""
    api_key_id: str = ""


class Which(NamedTuple):
    """What a peak is of: whose traffic, in which group of limits (the organization's entry's id), by which limiter."""

    scope: Scope
    group_id: str
    limiter: str


@dataclass(frozen=True)
class Peak:
    """The minute of an hour with the most of something. `driver` is the key with the largest part of it, "" for none."""

    which: Which
    value: int
    minute: datetime
    driver: str = ""
    driver_value: int = 0

    @property
    def hour(self) -> datetime:
        """The hour that the minute belongs to."""
        return self.minute.replace(minute=0)


@dataclass(frozen=True)
class HourRead:
    """What is known of an hour: when it was read, from which report, and the models that no group of limits names."""

    hour: datetime
    read_at: datetime
    source: str
    unmatched: tuple[str, ...] = ()


Sums = dict[Which, dict[str, int]]
"""What happened in one minute, by key. Those of all minutes of some hours are tens of megabytes."""


def group_of(model: str, groups: Iterable[Group]) -> Group | None:
    """Return the group that limits a model: the one that names it, or the undated name that it begins with."""
    every = list(groups)
    for one in every:
        if model in one.models:
            return one
    head, _, date = model.rpartition("-")
    dated = head if len(date) == 8 and date.isdecimal() else ""
    return next((one for one in every if dated and dated in one.models), None)


def peaks_of(rows: Iterable[UsageRow], groups: Iterable[Group]) -> tuple[list[Peak], frozenset[str]]:
    """Return the peaks of each hour on each level, and the models that no group names.

    Where the report doesn't count requests there is no peak of them: that isn't zero.
    """
    known: dict[str, Group | None] = {}
    every = list(groups)
    minutes: dict[datetime, list[tuple[UsageRow, Group]]] = {}
    for row in rows:
        if row.service_tier == BATCH or row.model is None:
            continue
        if row.model not in known:
            known[row.model] = group_of(row.model, every)
        group = known[row.model]
        if group is not None:
            minutes.setdefault(row.starts_at, []).append((row, group))
    return _highest(minutes), frozenset(model for model, group in known.items() if group is None)


def _add(sums: Sums, row: UsageRow, group: Group) -> None:
    workspace, key = row.workspace_id or "", row.api_key_id or ""
    scopes = (Scope("organization"), Scope("workspace", workspace), Scope("key", workspace, key))
    for limiter, one in group.limiters.items():
        value = _counted(row, limiter, one.type)
        if not value:
            continue
        for scope in scopes:
            by_key = sums.setdefault(Which(scope, group.id, limiter), {})
            by_key[key] = by_key.get(key, 0) + value


def _counted(row: UsageRow, limiter: str, limiter_type: str) -> int | None:
    """Return how much of a row a limiter counts, None where the report doesn't say."""
    if limiter == REQUESTS:
        return row.requests
    if limiter == "output_tokens":
        return row.output
    return row.input - row.cache_read if limiter_type == CACHE_AWARE else row.input


def _highest(minutes: Mapping[datetime, Iterable[tuple[UsageRow, Group]]]) -> list[Peak]:
    """Return the highest minute of each hour, the earliest of several."""
    found: dict[tuple[Which, datetime], Peak] = {}
    for minute, counted in minutes.items():
        sums, hour = Sums(), minute.replace(minute=0)
        for row, group in counted:
            _add(sums, row, group)
        for which, by_key in sums.items():
            value, before = sum(by_key.values()), found.get((which, hour))
            if before is None or (value, before.minute) > (before.value, minute):
                driver = max(sorted(by_key), key=lambda key: by_key[key])
                found[which, hour] = Peak(which, value, minute, driver, by_key[driver])
    return list(found.values())


def highest(peaks: Iterable[Peak]) -> Mapping[Which, Peak]:
    """Return the highest of the peaks of each thing, the earliest of several."""
    found: dict[Which, Peak] = {}
    for peak in peaks:
        before = found.get(peak.which)
        if before is None or (peak.value, before.minute) > (before.value, peak.minute):
            found[peak.which] = peak
    return found
