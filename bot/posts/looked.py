"""Whether posts may stand in a channel, asked ahead of the moment at which it has to be known."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.errors import SlackError
from bot.posts.model import Topic
from bot.runtime import Runtime

_COUNTS_FOR = timedelta(seconds=1)
"""What becomes shared after that is redacted by the event that tells so."""


@dataclass(frozen=True)
class Looked:
    """Why nothing may be posted in a channel (None: it may), as of a moment."""

    channel: str
    at: datetime
    reason: str | None


async def look_ahead(rt: Runtime, topic: Topic, channel: str) -> Looked | None:
    """Ask whether a topic's posts may stand in a channel; None where nobody answers."""
    at = rt.now()
    try:
        return Looked(channel, at, await topic.why_blocked(rt, channel))
    except SlackError:
        return None


async def why_blocked(rt: Runtime, topic: Topic, channel: str, looked: Looked | None) -> str | None:
    """Return why no post of a topic may stand in a channel now. A look that is a moment old spares asking."""
    if looked and looked.channel == channel and timedelta() <= rt.now() - looked.at <= _COUNTS_FOR:
        return looked.reason
    return await topic.why_blocked(rt, channel)
