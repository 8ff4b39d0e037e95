"""The answer to `/claude-limits`: the organization's limits beside the kept peaks, as far as somebody may see them."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import NamedTuple

from bot.admin.model import Workspace
from bot.kinds.limits.groups import groups_of
from bot.kinds.limits.peaks import db
from bot.kinds.limits.peaks.asked import Asked
from bot.kinds.limits.peaks.build import (
    MONTH,
    WINDOWS,
    At,
    LimitFigures,
    Line,
    Place,
    lines_of,
    nearly_reached,
    tier_of,
    tightest,
)
from bot.kinds.limits.peaks.model import HOUR, HourRead, Level, Peak
from bot.kinds.limits.peaks.own import db as own_limits
from bot.kinds.limits.peaks.own.model import Change, changes_of, limits_in
from bot.kinds.limits.peaks.places import read_places
from bot.kinds.limits.peaks.plan import newest_hour
from bot.runtime import Runtime
from bot.spend.scope import Scope
from bot.store.session import Tx

CHART_HOURS = 20
"""Points that Slack's own chart holds (slack.md §3.2)."""


async def limit_figures(rt: Runtime, asked: Asked, scope: Scope, now: datetime) -> LimitFigures:
    """Return the answer as somebody with this scope may see it."""
    every = groups_of(await rt.directory.rate_limits())
    groups = [one for one in every if not asked.group_ids or one.id in asked.group_ids]
    workspace = await rt.directory.workspace(asked.workspace_id) if asked.workspace_id else None
    has_own = workspace is not None and not workspace.is_default
    own = limits_in(await rt.admin.workspace_rate_limits(asked.workspace_id) if has_own else ())
    level, places = level_of(asked, scope), _ids_of(asked, workspace)
    async with rt.store.read() as tx:
        read = await db.hours_read(tx, now - MONTH)
        found = changes_of(await own_limits.kept(tx), groups, own, asked.workspace_id if has_own else "", now)
        changes = {at: one for at, one in found.items() if one.at > now - MONTH}
        whose = _Whose(level, places, scope)
        by_window = {name: await _under_present(tx, now - span, changes, whose) for name, _, span in WINDOWS}
        before = await _under_former(tx, now - MONTH, changes, whose)
    known = {name: any(hour >= now - span for hour in read) for name, _, span in WINDOWS}
    requests_known = all(one.source != "legacy" for one in read.values())
    unknown = {at for at, one in changes.items() if not any(hour >= one.holds_from for hour in read)}
    lines = lines_of(groups, own, by_window, known, requests_known=requests_known, changes=changes, unknown=unknown)
    others = await _others(rt, asked, scope, [one.id for one in groups], now)
    return LimitFigures(
        asked=asked,
        workspace_name=workspace.name if workspace else "",
        level=level,
        lines=tuple(lines),
        tier=tier_of(every),
        as_of=max(read) + HOUR if read else None,
        missing=missing_hours(read, now),
        missing_today=missing_hours(read, now, WINDOWS[0][2]),
        requests_known=requests_known,
        unmatched=_unmatched(read.values()) if scope.is_all else (),
        names=await _names(rt, lines, [*before.values(), *(one.peak for _, one in others if one.peak)]),
        hours=(shown := _shown(read, tightest(lines))),
        bars=await _bars(rt, tightest(lines), shown),
        may_ask=workspace is None or not workspace.is_default,
        others=others,
        before=before,
        sees_all=scope.is_all,
    )


def _shown(read: Iterable[datetime], line: Line | None) -> tuple[datetime, ...]:
    """Return the hours of the chart: the newest, of those in which the limit held with which it compares."""
    starts = line.change.holds_from if line and line.change else None
    return tuple(sorted(hour for hour in read if starts is None or hour >= starts)[-CHART_HOURS:])


