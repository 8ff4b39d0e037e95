"""Where figures may be posted: never where another company can read, and only where the bot is."""

from bot.errors import NotAllowed, SlackError, SlackRefused
from bot.runtime import Runtime
from bot.slack.markup import Markup, channel_mention
from bot.slack.model import SlackChannel
from bot.slack.refusals import NO_SUCH_CHANNEL

SHARED_OUTSIDE = "Another company can read that channel, and I don't show figures where other companies can read them."


UNSAID = (
    "Slack leaves out `is_ext_shared` of that channel, so I can't tell whether another company reads it. Tell the people who"
    " run Quartermaster; if that is usual in your Slack, `TRUST_MISSING_FLAGS=true` helps."
)
_INVITE = "Invite me: type `/invite @Quartermaster` in it."


GONE = NO_SUCH_CHANNEL | {
    "is_archived",
    "no_permission",
    "posting_to_channel_denied",
    "restricted_action",
    "restricted_action_read_only_channel",
    "restricted_action_thread_only_channel",
}
"""Slack's words for a channel into which the bot can't post any more."""


SLACK_SAYS = "Slack says"
"""How the reason begins for which a post isn't sent that Slack refused, with its word behind."""


async def why_blocked(rt: Runtime, channel_id: str) -> Markup | None:
    """Return why figures must not or can't be posted in a channel as it is now, asked afresh; None when they may.

    The reason is a sentence or two for the person who wants them there. SlackDown when nobody knows.
    """
    try:
        channel = await rt.notifier.channel(channel_id, fresh=True)
    except SlackRefused as refusal:
        if refusal.code in GONE:
            return f"I can't see that channel. {_INVITE}"
        raise
    if channel.is_im:
        return "I post digests and alerts only in channels, not in direct messages."
    if channel.is_shared_outside:
        return why_closed(channel)
    if channel.is_archived:
        return "That channel is archived."
    if not channel.is_member:
        return f"I'm not in {channel_mention(channel_id)}. {_INVITE}"
    return None


def why_closed(channel: SlackChannel) -> Markup:
    """Return why a channel counts as one that another company can read: it is shared, or Slack doesn't say."""
    return UNSAID if channel.is_unsaid else SHARED_OUTSIDE


async def require_channel(rt: Runtime, channel_id: str) -> None:
    """Raise NotAllowed with the reason unless figures may be posted in a channel."""
    reason = await why_blocked(rt, channel_id)
    if reason is not None:
        raise NotAllowed(reason)


def is_gone(error: SlackError) -> bool:
    """Tell whether Slack said that the bot can't post there; any other refusal may be temporary."""
    return isinstance(error, SlackRefused) and error.code in GONE
