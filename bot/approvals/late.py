"""What comes late: an effect whose answer was lost is looked for again, a while after and before its request is closed."""

import asyncio
from contextlib import suppress
from typing import Any

import structlog

from bot.admin.budget import in_a_hurry
from bot.approvals import db as requests
from bot.approvals.act import look_of
from bot.approvals.drift import let_go
from bot.approvals.due import is_followed_now
from bot.approvals.execute import note
from bot.approvals.extensions import kind_of
from bot.approvals.model import Event, Request, Status
from bot.approvals.next_step import FINAL, tries_again, without_doubt
from bot.approvals.outcome import LeaseLost, NeedsPerson, Outcome
from bot.approvals.parts import Effect
from bot.approvals.progress import Progress
from bot.approvals.prove import prove
from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx

log = structlog.get_logger()

_EXPIRING = frozenset({Status.PENDING, Status.FULFILLING, Status.FAILED})
LOOK_WITHIN = 5.0
"""Seconds; whoever withdraws, gives up or says that it is done waits no longer for an API that is slow."""


async def look_last(rt: Runtime, request: Request) -> Request:
    """Look again once what was sent has had its time: what isn't there by then, and is later, somebody else made.

    What surely did nothing is tried again.
    """
    is_free = not is_followed_now(request, rt.now())
    if request.status is Status.FAILED and request.outcome.passes and is_free:
        async with rt.store.write() as tx:
            return await _retried(rt, tx, request, request.outcome.updated(Outcome(passes=False))) or request
    return await look_again(rt, request, is_last=True)


async def look_again(rt: Runtime, request: Request, *, is_last: bool = False) -> Request:
    """Note as done what failed in doubt and is there by now; returns the request as it then is.

    With `is_last` what isn't there is no longer in doubt. Raises an UpstreamError where nobody can tell now.
    """
    if request.status is not Status.FAILED or not request.outcome.in_doubt or is_followed_now(request, rt.now()):
        return request
    effect, look = (kind := kind_of(rt, request)).effect, look_of(rt, kind.asked(request))
    try:
        with in_a_hurry():
            found = await effect.look(look)
            parts = await effect.parts_there(look) if effect.parts_there and not found else ()
    except (NeedsPerson, *FINAL):  # what it is about is gone
        return request
    if found:
        return await note(rt, request, found) or request
    progress = Progress(rt, request)
    with suppress(LeaseLost):  # somebody else is at it
        for part in parts:
            if progress.request.outcome.with_part(part) != progress.request.outcome:
                await progress.keep(part)
    return await _settle(rt, progress.request, effect) if is_last and effect.repeatable else progress.request


async def _settle(rt: Runtime, request: Request, effect: Effect[Any]) -> Request:
    """Put on record that what was in doubt was not done, and try it again where nobody need be asked."""
    outcome = request.outcome.updated(Outcome(in_doubt=False, looked=True, sent=False))
    failure = without_doubt(request.failure or "", is_begun=outcome.is_begun)
    async with rt.store.write() as tx:
        if not tries_again(request.outcome, request.attempts, is_safe=effect.may_be_repeated):
            return await requests.touch(tx, request, with_line=False, outcome=outcome, failure=failure) or request
        return await _retried(rt, tx, request, outcome) or request


async def _retried(rt: Runtime, tx: Tx, request: Request, outcome: Outcome) -> Request | None:
    moved = await requests.advance(tx, request, Event.RETRY, outcome=outcome, failure=None)
    if moved:
        tx.audit(rt.now(), BOT_ACTOR, AuditAction.REQUEST_TURNED_AWAY, request.id, version=moved.version)
    return moved


async def before_closing(rt: Runtime, request: Request, within: float | None = None) -> Request:
    """Return a request that is about to be closed as it is known now: done after all, or in doubt where nobody can tell.

    `within` so many seconds, where somebody waits for it.
    """
    try:
        async with asyncio.timeout(within):
            return await look_again(rt, request)
    except (UpstreamError, TimeoutError):
        pass
    except Exception:  # a fault in a kind must not leave its request open for ever
        log.exception("kind_failed", request=request.id, kind=request.kind)
    outcome = request.outcome.updated(Outcome(looked=False))
    return request.model_copy(update={"outcome": outcome})


async def done_meanwhile(rt: Runtime, request: Request) -> Request:
    """Return a request that its requester is about to close, as it is known now: done by hand, or in doubt where nobody can
    tell within a moment.
    """
    if request.status is not Status.FULFILLING:
        return request
    rt.directory.forget_keys()
    rt.directory.forget_invites()
    try:
        async with asyncio.timeout(LOOK_WITHIN):
            return await prove(rt, request)
    except (UpstreamError, TimeoutError) as error:
        log.info("not_looked_before_closing", request=request.id, error=repr(error))
    return request.model_copy(update={"outcome": request.outcome.updated(Outcome(in_doubt=True, looked=False))})


async def expire(rt: Runtime, request: Request) -> Request:
    """Close a request whose time is over, unless what it waited for was done in the last moment or while I was away."""
    if request.status not in _EXPIRING or request.expires_at > rt.now() or is_followed_now(request, rt.now()):
        return request
    known = await before_closing(rt, await prove(rt, request))
    if known.version != request.version:
        return known
    now = rt.now()
    async with rt.store.write() as tx:
        moved = await requests.advance(tx, request, Event.TIME, closed_at=now, outcome=known.outcome)
        if moved:
            kind = kind_of(rt, moved)
            await let_go(tx, kind, kind.asked(moved))
            tx.audit(now, BOT_ACTOR, AuditAction.REQUEST_EXPIRED, request.id, version=moved.version)
    return moved or request
