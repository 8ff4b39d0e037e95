"""Who does by hand what was approved: the last approver, until another approver takes it over or they hand it back. Pure."""

from datetime import datetime, timedelta

from bot.approvals.model import Request, Verdict
from bot.people.model import Who

LOOK_EVERY = timedelta(minutes=15)
"""So often it is looked whether the holder may still be one."""
REMIND_AFTER, REMIND_AGAIN_AFTER = timedelta(hours=1), timedelta(hours=24)
"""So long nobody has it until the approvers are reminded, and until they are again."""
JUST_NOW = timedelta(seconds=15)
"""Who took something over so shortly ago was first: nobody has seen it on the card yet."""


def holder_of(request: Request) -> Who | None:
    """Return the one person who does it, None while nobody does."""
    if request.outcome.holder_at is not None:
        return request.outcome.holder
    approvals = request.said(Verdict.APPROVE)
    return approvals[-1].by if approvals else None


def next_look_at(request: Request, now: datetime) -> datetime:
    """Return when to look at the holder again, or to remind the approvers that there is none."""
    made = request.outcome
    if holder_of(request) is not None or made.holder_at is None:
        return now + LOOK_EVERY
    return made.reminded_at + REMIND_AGAIN_AFTER if made.reminded_at else made.holder_at + REMIND_AFTER
