"""What happens later to what waited for something outside: it goes on when that has come, also where another part failed."""

from typing import Any

from bot.admin.budget import in_a_hurry
from bot.approvals import db as requests
from bot.approvals.act import act_of, look_of
from bot.approvals.drift import watch
from bot.approvals.due import CLAIM_LASTS, FOLLOWED, is_held
from bot.approvals.extensions import kind_of
from bot.approvals.kind import AnyKind
from bot.approvals.model import Request
from bot.approvals.outcome import LeaseLost, Outcome
from bot.approvals.parts import FollowUp
from bot.approvals.progress import Progress
from bot.errors import UpstreamError
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction


async def follow(rt: Runtime, request: Request) -> Request:
    """Do what a waiting part makes possible now; returns the request as it then is.

    Two processes may look at the same time; the version lets one of them act. Whatever an interrupted one did is kept part
    by part, so the next look goes on from there. Where another part has failed, Retry waits until this is done.
    """
    kind = kind_of(rt, request)
    if request.status not in FOLLOWED or not request.outcome.waits or kind.follow_up is None:
        return request
    if is_held(request, rt.now()):
        return request
    if not request.outcome.following and not await kind.follow_up.has_news(look_of(rt, kind.asked(request))):
        return request
    begun = request.outcome.updated(Outcome(following=True))
    async with rt.store.write() as tx:
        claimed = await requests.touch(tx, request, with_line=False, claimed_at=rt.now(), outcome=begun)
    return await _act(rt, kind, kind.follow_up, claimed) if claimed else request


async def _act(rt: Runtime, kind: AnyKind, follow_up: FollowUp[Any], claimed: Request) -> Request:
    progress = Progress(rt, claimed)
    try:
        with in_a_hurry():
            await follow_up.act(act_of(rt, kind.asked(claimed), progress))
    except LeaseLost:
        return progress.request  # looked at again in a few minutes
    except UpstreamError:
        await _tell(rt, claimed, progress.request, progress.request.outcome)  # the rest is done later
        raise
    return await _tell(rt, claimed, progress.request, progress.request.outcome.updated(Outcome(following=False)))


async def _tell(rt: Runtime, before: Request, now: Request, outcome: Outcome) -> Request:
    """Put on record, and so into the thread, what this follow-up brought, and the outcome as it leaves it."""
    news = [part for part in now.outcome.parts if part != before.outcome.part(part.name)]
    async with rt.store.write(CLAIM_LASTS) as tx:
        moved = await requests.touch(tx, now, with_line=bool(news), outcome=outcome, claimed_at=None)
        if moved and news:
            note = "; ".join(f"{part.label}: {part.note}" for part in news)
            tx.audit(rt.now(), BOT_ACTOR, AuditAction.REQUEST_FOLLOWED_UP, now.id, version=moved.version, note=note)
            kind = kind_of(rt, moved)
            await watch(tx, kind, kind.asked(moved), {part.name for part in news if part.state != "over"})
    return moved or now
