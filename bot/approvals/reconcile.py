"""The repair each minute: whatever the rows say should be so, and isn't yet, is made so.

Listeners call the same functions right after their commit; this job only finishes what a dead process, a silent Slack or
an unreachable API left behind. It may run on any number of replicas at once: every step is a guarded write or a claim.
"""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime, timedelta

import structlog

from bot.approvals import db as requests
from bot.approvals import execute as carry_out
from bot.approvals.cards import cover as covering
from bot.approvals.cards import refresh as cards
from bot.approvals.handover import acts as handover
from bot.approvals.model import Request, Status
from bot.errors import QuartermasterError
from bot.posts import db as messages
from bot.runtime import Runtime
from bot.store import events

log = structlog.get_logger()

Step = Callable[[Runtime, Request], Awaitable[Request]]
FORGET_EVENTS_AFTER = timedelta(days=3)


async def reconcile(rt: Runtime, now: datetime) -> None:
    """Converge everything that is due at `now`. One request's failure never keeps the others waiting."""
    for request_id in await handover.wipe_due(rt):
        await _refresh(rt, request_id)
    rt.directory.forget_keys()  # whatever waits for a key looks at the same fresh list: one listing, not one for each
    for step, due in await _due(rt, now):
        for request in due:
            await _take(rt, step, request)
    await covering.cover_shared_channels(rt)
    for request_id in await _unseen(rt, now):
        await _refresh(rt, request_id)
    async with rt.store.write() as tx:
        await events.forget_before(tx, now - FORGET_EVENTS_AFTER)


async def _due(rt: Runtime, now: datetime) -> list[tuple[Step, list[Request]]]:
    async with rt.store.read() as tx:
        waiting = await requests.with_status(tx, Status.PENDING, Status.FULFILLING, Status.FAILED)
        approved = await requests.with_status(tx, Status.APPROVED)
        claimed = await requests.with_status(tx, Status.APPLYING, Status.REVERTING)
        ending = await requests.ending(tx, now)
    old = [r for r in claimed if r.claimed_at and r.claimed_at < now - carry_out.CLAIM_LASTS]
    in_time = [r for r in waiting if r.expires_at > now]
    return [
        (carry_out.expire, [r for r in waiting if r.expires_at <= now]),
        (carry_out.prove, [r for r in in_time if r.status is Status.FULFILLING]),
        (carry_out.recover, [r for r in old if r.status is Status.APPLYING]),
        (carry_out.end, [*ending, *(r for r in old if r.status is Status.REVERTING)]),
        (carry_out.advance, approved),
    ]


async def _take(rt: Runtime, step: Step, request: Request) -> None:
    try:
        moved = await step(rt, request)
    except QuartermasterError as error:
        log.warning("reconcile_later", request=request.id, error=repr(error))
        return
    except Exception:
        log.exception("reconcile_failed", request=request.id)
        return
    if moved.version != request.version:
        await _refresh(rt, request.id)


async def _refresh(rt: Runtime, request_id: str) -> None:
    try:
        await cards.refresh(rt, request_id)
    except Exception:
        log.exception("card_not_shown", request=request_id)


async def _unseen(rt: Runtime, now: datetime) -> Sequence[str]:
    """Return the requests that somebody should see otherwise than they do: a message is missing, or shows an older state."""
    async with rt.store.read() as tx:
        found = [*await messages.without_card(tx), *await messages.unsent(tx, now), *await messages.lagging(tx, now)]
    return list(dict.fromkeys(found))
