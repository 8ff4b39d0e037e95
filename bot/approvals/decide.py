"""Deciding a request: who may, whether it is enough, and the one transaction that records it; all of it as of the click."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.approvals import db as requests
from bot.approvals.authority import approvers_in_words, current_approvers, rule_of, still_members, why_gone
from bot.approvals.evaluation import Evaluation, Reason, check_may_decide, evaluate
from bot.approvals.execute import FULFILL_WITHIN, claim
from bot.approvals.kind import find_kind
from bot.approvals.model import WORDS, Decision, Event, Request, Status, Verdict
from bot.approvals.prefetch import Prefetched, concerned_in
from bot.errors import AlreadyDecided, NotAllowed, RequestClosed
from bot.people.model import Actor, Who
from bot.policy.model import Rule
from bot.runtime import Runtime
from bot.slack.markup import Markup, escape, mention
from bot.store.actions import AuditAction
from bot.store.notes import ONCE, claim_note, note
from bot.store.session import Tx
from bot.words.credentials import refusal_of
from bot.words.wording import duration, listed

_TRIES = 40


@dataclass
class _Seen:
    """Who was found, within one click, to be an approver and a member; nobody is asked about twice under one rule."""

    rule: Rule | None = None
    asked: set[str] = field(default_factory=set[str])
    approvers: frozenset[str] = frozenset()
    gone: Sequence[Who] | None = None


def _seen_in(known: Prefetched | None, actor: Actor) -> _Seen:
    """Return what was found for this very click: of the approvers only if it was this very member who was asked about."""
    if known is None or known.rule is None:
        return _Seen()
    if not known.is_about(actor):
        return _Seen(gone=known.gone)
    return _Seen(known.rule, {one.slack_id for one in known.asked}, known.approvers, known.gone)


class _Changed(Exception):
    """Somebody else moved the request between reading and writing; the transaction is rolled back."""


async def load(rt: Runtime, request_id: str) -> Request:
    """Return a request; NotFound in words otherwise."""
    async with rt.store.read() as tx:
        return await requests.require(tx, request_id)


async def decide(
    rt: Runtime, actor: Actor, request_id: str, verdict: Verdict, comment: str = "", known: Prefetched | None = None
) -> Request:
    """Record one approver's verdict. Raises NotAllowed, AlreadyDecided or RequestClosed, in words for the person.

    `actor` must have been resolved fresh. When this verdict completes the quorum, the request is approved and claimed at
    once: a caller who gets it back APPLYING has to `perform` it. `known` is what was prefetched for this very click.
    """
    if refusal := refusal_of(comment):
        raise NotAllowed(f"{refusal} Nothing was changed.")
    seen = _seen_in(known, actor)
    for _ in range(_TRIES):
        request, known = known.request if known else await load(rt, request_id), None
        check_pending(request, rt.now(), actor)
        rule = await rule_of(rt, request)
        await _look_up(rt, seen, request, rule, actor)
        await _check_may(rt, actor, request, rule, seen.approvers)
        if verdict is Verdict.APPROVE:
            await _check_nobody_left(rt, seen.gone or (), "Deny it instead.")
        check_pending(request, rt.now(), actor)  # asking took its time
        decision = Decision(by=actor.who, verdict=verdict, comment=comment.strip(), at=rt.now())
        decided = await _record(rt, request, decision, rule, seen.approvers)
        if decided is not None:
            return decided
    raise RequestClosed("Too many people decided at the same moment, so yours was not counted. Try again.")


async def check_may_be_denied(rt: Runtime, actor: Actor, request_id: str) -> Request:
    """Return a request of which this person may decide now; raises as `decide` does."""
    request = await load(rt, request_id)
    check_pending(request, rt.now(), actor)
    rule = await rule_of(rt, request)
    approvers = await current_approvers(rt, [actor.who], rule, request.workspace_id)
    await _check_may(rt, actor, request, rule, approvers)
    return request


async def _check_may(rt: Runtime, actor: Actor, request: Request, rule: Rule, approvers: frozenset[str]) -> None:
    """Raise NotAllowed for somebody who may not decide; the first such click of theirs on a request goes on record."""
    ask = approvers_in_words(rule, request.workspace_name)
    about = find_kind(rt, request.kind).beneficiaries(request)
    try:
        check_may_decide(request, actor.who, rule, actor.slack_id in approvers, ask, about)
    except NotAllowed:
        await _record_refusal(rt, actor, request, rule)
        raise


async def _record_refusal(rt: Runtime, actor: Actor, request: Request, rule: Rule) -> None:
    key, now = f"refused:{request.id}:{actor.slack_id}", rt.now()
    async with rt.store.read() as tx:
        if await note(tx, key):  # pressed again: nothing is written for it
            return
    async with rt.store.write() as tx:
        if await claim_note(tx, key, now, ONCE):
            who = actor.who.model_dump(include={"member_id", "email"})
            action = AuditAction.REQUEST_REFUSED_CLICK
            tx.audit(now, actor.slack_id, action, request.id, policy=rule.version, rule=rule.on_record(), **who)


async def check_still_approved(rt: Runtime, request: Request) -> None:
    """Raise unless the approval of a request that wasn't executed yet holds under today's policy, groups and accounts."""
    if request.expires_at <= rt.now():
        raise RequestClosed(f"This request is already {WORDS[Status.EXPIRED]}. Nothing was changed.")
    if (await rt.refresh_policy()).nobody_because:
        raise NotAllowed(
            "I can't tell whether its approval still counts, because the policy file has a fault or can't be read."
            " Nothing was changed. Press Retry once that is mended."
        )
    if lost := await _lost_approval(rt, request):
        raise NotAllowed(f"{escape(lost)} Nothing was changed. Give up and ask again.")
    await _check_nobody_left(rt, await _gone(rt, request), "Give it up.")


def is_too_old(rt: Runtime, request: Request) -> bool:
    """Tell whether a request was approved so long ago that this permits nothing any more."""
    return request.approved_at is not None and rt.now() >= request.approved_at + FULFILL_WITHIN


async def why_not_approved(rt: Runtime, request: Request) -> str:
    """Return in plain text why the approval of a request that wasn't executed yet doesn't hold today, "" while it does."""
    then = "Give up and ask again."
    if is_too_old(rt, request):
        return f"It was approved more than {duration(FULFILL_WITHIN)} ago. {then}"
    if lost := await _lost_approval(rt, request):
        return f"{lost} {then}"
    gone = listed([person.email or person.slack_id for person in await _gone(rt, request)])
    return f"This can't go ahead without {gone}, who left Slack or the organization. {then}" if gone else ""


async def _lost_approval(rt: Runtime, request: Request) -> str:
    """Return in plain text why the approvals of a request aren't enough today, "" where they are."""
    rule = await rule_of(rt, request)
    deciders = await still_members(rt, [decision.by for decision in request.decisions])
    approvers = await current_approvers(rt, deciders, rule, request.workspace_id)
    evaluation = evaluate(request, request.decisions, rule, approvers)
    return "" if evaluation.is_enough else f"The approval no longer counts: {evaluation.explanation}"


