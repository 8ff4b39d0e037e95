"""What a request set and what is seen of it later: where they differ, that is on record once, whoever changed it.

A timer watches each value that a request set, `drift` about the value with the request's id: the next request that sets the
same value takes the timer over, so that only the last one's word is compared. What an upstream ends by itself is no change,
nor is what went with a workspace or a membership.
"""

from datetime import datetime, timedelta
from typing import Any

from bot.approvals import db as requests
from bot.approvals.act import Asked, look_of
from bot.approvals.cards.topic import refresh
from bot.approvals.extensions import kind_of
from bot.approvals.kind import AnyKind
from bot.approvals.model import Request, Status
from bot.approvals.outcome import Elsewhere, NeedsPerson
from bot.approvals.parts import Seen
from bot.errors import UpstreamMissing, UpstreamRefused
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx
from bot.timers import db as timers
from bot.timers.model import Timer, TimerTopic

TOPIC = "drift"
LOOK_EVERY = timedelta(days=1)


async def watch(tx: Tx, kind: AnyKind, asked: Asked[Any]) -> None:
    """Begin to look after what a request has just set, instead of what another one set it to before."""
    request = asked.request
    if kind.effect.stays and request.status is Status.APPLIED and request.extends is None:
        await timers.set_timers(tx, TOPIC, kind.effect.stays.which(asked), {request.id: tx.now + LOOK_EVERY})


async def let_go(tx: Tx, which: str) -> None:
    """Stop looking after a value that another request's part has changed."""
    await timers.set_timers(tx, TOPIC, which, {})


async def _look(rt: Runtime, timer: Timer, _now: datetime) -> datetime | None:
    async with rt.store.read() as tx:
        request = await requests.load(tx, timer.what)
    stays = kind_of(rt, request).effect.stays if request else None
    if request is None or stays is None or request.status is not Status.APPLIED:
        return None
    try:
        seen = await stays.see(look_of(rt, kind_of(rt, request).asked(request)))
        if seen is None or (not seen.is_same and await _is_archived(rt, request.workspace_id)):
            return None
    except (UpstreamMissing, NeedsPerson):
        return None
    except UpstreamRefused:  # such as a preview that was taken back
        return rt.now() + LOOK_EVERY
    if await _note(rt, request, seen):
        await refresh(rt, request.id)
    return rt.now() + LOOK_EVERY


async def _is_archived(rt: Runtime, workspace_id: str | None) -> bool:
    return bool(workspace_id) and (await rt.admin.workspace(workspace_id or "")).archived_at is not None


async def _note(rt: Runtime, request: Request, seen: Seen) -> bool:
    """Put on record that a value isn't what it was set to, once for each that it is instead; tells whether that is new."""
    known, now = request.outcome.elsewhere, rt.now()
    if (known.now if known else seen.was) == seen.now:
        return False
    elsewhere = None if seen.is_same else Elsewhere(name=seen.name, was=seen.was, now=seen.now, at=now)
    outcome = request.outcome.model_copy(update={"elsewhere": elsewhere})
    async with rt.store.write() as tx:
        moved = await requests.touch(tx, request, with_line=False, outcome=outcome)
        if moved and elsewhere:
            detail = {"what": seen.name, "was": seen.was, "now": seen.now, "thing": request.outcome.thing_id}
            tx.audit(now, BOT_ACTOR, AuditAction.SEEN_CHANGED_ELSEWHERE, request.id, **detail)
    return moved is not None


DRIFT = TimerTopic(TOPIC, _look)
