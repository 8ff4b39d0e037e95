"""Telling of a change: wanted in the transaction that makes it, sent to the channel and to the person who had set it up."""

import secrets
from datetime import datetime

from bot.posts import db as posts
from bot.posts.converge import converge
from bot.posts.model import Content, Drawing, Post, Wanted, plain
from bot.posts.notices import Notices
from bot.runtime import Runtime
from bot.slack.markup import Markup
from bot.spend.changes.model import Change, What
from bot.spend.changes.view import render_change
from bot.store.notes import note, write_note
from bot.store.session import Tx

TOPIC = "change"
CHANNEL, OWNER = "channel", "owner"
"""Whom a post of a change is for."""


async def want_told(
    tx: Tx, what: What, channel: str, by: str, set_up_by: str, *, about: Markup = "", until: datetime | None = None
) -> str:
    """Write down a change and that it is told; returns its id, for `tell`."""
    change = Change(
        id=f"chg_{secrets.token_hex(8)}", what=what, channel=channel, by=by, set_up_by=set_up_by, about=about, until=until
    )
    await write_note(tx, _key(change.id), change.model_dump(mode="json"), tx.now)
    wanted = [Wanted(CHANNEL, channel, redraws=False)]
    if set_up_by != by:
        wanted.append(Wanted(OWNER, set_up_by, redraws=False))
    await posts.want(tx, TOPIC, change.id, wanted, tx.now)
    return change.id


async def tell(rt: Runtime, change_id: str) -> None:
    """Send what is wanted of a change. What fails is tried again later."""
    await converge(rt, TOPIC, change_id)


def _key(change_id: str) -> str:
    return f"change:{change_id}"


class ChangeTopic(Notices):
    """The topic of changes. Its subject is a change's id."""

    name = TOPIC

    async def load(self, rt: Runtime, subject: str) -> Drawing | None:
        """Read the change. What was done stays so."""
        async with rt.store.read() as tx:
            found = await note(tx, _key(subject))
        if found is None:
            return None
        change = Change.model_validate(found[0])

        def content(post: Post) -> Content | None:
            return plain(render_change(change, rt.settings.command_prefix, to_owner=post.meant_for == OWNER))

        return Drawing(content, is_over=True)

    async def block(self, rt: Runtime, post: Post, reason: str) -> bool:
        """Let it pass: nobody reads there what is changed."""
        return True

    def is_restored(self, post: Post) -> bool:
        """Return True: what was said is kept."""
        return True
