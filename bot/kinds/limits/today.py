"""The monthly spend limit that holds today, for those who ask to change it by an amount."""

import asyncio
from decimal import Decimal

from bot.errors import PreviewUnavailable, UpstreamError
from bot.runtime import Runtime

_WITHIN = 1.5
"""Seconds that a form waits for it, which opens within three."""


async def limit_today(rt: Runtime, workspace_id: str | None) -> Decimal | None:
    """Return the limit of a workspace, or of the organization (None): the API's, else the bot's own; None for none known."""
    try:
        limits = await asyncio.wait_for(rt.admin.spend_limits(), _WITHIN)
    except PreviewUnavailable:
        limits = []
    except (UpstreamError, TimeoutError):
        return None
    kind = "workspace" if workspace_id else "organization"
    mine = (
        one.amount for one in limits if (one.scope_type, one.period, one.workspace_id) == (kind, "monthly", workspace_id)
    )
    return next(mine, None) or (await rt.spend_of_month(workspace_id, rt.now())).limit
