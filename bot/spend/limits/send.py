"""What is told on the way to a limit: each step once in a month, to the approvers' channel and to its requester."""

from datetime import datetime

from bot.posts import db as posts
from bot.posts.converge import converge
from bot.posts.model import Wanted
from bot.runtime import Runtime
from bot.spend.alerts.figures import crossing
from bot.spend.alerts.rules import span_of_key, spans_to_watch
from bot.spend.limits import db
from bot.spend.limits.model import STEPS
from bot.spend.limits.topic import CHANNEL, REQUESTER, TOPIC, subject_of

LimitKey = tuple[str, str, int]
"""(request id, month, step)."""


async def limits_due(rt: Runtime, now: datetime) -> list[LimitKey]:
    """Return the steps of limits of which nobody was told in their month, nor of a higher one."""
    async with rt.store.read() as tx:
        spans = [
            (limit.request_id, span.key) for limit in await db.live(tx) for span in spans_to_watch(limit.threshold, now)
        ]
        every = [(request_id, month, step) for request_id, month in spans for step in STEPS]
        told = await posts.told_of(tx, TOPIC, [subject_of(*key) for key in every])
    # Figures that are revised downward don't bring a lower step back.
    highest = {(limit, month): step for limit, month, step in every if subject_of(limit, month, step) in told}
    return [key for key in every if key[2] > highest.get(key[:2], 0)]


async def tell_limit(rt: Runtime, key: LimitKey, now: datetime) -> None:
    """Tell that a step of a limit was reached in a month, if it is the highest that was."""
    request_id, month, step = key
    async with rt.store.read() as tx:
        limit = await db.counting(tx, request_id)
    if limit is None:
        return
    found = await crossing(rt, limit.threshold, span_of_key("monthly", month), now)
    if found is None or found.step != step:
        return
    subject = subject_of(*key)
    wanted = [Wanted(CHANNEL, limit.channel, redraws=False), Wanted(REQUESTER, limit.asked_by, redraws=False)]
    async with rt.store.write() as tx:
        await posts.want(tx, TOPIC, subject, wanted, rt.now())
    await converge(rt, TOPIC, subject)
