"""What people do with requests, each as one call for any door: decided, carried out and told when it returns.

Each checks today's state, writes one transaction with its audit entry, carries out what was approved, and makes every
message say so. If this process dies between, the timers and posts of that transaction finish it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog
from pydantic import BaseModel

from bot.approvals import db as requests
from bot.approvals import decide, drift, execute
from bot.approvals import submit as submission
from bot.approvals.authority import approvers_in_words, current_approvers, rule_of
from bot.approvals.cards import topic as cards
from bot.approvals.due import is_followed_now
from bot.approvals.extensions import kind_of
from bot.approvals.handover import holding
from bot.approvals.late import LOOK_WITHIN, before_closing, done_meanwhile
from bot.approvals.model import Event, Request, Status, Verdict
from bot.approvals.outcome import Outcome
from bot.approvals.prefetch import Prefetched
from bot.approvals.prove import prove
from bot.approvals.replace import may_replace
from bot.errors import NotAllowed, RequestClosed, UpstreamError
from bot.people.model import Actor
from bot.posts.looked import Looked
from bot.runtime import Runtime
from bot.slack.markup import Markup, mention
from bot.slack.model import Sent
from bot.store.actions import AuditAction

log = structlog.get_logger()

POSTED_WITHIN = 2.0
"""Seconds that a requester waits to hear that the card is posted."""
Told = Callable[[Request], Coroutine[Any, Any, None]]
"""Tells the person who acted that it is on record; runs beside what follows, which may take its time."""
Submitted = Callable[[Request, bool], Awaitable[None]]
"""Tells the requester whether their card is posted already."""


async def submit(
    rt: Runtime,
    actor: Actor,
    kind: str,
    payload: BaseModel,
    reason: str,
    told: Submitted | None = None,
    *,
    replaces: str = "",
    grant: Request | None = None,
) -> Request:
    """Ask for something, or with `grant` for a later end of that. Raises a UserError in words; nothing is then kept.

    `replaces` is the id of one's own request whose place it takes, if that is in the way.
    `told` hears, within a moment, whether the card stands in its channel already; otherwise it will.
    """
    if replaces:
        async with rt.store.read() as tx:
            old = await requests.load(tx, replaces)
        if old and may_replace(actor.who, old):
            await _not_done_yet(rt, old, "Nothing was sent: what you asked for before was done by hand a moment ago.")
    request = await submission.record(rt, actor, kind, payload, reason, replaces, grant)
    with rt.meter.spans.span("request", request=request.id, begins=True, kind=request.kind):
        return await _post(rt, request, told)


async def _post(rt: Runtime, request: Request, told: Submitted | None) -> Request:
    posting = asyncio.create_task(_converge(rt, request))
    try:
        await asyncio.wait({posting}, timeout=POSTED_WITHIN)
        if told:
            await told(request, posting.done() and posting.result())
    finally:
        await posting
        if request.outcome.replaces:
            await _converge(rt, await decide.load(rt, request.outcome.replaces))
    return request


async def approve(rt: Runtime, actor: Actor, known: Prefetched, told: Told | None = None) -> Request:
    """Count an approval, and do what was asked for if it was the last one needed. Raises as `decide` does.

    `known` is what was prefetched for this very click.
    """
    adopting = asyncio.create_task(_adopt(rt, known.request, known.orphan))
    try:
        decided = await _decide(rt, actor, known.request.id, Verdict.APPROVE, known=known)
    finally:
        await adopting
    return await _finish(rt, decided, told)


async def deny(rt: Runtime, actor: Actor, request_id: str, comment: str, told: Told | None = None) -> Request:
    """Close a request with the reason that the requester will read. Raises as `decide` does."""
    return await _finish(rt, await _decide(rt, actor, request_id, Verdict.DENY, comment), told)


async def _decide(
    rt: Runtime, actor: Actor, request_id: str, verdict: Verdict, comment: str = "", known: Prefetched | None = None
) -> Request:
    with rt.meter.spans.span("decision", request=request_id, verdict=verdict.value) as note:
        decided = await decide.decide(rt, actor, request_id, verdict, comment, known)
        note(status=decided.status.value)
    return decided


async def withdraw(
    rt: Runtime, actor: Actor, request_id: str, told: Told | None = None, *, clicked: Sent | None = None
) -> Request:
    """Take back one's own request while nothing was done yet. Raises NotAllowed or RequestClosed."""
    request = await decide.load(rt, request_id)
    await _adopt(rt, request, clicked)
    if not actor.who.is_same_person(request.requester):
        raise NotAllowed(f"Only {mention(request.requester.slack_id)} can withdraw this request. Nothing was changed.")
    request = await _not_done_yet(rt, request, "It was done by hand a moment ago, so it can't be withdrawn any more.")
    doubt = {"outcome": request.outcome} if request.outcome.in_doubt else {}
    moved = await _move(rt, actor, request, Event.WITHDRAW, AuditAction.REQUEST_WITHDRAWN, closed_at=rt.now(), **doubt)
    return await _finish(rt, moved, told)


async def _not_done_yet(rt: Runtime, request: Request, said: Markup) -> Request:
    """Return a request that waits for a person as it is known now; RequestClosed where they have done it by now."""
    request = await done_meanwhile(rt, request)
    if request.status is Status.APPLIED:
        await _converge(rt, request)
        raise RequestClosed(f"{said} Its card says what came of it.")
    return request


