"""What is said of and to the people to whom belongs what a request changes. Pure."""

from bot.approvals.cards.model import RequestFacts
from bot.approvals.cards.plan import ASKED
from bot.approvals.cards.several import is_partly_in_vain, part_lines, with_details
from bot.approvals.cards.state import ended, left_behind
from bot.approvals.concerned import Remedy
from bot.approvals.model import Request, Status, Verdict
from bot.approvals.outcome import KEY_PART, PartDone
from bot.slack import ids
from bot.slack.elements import button
from bot.slack.markup import Markup, date, escape, mention, quote, truncate
from bot.slack.model import Message
from bot.words.wording import listed

_DONE = frozenset({Status.APPLIED, Status.REVERTING})


def concerned_notice(facts: RequestFacts, remedy: Remedy | None, thing: str, chapter: str) -> Message:
    """Return what somebody reads whose thing a request changes: at the ask, once it is done, and at its end.

    `thing` is its id.
    """
    if chapter == ASKED:
        return with_details(facts.request.id, _asked(facts))
    if chapter == "end":
        return with_details(facts.request.id, ended(facts))
    if remedy is None:
        return with_details(facts.request.id, _done(facts))
    opens = button(remedy.label, f"{ids.OPEN_PREFIX}{remedy.kind}", thing if remedy.takes_thing else "")
    return with_details(facts.request.id, _lines(_done(facts), f"If this is wrong: {remedy.sentence}"), opens)


def _asked(facts: RequestFacts) -> Markup:
    """Return what may happen, and who could stop it; once it is decided, how it went."""
    request, asker = facts.request, mention(facts.request.requester.slack_id)
    if request.status is Status.REVERTED:
        return ended(facts)
    if request.status in _DONE:
        return _lines(f"{_mark(request)} *{facts.done}*.", _in_vain(request))
    asked = f"{asker} {facts.asks}: {facts.what}"
    if request.status is Status.PENDING:
        first = f"⏳ {asked}.{_yours(facts)} Nothing is changed yet. {facts.needs}."
        return _lines(first, facts.plan, _why(request), f"If this is wrong, tell {asker} or an approver.")
    if request.is_open:
        return f"⏳ {asked}. It is {request.in_a_word}."
    was_asked = f"{asker} {facts.asks.replace('asks', 'asked', 1)}: {facts.what}"
    return f"🔁 {was_asked}. It is {request.in_a_word}. {left_behind(facts)}"


def _done(facts: RequestFacts) -> Markup:
    request = facts.request
    approvers: list[Markup] = [mention(decision.by.slack_id) for decision in request.said(Verdict.APPROVE)]
    approved = f", {listed(approvers)} approved it" if approvers else ""
    end = f" Until {date(request.over_at)}." if request.over_at and not request.extends else ""
    first = f"{_mark(request)} *{facts.done}*.{_yours(facts)}"
    by = f"{mention(request.requester.slack_id)} asked for it{approved}.{end}"
    return _lines(f"{first} {by}", _in_vain(request), _why(request))


def _told_parts(request: Request) -> list[PartDone]:
    """Return the parts of which whom it concerns is told: not what becomes of other people's keys."""
    return [part for part in request.outcome.parts if not part.name.startswith(KEY_PART)]


def _mark(request: Request) -> Markup:
    return "⚠️" if is_partly_in_vain(_told_parts(request)) else "✅"


def _in_vain(request: Request) -> Markup:
    parts = _told_parts(request)
    return part_lines(parts) if is_partly_in_vain(parts) else ""


def _yours(facts: RequestFacts) -> Markup:
    if facts.thing:
        return f" It is your {escape(facts.thing)}."
    return f" {facts.because}" if facts.because else ""


def _why(request: Request) -> Markup:
    return quote(truncate(request.reason, 500)) if request.reason else ""


def _lines(*lines: Markup) -> Markup:
    return "\n".join(filter(None, lines))
