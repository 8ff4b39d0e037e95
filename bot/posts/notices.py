"""What topics share whose messages only tell something: they go where figures may, and are hidden in one sentence."""

from datetime import timedelta

from bot.posts.channels import why_blocked
from bot.posts.model import HIDDEN, RETAKE_AFTER, Post
from bot.runtime import Runtime
from bot.slack.blocks import section
from bot.slack.model import Message


class Notices:
    """The part of a `bot.posts.model.Topic` that such topics share. Each says what differs for it."""

    retake_after: timedelta = RETAKE_AFTER

    async def why_blocked(self, rt: Runtime, channel: str) -> str | None:
        """Return why nothing about the company may stand in a channel now. People are told directly."""
        return await why_blocked(rt, channel)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Go on trying."""
        return False

    def redacted(self, rt: Runtime, post: Post) -> Message:
        """Return what takes its place where another company can read."""
        return Message(HIDDEN, [section(HIDDEN)])

    def is_restored(self, post: Post) -> bool:
        """Return False: it is said once."""
        return False
