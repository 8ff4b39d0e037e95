"""Which messages there should be about a request as it is now, and for whom. Pure."""

from bot.approvals.cards.ahead import wanted_ahead
from bot.approvals.cards.notices import chapter_of
from bot.approvals.holder import holder_of
from bot.approvals.model import Request, Status
from bot.posts.model import Wanted

TOPIC = "request"
CARD, REQUESTER, BENEFICIARY, FULFILLER, LINE = "card", "requester", "beneficiary", "fulfiller", "line"
UNHELD = "unheld"
"""What a message is for, the first part of its purpose; `requester:result` and `line:17` say which of several."""
_OVER = frozenset({Status.WITHDRAWN, Status.EXPIRED})


def wanted(request: Request) -> list[Wanted]:
    """Return every message that should exist, but for the lines of the thread."""
    found = [Wanted(CARD, request.channel), *wanted_ahead(request, CARD)]
    chapter = chapter_of(request)
    if chapter:
        found.append(Wanted(f"{REQUESTER}:{chapter}", request.requester.slack_id))
        found += _to_others(request, chapter)
    return found


def line_of(version: int, channel: str) -> Wanted:
    """Return the line of the thread that tells what made this version of a request."""
    return Wanted(f"{LINE}:{version}", channel, thread_of=CARD, redraws=False)


def _to_others(request: Request, chapter: str) -> list[Wanted]:
    """Return what those are told who have to do something by hand, or for whom it was done."""
    found: list[Wanted] = []
    holder, turn = holder_of(request), request.outcome.holder_turn
    is_waiting = request.outcome.by_hand and request.status is Status.FULFILLING
    if is_waiting and holder is None and request.outcome.reminded_at:
        found.append(Wanted(f"{UNHELD}:{request.outcome.reminders}", request.channel))
    if request.outcome.by_hand and holder:
        fulfiller = holder.slack_id
        if is_waiting:
            found.append(Wanted(f"{FULFILLER}:{turn}" if turn else FULFILLER, fulfiller))
        if request.outcome.problem or request.status in _OVER:
            found.append(Wanted(f"{FULFILLER}:{'over' if request.status in _OVER else 'problem'}", fulfiller))
    if request.status in (Status.APPLIED, Status.REVERTED):
        others = [person for person in request.beneficiaries if not person.is_same_person(request.requester)]
        found += [Wanted(f"{BENEFICIARY}:{chapter}", person.slack_id) for person in others]
    return found
