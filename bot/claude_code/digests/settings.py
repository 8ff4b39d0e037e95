"""What people do with a channel's weekly summary: get it, skip the next one, end it."""

from datetime import datetime

from bot.claude_code.digests import db
from bot.claude_code.digests.schedule import CodeSubscription, DueWeek, due, next_due
from bot.claude_code.digests.topic import TOPIC, subject_of
from bot.claude_code.people import sees_everybody, still_sees_everybody
from bot.errors import NotAllowed, NotFound
from bot.people.model import Actor
from bot.posts import db as posts
from bot.posts.channels import require_channel
from bot.runtime import Runtime
from bot.spend.changes.authority import check_may_change
from bot.spend.changes.topic import tell, want_told
from bot.store.actions import AuditAction


async def subscribe(rt: Runtime, actor: Actor, channel: str, tz: str) -> tuple[CodeSubscription, bool]:
    """Give a channel the summary, and tell whether that is new, also where its creator may not see it now.

    NotAllowed where figures must not be posted, and for somebody who doesn't see everybody's.
    """
    await require_channel(rt, channel)
    if not await sees_everybody(rt, actor):
        raise NotAllowed(
            "The summary tells what everybody does with Claude Code, and you may see only your own figures."
            " Ask an organization admin to start it. Nothing was changed."
        )
    now = rt.now()
    wanted = CodeSubscription(channel, tz, actor.slack_id, now, next_due(tz, now).monday)
    async with rt.store.read() as tx:
        known = await db.subscription_of(tx, channel)
    is_silent = known is not None and not await still_sees_everybody(rt, known.created_by)
    async with rt.store.write() as tx:
        if is_silent:
            await db.end(tx, channel, now)
        is_new = await db.subscribe(tx, wanted)
        if is_new:
            tx.audit(now, actor.slack_id, AuditAction.DIGEST_SUBSCRIBED, channel, what=TOPIC, tz=tz)
        found = await db.subscription_of(tx, channel)
    return found or wanted, is_new


async def subscription_of(rt: Runtime, channel: str) -> CodeSubscription:
    """Return what a channel gets; NotFound where it gets no summary."""
    async with rt.store.read() as tx:
        found = await db.subscription_of(tx, channel)
    if found is None:
        raise NotFound("This channel doesn't get the weekly Claude Code summary. Nothing was changed.")
    return found


async def next_digest(rt: Runtime, subscription: CodeSubscription) -> DueWeek:
    """Return the summary that comes next: one that is due and waits, else the first one to come that isn't skipped."""
    now = rt.now()
    return await _waiting(rt, subscription) or next_due(subscription.tz, max(now, subscription.muted_until or now))


async def _waiting(rt: Runtime, subscription: CodeSubscription) -> DueWeek | None:
    """Return the summary that is due and that nobody has begun."""
    waits = due(subscription, rt.now())
    async with rt.store.read() as tx:
        is_begun = bool(waits and await posts.told_of(tx, TOPIC, [subject_of(subscription.channel, waits)]))
    return None if is_begun else waits


async def skip_next(rt: Runtime, actor: Actor, channel: str) -> datetime:
    """Let the next summary of a channel fall out, tell those who rely on it, and return when the one after it comes.

    Once is enough: it is the next one by the calendar, skipped already or not.
    """
    known = await subscription_of(rt, channel)
    await check_may_change(rt, actor, channel, known.created_by)
    skipped = await _waiting(rt, known) or next_due(known.tz, rt.now())
    again = next_due(known.tz, skipped.too_late).since
    async with rt.store.write() as tx:
        is_news = await db.mute(tx, channel, skipped.too_late)
        if not is_news:
            return again
        tx.audit(rt.now(), actor.slack_id, AuditAction.DIGEST_MUTED, channel, what=TOPIC, until=skipped.too_late.isoformat())
        told = await want_told(tx, "code_skipped", channel, actor.slack_id, known.created_by, until=again)
    await tell(rt, told)
    return again


async def end(rt: Runtime, actor: Actor, channel: str) -> bool:
    """End a channel's summary and tell those who rely on it; False when somebody else just did."""
    known = await subscription_of(rt, channel)
    await check_may_change(rt, actor, channel, known.created_by)
    told = ""
    async with rt.store.write() as tx:
        ended = await db.end(tx, channel, rt.now())
        if ended:
            tx.audit(rt.now(), actor.slack_id, AuditAction.DIGEST_ENDED, channel, what=TOPIC)
            told = await want_told(tx, "code_ended", channel, actor.slack_id, known.created_by)
    if told:
        await tell(rt, told)
    return ended
