"""From approved to done: claim, apply, and write down what came of it. Whoever claims acts; everybody else lets it be."""

import uuid
from datetime import timedelta

import structlog

from bot.approvals import handover
from bot.approvals.kinds import find_kind
from bot.approvals.kinds.base import Applied, Done, Kind, NeedsPerson, Waits
from bot.approvals.model import Event, Request, Status
from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.store import requests

log = structlog.get_logger()

CLAIM_LASTS = timedelta(minutes=2)
"""A claim older than this belongs to a process that died; longer than any call of the Admin client may take."""
FULFILL_WITHIN = timedelta(days=7)
SYSTEM = "quartermaster"


async def advance(rt: Runtime, request: Request) -> Request:
    """Claim an approved request and carry it out; returns it as it then is. Safe to call from anywhere, any time."""
    claimed = await _claim(rt, request)
    if claimed is None:
        return request
    kind = find_kind(claimed.kind)
    try:
        # After an attempt of which nobody knows how it ended, look first. After one that surely did nothing don't: what is
        # there now was made by somebody else.
        found = await kind.look(rt, claimed) if claimed.outcome.get("in_doubt") else None
        applied: Applied = found or await kind.apply(rt, claimed)
    except NeedsPerson as problem:
        return await _failed(rt, claimed, problem.sentence)
    except UpstreamError as error:
        return await _upstream_failed(rt, claimed, kind, error)
    return await finish(rt, claimed, applied)


async def _claim(rt: Runtime, request: Request) -> Request | None:
    if request.status is not Status.APPROVED:
        return None
    async with rt.store.write() as tx:
        return await requests.advance(tx, request, Event.CLAIM, claimed_at=rt.now(), attempts=request.attempts + 1)


async def finish(rt: Runtime, request: Request, applied: Applied) -> Request:
    """Write down an outcome, and seal its secret in the same transaction."""
    now = rt.now()
    event = Event.PROOF if request.status is Status.FULFILLING else Event.DONE
    outcome = request.outcome | applied.outcome
    async with rt.store.write() as tx:
        if isinstance(applied, Waits):
            moved = await requests.advance(tx, request, Event.WAIT, outcome=outcome, expires_at=now + FULFILL_WITHIN)
            action = "request.waits_for_person"
        else:
            if applied.secret:
                outcome |= {"handover": "ready"}
            moved = await requests.advance(tx, request, event, outcome=outcome, closed_at=now, failure=None)
            action = "request.applied"
        if moved is None:
            log.warning("outcome_too_late", request=request.id, outcome=outcome)
            return request
        if isinstance(applied, Done) and applied.secret:
            await handover.seal(rt, tx, request.id, applied.secret, now)
        tx.audit(now, SYSTEM, action, request.id, version=moved.version, outcome=outcome)
    return moved


async def _upstream_failed(rt: Runtime, request: Request, kind: Kind, error: UpstreamError) -> Request:
    ref = uuid.uuid4().hex[:4].upper()
    log.warning(
        "apply_failed", ref=ref, request=request.id, status=error.status, code=error.error_code, upstream_id=error.request_id
    )
    if not error.may_have_happened:
        return await _failed(rt, request, f"{error.sentence} Nothing was changed. ref {ref}")
    so = (
        "I found no trace of it, and look again at a retry."
        if kind.repeatable
        else "It may have happened: check, then retry."
    )
    return await _failed(rt, request, f"{error.sentence} {so} ref {ref}", in_doubt=True)


async def _failed(rt: Runtime, request: Request, sentence: str, *, in_doubt: bool = False) -> Request:
    outcome = request.outcome | {"in_doubt": in_doubt}
    async with rt.store.write() as tx:
        moved = await requests.advance(tx, request, Event.FAIL, failure=sentence, outcome=outcome)
        if moved:
            tx.audit(rt.now(), SYSTEM, "request.failed", request.id, version=moved.version, failure=sentence)
    return moved or request


async def recover(rt: Runtime, request: Request) -> Request:
    """Take up a request whose claim is too old: done already, to be done again, or a person has to look."""
    kind = find_kind(request.kind)
    found = await kind.look(rt, request)
    if found:
        return await finish(rt, request, found)
    if not kind.repeatable:
        said = "I was interrupted while doing it. It may have happened: check, then retry."
        return await _failed(rt, request, said, in_doubt=True)
    async with rt.store.write() as tx:
        moved = await requests.advance(tx, request, Event.UNCLAIM)
        if moved:
            tx.audit(rt.now(), SYSTEM, "request.taken_up_again", request.id, version=moved.version)
    return await advance(rt, moved) if moved else request


async def prove(rt: Runtime, request: Request) -> Request:
    """See whether the person did what a FULFILLING request waits for; note it once when they did it in the wrong place."""
    kind = find_kind(request.kind)
    seen = await kind.prove(rt, request) if kind.prove else None
    if isinstance(seen, Done):
        return await finish(rt, request, seen)
    if seen is None or seen.problem == request.outcome.get("problem", ""):
        return request
    action = "request.wrong_place" if seen.problem else "request.wrong_place_mended"
    async with rt.store.write() as tx:
        moved = await requests.touch(tx, request, outcome=request.outcome | seen.outcome | {"problem": seen.problem})
        if moved:
            tx.audit(rt.now(), SYSTEM, action, request.id, version=moved.version, problem=seen.problem)
    return moved or request


async def expire(rt: Runtime, request: Request) -> Request:
    """Close a request whose time is over."""
    now = rt.now()
    async with rt.store.write() as tx:
        moved = await requests.advance(tx, request, Event.TIME, closed_at=now)
        if moved:
            tx.audit(now, SYSTEM, "request.expired", request.id, version=moved.version)
    return moved or request


async def end(rt: Runtime, request: Request) -> Request:
    """End a grant: take back what was given, unless somebody changed it since, which is said instead of overwritten."""
    kind = find_kind(request.kind)
    if kind.revert is None:
        return request
    claimed = request
    if request.status is Status.APPLIED:
        async with rt.store.write() as tx:
            moved = await requests.advance(tx, request, Event.END, claimed_at=rt.now())
        if moved is None:
            return request
        claimed = moved
    try:
        note = (await kind.revert(rt, claimed)).outcome.get("note", "")
    except NeedsPerson as problem:
        return await _ended(rt, claimed, problem.sentence, "request.end_needs_person")
    return await _ended(rt, claimed, note, "request.ended")


async def _ended(rt: Runtime, request: Request, note: str, action: str) -> Request:
    now = rt.now()
    async with rt.store.write() as tx:
        needs_person = action == "request.end_needs_person"
        outcome = request.outcome | {"note_at_end": note, "needs_person_at_end": needs_person}
        moved = await requests.advance(tx, request, Event.ENDED, outcome=outcome, closed_at=now)
        if moved:
            tx.audit(now, SYSTEM, action, request.id, version=moved.version, note=note)
    return moved or request
