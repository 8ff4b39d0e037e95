"""Summaries on their way: due, wanted once for each channel and week, and sent by the desk of posts.

Everything here may run twice, in several processes, and acts once: a channel's post about a Monday is one row in the store.
"""

from datetime import datetime

from bot.claude_code import db as rows
from bot.claude_code.build import are_closed
from bot.claude_code.digests import db
from bot.claude_code.digests.schedule import due
from bot.claude_code.digests.topic import TOPIC, subject_of, wanted
from bot.claude_code.people import still_sees_everybody
from bot.posts import db as posts
from bot.posts.converge import converge
from bot.runtime import Runtime
from bot.spend import unseen


async def digests_due(rt: Runtime, now: datetime) -> list[str]:
    """Return the channels whose summary should be there and was not begun by anybody."""
    async with rt.store.read() as tx:
        weeks = {one.channel: when for one in await db.subscriptions(tx) if (when := due(one, now)) is not None}
        told = await posts.told_of(tx, TOPIC, [subject_of(channel, when) for channel, when in weeks.items()])
    return sorted(channel for channel, when in weeks.items() if subject_of(channel, when) not in told)


async def send_digest(rt: Runtime, channel: str, now: datetime) -> None:
    """Send a due summary once its days are known in full, or its patience is over."""
    async with rt.store.read() as tx:
        subscription = await db.subscription_of(tx, channel)
        when = due(subscription, now) if subscription else None
        if subscription is None or when is None:
            return
        known = await rows.read_days(tx, *when.days)
    if when.is_patient(now) and not are_closed(known, *when.days):
        return
    is_seen = await still_sees_everybody(rt, subscription.created_by)
    subject, hidden = subject_of(channel, when), unseen.subject_of("code", channel, channel, subscription.created_by)
    async with rt.store.write() as tx:
        if is_seen:
            await unseen.forget(tx, hidden)
            await posts.want(tx, TOPIC, subject, wanted(channel), rt.now())
        else:
            await db.mute(tx, channel, when.too_late)  # this week passes unsaid
            await unseen.want_told(rt, tx, hidden)
    await converge(rt, TOPIC, subject)
    await unseen.tell(rt, hidden)