async def _look_up(rt: Runtime, seen: _Seen, request: Request, rule: Rule, actor: Actor) -> None:
    """Find out about those who decided and weren't asked about yet, and at first about everybody else concerned."""
    is_first = seen.rule != rule
    if is_first:
        seen.rule, seen.asked, seen.approvers = rule, set(), frozenset()
    asking = _ask_about(rt, seen, request, [actor.who] if is_first else [])
    if seen.gone is None:
        seen.gone, _ = await asyncio.gather(_gone(rt, request), asking)
    else:
        await asking


async def _ask_about(rt: Runtime, seen: _Seen, request: Request, people: list[Who]) -> None:
    """Add to the approvers those who are; `people` are known to be members, those who decided before may have left."""
    assert seen.rule is not None  # noqa: S101 - set by the only caller
    others = [decision.by for decision in request.decisions if decision.by.slack_id not in seen.asked]
    wanted = [*people, *await still_members(rt, others)]
    if wanted:
        seen.approvers |= await current_approvers(rt, wanted, seen.rule, request.workspace_id)
    seen.asked |= {person.slack_id for person in (*people, *others)}


async def _gone(rt: Runtime, request: Request) -> list[Who]:
    """Return the requester and those without whom it can't go ahead, as far as they aren't members any more."""
    concerned = concerned_in(rt, request)
    members = await still_members(rt, concerned)
    return [person for person in concerned if person not in members]


