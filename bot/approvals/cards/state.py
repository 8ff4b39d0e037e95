"""The state of a request in words: the first line of its card, and the clauses that notices share with it. Pure."""

from bot.approvals.cards.model import RequestFacts
from bot.approvals.cards.several import is_partly_in_vain, what_is_left, what_stays
from bot.approvals.cards.word import looking_for_it
from bot.approvals.due import CLAIM_LASTS, LATE_AFTER
from bot.approvals.handover.words import is_trouble
from bot.approvals.holder import holder_of
from bot.approvals.model import Request, Status, Verdict
from bot.slack.markup import Markup, date, escape, mention, within_bold
from bot.words.wording import duration, listed


def headline_of(facts: RequestFacts) -> Markup:
    """Return the first line: the state, its subject, and who caused it."""
    request = facts.request
    asker = mention(request.requester.slack_id)
    asked, was_asked = f"*{asker} {facts.asks}* — {facts.what}", _in_the_past(facts)
    match request.status:
        case Status.PENDING:
            return f"⏳ {asked}"
        case Status.APPROVED if request.outcome.may_come_late and request.outcome.in_doubt and request.claimed_at:
            again = date(request.claimed_at + CLAIM_LASTS)
            return f"⏳ {asked} · {approved_by(request)}. What I sent before may still arrive, so I look again {again}"
        case Status.APPROVED | Status.APPLYING:
            return f"⏳ {asked} · {approved_by(request)}, being done now"
        case Status.FULFILLING:
            return f"⏳ {asked} · {approved_by(request)}. {awaited(facts)}"
        case Status.FAILED:
            return f"⚠️ {asked} · {approved_by(request)}, but *{not_done(facts)}*: {failure(request)}{by_itself(facts)}"
        case Status.DENIED:
            by = denied_by(request)
            return f"⛔ *{by[0].upper()}{by[1:]}* — {was_asked}"
        case Status.WITHDRAWN:
            return f"🔁 *{_closed_by(request)}* — {was_asked}. {left_behind(facts)}"
        case Status.EXPIRED:
            return f"⌛ *Expired*, {expired_because(facts)} — {was_asked}"
        case Status.APPLIED | Status.REVERTING:
            is_trouble_left = is_trouble(request.outcome) or is_partly_in_vain(request.outcome.parts)
            mark = "⚠️" if is_trouble_left or request.outcome.is_unproven else "✅"
            return f"{mark} *{facts.done}* — {approved_by(request)}{_after(request)}"
        case Status.REVERTED:
            return ended(facts)


def _in_the_past(facts: RequestFacts) -> Markup:
    """Return what was asked, for a card on which nothing waits any more: `@alice asked for an API key, x in Staging`."""
    asked = facts.asks.replace("asks", "asked", 1)
    return f"{mention(facts.request.requester.slack_id)} {asked}, {facts.what}"


def failure(request: Request) -> Markup:
    """Return as markup what stands in the way of a failed request."""
    return escape(request.failure or "I don't know why.")


def by_itself(facts: RequestFacts) -> Markup:
    """Return when a failed request is tried again by itself, "" where it isn't."""
    tried_at = facts.request.claimed_at
    if not facts.tries_again or tried_at is None:
        return ""
    stop: Markup = "" if failure(facts.request).endswith(".") else "."
    return f"{stop} Otherwise I try again {date(tried_at + LATE_AFTER)}"


def denied_by(request: Request) -> Markup:
    """Return who denied it and why, as markup."""
    denial = request.said(Verdict.DENY)[-1]
    why = f": “{within_bold(denial.comment)}”" if denial.comment else ""
    return f"denied by {mention(denial.by.slack_id)}{why}"


def expired_because(facts: RequestFacts) -> Markup:
    """Return what didn't happen in time: a decision, or after it the part that a person has to do."""
    request = facts.request
    if request.failure:
        untried: Markup = " and nobody pressed Retry" if request.outcome.may_be_retried else ""
        return f"it was approved, but it failed{untried}: {failure(request).rstrip('.')}"
    if request.approved_at:
        waited = duration(request.expires_at - request.approved_at)
        return f"{_fulfiller(request)} did not {escape(facts.waits_for)} within {waited}"
    if request.extends and request.outcome.was == request.expires_at.isoformat():
        return "nobody decided before the end that it asked to move"
    if request.expires_at == request.ends_at:
        return "nobody decided before its last day was over"
    return f"nobody decided in {escape(request.asked_under.lasts) or duration(request.expires_at - request.created_at)}"


def awaited(facts: RequestFacts) -> Markup:
    """Return as markup which person has to do what, or that they say that it is done."""
    if facts.request.outcome.said_at:
        return looking_for_it(facts.request.outcome)
    return f"Waiting for {_fulfiller(facts.request)} to {escape(facts.waits_for)}"


def _fulfiller(request: Request) -> Markup:
    holder = holder_of(request)
    return mention(holder.slack_id) if holder else "an approver"


def not_done(facts: RequestFacts) -> Markup:
    """Return the clause that says what an attempt left undone, as far as that is known."""
    if facts.request.outcome.is_begun:
        return what_is_left(facts.request.outcome)
    return "I can't tell whether it was done" if _is_unknown(facts.request) else facts.undone


def left_behind(facts: RequestFacts) -> Markup:
    """Return as a sentence what a request that ended without being done leaves in the world."""
    if _is_unknown(facts.request):
        return "⚠️ It may have been done. Check in the Console."
    problem = facts.request.outcome.problem
    if facts.request.outcome.is_begun:
        return what_stays(facts.request.outcome)
    return f"⚠️ {escape(problem)}" if problem else f"{facts.undone[0].upper()}{facts.undone[1:]}."


def _is_unknown(request: Request) -> bool:
    return request.outcome.in_doubt and not request.outcome.looked


def _closed_by(request: Request) -> Markup:
    """Return who closed a request that nobody decided against: its requester, or somebody else after a failure."""
    if request.outcome.replaced_by:
        with_what = within_bold(request.outcome.replaced_with)
        return f"Replaced by {mention(request.requester.slack_id)} with another request: {with_what}"
    if request.outcome.given_up_by:
        return f"Given up by {mention(request.outcome.given_up_by)}"
    return "Given up" if request.failure else f"Withdrawn by {mention(request.requester.slack_id)}"


def ended(facts: RequestFacts) -> Markup:
    """Return how a grant ended: as agreed, or with something left that a person has to look at."""
    note = facts.request.outcome.note_at_end
    said = f" · {escape(note)}" if note else ""
    if facts.request.outcome.needs_person_at_end:
        return f"⚠️ *Its time is over, but a person has to check* — {facts.done}{said}"
    over = f"*{facts.grant}* is over" if facts.request.outcome.gone_at_end else f"*{facts.after}* — ended as planned"
    return f"🔁 {over}{said}"


def approved_by(request: Request) -> Markup:
    """Return who approved it."""
    people: list[Markup] = [mention(decision.by.slack_id) for decision in request.said(Verdict.APPROVE)]
    return f"approved by {listed(people) or 'nobody'}"


def _after(request: Request) -> Markup:
    waited = (request.approved_at or request.closed_at or request.created_at) - request.created_at
    return f" after {duration(waited)}" if waited.total_seconds() >= 1 else ""
