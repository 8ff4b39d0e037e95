"""The acts that people do with requests: submit, decide, withdraw, retry, give up.

Each is a check against today's state, then one transaction with its audit entry. Effects come after the commit, in
`carry_out` and `cards`; if this process dies before them, `reconcile` finds what is left to do.
"""

import secrets
from datetime import datetime

from pydantic import BaseModel

from bot.approvals.authority import approvers_in_words, check_can_be_approved, rule_of, standing, still_members
from bot.approvals.carry_out import claim
from bot.approvals.evaluation import Reason, check_may_decide, evaluate
from bot.approvals.kinds import find_kind
from bot.approvals.model import WORDS, Decision, Event, Request, Status, Verdict
from bot.approvals.policy import Rule
from bot.errors import AlreadyDecided, InvalidInput, NotAllowed, NotFound, RequestClosed
from bot.identity import Actor
from bot.runtime import Runtime
from bot.slack.markup import mention
from bot.slack.wording import duration
from bot.store import requests

_TRIES = 8


async def submit(rt: Runtime, actor: Actor, kind_name: str, payload: BaseModel, reason: str) -> Request:
    """Check and record a request. Raises InvalidInput, NotAllowed or AlreadyDecided; nothing is then kept."""
    kind, now = find_kind(kind_name), rt.now()
    checked = await kind.precheck(rt, actor.who, payload)
    rule = rt.policy.rule_for(kind_name, checked.workspace_id, checked.workspace_name)
    if not rule.approvers:
        because = f" {rt.policy.nobody_because}" if rt.policy.nobody_because else ""
        raise NotAllowed(f"Nobody may approve this, so I can't take the request.{because}")
    if not rule.channel:
        raise NotAllowed("The policy names no channel for this request, so nobody would see it. Nothing was sent.")
    if rule.reason_required and not reason.strip():
        raise InvalidInput({"reason": "Say what it is for; the approvers decide by it."})
    await _check_channel(rt, rule.channel)
    await check_can_be_approved(rt, rule, actor.who, checked.workspace_name)
    request = Request(
        id=f"req_{secrets.token_hex(8)}",
        kind=kind_name,
        status=Status.PENDING,
        version=1,
        requester=actor.who,
        workspace_id=checked.workspace_id,
        workspace_name=checked.workspace_name,
        payload=checked.payload.model_dump(mode="json"),
        reason=reason.strip(),
        channel=rule.channel,
        created_at=now,
        expires_at=now + rule.expires_in,
        ends_at=checked.ends_at,
    )
    subject = kind.subject(checked.payload)
    async with rt.store.write() as tx:
        added = await requests.insert(tx, request, subject)
        if added:
            tx.audit(now, actor.slack_id, "request.submitted", request.id, kind=kind_name, version=1, **_facts(request))
    if not added:
        raise await _asked_already(rt, subject)
    return request


async def decide(
    rt: Runtime, actor: Actor, request_id: str, verdict: Verdict, comment: str = "", known: Request | None = None
) -> Request:
    """Record one approver's verdict. Raises NotAllowed, AlreadyDecided or RequestClosed, in words for the person.

    `actor` must have been resolved fresh. When this verdict completes the quorum, the request is approved and claimed at
    once: a caller who gets it back APPLYING has to `perform` it. `known` is the request where the caller has just read it.
    """
    for _ in range(_TRIES):
        request, known = known or await load(rt, request_id), None
        check_pending(request, rt.now(), actor)
        rule = await rule_of(rt, request)
        others = await still_members(rt, [d.by for d in request.decisions])
        approvers = await standing(rt, [actor.who, *others], rule, request.workspace_id)
        ask = approvers_in_words(rule, request.workspace_name)
        about = find_kind(request.kind).beneficiaries(request)
        check_may_decide(request, actor.who, rule, actor.slack_id in approvers, ask, about)
        decision = Decision(by=actor.who, verdict=verdict, comment=comment.strip(), at=rt.now())
        decided = await _record(rt, request, decision, rule, approvers)
        if decided is not None:
            return decided
    raise RequestClosed("Many people decided at once and I couldn't count you in. Nothing was changed; try again.")


async def _record(
    rt: Runtime, request: Request, decision: Decision, rule: Rule, approvers: frozenset[str]
) -> Request | None:
    """Write a decision and what follows from it, or None when the request changed since it was read.

    `approvers` were found under this very rule; one that was read again might be another one.
    """
    decisions = (*request.decisions, decision)
    evaluation = evaluate(request, decisions, rule, approvers)
    event = {Reason.ENOUGH: Event.ENOUGH, Reason.DENIED: Event.DENY}.get(evaluation.reason)
    try:
        async with rt.store.write() as tx:
            if not await requests.add_decision(tx, request.id, decision):
                raise AlreadyDecided("You decided this already. Nothing was changed.")
            if event is Event.ENOUGH:
                approved = await requests.advance(tx, request, event, approved_at=decision.at)
                moved = await claim(tx, approved, decision.at) if approved else None
            elif event:
                moved = await requests.advance(tx, request, event, closed_at=decision.at)
            else:
                moved = await requests.touch(tx, request)
            if moved is None:
                raise _Changed
            action = "request.approved" if decision.verdict is Verdict.APPROVE else "request.denied"
            tx.audit(
                decision.at, decision.by.slack_id, action, request.id, version=moved.version, comment=decision.comment,
                policy=rt.policy.version, explanation=evaluation.explanation, enough=evaluation.is_enough,
            )  # fmt: skip
    except _Changed:
        return None
    return moved.model_copy(update={"decisions": decisions})


