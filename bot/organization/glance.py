"""The organization at a glance, for its admins: a handful of counts, each read beside the others."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

import structlog

from bot.approvals import queries
from bot.directory.listing import count_roles
from bot.errors import QuartermasterError
from bot.organization.members_wanted import PENDING
from bot.organization.model import Glance
from bot.people.roles import ADMIN_ROLES
from bot.runtime import Runtime

WITHIN = 10.0
"""Seconds for each count."""
log = structlog.get_logger()
T = TypeVar("T")


async def glance(rt: Runtime) -> Glance:
    """Return the counts."""
    members, invites, workspaces, keys, waiting, month = await asyncio.gather(
        _or_none(rt.directory.members()),
        _or_none(rt.directory.invites()),
        _or_none(rt.directory.workspaces()),
        _or_none(rt.directory.keys()),
        _or_none(queries.how_many_wait(rt)),
        _or_none(rt.spend_of_month(None, rt.now())),
    )
    pending = None if invites is None else [one for one in invites if one.status == PENDING]
    return Glance(
        members=None if members is None else len(members),
        admins=None if members is None else sum(members.once(count_roles).get(role, 0) for role in ADMIN_ROLES),
        invites=None if pending is None else len(pending),
        next_expiry=min((one.expires_at for one in pending or ()), default=None),
        workspaces=None if workspaces is None else len(workspaces),
        keys=None if keys is None else sum(key.status == "active" for key in keys),
        waiting=waiting,
        month=month,
    )


async def _or_none(reading: Coroutine[Any, Any, T]) -> T | None:
    try:
        async with asyncio.timeout(WITHIN):
            return await reading
    except (QuartermasterError, TimeoutError) as error:
        log.info("count_not_read", error=type(error).__name__)
        return None
