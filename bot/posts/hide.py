"""Taking words off a channel that another company can read: redrawn, else deleted, else admins are told."""

from enum import Enum

from bot.errors import SlackRefused
from bot.posts.model import Post
from bot.posts.tries import MESSAGE_GONE, NEVER_CHANGED, OFTEN, OUT_OF_REACH
from bot.runtime import Runtime
from bot.slack.model import Message, Sent


class Hidden(Enum):
    """What became of words that had to go."""

    GONE = "gone"
    """They are redrawn or deleted, or somebody deleted them before."""
    OUT_OF_REACH = "out of reach"
    """Nobody can change them now, but perhaps some day."""
    LEFT = "left"
    """Slack lets the bot neither change nor delete them."""


async def hide(rt: Runtime, post: Post, message: Message) -> Hidden:
    """Put `message` in a post's place, or delete the post. SlackError where a later try may go better."""
    sent = Sent(post.posted_channel or "", post.ts or "")
    try:
        await rt.notifier.redraw(sent, message)
    except SlackRefused as refusal:
        if (known := _known(refusal)) is not None:
            return known
        if refusal.code not in NEVER_CHANGED and post.tries < OFTEN:
            raise
        return await _delete(rt, sent)
    return Hidden.GONE


async def _delete(rt: Runtime, sent: Sent) -> Hidden:
    try:
        await rt.notifier.delete(sent)
    except SlackRefused as refusal:
        return _known(refusal) or Hidden.LEFT
    return Hidden.GONE


def _known(refusal: SlackRefused) -> Hidden | None:
    if refusal.code == MESSAGE_GONE:
        return Hidden.GONE
    return Hidden.OUT_OF_REACH if refusal.code in OUT_OF_REACH else None
