"""What the dashboard and the App Home's glance read: daily sums and groups by SQL, and the limits."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import NamedTuple

import structlog

from bot.admin.model import SpendLimit
from bot.errors import UpstreamError
from bot.people.model import Actor
from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.spend.aggregate import breakdown, days_between, sum_by, total_of
from bot.spend.dashboard.model import (
    DAY,
    MONTH,
    WINDOWS,
    Dashboard,
    Glance,
    Limits,
    LimitUse,
    Today,
    Window,
    percent_used,
    window,
)
from bot.spend.dimensions import DIMENSIONS, WORKSPACE, Dimension
from bot.spend.ledger import db as table
from bot.spend.ledger.apart import names_apart
from bot.spend.ledger.names import archived_ids
from bot.spend.limits import db as own_limits
from bot.spend.model import ONE_DAY, ZERO, Breakdown, Cell
from bot.spend.reports.load import measured, times_of
from bot.spend.reports.model import Times
from bot.spend.scope import Scope
from bot.spend.visibility import scope_of
from bot.spend.visible.db import NotSaid, seen_on
from bot.store.names import names_of
from bot.store.session import Tx

log = structlog.get_logger()
WITHIN = 2.0
"""Seconds for the limits that the Claude API tells; the figures don't wait for them any longer."""
_PERIODS = {"monthly": MONTH, "daily": DAY}


async def dashboard(rt: Runtime, scope: Scope, now: datetime, days: int = WINDOWS[0]) -> Dashboard:
    """Return the dashboard as of `now`, its parts of so many days, with what somebody may see."""
    limits = await _api_limits(rt)
    async with rt.store.read() as tx:
        scope = await _seen(tx, scope, now)
        today, windows, cells = await _totals(tx, scope, now)
        drawn = next(one for one in windows if len(one.times.days) == days).times
        tops = [await _top(tx, drawn, one, scope) for one in DIMENSIONS]
        uses = await _uses(tx, scope, limits, now)
    shown = tuple(cell for cell in cells if drawn.first <= cell.day <= drawn.last)
    return Dashboard(today, windows, days, shown, tuple(tops), Limits(tuple(uses), limits is None), only=_only(scope))


async def glance(rt: Runtime, scope: Scope, now: datetime) -> Glance:
    """Return the first lines of the dashboard."""
    limits = await _api_limits(rt)
    async with rt.store.read() as tx:
        scope = await _seen(tx, scope, now)
        today, windows, _ = await _totals(tx, scope, now)
        top = await _top(tx, windows[0].times, WORKSPACE, scope)
        uses = await _uses(tx, scope, limits, now)
    return Glance(today, windows, top, Limits(tuple(uses), limits is None), only=_only(scope))


async def glance_for(rt: Runtime, actor: Actor) -> Glance | None:
    """Return the glance for somebody's App Home, None for somebody who may see no figures."""
    scope = await scope_of(rt, actor)
    try:
        return await glance(rt, scope, rt.now()) if scope.is_all or scope.workspaces or scope.keys else None
    except NotSaid:
        return None


def _only(scope: Scope) -> Markup:
    return scope.in_words() if not scope.names_keys else "" if scope.is_all else "only your own keys and your workspaces"


async def _seen(tx: Tx, scope: Scope, now: datetime) -> Scope:
    times = await times_of(tx, f"{max(WINDOWS)}d", now)
    return await seen_on(tx, scope, times.first, now.astimezone(UTC).date())


async def _totals(tx: Tx, scope: Scope, now: datetime) -> tuple[Today, tuple[Window, ...], list[Cell]]:
    """Return today and the windows, from one sum for each day."""
    every = [await times_of(tx, f"{days}d", now) for days in WINDOWS]
    day = now.astimezone(UTC).date()
    cells = await _cells(tx, min(one.before_first for one in every), day, ("day",), scope)
    fact = (await table.ledger_days(tx, day, day)).get(day)
    today = Today(day, fact, total_of(one for one in cells if one.day == day) if fact else None)
    return today, tuple(window(one, cells) for one in every), cells


async def _cells(tx: Tx, first: date, last: date, by: table.GroupedBy, scope: Scope) -> list[Cell]:
    if scope.is_all:
        return await table.cells(tx, first, last, by)
    return [Cell(one.day, one.ids, one.amount) for one in await measured(tx, first, last, by, scope)]


async def _top(tx: Tx, times: Times, dimension: Dimension, scope: Scope) -> Breakdown:
    found = await _cells(tx, times.first, times.last, (dimension,), scope)
    return breakdown(dimension, found, None, await names_apart(tx, [one.of(dimension) for one in found]))


async def _api_limits(rt: Runtime) -> Sequence[SpendLimit] | None:
    """Return the limits that the Claude API tells, none without that preview; None where they can't be read now."""
    try:
        async with asyncio.timeout(WITHIN):
            return await rt.directory.spend_limits() or ()
    except (UpstreamError, TimeoutError) as error:
        log.info("limits_not_read", error=type(error).__name__)
        return None


async def _uses(tx: Tx, scope: Scope, limits: Sequence[SpendLimit] | None, now: datetime) -> list[LimitUse]:
    """Return the limits of what somebody may see, the most used first."""
    spent = await _spent(tx, now)
    own = [one for one in await own_limits.live(tx) if _may_see(scope, one.workspace_id)]
    over = await archived_ids(tx)
    told = [one for one in limits or () if one.is_enabled and one.workspace_id not in over]
    others = [one for one in told if _may_see(scope, one.workspace_id)]
    names = await names_of(tx, [one.workspace_id for one in (*own, *others) if one.workspace_id])
    found = [spent.use(one.workspace_id, MONTH, one.amount, names, is_own=True) for one in own]
    found += [
        spent.use(one.workspace_id, _PERIODS.get(one.period, one.period), one.amount, names, is_own=False)
        for one in others
        if one.amount is not None
    ]
    return sorted(found, key=lambda one: (-(percent_used(one) or ZERO), one.name))


class _Spent(NamedTuple):
    """Dollars by workspace in the month and the day that run; None where nothing is known. `missing` days of the month."""

    by: Mapping[str, Mapping[str, Decimal] | None]
    missing: int

    def use(
        self, workspace_id: str | None, per: str, amount: Decimal, names: Mapping[str, str], *, is_own: bool
    ) -> LimitUse:
        """Return a limit of a workspace, or of the organization (None), beside its use."""
        found = self.by.get(per)
        name = "The whole organization" if workspace_id is None else names.get(workspace_id, workspace_id)
        used = None
        if found is not None:
            used = sum(found.values(), ZERO) if workspace_id is None else found.get(workspace_id, ZERO)
        return LimitUse(name, per, amount, used, is_own, self.missing if per == MONTH else 0)


async def _spent(tx: Tx, now: datetime) -> _Spent:
    today = now.astimezone(UTC).date()
    first = today.replace(day=1)
    known = await table.ledger_days(tx, first, today)
    month = sum_by(await table.cells(tx, first, today, (WORKSPACE,)), WORKSPACE) if known else None
    day = sum_by(await table.cells(tx, today, today, (WORKSPACE,)), WORKSPACE) if today in known else None
    missing = sum(one not in known for one in days_between(first, today - ONE_DAY))
    return _Spent({MONTH: month, DAY: day}, missing)


def _may_see(scope: Scope, workspace_id: str | None) -> bool:
    return scope.is_all or workspace_id in scope.workspaces
