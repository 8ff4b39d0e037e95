"""Which messages there should be about a request as it is now, and for whom. Pure."""

from bot.approvals.cards.ahead import wanted_ahead
from bot.approvals.cards.notices import chapter_of
from bot.approvals.cards.several import batches_of
from bot.approvals.concerned import Concerned
from bot.approvals.holder import holder_of
from bot.approvals.model import Request, Status
from bot.posts.model import Wanted

TOPIC = "request"
CARD, REQUESTER, CONCERNED, FULFILLER, LINE = "card", "requester", "concerned", "fulfiller", "line"
NEWS = "news"
UNHELD = "unheld"
"""What a message is for, the first part of its purpose; `requester:result` and `line:17` say which of several."""
ASKED = "asked"
"""The chapter in which somebody hears that a thing of theirs may be changed; the others are those of the requester."""
_OVER = frozenset({Status.WITHDRAWN, Status.EXPIRED})
_AT_ONCE = frozenset({Status.APPROVED, Status.APPLYING, Status.APPLIED})


def _is_told_elsewhere(request: Request) -> bool:
    """Tell whether the card of which a request is a part tells all of it: it is done by itself, with no part of a person."""
    outcome = request.outcome
    is_by_itself = request.status in _AT_ONCE and not outcome.by_hand and not outcome.has_failed
    return bool(outcome.part_of) and is_by_itself


def wanted(request: Request) -> list[Wanted]:
    """Return every message that should exist, but for the lines of the thread."""
    if _is_told_elsewhere(request):
        return []
    found = [Wanted(CARD, request.channel), *wanted_ahead(request, CARD)]
    batches = batches_of(request.outcome.parts)
    found += [Wanted(f"{NEWS}:{batch}", request.requester.slack_id) for batch in range(1, batches + 1)]
    chapter = chapter_of(request)
    if chapter:
        found.append(Wanted(f"{REQUESTER}:{chapter}", request.requester.slack_id))
        found += _to_fulfiller(request)
    return found + _to_concerned(request, chapter)


def line_of(version: int, channel: str) -> Wanted:
    """Return the line of the thread that tells what made this version of a request."""
    return Wanted(f"{LINE}:{version}", channel, thread_of=CARD, redraws=False)


def _to_fulfiller(request: Request) -> list[Wanted]:
    """Return what the person is told who has to do something by hand."""
    found: list[Wanted] = []
    holder, turn = holder_of(request), request.outcome.holder_turn
    is_waiting = request.outcome.by_hand and request.status is Status.FULFILLING
    if is_waiting and holder is None and request.outcome.reminded_at:
        found.append(Wanted(f"{UNHELD}:{request.outcome.reminders}", request.channel))
    if request.outcome.by_hand and holder:
        fulfiller = holder.slack_id
        if is_waiting:
            found.append(Wanted(f"{FULFILLER}:{turn}" if turn else FULFILLER, fulfiller))
        if request.outcome.problem or request.outcome.strays or request.status in _OVER:
            found.append(Wanted(f"{FULFILLER}:{'over' if request.status in _OVER else 'problem'}", fulfiller))
    return found


def _to_concerned(request: Request, chapter: str | None) -> list[Wanted]:
    """Return what those are told to whom belongs what is changed: that it is asked, that it is done, that it has ended."""
    chapters = [ASKED, *([chapter] if chapter and request.status in (Status.APPLIED, Status.REVERTED) else [])]
    return [
        Wanted(f"{CONCERNED}:{one}", person.slack_id)
        for one in chapters
        for person in request.concerned
        if _hears(request, person, one)
    ]


def _hears(request: Request, person: Concerned, chapter: str) -> bool:
    """Tell whether somebody gets a message of a chapter: never of what they asked for or decided themselves."""
    if not person.is_reachable or not person.slack_id or person.is_person(request.requester):
        return False
    if chapter == ASKED:
        return person.hears_ask and request.status is Status.PENDING
    return not any(person.is_person(decision.by) for decision in request.decisions)
