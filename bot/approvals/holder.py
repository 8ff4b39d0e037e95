"""Who does by hand what was approved: the last approver, until another approver takes it over or they hand it back. Pure."""

from datetime import datetime, timedelta

from bot.approvals.model import Request, Verdict
from bot.people.model import Who
from bot.policy.model import Rule
from bot.policy.working_hours import Lifetime

LOOK_EVERY = timedelta(minutes=15)
"""So often it is looked whether the holder may still be one, or the approvers are to be reminded that there is none."""
REMIND_AFTER, REMIND_AGAIN_AFTER = Lifetime(rest=timedelta(hours=1)), Lifetime(days=1)
"""So long nobody has it until the approvers are reminded, and until they are again."""
JUST_NOW = timedelta(seconds=15)
"""Who took something over so shortly ago was first: nobody has seen it on the card yet."""


def holder_of(request: Request) -> Who | None:
    """Return the one person who does it, None while nobody does."""
    if request.outcome.holder_at is not None:
        return request.outcome.holder
    approvals = request.said(Verdict.APPROVE)
    return approvals[-1].by if approvals else None


def reminder_at(request: Request, rule: Rule) -> datetime | None:
    """Return when to remind the approvers that nobody does it, None while somebody does. Time counts as until its expiry."""
    made = request.outcome
    if holder_of(request) is not None or made.holder_at is None:
        return None
    wait = REMIND_AGAIN_AFTER if made.reminded_at else REMIND_AFTER
    counted = wait.model_copy(update={"is_calendar": rule.expires_in.is_calendar})
    return counted.after(made.reminded_at or made.holder_at, rule.hours)
