"""What a second attempt made although another one had done it: taken back for certain, and put on record once."""

import structlog

from bot.approvals import db as requests
from bot.approvals.act import act_of
from bot.approvals.due import CLAIM_LASTS, HELD
from bot.approvals.extensions import kind_of
from bot.approvals.model import Request
from bot.approvals.next_step import FINAL
from bot.approvals.outcome import Applied, Done, LeaseLost, NeedsPerson, Outcome
from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx
from bot.timers import db as timers

log = structlog.get_logger()
TIMERS = "second"
"""The timers of what is still to be taken back, each named by the thing's id."""
MOST_TRIES = 10
"""About so many minutes after which people are told that it is still there."""


async def settle(rt: Runtime, request: Request, applied: Applied) -> Request:
    """Put on record what was done although somebody else had taken the request over, and take back what is too much.

    Returns the request as it is now.
    """
    log.warning("outcome_too_late", request=request.id, outcome=applied.outcome.stored())
    kind, outcome = kind_of(rt, request), applied.outcome
    async with rt.store.write(CLAIM_LASTS) as tx:
        latest = await requests.load(tx, request.id) or request
        # Only something new comes with a secret. If the other one found it, it is the request's own.
        is_new = isinstance(applied, Done) and applied.secret and latest.outcome.thing_id != outcome.thing_id
        if not (is_new and kind.effect.revert and outcome.thing_id):
            return await _note(rt, tx, latest, AuditAction.REQUEST_DONE_TOO_LATE, outcome)
        # Written down before it is tried: whoever dies in between has left word of what nobody else knows.
        await timers.add_timers(tx, TIMERS, request.id, {outcome.thing_id: rt.now()})
    try:
        return await take_back(rt, latest, outcome)
    except (LeaseLost, UpstreamError) as error:
        log.warning("second_taken_back_later", request=request.id, thing=outcome.thing_id, error=repr(error))
        return latest


async def is_taken_back(tx: Tx, request_id: str, thing_id: str | None) -> bool:
    """Tell whether a thing is about to be taken back, so that it becomes nobody's own."""
    return thing_id is not None and await timers.has(tx, TIMERS, request_id, thing_id)


async def take_back(rt: Runtime, request: Request, outcome: Outcome, *, is_last: bool = False) -> Request:
    """Take back what `outcome` says was made a second time; returns the request as it is then.

    May be called again, and by several at once: one of them puts it on record. Raises LeaseLost or an UpstreamError where
    it is to be tried again; with `is_last` it is left to people then.
    """
    kind, action = kind_of(rt, request), AuditAction.REQUEST_SECOND_TAKEN_BACK
    second = request.model_copy(update={"outcome": outcome, "claimed_at": rt.now()})
    try:
        assert kind.effect.revert  # noqa: S101 - what can't be taken back has no timer
        await kind.effect.revert(act_of(rt, kind.asked(second)))
    except (NeedsPerson, UpstreamError) as error:
        is_over = is_last or isinstance(error, FINAL) or not isinstance(error, (LeaseLost, UpstreamError))
        if not is_over:
            raise
        action = AuditAction.REQUEST_SECOND_LEFT
    async with rt.store.write(CLAIM_LASTS) as tx:
        if not await timers.clear(tx, TIMERS, request.id, outcome.thing_id or ""):
            return request
        return await _note(rt, tx, request, action, outcome)


async def _note(rt: Runtime, tx: Tx, request: Request, action: AuditAction, outcome: Outcome) -> Request:
    latest = await requests.load(tx, request.id) or request
    if latest.status not in HELD:  # with another version, the claim's holder would be too late as well
        latest = await requests.touch(tx, latest) or latest
    await requests.want_line(tx, latest)
    tx.audit(rt.now(), BOT_ACTOR, action, request.id, version=latest.version, outcome=outcome.stored())
    return latest
