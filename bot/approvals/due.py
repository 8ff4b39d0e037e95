"""When something has to happen to a request without anybody asking for it. Pure.

People are told ahead, each time once. Of a request that nobody decides: the approvers at half of its time, the requester an
hour before its end (working time where the policy counts that). Of a grant that ends: 7 days before, or halfway where that
is later, as it is for grants shorter than 14 days; and once more 1 day before, where that is a day or more after the first
time. Grants shorter than two hours end without a word ahead. A grant that was given a later end counts from then.
"""

from datetime import datetime, timedelta

from bot.approvals.holder import LOOK_EVERY
from bot.approvals.model import Request, Status

CLAIM_LASTS = timedelta(minutes=3)
"""A claim older than this belongs to a process that died: looking may take `ACT_WITHIN`, and the call that changes
something, with its tries and waits, two minutes.
"""
EXPIRE, EXECUTE, RECOVER, PROVE, END = "expire", "execute", "recover", "prove", "end"
HOLD, REMIND, OWNERS, FOLLOW, LATE = "hold", "remind", "owners", "follow", "late"
LATE_AFTER = timedelta(minutes=5)
"""So long after its claim what failed in doubt is looked for once more: the API may have been slow, and not have failed."""
FOLLOW_EVERY = timedelta(minutes=5)
"""How often it is looked whether what a part waits for has come."""
PROVE_EVERY = timedelta(seconds=50)
"""How often it is looked whether a person did what they have to do by hand, however many processes there are."""
OWNERS_EVERY = timedelta(minutes=10)
"""How often it is looked whether somebody to whom a thing belongs can be told by now."""
WEEK_AHEAD, DAY_AHEAD, _TOO_SHORT = timedelta(days=7), timedelta(days=1), timedelta(hours=2)
FOLLOWED = frozenset({Status.APPLIED, Status.FAILED})
"""Where what waits is followed: also after another part has failed, which a person retries meanwhile."""
HELD = frozenset({Status.APPLYING, Status.REVERTING})
"""Where a process has claimed a request to do what was approved, or to end it."""
_CLOSED = frozenset({Status.DENIED, Status.WITHDRAWN, Status.EXPIRED})
FIRST_RIGHT = timedelta(seconds=5)
"""The process of the last approval executes it at once; after this long any process may."""


def timers_of(request: Request, now: datetime) -> dict[str, datetime]:
    """Return what is due for a request as it is now, and when."""
    more = (
        {OWNERS: now} if is_owner_unknown(request) else {OWNERS: now + OWNERS_EVERY} if is_owner_unreached(request) else {}
    )
    if request.status in FOLLOWED and request.outcome.waits:
        more |= {FOLLOW: now + FOLLOW_EVERY}
    return _steps_of(request, now) | more


def is_followed_now(request: Request, now: datetime) -> bool:
    """Tell whether a process is doing what a waiting part made possible: nobody else may act on the request meanwhile."""
    return request.outcome.following and is_held(request, now)


def is_at_work(request: Request, now: datetime) -> bool:
    """Tell whether a process has claimed a request: what else changes it comes after that, which is noted by its version."""
    return request.status in HELD or is_followed_now(request, now)


def is_held(request: Request, now: datetime) -> bool:
    """Tell whether a process may be at it: its claim, which each part renews, isn't too old."""
    return request.claimed_at is not None and timedelta() <= now - request.claimed_at < CLAIM_LASTS


def is_awaited(request: Request, now: datetime) -> bool:
    """Tell whether what an earlier try sent may still arrive: before it has had its time it isn't sent again."""
    outcome = request.outcome
    return outcome.in_doubt and outcome.may_come_late and is_held(request, now)


def is_owner_unknown(request: Request) -> bool:
    """Tell whether it is still to be looked up whom to tell of a request."""
    return request.status not in _CLOSED and any(one.is_unknown for one in request.concerned)


def is_owner_unreached(request: Request) -> bool:
    """Tell whether somebody can't be told yet what may happen to a thing of theirs: they may come to Slack meanwhile."""
    return request.is_open and not all(one.is_reachable and one.slack_id for one in request.concerned)


def _steps_of(request: Request, now: datetime) -> dict[str, datetime]:
    claimed_until = (request.claimed_at or now) + CLAIM_LASTS
    match request.status:
        case Status.PENDING:
            return {EXPIRE: request.expires_at} | _next_reminder(request, now)
        case Status.FAILED:
            is_over = not (request.outcome.in_doubt or request.outcome.passes)
            late = {} if is_over else {LATE: (request.claimed_at or now) + LATE_AFTER}
            return {EXPIRE: request.expires_at} | late
        case Status.APPROVED:
            # What was sent may still arrive: it isn't sent again before it has had its time.
            return {EXECUTE: max(claimed_until if request.outcome.in_doubt else now, now + FIRST_RIGHT)}
        case Status.APPLYING:
            return {RECOVER: claimed_until}
        case Status.FULFILLING:
            return {PROVE: now, EXPIRE: request.expires_at, HOLD: now + LOOK_EVERY}
        case Status.APPLIED if request.ends_at and request.is_granted:
            return {END: request.ends_at} | _next_reminder(request, now)
        case Status.APPLIED:  # what the upstream ends by itself
            return _next_reminder(request, now)
        case Status.REVERTING:
            return {END: claimed_until}
        case _:
            return {}


def reminders_of(request: Request) -> tuple[datetime, ...]:
    """Return the moments at which people are told ahead of what happens to a request as it is now, in their order."""
    if request.status is Status.PENDING:
        asked = request.asked_under
        return tuple(sorted({at for at in (asked.remind_at, asked.last_call_at) if at and at < request.expires_at}))
    begun_at = request.extended_at or request.closed_at
    return _warnings(begun_at, request.ahead_at) if begun_at and request.ahead_at else ()


def _warnings(begun_at: datetime, ends_at: datetime) -> tuple[datetime, ...]:
    length = ends_at - begun_at
    if length < _TOO_SHORT:
        return ()
    first, second = max(ends_at - WEEK_AHEAD, begun_at + length / 2), ends_at - DAY_AHEAD
    return (first, second) if second - first >= DAY_AHEAD else (first,)


def told_ahead(request: Request) -> datetime | None:
    """Return for which of these moments people were told last, None where they weren't told of what is ahead now."""
    return request.told_until if request.told_until in reminders_of(request) else None


def untold(request: Request, until: datetime) -> tuple[datetime, ...]:
    """Return the moments up to then of which nobody was told yet."""
    told = told_ahead(request)
    return tuple(at for at in reminders_of(request) if at <= until and (told is None or at > told))


def _next_reminder(request: Request, now: datetime) -> dict[str, datetime]:
    """Return when to tell ahead next. What is over is told as such."""
    ahead = untold(request, request.ahead_at) if request.ahead_at and now < request.ahead_at else ()
    return {REMIND: ahead[0]} if ahead else {}
