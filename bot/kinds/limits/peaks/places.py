"""Limits beside the peaks of a span of hours: the organization's, and those that workspaces have of their own."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.hygiene.model import BusyMinute
from bot.kinds.limits.groups import LIMITERS, groups_of
from bot.kinds.limits.peaks import db
from bot.kinds.limits.peaks.build import Place, places_of
from bot.kinds.limits.peaks.model import Peak
from bot.kinds.limits.peaks.near import WEEK
from bot.kinds.limits.peaks.own import db as own_limits
from bot.kinds.limits.peaks.own.holding import ORGANIZATION, Limited, by_start, groups_held, holding, own_held
from bot.runtime import Runtime
from bot.store.session import Tx


async def read_places(rt: Runtime, since: datetime, until: datetime | None = None) -> Sequence[Place]:
    """Return where there was traffic from a moment to before another, the organization first."""
    async with rt.store.read() as tx:
        if not await db.highest_since(tx, since, "organization", until=until):
            return ()
    groups = groups_of(await rt.directory.rate_limits())
    async with rt.store.read() as tx:
        held = holding(await own_limits.kept(tx), groups, (since, until), rt.now())
        found = [one for start, ats in by_start(held).items() for one in await peaks_under(tx, start, ats, until)]
    own = own_held(groups, held)
    names = {one.id: one.name for one in await rt.directory.workspaces()} if own else {}
    changes = {at: one.change for at, one in held.items() if one.change}
    return places_of(groups_held(groups, held), own, names, found, changes)


async def peaks_under(tx: Tx, start: datetime, ats: set[Limited], until: datetime | None = None) -> list[Peak]:
    """Return the peaks from an hour on beside these limits."""
    places, found = {place for place, _, _ in ats}, list[Peak]()
    if ORGANIZATION in places:
        found += await db.highest_since(tx, start, "organization", until=until)
    if workspaces := sorted(places - {ORGANIZATION}):
        found += await db.highest_since(tx, start, "workspace", workspaces, until=until)
    return [one for one in found if (one.which.scope.workspace_id, one.which.group_id, one.which.limiter) in ats]


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
                since=line.change.at if line.change else None,
            )
            nearest.setdefault((place.workspace_id, line.group.id), minute)
    return list(nearest.values())
