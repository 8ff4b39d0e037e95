"""How often a post is tried that fails, and how long it waits in between. Pure."""

from datetime import timedelta

from bot.posts.model import Drawing, Post

TRIED_AGAIN_AFTER = timedelta(seconds=50)
TRIED_RARELY_AFTER = timedelta(minutes=15)
OFTEN, MOST_TRIES = 20, 100
"""So many tries come a minute apart; after so many, about a day awake, what is over is given up."""
LONGEST_PAUSE = timedelta(days=1)
"""No pause lasts longer: a later moment was written by a clock that ran ahead."""
CLOCKS_DIFFER = timedelta(hours=1)
"""What the clocks of two processes may differ by where nothing is lost by waiting."""

OUT_OF_REACH = frozenset({"channel_not_found", "is_archived"})
"""What stands there can't be changed now, but perhaps some day."""
NEVER_CHANGED = frozenset(
    "cant_update_message edit_window_closed block_mismatch invalid_blocks msg_too_long msg_blocks_too_long".split()
)
"""Slack's words for a message that it lets nobody change so, however often one asks (slack.md §7.3)."""
MESSAGE_GONE = "message_not_found"
"""Deleted by somebody."""
NOT_TO_BE_REDRAWN = OUT_OF_REACH | NEVER_CHANGED | {MESSAGE_GONE}
"""Any other answer of Slack may pass."""
_TAKES_NO_REPLY = {"restricted_action_thread_locked", "restricted_action_non_threadable_channel"}
PARENT_GONE = frozenset({"cannot_reply_to_message", "thread_not_found"} | _TAKES_NO_REPLY)
"""Slack's words for a reply to a message that was deleted, or that takes none: no later try is another."""


def is_person(channel: str) -> bool:
    """Tell whether a channel is a person or a direct message, by Slack's ids."""
    return channel.startswith(("U", "W", "D"))


def is_enough(post: Post, drawing: Drawing | None) -> bool:
    """Tell whether a post that failed once more is given up: its subject is over, and it was tried often."""
    return drawing is not None and drawing.is_over and post.tries >= MOST_TRIES


def pause_after(post: Post, drawing: Drawing | None) -> timedelta:
    """Return how long a post waits that failed once more.

    Whom Slack lets nobody write to is tried ever more rarely while the subject lasts, which may be years.
    """
    if post.tries < OFTEN:
        return TRIED_AGAIN_AFTER
    if drawing is None or drawing.is_over or not is_person(post.channel):
        return TRIED_RARELY_AFTER
    return min(TRIED_RARELY_AFTER * 2 ** min(post.tries - OFTEN, 10), LONGEST_PAUSE)
