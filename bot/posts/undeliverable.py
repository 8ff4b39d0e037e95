"""A channel that can't get figures any more: everybody who wanted them there is told once, not every minute."""

from datetime import datetime, timedelta

import structlog

from bot.posts import db
from bot.posts.channels import why_blocked
from bot.posts.converge import converge
from bot.posts.model import RETAKE_AFTER, Content, Drawing, Post, Wanted, plain
from bot.runtime import Runtime
from bot.slack.blocks import section
from bot.slack.markup import Markup, channel_mention, code
from bot.slack.model import Message

log = structlog.get_logger()

TOPIC = "undeliverable"


async def tell_undeliverable(rt: Runtime, now: datetime, channel: str, slack_id: str) -> None:
    """Tell a person in a direct message that a channel can't get what they wanted there, unless they know already."""
    async with rt.store.write() as tx:
        await db.want(tx, TOPIC, channel, [Wanted("told", slack_id, redraws=False)], now)
    log.info("channel_blocked", channel=channel)
    await converge(rt, TOPIC, channel)


def render_undeliverable(channel: Markup, reason: Markup, prefix: str) -> Message:
    """Return what people are told when a channel can't get its digest or alert any more; `channel` is markup."""
    again = (
        "I'll post again when this has changed. "
        f"To get the digest in another channel, type {code(f'/{prefix}-spend digest')} there."
    )
    text = f"⚠️ I can't post spend in {channel} now. {reason} {again}"
    return Message(text, [section(text)])


class Undeliverable:
    """The topic of these messages; its subject is the channel."""

    name = TOPIC
    retake_after: timedelta = RETAKE_AFTER

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Look why the channel is blocked now; nobody is told of what has passed."""
        reason = await why_blocked(rt, subject) or _REFUSED

        def content(_post: Post) -> Content | None:
            return plain(render_undeliverable(channel_mention(subject), reason, rt.settings.command_prefix))

        # Whom Slack doesn't let the bot write to for a day is told at the next occasion.
        return Drawing(content, dropped=db.forget_post, is_over=True)

    async def why_blocked(self, rt: Runtime, channel: str) -> str | None:
        """Return None: these messages go to people."""
        return None

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Give up telling somebody whom Slack doesn't let the bot write to."""
        return True

    def redacted(self, rt: Runtime, post: Post) -> Message:
        """Return an empty message: direct messages are never redacted."""
        return Message("", [])

    def is_restored(self, post: Post) -> bool:
        """Return False: direct messages are never redacted."""
        return False


_REFUSED: Markup = "Slack doesn't let me post there."
