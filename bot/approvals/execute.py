"""From approved to done: claim, apply, and write down what came of it. Whoever claims acts; everybody else lets it be."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog

from bot.admin.budget import in_a_hurry
from bot.approvals import db as requests
from bot.approvals import second
from bot.approvals.act import act_of, look_of
from bot.approvals.drift import watch
from bot.approvals.due import CLAIM_LASTS, HELD, is_awaited
from bot.approvals.extensions import kind_of
from bot.approvals.handover import acts as handover
from bot.approvals.kind import AnyKind, by_hand_facts
from bot.approvals.model import Event, Request, Status
from bot.approvals.next_step import CHECK, FINAL, FIRST, LATE, MOST_ATTEMPTS, REST, SAFE, is_final, what_next
from bot.approvals.outcome import Applied, Done, LeaseLost, NeedsPerson, Outcome, Waits
from bot.approvals.progress import Progress
from bot.errors import OwnQueueFull, UpstreamBusy, UpstreamDown, UpstreamError
from bot.log import current_reference
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx

log = structlog.get_logger()

FULFILL_WITHIN = timedelta(days=7)
"""Whatever waits for a person after the approval, by hand or by a retry, waits this long."""


async def advance(rt: Runtime, request: Request) -> Request:
    """Claim an approved request and carry it out; returns it as it then is. Safe to call from anywhere, any time."""
    if request.status is not Status.APPROVED or is_awaited(request, rt.now()):
        return request
    async with rt.store.write() as tx:
        claimed = await claim(tx, request, rt.now())
    return await perform(rt, claimed) if claimed else request


async def claim(tx: Tx, request: Request, now: datetime, *before: Event, **changes: Any) -> Request | None:
    """Take a request that is approved, or is by what comes `before`; only the caller that gets it back executes it."""
    attempts = request.attempts + 1
    return await requests.advance(tx, request, *before, Event.CLAIM, claimed_at=now, attempts=attempts, **changes)


async def perform(rt: Runtime, claimed: Request) -> Request:
    """Do what was approved; only for the caller that has just claimed it."""
    with rt.meter.spans.span("effect", request=claimed.id, kind=claimed.kind) as note:
        done = await _perform(rt, claimed)
        note(status=done.status.value)
    return done


async def _perform(rt: Runtime, claimed: Request) -> Request:
    kind = kind_of(rt, claimed)
    # After an attempt of which nobody knows how it ended, look first. After one that surely did nothing don't: what is
    # there now was made by somebody else.
    is_in_doubt, progress = claimed.outcome.in_doubt, Progress(rt, claimed)
    try:
        found = await _look(rt, kind, claimed) if is_in_doubt else None
        is_in_doubt = False
        applied = found or await _apply(rt, kind, progress)
    except NeedsPerson as problem:
        if _may_pass(claimed, kind, problem):
            return await _put_back(rt, progress.request, AuditAction.REQUEST_TAKEN_UP_AGAIN) or claimed
        return await _stopped(rt, progress.request, kind, problem)
    except UpstreamError as error:
        return await _upstream_failed(rt, progress.request, kind, error, is_in_doubt)
    except Exception:  # a fault in a kind must not leave its request half way for ever
        log.exception("kind_failed", request=claimed.id, kind=kind.name)
        return await _failed(rt, progress.request, f"Something failed on my side. {CHECK}", in_doubt=True)
    return await finish(rt, progress.request, applied)


async def _look(rt: Runtime, kind: AnyKind, request: Request) -> Done | None:
    """Tell whether what was approved is there already."""
    with in_a_hurry():
        return await kind.effect.look(look_of(rt, kind.asked(request)))


async def _apply(rt: Runtime, kind: AnyKind, progress: Progress) -> Applied:
    request = progress.request
    if request.ends_at and request.ends_at <= rt.now():
        raise NeedsPerson("Its last day is over. Nothing was changed. Give up and ask again.", is_final=True)
    with in_a_hurry():
        applied = await kind.effect.apply(act_of(rt, kind.asked(request), progress))
    if isinstance(applied, Waits) and kind.by_hand is None:
        raise RuntimeError(f"{kind.name} waits for a person, but has no part for one.")
    return applied


async def finish(rt: Runtime, request: Request, applied: Applied) -> Request:
    """Write down an outcome, and seal its secret in the same transaction."""
    return await note(rt, request, applied) or await second.settle(rt, request, applied)


async def note(rt: Runtime, request: Request, applied: Applied) -> Request | None:
    """Do the same; None where somebody else moved the request."""
    return await rt.store.note(patience_of(rt, request), lambda tx: _note(rt, tx, request, applied))


async def _note(rt: Runtime, tx: Tx, request: Request, applied: Applied) -> Request | None:
    now, outcome = rt.now(), request.outcome.updated(applied.outcome)
    if request.attempts > 1 and await second.is_taken_back(tx, request.id, applied.outcome.thing_id):
        return None
    event = Event.DONE if request.status is Status.APPLYING else Event.PROOF
    if isinstance(applied, Waits):
        outcome = outcome.updated(Outcome(by_hand=True))
        until = min(now + FULFILL_WITHIN, request.ends_at or datetime.max.replace(tzinfo=UTC))
        moved = await requests.advance(tx, request, Event.WAIT, outcome=outcome, expires_at=until)
        action = AuditAction.REQUEST_WAITS_FOR_PERSON
    else:
        outcome = outcome.updated(Outcome(done_at=now))
        if applied.secret:
            outcome = outcome.updated(Outcome(handover="ready", show_until=handover.show_until(now, rt.policy.hours)))
        moved = await requests.advance(tx, request, event, outcome=outcome, closed_at=now, failure=None)
        action = AuditAction.REQUEST_APPLIED
    if moved and isinstance(applied, Done) and applied.secret and outcome.show_until:
        await handover.seal(rt, tx, request.id, applied.secret, outcome.show_until)
    if moved and isinstance(applied, Done):
        await keep(rt, tx, moved)
    if moved:
        facts = by_hand_facts(rt, moved)
        tx.audit(now, BOT_ACTOR, action, request.id, version=moved.version, outcome=outcome.stored(), **facts)
    return moved


async def keep(rt: Runtime, tx: Tx, moved: Request) -> None:
    """Let a kind write down what the bot itself remembers of a request that was just applied, or ended."""
    kind = kind_of(rt, moved)
    await kind.effect.keep(tx, kind.asked(moved))
    await watch(tx, kind, kind.asked(moved))


def patience_of(rt: Runtime, request: Request) -> timedelta:
    """Return how long to try to note what was done: as long as the claim lasts, since nobody else knows of it."""
    is_held = request.status in HELD and request.claimed_at is not None
    left = request.claimed_at + CLAIM_LASTS - rt.now() if is_held and request.claimed_at else timedelta()
    return min(max(left, timedelta(seconds=10)), CLAIM_LASTS)


async def _stopped(rt: Runtime, request: Request, kind: AnyKind, problem: NeedsPerson) -> Request:
    """Leave a request to a person, unless what stands in the way is what an interrupted try has done late."""
    is_in_doubt = request.outcome.in_doubt
    with suppress(NeedsPerson, UpstreamError):
        if is_in_doubt and (found := await _look(rt, kind, request)):
            return await finish(rt, request, found)
    final = problem.is_final
    return await _failed(rt, request, problem.sentence, in_doubt=is_in_doubt, looked=is_in_doubt, final=final)


async def _upstream_failed(rt: Runtime, request: Request, kind: AnyKind, error: UpstreamError, is_in_doubt: bool) -> Request:
    """Write down that it didn't work; where it may have worked, look, and remember the doubt if that fails."""
    ref = current_reference()
    log.warning("apply_failed", request=request.id, status=error.status, code=error.error_code, upstream_id=error.request_id)
    if error.may_have_happened:
        is_late = error.may_come_late or (is_in_doubt and request.outcome.may_come_late)
        outcome = request.outcome.updated(Outcome(sent=True, may_come_late=is_late))
        request = request.model_copy(update={"outcome": outcome})
    if isinstance(error, OwnQueueFull):
        return await _queued(rt, request, in_doubt=error.may_have_happened or is_in_doubt)
    if not (error.may_have_happened or is_in_doubt):
        is_left = request.attempts < MOST_ATTEMPTS
        if isinstance(error, UpstreamBusy) and is_left:
            turned_away = AuditAction.REQUEST_TURNED_AWAY
            return await _put_back(rt, request, turned_away, error.sentence, outcome=request.outcome) or request
        is_begun = request.outcome.is_begun
        so = REST if is_begun else what_next(error)
        final, passes = not is_begun and is_final(error), isinstance(error, UpstreamDown) and is_left
        return await _failed(rt, request, f"{error.sentence} {so} ref {ref}", final=final, passes=passes)
    found = None
    try:
        found = None if is_in_doubt else await _look(rt, kind, request)
    except OwnQueueFull:
        return await _queued(rt, request, in_doubt=True)
    except UpstreamError:
        is_in_doubt = True
    if found:
        return await finish(rt, request, found)
    # Otherwise looking failed, just now or as the first thing of this try.
    so = FIRST if is_in_doubt else _not_there(kind, request.outcome)
    looked = kind.effect.repeatable and so not in (FIRST, LATE)
    return await _failed(rt, request, f"{error.sentence} {so} ref {ref}", in_doubt=True, looked=looked)


