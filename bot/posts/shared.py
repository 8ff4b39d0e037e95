"""Answers that people share in a channel: posted once, never repeated, and hidden where another company reads along.

What is said is kept as it was shared, because nobody may read more of it later than who shared it saw.
"""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum
from typing import Any

from bot.posts import db
from bot.posts.channels import why_blocked
from bot.posts.converge import converge
from bot.posts.model import Content, Drawing, Post, Wanted
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.charts import ChartSpec
from bot.slack.markup import Markup
from bot.slack.model import Message
from bot.store import events
from bot.store.actions import AuditAction
from bot.store.notes import drop_notes, note, write_note
from bot.store.session import Tx
from bot.words.own import own

Json = dict[str, Any]
TOPIC = "shared"
SAME_CLICK = timedelta(seconds=15)
"""Who presses a button again so soon means the same; later they mean another one."""
FRESH_FOR = timedelta(minutes=10)
"""What was shared longer ago and isn't posted yet, as after a downtime, nobody waits for any more."""
_CHART: Json = {"type": "chart-goes-here"}


class Share(Enum):
    """How a share ended. UNSURE: Slack didn't confirm it, and it is not tried again."""

    POSTED = "posted"
    ALREADY = "already"
    UNSURE = "unsure"


@dataclass(frozen=True)
class Press:
    """Who wants an answer posted where; `asked` is the question in words.

    `click` is the same for a click that is delivered again ("": not known), `button` for a second one on the same button.
    """

    by: str
    channel: str
    asked: str
    click: str
    button: str


async def share(rt: Runtime, press: Press, render: Callable[[Json | None], Message], chart: ChartSpec | None) -> Share:
    """Post an answer into a channel once, and put on record who showed there what."""
    subject = secrets.token_hex(8)
    now, message = rt.now(), render(_CHART if chart else None)
    kept = {"text": message.text, "blocks": message.blocks, "chart": chart.model_dump(mode="json") if chart else None}
    async with rt.store.write() as tx:
        is_new = not press.click or await events.remember(tx, press.click, now)
        if not (is_new and await events.remember_lately(tx, press.button, now, SAME_CLICK)):
            return Share.ALREADY
        await write_note(tx, _key(subject), kept, now)
        await db.want(tx, TOPIC, subject, [Wanted(TOPIC, press.channel, redraws=False)], now)
        said = message.text.partition("\n")[0]
        tx.audit(now, press.by, AuditAction.FIGURES_SHARED, press.channel, asked=press.asked, said=said)
    await converge(rt, TOPIC, subject)
    async with rt.store.write() as tx:
        if any(post.ts for post in await db.of_subject(tx, TOPIC, subject)):
            return Share.POSTED
        await drop_notes(tx, [_key(subject)])  # it may be pressed again, and then it must not come twice
        await events.forget(tx, press.button)
        tx.audit(rt.now(), press.by, AuditAction.FIGURES_SHARE_UNCONFIRMED, press.channel, asked=press.asked)
    return Share.UNSURE


def _key(subject: str) -> str:
    return f"shared:{subject}"


def _drawn(kept: Mapping[str, Any]) -> Content:
    def draw(chart: Json | None) -> Message:
        blocks = [chart if block == _CHART else block for block in kept["blocks"]]
        text: Markup = own(kept["text"])
        return Message(text, [block for block in blocks if block is not None])

    return Content(draw, ChartSpec.model_validate(kept["chart"]) if kept["chart"] else None)


class SharedTopic(Notices):
    """The topic of shared answers; its subject is one share."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Return what was shared; what stands is only hidden, and never drawn again."""
        async with rt.store.read() as tx:
            found = await note(tx, _key(subject))

        def content(post: Post) -> Content | None:
            if found is None or post.ts or post.tries or rt.now() - found[1] >= FRESH_FOR:
                return None
            return _drawn(found[0])

        async def forget(tx: Tx, post: Post, _ts: str = "") -> None:
            await drop_notes(tx, [_key(post.subject)])

        return Drawing(content, forget, forget, is_over=True)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Give it up; who shared it is told at once."""
        return True


async def why_not_posted(rt: Runtime, channel: str) -> Markup:
    """Return what to tell who shared an answer that Slack didn't confirm."""
    if reason := await why_blocked(rt, channel):
        return own(reason)
    return (
        "⚠️ Slack didn't confirm it, so the answer may be posted or not. Look in the channel before you press"
        " *Share here* again. I can't hide that one if another company joins; a Slack workspace admin can delete it."
    )
