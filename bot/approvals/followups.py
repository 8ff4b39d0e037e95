"""What happens to requests without a click: expiry, execution after an interruption, proof, the end of a grant."""

from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta

from bot.approvals import db, end, follow, late, reminders, resume, second
from bot.approvals.cards.topic import refresh
from bot.approvals.due import (
    END,
    EXECUTE,
    EXPIRE,
    FOLLOW,
    FOLLOW_EVERY,
    HOLD,
    LATE,
    OWNERS,
    PROVE,
    PROVE_EVERY,
    RECOVER,
    REMIND,
    is_followed_now,
    timers_of,
    untold,
)
from bot.approvals.handover.acts import wipe
from bot.approvals.handover.holding import look_after
from bot.approvals.model import Request
from bot.approvals.outcome import Outcome
from bot.approvals.owners import look_up_owners
from bot.approvals.prove import prove
from bot.runtime import Runtime
from bot.timers.model import Timer, TimerTopic

Step = Callable[[Runtime, Request], Awaitable[Request]]

_STEPS: dict[str, Step] = {
    EXPIRE: late.expire,
    LATE: late.look_last,
    EXECUTE: resume.resume,
    RECOVER: resume.recover,
    PROVE: prove,
    END: end.end,
    FOLLOW: follow.follow,
    HOLD: look_after,
    REMIND: reminders.remind,
    OWNERS: look_up_owners,
}


async def _act(rt: Runtime, timer: Timer, _now: datetime) -> datetime | None:
    async with rt.store.read() as tx:
        request = await db.load(tx, timer.subject)
    if request is None:
        return None
    moved = await _STEPS[timer.what](rt, request)
    if moved.version != request.version:
        await refresh(rt, request.id)
    if moved.extends and moved.status is not request.status:
        await refresh(rt, moved.extends)
    # What still waits is looked at again: for a person, or because a clock was set back and it was too early.
    now = rt.now()
    if timer.what == LATE:  # what isn't there by now doesn't come any more
        return now + FOLLOW_EVERY if is_followed_now(moved, now) else None
    if timer.what == REMIND:  # what wasn't said in time, or about what is gone already, isn't said any more
        return next((at for at in untold(moved, moved.ahead_at or now) if at > now), None)
    due_at = timers_of(moved, now).get(timer.what)
    pause = PROVE_EVERY if timer.what == PROVE else timedelta()
    return max(due_at, now + pause) if due_at else None


async def _prepare(rt: Runtime) -> None:
    """Requests that wait for a key or for an invite look at the same fresh list: one listing, not one for each."""
    rt.directory.forget_keys()
    rt.directory.forget_invites()


async def _wipe(rt: Runtime, timer: Timer, _now: datetime) -> datetime | None:
    await wipe(rt, timer.subject, timer.what)
    await refresh(rt, timer.subject)
    return None


async def _take_back(rt: Runtime, timer: Timer, _now: datetime) -> datetime | None:
    async with rt.store.read() as tx:
        request = await db.load(tx, timer.subject)
    if request:
        is_last = timer.tries >= second.MOST_TRIES
        await second.take_back(rt, request, Outcome(thing_id=timer.what), is_last=is_last)
        await refresh(rt, request.id)
    return None


REQUESTS = TimerTopic("request", _act, _prepare, has_sorts=True, often=frozenset({PROVE, FOLLOW, OWNERS, HOLD}))
SECRETS = TimerTopic("secret", _wipe, has_sorts=True)
SECONDS = TimerTopic(second.TIMERS, _take_back)
