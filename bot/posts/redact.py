"""Channels that another company can read: nothing that was said there about the company's own business stays readable.

When that began and ended is on record, so that somebody can tell how long it could be read.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import cast

import structlog

from bot.errors import SlackError
from bot.posts import db
from bot.posts.converge import converge, topic_of
from bot.posts.model import Post, Topic
from bot.runtime import Runtime
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.notes import claim_note

log = structlog.get_logger()

LOOK_EVERY = timedelta(seconds=45)


async def redact_channel(rt: Runtime, channel: str) -> None:
    """Redact what stands in a channel. That it has to be is written down first, so that a dead process forgets nothing."""
    async with rt.store.write() as tx:
        posts = await db.standing_in(tx, channel, redacted=False)
        await db.touch_posts(tx, [post.id for post in posts], rt.now(), redacted=True)
        if posts:
            tx.audit(rt.now(), BOT_ACTOR, AuditAction.CHANNEL_HIDDEN, channel, messages=len(posts))
    await _converge_all(rt, posts)


async def restore_channel(rt: Runtime, channel: str) -> None:
    """Draw in full again what may be, in a channel that is the company's own again.

    What its topic may not show there for another reason stays redacted, else it would be redrawn at each look.
    """
    async with rt.store.read() as tx:
        redacted = await db.standing_in(tx, channel, redacted=True)
    kept = [post for post in _known(rt, redacted) if topic_of(rt, post.topic).is_restored(post)]
    topics = sorted({post.topic for post in kept})
    shown = {name for name in topics if await topic_of(rt, name).why_blocked(rt, channel) is None}
    posts = [post for post in kept if post.topic in shown]
    async with rt.store.write() as tx:
        await db.touch_posts(tx, [post.id for post in posts], rt.now(), redacted=False)
        if posts:
            tx.audit(rt.now(), BOT_ACTOR, AuditAction.CHANNEL_RESTORED, channel, messages=len(posts))
    await _converge_all(rt, posts)


def _known(rt: Runtime, posts: Sequence[Post]) -> list[Post]:
    """Return the posts that this version can draw: during an upgrade a newer process may have sent others."""
    return [post for post in posts if post.topic in cast("Mapping[str, Topic]", rt.topics)]


async def _converge_all(rt: Runtime, posts: Sequence[Post]) -> None:
    for topic, subject in dict.fromkeys((post.topic, post.subject) for post in _known(rt, posts)):
        try:
            await converge(rt, topic, subject)
        except Exception as error:  # the job of each minute tries it again; the others don't wait for that
            log.warning("post_not_drawn", topic=topic, subject=subject, error=repr(error))


async def channels_to_look_at(rt: Runtime, now: datetime) -> list[str]:
    """Return the channels in which posts stand, to one process at a time: a share may reach nobody as an event."""
    async with rt.store.write() as tx:
        if not await claim_note(tx, "posts:channels", now, LOOK_EVERY):
            return []
        return await db.channels(tx)


async def look_at(rt: Runtime, channel: str, _now: datetime) -> None:
    """Redact or restore a channel as it is now. One that Slack doesn't show is looked at again later."""
    try:
        found = await rt.notifier.channel(channel, fresh=True)
    except SlackError as error:
        log.info("channel_not_looked_at", channel=channel, error=type(error).__name__)
        return
    if found.is_archived:  # nothing there can be changed
        return
    is_shared = found.is_shared_outside
    async with rt.store.read() as tx:
        is_wrong = bool(await db.standing_in(tx, channel, redacted=not is_shared))
    if is_wrong:
        await (redact_channel if is_shared else restore_channel)(rt, channel)
