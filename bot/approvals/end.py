"""The end of a grant: what was given is taken back, once, and only if it still stands as it was given."""

import structlog

from bot.admin.budget import in_a_hurry
from bot.approvals import db as requests
from bot.approvals.act import act_of
from bot.approvals.execute import is_old, keep, patience_of
from bot.approvals.extensions import kind_of
from bot.approvals.model import Event, Request, Status
from bot.approvals.next_step import FINAL
from bot.approvals.outcome import LeaseLost, NeedsPerson, Outcome
from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction

log = structlog.get_logger()
_NOTHING = Outcome()


async def end(rt: Runtime, request: Request) -> Request:
    """End a grant: take back what was given, unless somebody changed it since, which is said instead of overwritten."""
    kind, now = kind_of(rt, request), rt.now()
    is_due = request.status is Status.APPLIED and request.ends_at is not None and request.ends_at <= now
    is_left = request.status is Status.REVERTING and is_old(request, now)
    # An effect without a revert is of an older version: nothing can be asked with an end that nobody brings about.
    if kind.effect.revert is None or not (is_due or is_left):
        return request
    async with rt.store.write() as tx:
        if request.status is Status.APPLIED:
            claimed = await requests.advance(tx, request, Event.END, claimed_at=rt.now())
        else:  # left behind by a process that died, or sleeps: with another claim it can't finish any more
            claimed = await requests.touch(tx, request, claimed_at=rt.now())
    if claimed is None:
        return request
    try:
        with in_a_hurry():
            made = (await kind.effect.revert(act_of(rt, kind.asked(claimed)))).outcome
    except LeaseLost:
        return claimed  # tried again once this claim is old
    except (NeedsPerson, *FINAL) as problem:
        return await _ended(rt, claimed, problem.sentence, AuditAction.REQUEST_END_NEEDS_PERSON)
    except UpstreamError:
        raise  # tried again once this claim is old
    except Exception:  # the same
        log.exception("kind_failed", request=claimed.id, kind=kind.name)
        broken = "Something failed on my side while I ended it. Check whether it ended."
        return await _ended(rt, claimed, broken, AuditAction.REQUEST_END_NEEDS_PERSON)
    return await _ended(rt, claimed, made.note, AuditAction.REQUEST_ENDED, made)


async def _ended(rt: Runtime, request: Request, note: str, action: AuditAction, made: Outcome = _NOTHING) -> Request:
    now = rt.now()
    async with rt.store.write(patience_of(rt, request)) as tx:
        is_left = action == AuditAction.REQUEST_END_NEEDS_PERSON
        ended = Outcome(note_at_end=note, needs_person_at_end=is_left, gone_at_end=made.gone_at_end, back=made.back)
        moved = await requests.advance(tx, request, Event.ENDED, outcome=request.outcome.updated(ended), closed_at=now)
        if moved:
            await keep(rt, tx, moved)
            became = {} if made.value is None else {"became": made.value}
            facts = {"version": moved.version, "note": note, "thing": moved.outcome.thing_id, **became}
            tx.audit(now, BOT_ACTOR, action, request.id, **facts)
    return moved or request
