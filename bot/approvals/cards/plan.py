"""Which messages there should be about a request, for whom, and what each says; sending them is the business of `cards`."""

from collections.abc import Mapping

from bot.approvals.cards.card import RequestFacts, render_card
from bot.approvals.cards.notices import beneficiary_notice, chapter_of, requester_notice
from bot.approvals.kind import AnyKind
from bot.approvals.model import Request, Status, Verdict
from bot.slack.model import Message

CARD, REQUESTER, BENEFICIARY, FULFILLER, LINE = "card", "requester", "beneficiary", "fulfiller", "line"
"""What a message is for, the first part of its purpose; `requester:result` and `line:17` say which of several."""
_OVER = frozenset({Status.WITHDRAWN, Status.EXPIRED})


def wanted(kind: AnyKind, request: Request, lines: Mapping[str, str], *, card: bool) -> list[tuple[str, str]]:
    """Return purpose and channel of every message that should exist; without `card` none in the approvers' channel."""
    found = [(CARD, request.channel)] if card else []
    chapter = chapter_of(request)
    if chapter:
        found.append((f"{REQUESTER}:{chapter}", request.requester.slack_id))
        found += _to_others(kind, request, chapter)
    if card:
        found += [(purpose, request.channel) for purpose in lines]
    return found


def _to_others(kind: AnyKind, request: Request, chapter: str) -> list[tuple[str, str]]:
    """Return what those are told who have to do something by hand, or for whom it was done."""
    found = list[tuple[str, str]]()
    approvals = request.said(Verdict.APPROVE)
    if approvals and request.outcome.by_hand:
        fulfiller = approvals[-1].by.slack_id
        if request.status is Status.FULFILLING:
            found.append((FULFILLER, fulfiller))
        if request.outcome.problem or request.status in _OVER:
            found.append((f"{FULFILLER}:{'over' if request.status in _OVER else 'problem'}", fulfiller))
    if request.status in (Status.APPLIED, Status.REVERTED):
        others = [person for person in kind.beneficiaries(request) if not person.is_same_person(request.requester)]
        found += [(f"{BENEFICIARY}:{chapter}", person.slack_id) for person in others]
    return found


def content_of(kind: AnyKind, facts: RequestFacts, purpose: str) -> Message | None:
    """Return what a message says now; None for a line of the thread, which never changes."""
    request = facts.request
    what, _, which = purpose.partition(":")
    if what == CARD:
        return render_card(facts)
    if what == REQUESTER:
        return requester_notice(facts, which)
    if what == BENEFICIARY:
        return beneficiary_notice(facts, which)
    if what != FULFILLER or kind.by_hand is None:
        return None
    tell = kind.by_hand.news if which else kind.by_hand.steps
    return tell(kind.asked(request))
