"""The answer to `/claude-limits`: the organization's limits beside the kept peaks, as far as somebody may see them."""

from collections.abc import Iterable, Sequence
from datetime import datetime

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
from bot.kinds.limits.peaks.own.model import limits_in
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
        by_window = {name: await _peaks(tx, now - span, level, places, scope) for name, _, span in WINDOWS}
    known = {name: any(hour >= now - span for hour in read) for name, _, span in WINDOWS}
    requests_known = all(one.source != "legacy" for one in read.values())
    lines = lines_of(groups, own, by_window, known, requests_known=requests_known)
    return LimitFigures(
        asked=asked,
        workspace_name=workspace.name if workspace else "",
        level=level,
        lines=tuple(lines),
        tier=tier_of(every),
        as_of=max(read) + HOUR if read else None,
        missing=missing_hours(read, now),
        requests_known=requests_known,
        unmatched=_unmatched(read.values()) if scope.is_all else (),
        names=await _names(rt, lines),
        hours=(shown := tuple(sorted(read)[-CHART_HOURS:])),
        bars=await _bars(rt, tightest(lines), shown),
        may_ask=workspace is None or not workspace.is_default,
        others=await _others(rt, asked, scope, [one.id for one in groups], now),
    )


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


async def _peaks(tx: Tx, since: datetime, level: Level, workspaces: Sequence[str], scope: Scope) -> dict[At, Peak]:
    """Return the highest peak of each limiter; of one's own keys it is the busiest of them."""
    if level == "key" and not scope.keys:
        return {}
    found = await db.highest_since(tx, since, level, workspaces, scope.keys if level == "key" else ())
    best: dict[At, Peak] = {}
    for peak in sorted(found, key=lambda one: (-one.value, one.minute)):
        best.setdefault((peak.which.group_id, peak.which.limiter), peak)
    return best


def missing_hours(read: Iterable[datetime], now: datetime) -> int:
    """Return how many hours of the longest window weren't read."""
    first = (now - MONTH).replace(minute=0, second=0, microsecond=0) + HOUR
    whole = int((newest_hour(now) - first) / HOUR) + 1
    return whole - sum(first <= hour <= newest_hour(now) for hour in read)


def _unmatched(read: Iterable[HourRead]) -> tuple[str, ...]:
    return tuple(sorted({model for one in read for model in one.unmatched}))


async def _names(rt: Runtime, lines: Sequence[Line]) -> dict[str, str]:
    """Return the names of the keys that drove a peak."""
    drivers = {peak.driver for line in lines for peak in (line.peaks or {}).values() if peak and peak.driver}
    if not drivers:
        return {}
    return {key.id: key.name for key in await rt.directory.keys() if key.id in drivers}


async def _bars(rt: Runtime, line: Line | None, hours: Sequence[datetime]) -> dict[datetime, int]:
    if line is None or line.peak is None or not hours:
        return {}
    async with rt.store.read() as tx:
        return await db.hourly(tx, hours[0], line.peak.which)
