"""Looking whether a person has done what an approved request waits for."""

from bot.approvals import db as requests
from bot.approvals.act import look_of
from bot.approvals.execute import finish
from bot.approvals.extensions import kind_of
from bot.approvals.model import Event, Request, Status
from bot.approvals.outcome import Done, NeedsPerson, Outcome
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction


async def prove(rt: Runtime, request: Request) -> Request:
    """See whether the person did what a FULFILLING request waits for; note it once when they did it in the wrong place."""
    if request.status is not Status.FULFILLING:
        return request
    kind = kind_of(rt, request)
    try:
        seen = await kind.by_hand.prove(look_of(rt, kind.asked(request))) if kind.by_hand else None
    except NeedsPerson as gone:
        return await _close(rt, request, gone.sentence)
    if isinstance(seen, Done):
        return await finish(rt, request, seen)
    if seen is None or request.outcome.updated(seen.outcome).updated(Outcome(problem=seen.problem)) == request.outcome:
        return request
    action = AuditAction.REQUEST_WRONG_PLACE if seen.problem else AuditAction.REQUEST_WRONG_PLACE_MENDED
    outcome = request.outcome.updated(seen.outcome).updated(Outcome(problem=seen.problem))
    async with rt.store.write() as tx:
        moved = await requests.touch(tx, request, outcome=outcome)
        if moved:
            tx.audit(rt.now(), BOT_ACTOR, action, request.id, version=moved.version, problem=seen.problem)
    return moved or request


async def _close(rt: Runtime, request: Request, why: str) -> Request:
    """Close what nobody can do any more, such as a limit of a workspace that was archived: nobody waits for it in vain."""
    outcome, now = request.outcome.updated(Outcome(is_final=True)), rt.now()
    async with rt.store.write() as tx:
        moved = await requests.advance(tx, request, Event.TIME, closed_at=now, failure=why, outcome=outcome)
        if moved:
            tx.audit(now, BOT_ACTOR, AuditAction.REQUEST_EXPIRED, request.id, version=moved.version, failure=why)
    return moved or request
