"""What a request set and what is seen of it later: where they differ, that is on record once, whoever changed it.

A timer watches each value that a request set, `drift` about the value with the request's id: the next request that sets the
same value takes the timer over, so that only the last one's word is compared, and while it is carried out nothing is put on
record. What the parts of a request set is looked after in the same way, each by itself. What an upstream ends by itself is
no change, nor is what went with a workspace or a membership.
"""

import contextlib
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from bot.approvals import db as requests
from bot.approvals.act import Asked, look_of
from bot.approvals.cards.topic import refresh
from bot.approvals.extensions import kind_of
from bot.approvals.kind import AnyKind, all_kinds
from bot.approvals.listed import ListedAdmin
from bot.approvals.model import Request, Status
from bot.approvals.outcome import ENDED, Elsewhere, NeedsPerson, Outcome
from bot.approvals.parts import Seen, Stays
from bot.errors import UpstreamMissing, UpstreamRefused
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx
from bot.timers import db as timers
from bot.timers.model import Timer, TimerTopic

TOPIC = "drift"
_AT_WORK = (Status.APPLYING, Status.FULFILLING, Status.FAILED, Status.REVERTING)
LOOK_EVERY, SOON = timedelta(days=1), timedelta(minutes=1)
FINAL_LASTS = timedelta(days=90)
"""For so long it is looked whether somebody brings back what was ended for good."""


async def watch(tx: Tx, kind: AnyKind, asked: Asked[Any], parts: Collection[str] | None = None) -> None:
    """Begin to watch what a request has just set, instead of what another one set it to before.

    Of several parts those of these names, else all: what one of them set long before this moment, as after a Retry, may
    have been set by another request since, whose word holds.
    """
    request, at = asked.request, tx.now + LOOK_EVERY
    after = kind.effect.stays_after
    if request.status is Status.REVERTED and after and not request.outcome.needs_person_at_end:
        await timers.set_timers(tx, TOPIC, after.which(asked), {request.id: at})
    if request.status is not Status.APPLIED or request.extends is not None:
        return
    if parts is None:
        await let_go(tx, kind, asked)
    if kind.effect.stays and parts is None:
        await timers.set_timers(tx, TOPIC, kind.effect.stays.which(asked), {request.id: at})
    await _watch_parts(tx, kind, asked, parts)


async def _watch_parts(tx: Tx, kind: AnyKind, asked: Asked[Any], parts: Collection[str] | None) -> None:
    for name, stays in kind.effect.parts_stay(asked).items():
        if parts is None or name in parts:
            await timers.set_first(tx, TOPIC, stays.which(asked), asked.request.id, tx.now + LOOK_EVERY)


async def let_go(tx: Tx, kind: AnyKind, asked: Asked[Any]) -> None:
    """Stop looking after what a request's parts have changed, also one that is closed with the rest undone."""
    parts = {part.name for part in asked.request.outcome.parts if part.state in ("done", "waits")}
    for which, name in kind.effect.lets_go(asked).items():
        if name in parts or (not name and asked.request.status is Status.APPLIED):
            await timers.set_timers(tx, TOPIC, which, {})


async def _look(rt: Runtime, timer: Timer, _now: datetime) -> datetime | None:
    async with rt.store.read() as tx:
        request = await requests.load(tx, timer.what)
    if request is None or request.status not in (Status.APPLIED, Status.REVERTED):
        return None
    kind = kind_of(rt, request)
    asked = kind.asked(request)
    stays, which = _behind(kind, asked, timer.subject)
    if stays is None or (stays.is_final and request.closed_at and rt.now() >= request.closed_at + FINAL_LASTS):
        return None
    try:
        seen = await _see(rt, stays, asked)
        if seen is None or (not seen.is_same and await _is_archived(rt, request.workspace_id)):
            return None
    except (UpstreamMissing, NeedsPerson):
        return None
    except UpstreamRefused:  # such as a preview that was taken back
        return rt.now() + LOOK_EVERY
    noted = await _note(rt, request, seen, which, timer)
    if noted is None:
        return rt.now() + SOON
    if noted:
        await refresh(rt, request.id)
    if not which and seen.is_same and kind.effect.parts_stay(asked):
        async with rt.store.write() as tx:  # it may have been set before its parts were watched, too
            await _watch_parts(tx, kind, asked, None)
    return None if seen.is_over else rt.now() + LOOK_EVERY


