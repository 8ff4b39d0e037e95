"""Telling people ahead: that nobody decided yet, and that what was granted ends."""

from bot.approvals import db as requests
from bot.approvals.act import look_of
from bot.approvals.cards.ahead import ending_in_thread, whose_end
from bot.approvals.cards.plan import CARD, TOPIC
from bot.approvals.due import untold
from bot.approvals.extensions import is_standing
from bot.approvals.kind import find_kind
from bot.approvals.model import Request, Status
from bot.posts import db as posts
from bot.posts.undeliverable import is_gone
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction


async def remind(rt: Runtime, request: Request) -> Request:
    """Tell ahead, once, of what is due. Several moments that passed meanwhile are told as one.

    Where whoever asked for a grant or has it is gone, its approvers are told of its end, too, below the card. Nothing is
    said of what is over, nor of the end of a grant that isn't there any more, such as a key that was revoked.
    """
    now = rt.now()
    moments = untold(request, now)
    if not moments or request.ahead_at is None or now >= request.ahead_at:
        return request
    kind, is_given = find_kind(rt, request.kind), request.status is Status.APPLIED
    if is_given and not await is_standing(kind, look_of(rt, kind.asked(request))):
        return request
    is_unread = is_given and all([await is_gone(rt, one) for one in whose_end(request)])
    action = AuditAction.REQUEST_END_TOLD_AHEAD if is_given else AuditAction.REQUEST_REMINDED
    async with rt.store.write() as tx:
        moved = await requests.touch(tx, request, with_line=False, told_until=moments[-1])
        if moved:
            if is_unread:
                await posts.want(tx, TOPIC, moved.id, ending_in_thread(moved, CARD), now)
            until = request.ahead_at.isoformat()
            tx.audit(now, BOT_ACTOR, action, request.id, version=moved.version, until=until)
    return moved or request