def _not_there(kind: AnyKind, outcome: Outcome) -> str:
    """Return what a person does where an effect whose answer was lost isn't there."""
    if outcome.may_come_late:
        return LATE
    if outcome.is_begun:
        return REST
    return SAFE if kind.effect.repeatable else CHECK


async def _queued(rt: Runtime, request: Request, *, in_doubt: bool) -> Request:
    """Give a claim back where only the bot's own queue was in the way; its timer takes the request up again."""
    outcome = request.outcome.updated(Outcome(in_doubt=in_doubt, looked=False))
    return await _put_back(rt, request, AuditAction.REQUEST_QUEUED, outcome=outcome) or request


async def _failed(
    rt: Runtime,
    request: Request,
    sentence: str,
    *,
    in_doubt: bool = False,
    looked: bool = False,
    final: bool = False,
    passes: bool = False,
) -> Request:
    sent = in_doubt and request.outcome.sent
    how = Outcome(has_failed=True, in_doubt=in_doubt, looked=looked, sent=sent, is_final=final, passes=passes)
    outcome = request.outcome.updated(how)
    async with rt.store.write(patience_of(rt, request)) as tx:
        until = (request.approved_at or rt.now()) + FULFILL_WITHIN  # an approval is no permission for ever
        moved = await requests.advance(tx, request, Event.FAIL, failure=sentence, outcome=outcome, expires_at=until)
        if moved:
            tx.audit(rt.now(), BOT_ACTOR, AuditAction.REQUEST_FAILED, request.id, version=moved.version, failure=sentence)
    return moved or request