async def _see(rt: Runtime, stays: Stays[Any], asked: Asked[Any]) -> Seen | None:
    """Read a value from the lists that everybody shares; one that isn't as it was set there is asked for by itself.

    Whoever leaves may leave a hundred keys, each of which would be a call a day.
    """
    with contextlib.suppress(UpstreamMissing):
        listed = await stays.see(replace(look_of(rt, asked), admin=ListedAdmin(rt.admin, rt.directory)))
        if listed and listed.is_same:
            return listed
    return await stays.see(look_of(rt, asked))


def _behind(kind: AnyKind, asked: Asked[Any], subject: str) -> tuple[Stays[Any] | None, str]:
    """Return how a value is seen that a timer is about, and by which it is told apart: "" for the request's only one."""
    effect = kind.effect
    if asked.request.status is Status.REVERTED:
        after = effect.stays_after
        return (after if after and after.which(asked) == subject else None), ENDED
    found = next((one for one in effect.parts_stay(asked).values() if one.which(asked) == subject), None)
    return (found, subject) if found else (effect.stays, "")


async def _is_archived(rt: Runtime, workspace_id: str | None) -> bool:
    return bool(workspace_id) and (await rt.admin.workspace(workspace_id or "")).archived_at is not None


async def _note(rt: Runtime, request: Request, seen: Seen, which: str, timer: Timer) -> bool | None:
    """Put on record what a value became, other than it was set or as it was set again; tells whether that is new.

    None where somebody else wrote the request meanwhile. What a request of ours changes is changed by nobody else.
    """
    outcome, now = request.outcome, rt.now()
    known = next((one for one in outcome.parts_elsewhere if one.which == which), None) if which else outcome.elsewhere
    if (known.now if known else seen.was) == seen.now:
        return False
    elsewhere = None if seen.is_same else Elsewhere(name=seen.name, was=seen.was, now=seen.now, at=now, which=which)
    async with rt.store.write() as tx:
        if not await timers.is_set(tx, timer) or await is_ours(rt, tx, timer):
            return False
        moved = await requests.touch(tx, request, with_line=False, outcome=_with(outcome, elsewhere, which))
        if moved:
            was = known.now if known else seen.was
            detail = {"what": seen.name, "was": was, "now": seen.now, "thing": outcome.thing_id}
            tx.audit(now, BOT_ACTOR, AuditAction.SEEN_CHANGED_ELSEWHERE, request.id, **detail)
    return True if moved else None


async def is_ours(rt: Runtime, tx: Tx, timer: Timer) -> bool:
    """Tell whether another request that changes the value is at work on it, or did a part of its work."""
    setting = [name for name, kind in all_kinds(rt).items() if timer.subject.partition(":")[0] in kind.effect.sets]
    for one in await requests.with_status(tx, *_AT_WORK, kinds=setting, limit=None):
        kind, is_idle = kind_of(rt, one), one.status is Status.FAILED and not (one.outcome.parts or one.outcome.in_doubt)
        if one.id != timer.what and not is_idle and timer.subject in changed_by(kind, kind.asked(one)):
            return True
    return False


def changed_by(kind: AnyKind, asked: Asked[Any]) -> list[str]:
    """Return which values a request changes."""
    own = [kind.effect.stays.which(asked)] if kind.effect.stays else []
    return [*own, *kind.effect.lets_go(asked)]


def _with(outcome: Outcome, elsewhere: Elsewhere | None, which: str) -> Outcome:
    if not which:
        return outcome.model_copy(update={"elsewhere": elsewhere})
    others = tuple(one for one in outcome.parts_elsewhere if one.which != which)
    return outcome.model_copy(update={"parts_elsewhere": (*others, elsewhere) if elsewhere else others})


DRIFT = TimerTopic(TOPIC, _look)
