"""Words that the bot can't take off a channel which another company can read: those who can are told, once for each."""

from datetime import UTC, datetime

import structlog

from bot.errors import SlackError
from bot.policy.contacts import admins_of, people_of, user_groups_of
from bot.posts import db
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.blocks import section
from bot.slack.markup import Markup, channel_mention, date
from bot.slack.model import Message
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx

log = structlog.get_logger()

TOPIC = "left-readable"
_MOST_PEOPLE = 10


async def whom_to_tell(rt: Runtime, *closed: str) -> list[str]:
    """Return where admins are told what can't stand in these channels: another channel, else they themselves."""
    elsewhere = [one for one in admins_of(rt.policy) if one not in closed]
    if elsewhere:
        return elsewhere
    people = set(people_of(rt.policy))
    for group in user_groups_of(rt.policy):
        try:
            people |= await rt.notifier.group_members(group)
        except SlackError as error:
            log.warning("group_not_read", group=group, code=error.code)
    return sorted(people)[:_MOST_PEOPLE]


async def want_told(tx: Tx, post: Post, people: list[str], now: datetime) -> None:
    """Want a word to these about a post that stays readable, and put it on record."""
    subject = f"{post.posted_channel}:{post.ts}"
    await db.want(tx, TOPIC, subject, [Wanted(f"told:{one}", one, redraws=False) for one in people], now)
    where = {"channel": post.posted_channel, "ts": post.ts, "topic": post.topic}
    tx.audit(now, BOT_ACTOR, AuditAction.POST_LEFT_READABLE, post.subject, **where)
    log.error("post_left_readable", **where)


def render_left_readable(channel: str, ts: str) -> Message:
    """Return what admins are told of a message that they have to delete by hand."""
    said: Markup = date(datetime.fromtimestamp(int(ts.partition(".")[0]), UTC))
    text = (
        f"⚠️ *Delete my message of {said} in {channel_mention(channel)}.* Another company can read that channel, and Slack"
        " lets me neither change nor delete the message. A Slack workspace admin can delete it."
    )
    return Message(text, [section(text)])


class LeftReadable(Notices):
    """The topic of these messages. Its subject is where the message stands: channel and timestamp."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Return what is said. It isn't over, because only a person can end it."""
        channel, _, ts = subject.partition(":")

        def content(_post: Post) -> Content | None:
            return plain(render_left_readable(channel, ts))

        return Drawing(content)
