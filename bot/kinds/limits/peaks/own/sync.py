"""Reading the limits that workspaces have of their own: each of those with traffic once an hour, a few at a time."""

from datetime import datetime, timedelta

from bot.admin.model import WorkspaceRateLimit
from bot.errors import UpstreamMissing
from bot.kinds.limits.groups import Group, groups_of
from bot.kinds.limits.peaks.own import db
from bot.kinds.limits.peaks.own.holding import ORGANIZATION
from bot.kinds.limits.peaks.own.model import limits_in, to_read
from bot.runtime import Runtime

TRAFFIC_OF = timedelta(days=7)
"""For how long back a workspace must have had traffic."""


async def sync_own_limits(rt: Runtime, now: datetime) -> None:
    """Read those that are due. An UpstreamError leaves what was read before it."""
    workspaces = [one.id for one in await rt.directory.workspaces() if not one.is_default]
    async with rt.store.read() as tx:
        busy, read = await db.with_traffic(tx, now - TRAFFIC_OF), await db.read_times(tx)
    for workspace_id in to_read([one for one in workspaces if one in busy], read, now):
        try:
            found = await rt.admin.background().workspace_rate_limits(workspace_id)
        except UpstreamMissing:
            found = list[WorkspaceRateLimit]()
        async with rt.store.write() as tx:
            await db.keep(tx, workspace_id, limits_in(found), now)
    of_all = {one.id: _numbers(one) for one in groups_of(await rt.directory.rate_limits())}
    async with rt.store.write() as tx:
        await db.keep(tx, ORGANIZATION, of_all, now)
        await db.forget_others(tx, [ORGANIZATION, *workspaces])


def _numbers(group: Group) -> dict[str, int]:
    return {one.type: one.value for one in group.limiters.values() if one.value is not None}