async def leave(rt: Runtime, request: Request, sentence: str) -> Request:
    """Leave an approved request to a person, before anything more is tried: what is in doubt is looked for and no more."""
    is_in_doubt, looked = request.outcome.in_doubt, request.outcome.looked
    return await _failed(rt, request, sentence, in_doubt=is_in_doubt, looked=looked, final=is_in_doubt)


async def recover(rt: Runtime, request: Request) -> Request:
    """Take up a request whose claim is too old: done already, to be done again (APPROVED), or a person has to look."""
    if request.status is not Status.APPLYING or not is_old(request, rt.now()):
        return request
    kind = kind_of(rt, request)
    try:
        found = await _look(rt, kind, request)
    except FINAL as error:
        return await _failed(rt, request, f"I was interrupted while doing it. {error.sentence} {CHECK}", in_doubt=True)
    except UpstreamError:
        raise  # looked at again in a minute
    except Exception:  # the same: looked at each minute for ever otherwise
        log.exception("kind_failed", request=request.id, kind=kind.name)
        return await _failed(rt, request, f"I was interrupted while doing it. {CHECK}", in_doubt=True)
    if found:
        return await finish(rt, request, found)
    if not kind.effect.repeatable:
        return await _failed(rt, request, f"I was interrupted while doing it. {CHECK}", in_doubt=True)
    # What the interrupted try has sent may still arrive.
    outcome = request.outcome.updated(Outcome(in_doubt=True, looked=True))
    return await _put_back(rt, request, AuditAction.REQUEST_TAKEN_UP_AGAIN, outcome=outcome) or request


def _may_pass(request: Request, kind: AnyKind, problem: NeedsPerson) -> bool:
    """Tell whether to try again without asking anybody: it was too slow, and did nothing that would count twice."""
    is_left = request.attempts < MOST_ATTEMPTS
    return isinstance(problem, LeaseLost) and is_left and (problem.is_unchanged or kind.effect.repeatable)


async def _put_back(rt: Runtime, request: Request, action: AuditAction, why: str = "", **changes: Outcome) -> Request | None:
    """Let go of a claim, so that the request is tried again; None when somebody else has taken it over."""
    async with rt.store.write(patience_of(rt, request)) as tx:
        moved = await requests.advance(tx, request, Event.UNCLAIM, **changes)
        if moved:
            tx.audit(rt.now(), BOT_ACTOR, action, request.id, version=moved.version, **({"failure": why} if why else {}))
    return moved


def is_old(request: Request, now: datetime) -> bool:
    """Tell whether a claim belongs to a process that died; a clock set back doesn't make it younger than it is."""
    return request.claimed_at is None or request.claimed_at <= now - CLAIM_LASTS