async def retry(rt: Runtime, actor: Actor, request_id: str, told: Told | None = None) -> Request:
    """Try a failed request again, for the requester or an approver. Raises NotAllowed or RequestClosed."""
    request = await decide.load(rt, request_id)
    await _check_involved(rt, actor, request)
    _check_not_followed(rt, request)
    await decide.check_still_approved(rt, request)
    moved = await _move(rt, actor, request, Event.RETRY, AuditAction.REQUEST_RETRIED, failure=None)
    return await _finish(rt, moved, told)


async def give_up(
    rt: Runtime, actor: Actor, request_id: str, told: Told | None = None, *, clicked: Sent | None = None
) -> Request:
    """Close a failed request for good, for the requester or an approver. Raises NotAllowed or RequestClosed."""
    request = await decide.load(rt, request_id)
    await _adopt(rt, request, clicked)
    await _check_involved(rt, actor, request)
    _check_not_followed(rt, request)
    request = await before_closing(rt, request, LOOK_WITHIN)
    if request.status is Status.APPLIED:
        await _converge(rt, request)
        raise RequestClosed("It was done after all, only late. Nothing was given up.")
    outcome = request.outcome.updated(Outcome(given_up_by=actor.slack_id))
    moved = await _move(rt, actor, request, Event.GIVE_UP, AuditAction.REQUEST_GIVEN_UP, closed_at=rt.now(), outcome=outcome)
    return await _finish(rt, moved, told)


async def take_over(rt: Runtime, actor: Actor, request_id: str) -> Request:
    """Become the one who does by hand what was approved. Raises as `holding.take_over` does."""
    return await _finish(rt, await holding.take_over(rt, actor, request_id), None)


async def hand_back(rt: Runtime, actor: Actor, request_id: str) -> Request:
    """Let another approver do by hand what was approved. Raises NotAllowed or RequestClosed."""
    return await _finish(rt, await holding.hand_back(rt, actor, request_id), None)


async def say_done(rt: Runtime, actor: Actor, request_id: str) -> Request:
    """Say that what one does by hand is done; it is looked for at once. Raises as `holding.say_done` does."""
    request = await holding.say_done(rt, actor, request_id)
    try:
        async with asyncio.timeout(LOOK_WITHIN):
            request = await prove(rt, request)
    except (UpstreamError, TimeoutError) as error:  # it is on record, and looked at each minute
        log.info("word_not_checked_yet", request=request.id, error=repr(error))
    return await _finish(rt, request, None)


async def _adopt(rt: Runtime, request: Request, clicked: Sent | None) -> None:
    """Remember a clicked card that nobody wrote down; it only repairs, so that its failure stops nothing."""
    if clicked:
        try:
            await cards.adopt(rt, request, clicked)
        except Exception:
            log.exception("card_not_adopted", request=request.id)


async def _finish(rt: Runtime, request: Request, told: Told | None) -> Request:
    """Carry out what is approved, and make every message say what came of it; returns the request as it then is."""
    telling = asyncio.create_task(told(request)) if told else None
    looking = asyncio.create_task(cards.look_at_channel(rt, request))
    try:
        if request.status is Status.APPLYING:
            request = await execute.perform(rt, request)
        else:
            request = await execute.advance(rt, request)
        await _converge(rt, request, looking)
    finally:
        looking.cancel()
        if telling:
            await telling
    return request


async def _converge(rt: Runtime, request: Request, looking: Awaitable[Looked | None] | None = None) -> bool:
    """Make every message say what the request says; what can't be done now is due again in a minute.

    Tells whether all was done.
    """
    try:
        if request.extends and request.status is Status.APPLIED:
            await cards.refresh(rt, request.extends)
        return await cards.refresh(rt, request.id, await looking if looking else None)
    except Exception:  # what was done is done, and whoever did it isn't told otherwise
        log.exception("messages_not_converged", request=request.id)
        return False


async def _move(
    rt: Runtime, actor: Actor, request: Request, event: Event, action: AuditAction, **changes: object
) -> Request:
    async with rt.store.write() as tx:
        moved = await requests.advance(tx, request, event, **changes)
        if moved:
            tx.audit(rt.now(), actor.slack_id, action, request.id, version=moved.version)
        if moved and event is Event.GIVE_UP:
            kind = kind_of(rt, moved)
            await drift.let_go(tx, kind, kind.asked(moved))
    if moved is None:
        latest = await decide.load(rt, request.id)
        _check_not_followed(rt, latest)
        if latest.status is request.status and "outcome" not in changes:  # a fact of it changed meanwhile
            return await _move(rt, actor, latest, event, action, **changes)
        raise RequestClosed(f"This request is already {latest.in_a_word}. Nothing was changed.")
    return moved


def _check_not_followed(rt: Runtime, request: Request) -> None:
    """Raise RequestClosed while a part that waited is being done: a Retry would do it a second time."""
    if request.status is Status.FAILED and is_followed_now(request, rt.now()):
        raise RequestClosed(
            "I'm doing a part of this right now that had to wait. Nothing else was changed. Try again in 3 minutes."
        )


async def _check_involved(rt: Runtime, actor: Actor, request: Request) -> None:
    if actor.who.is_same_person(request.requester):
        return
    rule = await rule_of(rt, request)
    if actor.slack_id not in await current_approvers(rt, [actor.who], rule, request.workspace_id):
        others = f" or {approvers_in_words(rule, request.workspace_name)}" if rule.approvers else ""
        raise NotAllowed(f"Only {mention(request.requester.slack_id)}{others} can do that. Nothing was changed.")
