"""When something has to happen to a request without anybody asking for it. Pure."""

from datetime import datetime, timedelta

from bot.approvals.holder import next_look_at
from bot.approvals.model import Request, Status

CLAIM_LASTS = timedelta(minutes=3)
"""A claim older than this belongs to a process that died: looking may take `ACT_WITHIN`, and the call that changes
something, with its tries and waits, two minutes.
"""
EXPIRE, EXECUTE, RECOVER, PROVE, END, HOLD = "expire", "execute", "recover", "prove", "end", "hold"
FIRST_RIGHT = timedelta(seconds=5)
"""The process of the last approval executes it at once; after this long any process may."""


def timers_of(request: Request, now: datetime) -> dict[str, datetime]:
    """Return what is due for a request as it is now, and when."""
    claimed_until = (request.claimed_at or now) + CLAIM_LASTS
    match request.status:
        case Status.PENDING | Status.FAILED:
            return {EXPIRE: request.expires_at}
        case Status.APPROVED:
            return {EXECUTE: now + FIRST_RIGHT}
        case Status.APPLYING:
            return {RECOVER: claimed_until}
        case Status.FULFILLING:
            return {PROVE: now, EXPIRE: request.expires_at, HOLD: next_look_at(request, now)}
        case Status.APPLIED if request.ends_at:
            return {END: request.ends_at}
        case Status.REVERTING:
            return {END: claimed_until}
        case _:
            return {}
