"""Taking over what is done by hand, and handing it back: one holder at a time, checked at the click, looked after later."""

from datetime import datetime, timedelta

from bot.approvals import db as requests
from bot.approvals.authority import approvers_in_words, current_approvers, rule_of, still_members
from bot.approvals.evaluation import check_may_decide
from bot.approvals.holder import JUST_NOW, holder_of, reminder_at
from bot.approvals.kind import find_kind
from bot.approvals.model import WORDS, Request, Status
from bot.approvals.outcome import Outcome
from bot.errors import AlreadyDecided, NotAllowed, NotFound, RequestClosed
from bot.people.model import Actor, Who
from bot.runtime import Runtime
from bot.slack.markup import mention
from bot.store.actions import BOT_ACTOR, AuditAction

_TRIES = 10


async def take_over(rt: Runtime, actor: Actor, request_id: str) -> Request:
    """Make an approver the one who does it by hand. Raises NotAllowed, AlreadyDecided or RequestClosed.

    `actor` must have been resolved fresh. Of two who press at once the first one has it, and the other one is told so.
    """
    for _ in range(_TRIES):
        request = await _waiting(rt, request_id)
        await _check_may(rt, actor, request)
        holder, at = holder_of(request), request.outcome.holder_at
        if holder and holder.is_same_person(actor.who):
            raise AlreadyDecided("You have this already. I send you the steps in a direct message.")
        if holder and at and timedelta() <= rt.now() - at < JUST_NOW:
            raise AlreadyDecided(f"{mention(holder.slack_id)} took this over just before you. Nothing was changed.")
        moved = await _hold(rt, request, actor.who, actor.slack_id, AuditAction.REQUEST_TAKEN_OVER)
        if moved:
            return moved
    raise RequestClosed("This request is busy. Nothing was changed. Try again in a moment.")


async def hand_back(rt: Runtime, actor: Actor, request_id: str) -> Request:
    """Let go of what one holds, so that another approver does it. Raises NotAllowed or RequestClosed."""
    for _ in range(_TRIES):
        request = await _waiting(rt, request_id)
        holder = holder_of(request)
        if holder is None or not holder.is_same_person(actor.who):
            has_it = f"{mention(holder.slack_id)} has this now" if holder else "You have handed this back already"
            raise NotAllowed(f"{has_it}. Nothing was changed.")
        moved = await _hold(rt, request, None, actor.slack_id, AuditAction.REQUEST_HANDED_BACK)
        if moved:
            return moved
    raise RequestClosed("This request is busy. Nothing was changed. Try again in a moment.")


async def say_done(rt: Runtime, actor: Actor, request_id: str) -> Request:
    """Note, once, that its holder says that it is done. Raises NotAllowed, AlreadyDecided, NotFound or RequestClosed.

    `actor` must have been resolved fresh.
    """
    for _ in range(_TRIES):
        request = await _waiting(rt, request_id)
        part, holder = find_kind(rt, request.kind).by_hand, holder_of(request)
        if part is None or not part.takes_word:
            raise NotFound("I look for this myself, so nobody has to say that it is done. Nothing was changed.")
        if holder is None or not holder.is_same_person(actor.who):
            has_it = f"{mention(holder.slack_id)} has this" if holder else "Nobody has this. Take it over first"
            raise NotAllowed(f"{has_it}. Only the person who has it can say that it is done. Nothing was changed.")
        await _check_may(rt, actor, request)
        if request.outcome.said_at:
            raise AlreadyDecided("You have said so already. The card shows what happens next.")
        said = Outcome(said_by=actor.slack_id, said_at=rt.now())
        if moved := await _write(rt, request, said, actor.slack_id, AuditAction.REQUEST_SAID_DONE, rt.now()):
            return moved
    raise RequestClosed("This request is busy. Nothing was changed. Try again in a moment.")


async def look_after(rt: Runtime, request: Request) -> Request:
    """Free what is held by somebody who may not hold it any more; remind the approvers of what nobody holds."""
    if request.status is not Status.FULFILLING:
        return request
    holder = holder_of(request)
    if holder is None:
        remind_at = reminder_at(request, await rule_of(rt, request))
        return await _remind(rt, request) if remind_at and remind_at <= rt.now() else request
    if await _may_hold(rt, request, holder):
        return request
    return await _hold(rt, request, None, BOT_ACTOR, AuditAction.REQUEST_FREED, person=holder.slack_id) or request


async def _waiting(rt: Runtime, request_id: str) -> Request:
    """Return a request that waits for a person; RequestClosed in words otherwise."""
    async with rt.store.read() as tx:
        request = await requests.require(tx, request_id)
    if request.status is not Status.FULFILLING or request.expires_at <= rt.now():
        state = WORDS[Status.EXPIRED] if request.status is Status.FULFILLING else request.in_a_word
        raise RequestClosed(f"This request is already {state}. Nothing was changed.")
    return request


async def _check_may(rt: Runtime, actor: Actor, request: Request) -> None:
    rule = await rule_of(rt, request)
    approvers = await current_approvers(rt, [actor.who], rule, request.workspace_id)
    about = find_kind(rt, request.kind).beneficiaries(request)
    ask = approvers_in_words(rule, request.workspace_name)
    check_may_decide(request, actor.who, rule, actor.slack_id in approvers, ask, about)


async def _may_hold(rt: Runtime, request: Request, holder: Who) -> bool:
    members = await still_members(rt, [holder])
    rule = await rule_of(rt, request)
    if not rule.is_read:  # it says nothing about anybody
        return True
    return holder.slack_id in await current_approvers(rt, members, rule, request.workspace_id)


async def _hold(
    rt: Runtime, request: Request, holder: Who | None, by: str, action: AuditAction, **detail: str
) -> Request | None:
    """Write down who does it from now on (None: nobody); None where the request changed since it was read."""
    now = rt.now()
    turn = request.outcome.holder_turn + 1
    outcome = Outcome(holder=holder, holder_at=now, holder_turn=turn, reminded_at=None, said_by="", said_at=None)
    return await _write(rt, request, outcome, by, action, now, **detail)


async def _remind(rt: Runtime, request: Request) -> Request:
    now = rt.now()
    outcome = Outcome(reminded_at=now, reminders=request.outcome.reminders + 1)
    return await _write(rt, request, outcome, BOT_ACTOR, AuditAction.REQUEST_HELD_BY_NOBODY, now) or request


async def _write(
    rt: Runtime, request: Request, later: Outcome, by: str, action: AuditAction, now: datetime, **detail: str
) -> Request | None:
    async with rt.store.write() as tx:
        moved = await requests.touch(tx, request, outcome=request.outcome.updated(later))
        if moved:
            tx.audit(now, by, action, request.id, version=moved.version, **detail)
    return moved
