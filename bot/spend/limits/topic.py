"""What is said when spend reaches a part of a limit that the bot keeps."""

from dataclasses import dataclass

from bot.posts import db as posts
from bot.posts.model import Content, Drawing, Post, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.model import Message
from bot.spend.alerts.figures import crossing
from bot.spend.alerts.rules import span_of_key
from bot.spend.limits import db
from bot.spend.limits.view import render_reached
from bot.store.actions import BOT_ACTOR, AuditAction
from bot.store.session import Tx

TOPIC = "spend_limit"
CHANNEL, REQUESTER = "channel", "requester"
"""Whom a post is for."""


def subject_of(request_id: str, month: str, step: int) -> str:
    """Return what a post is about: a step, in percent, of the limit of a request, in a month such as 2026-11."""
    return f"{request_id}:{month}:{step}"


@dataclass(frozen=True)
class _Told:
    """A step as it is told; no messages where it isn't reached, or the limit doesn't count, any more."""

    rt: Runtime
    subject: str
    messages: dict[str, Message]

    def content(self, post: Post) -> Content | None:
        """Return what a post says now."""
        message = self.messages.get(post.purpose)
        return plain(message) if message else None

    async def sent(self, tx: Tx, post: Post, _ts: str) -> None:
        """Put on record that it was told."""
        request_id, month, step = self.subject.split(":")
        detail = {"channel": post.channel, "period": month, "percent": int(step)}
        tx.audit(self.rt.now(), BOT_ACTOR, AuditAction.LIMIT_REACHED, request_id, **detail)

    async def dropped(self, tx: Tx, post: Post) -> None:
        """Forget what was never told, so that it is when the step is reached again."""
        await posts.forget_post(tx, post)


class LimitTopic(Notices):
    """The topic of these messages. Its subject names a request, a month and a step."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Read the limit, and the month from the ledger."""
        request_id, month, step = subject.split(":")
        async with rt.store.read() as tx:
            limit = await db.counting(tx, request_id)
        found = await crossing(rt, limit.threshold, span_of_key("monthly", month), rt.now()) if limit else None
        messages: dict[str, Message] = {}
        if found and found.step == int(step):
            messages = {CHANNEL: render_reached(found), REQUESTER: render_reached(found, to_requester=True)}
        told = _Told(rt, subject, messages)
        return Drawing(told.content, told.sent, told.dropped, is_over=True)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Go on trying in the channel; the person who asked and can't be written to any more is let be."""
        return post.purpose == REQUESTER
