"""Subscriptions that stopped because their creator may not see all of their figures any more: checked before each post.

They and the admins are told once; it goes on when they see it again, or when somebody who does sets it up again.
"""

from typing import Literal, get_args

from bot.policy.contacts import admins_of
from bot.posts import db as posts
from bot.posts.converge import converge
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.posts.tries import is_person
from bot.runtime import Runtime
from bot.slack.blocks import section
from bot.slack.markup import Markup, channel_mention, code, mention
from bot.slack.model import Message
from bot.spend.alerts import db as alerts
from bot.spend.alerts.forms import amount_in_words
from bot.spend.reports.schedule import db as reports
from bot.spend.reports.schedule.view import report_in_words
from bot.store.names import names_of
from bot.store.session import Tx

TOPIC = "unseen"
OWNER, ADMINS = "owner", "admins"
"""Whom a post is for."""
Thing = Literal["digest", "report", "alert", "code"]
_CALLED: dict[Thing, Markup] = {
    "digest": "the daily digest",
    "report": "a scheduled report",
    "alert": "an alert",
    "code": "the weekly Claude Code summary",
}
_AGAIN: dict[Thing, Markup] = {
    "digest": "spend digest",
    "report": "spend report schedule",
    "alert": "spend alert",
    "code": "code digest",
}


def subject_of(thing: Thing, thing_id: str, channel: str, set_up_by: str) -> str:
    """Return what it is told about: a thing of a channel that somebody set up."""
    return f"{thing}:{thing_id}:{channel}:{set_up_by}"


async def want_told(rt: Runtime, tx: Tx, subject: str) -> None:
    """Queue the notice to the creator and the admins, unless they know; `tell` sends it."""
    owner = subject.rpartition(":")[2]
    admins = [Wanted(ADMINS, one, redraws=False) for one in admins_of(rt.policy) if one != owner]
    await posts.want(tx, TOPIC, subject, [Wanted(OWNER, owner, redraws=False), *admins], tx.now)


async def tell(rt: Runtime, subject: str) -> None:
    """Send what is wanted of it; what fails is tried again later."""
    await converge(rt, TOPIC, subject)


async def forget(tx: Tx, subject: str) -> None:
    """Forget that it was told, because it is posted again."""
    await posts.forget(tx, TOPIC, subject)


async def _what(tx: Tx, thing: Thing, thing_id: str, channel: str) -> Markup:
    """Return what isn't posted, and where: a channel may have several alerts and reports."""
    where = channel_mention(channel)
    if thing == "alert" and (threshold := await alerts.threshold(tx, thing_id)):
        return f"in {where} when {amount_in_words(threshold, await names_of(tx, [threshold.workspace_id or '']))}"
    if thing == "report" and (report := await reports.subscription(tx, thing_id)):
        return f"the report {report_in_words(report.report, report.tag)} in {where}"
    return f"{_CALLED[thing]} in {where}"


def render_unseen(what: Markup, thing: Thing, set_up_by: str, prefix: str, *, to_owner: bool) -> Message:
    """Return what they read; `what` says it with its channel, `set_up_by` is an id of Slack."""
    who: Markup = "you set it up, and you" if to_owner else f"{mention(set_up_by)} set it up, and they"
    again = f"To start it again, somebody who may see them types {code(f'/{prefix}-{_AGAIN[thing]}')} there."
    text = f"⚠️ I no longer post {what}: {who} may not see all of its figures any more. {again}"
    return Message(text, [section(text)])


class UnseenTopic(Notices):
    """The topic of these messages; its subject says which thing of which channel, and who set it up."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Return what is told; None for a thing that isn't known."""
        named, thing_id, channel, set_up_by = subject.split(":")
        thing = next((one for one in get_args(Thing) if one == named), None)
        if thing is None:
            return None
        async with rt.store.read() as tx:
            what = await _what(tx, thing, thing_id, channel)

        def content(post: Post) -> Content | None:
            prefix = rt.settings.command_prefix
            return plain(render_unseen(what, thing, set_up_by, prefix, to_owner=post.meant_for == OWNER))

        return Drawing(content, is_over=True)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Give up telling somebody whom Slack doesn't let the bot write to; a channel hears it once it is the company's."""
        return is_person(post.channel)
