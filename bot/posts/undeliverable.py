"""A channel that can't get figures or requests any more: those whom it concerns are told once, not every minute."""

from collections.abc import Sequence
from datetime import timedelta

import structlog

from bot.errors import SlackError
from bot.policy.contacts import admins_of
from bot.posts import db
from bot.posts.channels import why_blocked
from bot.posts.converge import converge
from bot.posts.left_readable import whom_to_tell as admins_elsewhere
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.posts.tries import is_person
from bot.runtime import Runtime
from bot.slack.blocks import section
from bot.slack.markup import Markup, channel_mention, code, escape, mention
from bot.slack.model import Message
from bot.slack.refusals import NO_SUCH_PERSON
from bot.store.notes import claim_note, note
from bot.store.session import Tx

log = structlog.get_logger()

TOPIC = "undeliverable"
TOLD, INSTEAD, MISSED, CARDS = "told", "instead", "missed", "cards"
"""What a post is for: who wanted figures there; admins in place of somebody who is gone; what was missed for good; admins
whose requests nobody sees."""
_AGAIN_AFTER = timedelta(days=7)


async def is_gone(rt: Runtime, slack_id: str) -> bool:
    """Tell whether nobody reads what is sent to somebody: Slack takes messages to a deactivated account, too."""
    try:
        return bool((await rt.notifier.person(slack_id, fresh=True)).deleted)
    except SlackError as error:
        return error.code in NO_SUCH_PERSON


async def whom_to_tell(rt: Runtime, slack_id: str) -> list[Wanted]:
    """Return who hears that a channel can't get what somebody wanted there: they, or the admins once they are gone."""
    if not await is_gone(rt, slack_id):
        return [Wanted(TOLD, slack_id, redraws=False)]
    return [Wanted(f"{INSTEAD}:{slack_id}", one, redraws=False) for one in admins_of(rt.policy)]


async def want_told(tx: Tx, channel: str, wanted: Sequence[Wanted]) -> None:
    """Want it told that a channel can't get figures, unless they know already; `tell_undeliverable` sends it."""
    await db.want(tx, TOPIC, channel, wanted, tx.now)


async def want_missed(tx: Tx, channel: str, slack_id: str, what: str) -> None:
    """Want somebody told what their channel missed for good; `what` names it in plain text: "the digest of Fri 20 Nov"."""
    await db.want(tx, TOPIC, channel, [Wanted(f"{MISSED}:{what}", slack_id, redraws=False)], tx.now)


async def tell_undeliverable(rt: Runtime, channel: str) -> None:
    """Tell in a direct message that a channel can't get what somebody wanted there."""
    log.info("channel_blocked", channel=channel)
    await converge(rt, TOPIC, channel)


async def tell_no_requests(rt: Runtime, channel: str) -> None:
    """Tell admins elsewhere, at most once a week, that Slack takes no requests in a channel of which all else is well.

    What else may be wrong with it is told by the watch over the policy's names. Raises a SlackError where nobody knows.
    """
    key, now = f"no-requests:{channel}", rt.now()
    async with rt.store.read() as tx:
        known = await note(tx, key)
    if (known and abs(now - known[1]) < _AGAIN_AFTER) or await why_blocked(rt, channel):
        return
    wanted = [Wanted(f"{CARDS}:{int(now.timestamp())}", one, redraws=False) for one in await admins_elsewhere(rt, channel)]
    async with rt.store.write() as tx:
        if await claim_note(tx, key, now, _AGAIN_AFTER):
            await db.want(tx, TOPIC, channel, wanted, now)
    await tell_undeliverable(rt, channel)


def render_undeliverable(channel: Markup, reason: Markup, prefix: str, instead_of: str = "") -> Message:
    """Return what people are told when a channel can't get its digest or alert any more; `channel` is markup.

    `instead_of` is who set it up and can't be told any more.
    """
    again = (
        "I'll post again when this has changed. "
        f"To get the digest in another channel, type {code(f'/{prefix}-spend digest')} there; "
        f"for Claude Code {code(f'/{prefix}-code digest')}."
    )
    gone = f" {mention(instead_of)}, who set it up, is gone, so I tell you." if instead_of else ""
    text = f"⚠️ I can't post spend in {channel} now. {reason} {again}{gone}"
    return Message(text, [section(text)])


def render_missed(channel: Markup, what: str, reason: Markup) -> Message:
    """Return what somebody is told of whom a message never came; `what` is plain text."""
    text = f"⚠️ I could not post {escape(what)} in {channel}. {reason} The next one comes as usual."
    return Message(text, [section(text)])


def render_no_requests(channel: Markup, reason: Markup) -> Message:
    """Return what admins are told when the approvers' channel takes no cards; `channel` and `reason` are markup."""
    then = "Ask the people who manage the channel to let me post. Requests that wait come by themselves then."
    text = f"⚠️ I can't post requests in {channel} now, so no approver sees new ones there. {reason} {then}"
    return Message(text, [section(text)])


class Undeliverable(Notices):
    """The topic of these messages. Its subject is the channel."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Look why the channel is blocked now. Nobody is told of what has passed."""
        blocked = await why_blocked(rt, subject)
        where, prefix = channel_mention(subject), rt.settings.command_prefix

        def content(post: Post) -> Content | None:
            purpose, _, which = post.meant_for.partition(":")
            if purpose == MISSED:
                return plain(render_missed(where, which, blocked or _NOT_TAKEN))
            if purpose == CARDS:
                return plain(render_no_requests(where, blocked or _REFUSED))
            return plain(render_undeliverable(where, blocked or _REFUSED, prefix, which))

        # Whom Slack doesn't let the bot write to for a day is told at the next occasion.
        return Drawing(content, dropped=db.forget_post, is_over=True)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Give up telling somebody whom Slack doesn't let the bot write to; a channel hears it once it is the company's."""
        return is_person(post.channel)


_REFUSED: Markup = "Slack doesn't let me post there: the channel's settings say who may."
_NOT_TAKEN: Markup = "Slack didn't take it in time."