class _Changed(Exception):
    """Somebody else moved the request between reading and writing; the transaction is rolled back."""


async def withdraw(rt: Runtime, actor: Actor, request_id: str) -> Request:
    """Take back one's own request while nothing was done yet."""
    request = await load(rt, request_id)
    if not actor.who.is_same_person(request.requester):
        raise NotAllowed("Only the person who asked can withdraw a request.")
    return await _move(rt, actor, request, Event.WITHDRAW, "request.withdrawn", closed_at=rt.now())


async def retry(rt: Runtime, actor: Actor, request_id: str) -> Request:
    """Try a failed request again: whoever asked, or whoever may approve it. The caller then calls `carry_out.advance`."""
    request = await load(rt, request_id)
    await _check_involved(rt, actor, request)
    return await _move(rt, actor, request, Event.RETRY, "request.retried", failure=None)


async def give_up(rt: Runtime, actor: Actor, request_id: str) -> Request:
    """Close a failed request for good."""
    request = await load(rt, request_id)
    await _check_involved(rt, actor, request)
    return await _move(rt, actor, request, Event.GIVE_UP, "request.given_up", closed_at=rt.now())


async def load(rt: Runtime, request_id: str) -> Request:
    """Return a request; NotFound in words otherwise."""
    async with rt.store.read() as tx:
        request = await requests.load(tx, request_id)
    if request is None:
        raise NotFound("I don't know that request. Nothing was changed.")
    return request


async def _move(rt: Runtime, actor: Actor, request: Request, event: Event, action: str, **changes: object) -> Request:
    async with rt.store.write() as tx:
        moved = await requests.advance(tx, request, event, **changes)
        if moved:
            tx.audit(rt.now(), actor.slack_id, action, request.id, version=moved.version)
    if moved is None:
        latest = await load(rt, request.id)
        raise RequestClosed(f"This request is already {WORDS[latest.status]}. Nothing was changed.")
    return moved


def check_pending(request: Request, now: datetime, actor: Actor) -> None:
    """Raise AlreadyDecided, saying who was first and when, unless the request waits for a decision."""
    if request.status is Status.PENDING and request.expires_at > now:
        return
    last = request.decisions[-1] if request.decisions else None
    if last and request.status not in (Status.EXPIRED, Status.WITHDRAWN, Status.PENDING):
        did = "approved" if last.verdict is Verdict.APPROVE else "denied"
        if last.by.is_same_person(actor.who):
            raise AlreadyDecided(f"You {did} this {duration(now - last.at)} ago. Nothing more was changed.")
        raise AlreadyDecided(
            f"{mention(last.by.slack_id)} {did} this {duration(now - last.at)} before you. Nothing was changed."
        )
    state = WORDS[Status.EXPIRED] if request.status is Status.PENDING else WORDS[request.status]
    raise RequestClosed(f"This request is already {state}. Nothing was changed.")


async def _check_involved(rt: Runtime, actor: Actor, request: Request) -> None:
    if actor.who.is_same_person(request.requester):
        return
    rule = await rule_of(rt, request)
    if actor.slack_id not in await standing(rt, [actor.who], rule, request.workspace_id):
        raise NotAllowed(
            f"Only {mention(request.requester.slack_id)} or {approvers_in_words(rule, request.workspace_name)} can."
        )


async def _check_channel(rt: Runtime, channel_id: str) -> None:
    channel = await rt.notifier.channel(channel_id, fresh=True)
    if channel.is_shared_outside:
        raise NotAllowed(
            "The approvals channel is shared with another company, so I post no requests there. Nothing was sent."
        )


async def _asked_already(rt: Runtime, subject: str) -> AlreadyDecided:
    async with rt.store.read() as tx:
        other = await requests.find_open(tx, subject)
    if other is None:
        return AlreadyDecided("That was just asked and decided. Look at it with /requests before you ask again.")
    when = duration(rt.now() - other.created_at)
    return AlreadyDecided(f"{mention(other.requester.slack_id)} asked for this {when} ago and it is {WORDS[other.status]}.")


def _facts(request: Request) -> dict[str, object]:
    return {
        "payload": request.payload,
        "reason": request.reason,
        "workspace": request.workspace_id,
        "expires_at": request.expires_at.isoformat(),
        "ends_at": request.ends_at.isoformat() if request.ends_at else None,
    }
