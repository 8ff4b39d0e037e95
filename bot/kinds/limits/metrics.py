"""Limits that Claude keeps as metrics, rate limits beside the busiest minutes.

A scrape asks nobody, so a job notes every hour what holds.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.admin.model import SpendLimit, WorkspaceRateLimit
from bot.errors import UpstreamError
from bot.kinds.limits.groups import LIMITERS, Group, groups_of, labels_of
from bot.kinds.limits.peaks import db
from bot.kinds.limits.peaks.model import HOUR, Peak
from bot.kinds.limits.peaks.own import db as own_limits
from bot.kinds.limits.peaks.own.holding import Limited
from bot.kinds.limits.peaks.own.model import Kept
from bot.kinds.limits.peaks.places import peaks_under
from bot.runtime import Runtime
from bot.spend.exports.metrics.limits import MOST_SCOPES
from bot.spend.exports.metrics.load import largest_workspaces
from bot.store.notes import claim_note, drop_notes, note, write_note
from bot.store.session import Tx
from bot.telemetry import names as are
from bot.telemetry.model import Family, Labels, Part, Value

MOST_GROUPS = 30
LOOK_EVERY, WINDOW = timedelta(minutes=55), timedelta(hours=24)
_LOOKED, _NOTED = "metrics:limits:look", "metrics:limits"
Limits = Mapping[str, Any]
"""`spend`: [scope type, workspace or "", dollars] · `groups`: label by id · `organization`: [group id, limiter, value] ·
`workspaces`: the same behind a workspace's id.
"""


async def due(rt: Runtime, now: datetime) -> list[str]:
    """Return one key an hour, where metrics are told."""
    if rt.settings.metrics_port is None and rt.settings.metrics_token is None:
        return []
    async with rt.store.write() as tx:
        return [""] if await claim_note(tx, _LOOKED, now, LOOK_EVERY) else []


async def look(rt: Runtime, _key: str, now: datetime) -> None:
    """Note the organization's limits and the own ones of the open workspaces that cost most; a failed look is repeated."""
    try:
        open_ones = {one.id for one in await rt.directory.workspaces()}
        spend = [one for one in await rt.directory.spend_limits() or () if one.workspace_id in (None, *open_ones)]
        groups = groups_of(await rt.directory.rate_limits())[:MOST_GROUPS]
        async with rt.store.read() as tx:
            largest = [one for one in await largest_workspaces(tx, now) if one in open_ones]
        own = [one for each in largest for one in await rt.admin.background().workspace_rate_limits(each)]
    except UpstreamError:
        async with rt.store.write() as tx:
            await drop_notes(tx, [_LOOKED])
        raise
    async with rt.store.write() as tx:
        await write_note(tx, _NOTED, noted(groups, own, spend), now)


def noted(groups: Sequence[Group], own: Iterable[WorkspaceRateLimit], spend: Iterable[SpendLimit]) -> dict[str, Any]:
    """Return limits as they are noted; two groups of one name are told apart by their ids."""
    types = {one.id: {limiter.type: name for name, limiter in one.limiters.items()} for one in groups}
    monthly = [one for one in spend if one.is_enabled and one.period == "monthly" and one.amount is not None]
    monthly.sort(key=lambda one: (one.workspace_id is not None, -(one.amount or 0), one.id))
    return {
        "spend": [[one.scope_type, one.workspace_id or "", str(one.amount)] for one in monthly[:MOST_SCOPES]],
        "groups": labels_of(groups),
        "organization": [
            [group.id, name, one.value] for group in groups for name, one in group.limiters.items() if one.value is not None
        ],
        "workspaces": [
            [one.workspace_id, one.rate_limit_id, limiter, value]
            for one in own
            for name, value in one.limits.items()
            if value is not None and name in one.overridden and (limiter := types.get(one.rate_limit_id or "", {}).get(name))
        ],
    }


class RateLimits:
    """What was noted beside the busiest minutes, read again once an hour was read or a limit noted."""

    def __init__(self) -> None:
        self._read: tuple[object, Part] | None = None

    async def __call__(self, rt: Runtime, now: datetime) -> Part:
        """Return both; nothing until limits were noted."""
        since = (now - WINDOW).replace(minute=0, second=0, microsecond=0)
        async with rt.store.read() as tx:
            limits, hours = await note(tx, _NOTED), await db.hours_read(tx, since)
            later = changed_after(await own_limits.kept(tx), since)
            stamp = (since, limits and limits[1], max((one.read_at for one in hours.values()), default=None), later)
            if self._read is None or self._read[0] != stamp:
                peaks = await _peaks(tx, since, later)
                as_of = {"rate_limits": max(hours) + HOUR} if hours else {}
                self._read = (stamp, Part(rate_families(limits[0], peaks) if limits else (), as_of))
        return self._read[1]


def changed_after(kept: Mapping[str, Kept], since: datetime) -> dict[Limited, datetime]:
    """Return the limits that were seen to change after a moment, with the first whole hour in which the new one held."""
    names = {of_api: name for name, (_, types) in LIMITERS.items() for of_api in types}
    return {
        (place, group, names[of_api]): change.holds_from
        for place, one in kept.items()
        for group, found in one.changes.items()
        for of_api, change in found.items()
        if change.at > since and of_api in names
    }


async def _peaks(tx: Tx, since: datetime, later: Mapping[Limited, datetime]) -> list[Peak]:
    """Return the busiest minutes of all and of each workspace; under a limit that changed, only those since then."""
    every = [*await db.highest_since(tx, since, "organization"), *await db.highest_since(tx, since, "workspace")]
    found = [one for one in every if (one.which.scope.workspace_id, one.which.group_id, one.which.limiter) not in later]
    for start in set(later.values()):
        found += await peaks_under(tx, start, {at for at, one in later.items() if one == start})
    return found


def rate_families(limits: Limits, peaks: Iterable[Peak]) -> list[Family]:
    """Return limits and peaks per minute; peaks of workspaces only where the workspace has a limit of its own."""
    groups: Mapping[str, str] = limits["groups"]
    organization: dict[Labels, Value] = {
        (groups[at], _per_minute(name)): value for at, name, value in limits["organization"]
    }
    own: dict[Labels, Value] = {(who, groups[at], _per_minute(name)): value for who, at, name, value in limits["workspaces"]}
    of_all, of_each = dict[Labels, Value](), dict[Labels, Value]()
    for peak in peaks:
        which = peak.which
        if which.group_id not in groups:
            continue
        at: Labels = (groups[which.group_id], _per_minute(which.limiter))
        if which.scope.level == "organization":
            of_all[at] = peak.value
        elif (which.scope.workspace_id, *at) in own:
            of_each[which.scope.workspace_id, *at] = peak.value
    spend: dict[Labels, Value] = {(scope, who): Decimal(amount) for scope, who, amount in limits["spend"]}
    return [
        Family(are.CONSOLE_LIMIT, spend),
        Family(are.RATE_LIMIT, organization),
        Family(are.RATE_PEAK, of_all),
        Family(are.WORKSPACE_RATE_LIMIT, own),
        Family(are.WORKSPACE_RATE_PEAK, of_each),
    ]


def _per_minute(limiter: str) -> str:
    return f"{limiter}_per_minute"