async def _others(
    rt: Runtime, asked: Asked, scope: Scope, group_ids: Sequence[str], now: datetime
) -> tuple[tuple[Place, Line], ...]:
    """Return what explains refused requests though the limits that are asked for weren't reached, to who may see all."""
    if not scope.is_all:
        return ()
    places = await read_places(rt, now - MONTH)
    elsewhere = [one for one in places if bool(one.workspace_id) is not bool(asked.workspace_id)]
    return tuple(one for one in nearly_reached(elsewhere) if one[1].group.id in group_ids)


def level_of(asked: Asked, scope: Scope) -> Level:
    """Return whose traffic somebody may see: all of what they ask for, else that of their own keys."""
    if asked.workspace_id:
        return "workspace" if scope.is_all or asked.workspace_id in scope.workspaces else "key"
    return "organization" if scope.is_all else "key"


def _ids_of(asked: Asked, workspace: Workspace | None) -> tuple[str, ...]:
    """Return the ids of what is asked for in reports, () for the organization: some name the default workspace by none."""
    if not asked.workspace_id:
        return ()
    return (asked.workspace_id, "") if workspace is not None and workspace.is_default else (asked.workspace_id,)


class _Whose(NamedTuple):
    """Whose peaks are wanted."""

    level: Level
    workspaces: Sequence[str]
    scope: Scope


async def _under_present(tx: Tx, since: datetime, changes: Mapping[At, Change], whose: _Whose) -> dict[At, Peak]:
    """Return the highest peak of each limiter since a moment, and of one that changed, since that."""
    best = await _peaks(tx, since, whose)
    for start in {one.holds_from for one in changes.values() if one.holds_from > since}:
        later = await _peaks(tx, start, whose)
        for at in [at for at, one in changes.items() if one.holds_from == start]:
            best.pop(at, None)
            best |= {at: later[at]} if at in later else {}
    return best


async def _under_former(tx: Tx, since: datetime, changes: Mapping[At, Change], whose: _Whose) -> dict[At, Peak]:
    """Return the highest peak of each limiter before it changed."""
    best: dict[At, Peak] = {}
    for until in {one.hour for one in changes.values()}:
        found = await _peaks(tx, since, whose, until)
        best |= {at: found[at] for at, one in changes.items() if one.hour == until and at in found}
    return best


async def _peaks(tx: Tx, since: datetime, whose: _Whose, until: datetime | None = None) -> dict[At, Peak]:
    """Return the highest peak of each limiter. Of one's own keys it is the busiest of them."""
    level, keys = whose.level, whose.scope.keys if whose.level == "key" else ()
    if level == "key" and not keys:
        return {}
    found = await db.highest_since(tx, since, level, whose.workspaces, keys, until=until)
    best: dict[At, Peak] = {}
    for peak in sorted(found, key=lambda one: (-one.value, one.minute)):
        best.setdefault((peak.which.group_id, peak.which.limiter), peak)
    return best


def missing_hours(read: Iterable[datetime], now: datetime, span: timedelta = MONTH) -> int:
    """Return how many hours of a window weren't read of those that are over, by default of the longest."""
    first = (now - span).replace(minute=0, second=0, microsecond=0) + HOUR
    whole = int((newest_hour(now) - first) / HOUR) + 1
    return whole - sum(first <= hour <= newest_hour(now) for hour in read)


def _unmatched(read: Iterable[HourRead]) -> tuple[str, ...]:
    return tuple(sorted({model for one in read for model in one.unmatched}))


async def _names(rt: Runtime, lines: Sequence[Line], before: Iterable[Peak]) -> dict[str, str]:
    """Return the names of the keys that drove a peak."""
    drivers = {peak.driver for line in lines for peak in (line.peaks or {}).values() if peak and peak.driver}
    drivers |= {peak.driver for peak in before if peak.driver}
    if not drivers:
        return {}
    return {key.id: key.name for key in await rt.directory.keys() if key.id in drivers}


async def _bars(rt: Runtime, line: Line | None, hours: Sequence[datetime]) -> dict[datetime, int]:
    if line is None or line.peak is None or not hours:
        return {}
    async with rt.store.read() as tx:
        return await db.hourly(tx, hours[0], line.peak.which)
