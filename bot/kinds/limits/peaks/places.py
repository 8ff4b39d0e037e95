"""Limits beside the peaks of a span of hours: the organization's, and those that workspaces have of their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.hygiene.model import BusyMinute
from bot.kinds.limits.groups import LIMITERS, groups_of
from bot.kinds.limits.peaks import db
from bot.kinds.limits.peaks.build import Place, places_of
from bot.kinds.limits.peaks.near import WEEK
from bot.kinds.limits.peaks.own import db as own_limits
from bot.kinds.limits.peaks.own.model import Kept
from bot.runtime import Runtime


async def read_places(rt: Runtime, since: datetime, until: datetime | None = None) -> Sequence[Place]:
    """Return where there was traffic from a moment to before another, the organization first."""
    async with rt.store.read() as tx:
        found = await db.highest_since(tx, since, "organization", until=until)
        own = await own_limits.kept(tx) if found else {}
        for start, workspaces in _by_start(own, since).items():
            found += await db.highest_since(tx, start, "workspace", workspaces, until=until)
    if not found:
        return ()
    names = {one.id: one.name for one in await rt.directory.workspaces()} if own else {}
    limits = {workspace_id: one.limits for workspace_id, one in own.items()}
    return places_of(groups_of(await rt.directory.rate_limits()), limits, names, found)


def _by_start(own: Mapping[str, Kept], since: datetime) -> dict[datetime, list[str]]:
    """Return workspaces by the hour from which their limits hold: a limit wasn't reached before it was there."""
    found: dict[datetime, list[str]] = {}
    for workspace_id, one in own.items():
        found.setdefault(one.holds_from(since), []).append(workspace_id)
    return found


async def key_names(rt: Runtime) -> Mapping[str, str]:
    """Return the names of all keys."""
    return {key.id: key.name for key in await rt.directory.keys()}


async def busiest_minutes(rt: Runtime, now: datetime) -> list[BusyMinute]:
    """Return the busiest minute of the last week for each group of limits, by the limiter that came nearest to its limit.

    They are of the organization, and of the workspaces with limits of their own.
    """
    places = await read_places(rt, now - WEEK)
    names: Mapping[str, str] = await key_names(rt) if places else {}
    nearest: dict[tuple[str, str], BusyMinute] = {}
    for place in places:
        for line in place.lines:
            peak, used = line.peak, line.used
            if peak is None or used is None or not line.limit:
                continue
            minute = BusyMinute(
                workspace_id=place.workspace_id,
                group_id=line.group.id,
                group=line.group.name,
                limiter=line.limiter,
                limit_of=LIMITERS[line.limiter][0],
                value=peak.value,
                limit=line.limit,
                at=peak.minute,
                key=names.get(peak.driver, peak.driver),
            )
            nearest.setdefault((place.workspace_id, line.group.id), minute)
    return list(nearest.values())
