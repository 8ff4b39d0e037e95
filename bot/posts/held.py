"""One caller's claim on the posts of a subject: renewed while it works, put off or given up where it can't."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.posts import db
from bot.posts.model import Drawing, Post, Topic
from bot.posts.tries import is_enough, pause_after
from bot.runtime import Runtime

FRESH_FOR = timedelta(seconds=20)
"""A claim older than this is renewed before anything is sent under it."""


@dataclass(frozen=True)
class Held:
    """One caller's claim on the posts of a subject. The claimed posts bear its token."""

    rt: Runtime
    topic: Topic
    subject: str
    token: str
    since: dict[int, datetime] = field(default_factory=dict[int, datetime])
    """When each post was claimed, by its id."""

    async def renewed(self, held: Sequence[Post]) -> Sequence[Post]:
        """Claim once more what was claimed a while ago: others take over from a process that is slow or paused."""
        now = self.rt.now()
        if all(timedelta() <= now - self.since[post.id] <= FRESH_FOR for post in held):  # else the clock was set back
            return held
        self.since.update({post.id: now for post in held})
        async with self.rt.store.write() as tx:
            return await db.renew(tx, held, self.token, now + self.topic.retake_after)

    async def all_failed(self, posts: Sequence[Post], drawing: Drawing | None) -> None:
        """Give several claims back."""
        for post in posts:
            await self.failed(post, drawing)

    async def drop(self, posts: Sequence[Post], drawing: Drawing | None) -> None:
        """Give up posts that are still claimed. The drawing takes note of each in the same transaction."""
        async with self.rt.store.write() as tx:
            for post in posts:
                is_mine = await db.give_up(tx, post, self.token, self.rt.now())
                if is_mine and drawing is not None and drawing.dropped is not None:
                    await drawing.dropped(tx, post)

    async def failed(self, post: Post, drawing: Drawing | None) -> None:
        """Give a claim back for a later try. What is over is given up after many of them."""
        if is_enough(post, drawing):
            await self.drop([post], None if post.ts else drawing)
            return
        async with self.rt.store.write() as tx:
            await db.note_failed(tx, post, self.token, self.rt.now() + pause_after(post, drawing))

    async def unknown(self, post: Post, drawing: Drawing) -> None:
        """Keep a claim until it is old, because what Slack didn't answer may have arrived.

        Where it is given up, its topic takes note instead of forgetting it: nothing may be said in its place.
        """
        if is_enough(post, drawing):
            await self.topic.block(self.rt, post, "Slack doesn't answer.")
            await self.drop([post], None)
            return
        async with self.rt.store.write(self.topic.retake_after) as tx:
            await db.note_unknown(tx, post, self.token)