async def _check_nobody_left(rt: Runtime, gone: Sequence[Who], instead: Markup) -> None:
    """Raise NotAllowed where somebody isn't one of those who may act any more, with what is wrong with each."""
    if gone:
        why = await asyncio.gather(*(why_gone(rt, person) for person in gone))
        said: list[Markup] = [f"{mention(person.slack_id)}: {reason}" for person, reason in zip(gone, why, strict=True)]
        raise NotAllowed(f"This can't go ahead for {' '.join(said)} {instead}")


async def _record(
    rt: Runtime, request: Request, decision: Decision, rule: Rule, approvers: frozenset[str]
) -> Request | None:
    """Write a decision and what follows from it, or None when the request changed since it was read.

    `approvers` were found under this very rule; one that was read again might be another one. Somebody who approved before
    may press again: approvals that didn't count for a while may be enough by now.
    """
    is_new = not any(one.by.is_same_person(decision.by) for one in request.decisions)
    decisions = (*request.decisions, decision) if is_new else request.decisions
    evaluation = evaluate(request, decisions, rule, approvers)
    if not is_new and not (evaluation.is_enough and decision.verdict is Verdict.APPROVE):
        raise AlreadyDecided("You have already decided this. Nothing was changed.")
    try:
        async with rt.store.write() as tx:
            if is_new and not await requests.add_decision(tx, request.id, decision):
                raise _Changed
            moved = await _move(tx, request, evaluation, decision.at)
            if moved is None:
                raise _Changed
            action = AuditAction.REQUEST_APPROVED if decision.verdict is Verdict.APPROVE else AuditAction.REQUEST_DENIED
            tx.audit(
                decision.at, decision.by.slack_id, action, request.id, version=moved.version, comment=decision.comment,
                policy=rule.version, rule=rule.on_record(), explanation=evaluation.explanation, enough=evaluation.is_enough,
                counted=len(evaluation.approvers),
            )  # fmt: skip
    except _Changed:
        return None
    return moved.model_copy(update={"decisions": decisions})


async def _move(tx: Tx, request: Request, evaluation: Evaluation, at: datetime) -> Request | None:
    """Move a request as its decisions say. Approved and claimed in one: who completes the quorum executes it."""
    match evaluation.reason:
        case Reason.ENOUGH:
            return await claim(tx, request, at, Event.ENOUGH, approved_at=at)
        case Reason.DENIED:
            return await requests.advance(tx, request, Event.DENY, closed_at=at)
        case _:
            return await requests.touch(tx, request)


def check_pending(request: Request, now: datetime, actor: Actor) -> None:
    """Raise AlreadyDecided, saying who was first and when, unless the request waits for a decision."""
    if request.status is Status.PENDING and request.expires_at > now:
        return
    last = request.decisions[-1] if request.decisions else None
    if last and request.status not in (Status.EXPIRED, Status.WITHDRAWN, Status.PENDING):
        did = "approved" if last.verdict is Verdict.APPROVE else "denied"
        if last.by.is_same_person(actor.who):
            ago = now - last.at
            raise AlreadyDecided(
                f"You've just {did} this." if ago < timedelta(minutes=1) else f"You {did} this {duration(ago)} ago."
            )
        when = "just" if now - last.at < timedelta(seconds=1) else duration(now - last.at)
        raise AlreadyDecided(f"{mention(last.by.slack_id)} {did} this {when} before you. Nothing was changed.")
    state = WORDS[Status.EXPIRED] if request.status is Status.PENDING else request.in_a_word
    raise RequestClosed(f"This request is already {state}. Nothing was changed.")
