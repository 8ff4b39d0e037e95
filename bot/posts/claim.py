"""One caller's claim on the posts of a subject: what it holds is sent, redrawn, put off or given up."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum

import structlog

from bot.errors import SlackDown, SlackError, SlackRefused, UpstreamError
from bot.posts import charts, db
from bot.posts.channels import is_gone
from bot.posts.looked import Looked, why_blocked
from bot.posts.model import Content, Drawing, Post, Topic
from bot.runtime import Runtime
from bot.slack.blocks import context
from bot.slack.model import Message, Sent
from bot.store.session import Tx

log = structlog.get_logger()
Follow = Callable[[Tx, Post, str], Awaitable[None]]

TRIED_AGAIN_AFTER = timedelta(seconds=50)
TRIED_RARELY_AFTER = timedelta(minutes=15)
OFTEN, MOST_TRIES = 20, 100
"""So many tries come a minute apart; after so many, about a day awake, what is over is given up."""
FRESH_FOR = timedelta(seconds=20)
"""A claim older than this is renewed before anything is sent under it."""
NOT_TO_BE_REDRAWN = frozenset(
    "message_not_found channel_not_found is_archived cant_update_message edit_window_closed block_mismatch invalid_blocks "
    "msg_too_long".split()
)
"""Deleted by somebody, past the workspace's edit window, or never to be drawn so: any other answer of Slack may pass."""


class Result(Enum):
    """How one round of work ended: all done, more to do, or something failed and is tried again later."""

    DONE = "done"
    MORE = "more"
    FAILED = "failed"


@dataclass(frozen=True)
class Claim:
    """One caller's claim on the posts of a subject; the claimed posts bear its token."""

    rt: Runtime
    topic: Topic
    subject: str
    token: str
    looked: Looked | None = None

    async def work(self, held: Sequence[Post], known: Sequence[Post], claimed_at: datetime) -> Result:
        """Do what the claimed posts want."""
        try:
            drawing, blocked = await asyncio.gather(self.topic.load(self.rt, self.subject), self._blocked(held))
        except (SlackError, UpstreamError) as error:
            log.warning("posts_not_drawn", topic=self.topic.name, subject=self.subject, error=repr(error))
            await self._without_drawing(held)
            return Result.FAILED
        except Exception:
            await self._without_drawing(held)
            raise
        except BaseException:
            await self._all_failed(held)
            raise
        if drawing is None:
            await self._drop(held, None)
            return Result.DONE
        if self.rt.now() - claimed_at > FRESH_FOR:
            held = await self._renewed(held)
        standing = [self._redraw(drawing, post, blocked) for post in held if post.ts]
        missing = [post for post in held if not post.ts]
        top = [self._send(drawing, [post], blocked, None) for post in missing if post.thread_of is None]
        parents = {post.purpose: post for post in known if post.ts}
        early = {post.thread_of for post in missing if post.thread_of in parents}
        busy = {post.thread_of for post in known if is_under_way(post, held)}
        threads = [
            self._later(missing, name) if name in busy else self._send_thread(drawing, missing, parents[name], blocked)
            for name in sorted(filter(None, early))
        ]
        results = await asyncio.gather(*standing, *top, *threads, return_exceptions=True)
        late = [post for post in missing if post.thread_of and post.thread_of not in early]
        if late:
            results += await asyncio.gather(self._send_late(drawing, late, blocked), return_exceptions=True)
        return self._outcome(results)

    async def _without_drawing(self, held: Sequence[Post]) -> None:
        """Redact what has to be, for which nothing need be looked up, and put off the rest."""
        await self._all_failed([post for post in held if not (post.ts and post.is_redacted)])
        hiding = [self._redraw(None, post, {}) for post in held if post.ts and post.is_redacted]
        for failure in await asyncio.gather(*hiding, return_exceptions=True):
            if isinstance(failure, BaseException):
                log.warning("post_not_redacted", topic=self.topic.name, subject=self.subject, error=repr(failure))

    async def _renewed(self, held: Sequence[Post]) -> Sequence[Post]:
        """Claim once more after a long look: a process may be paused at any moment, and others took over meanwhile."""
        async with self.rt.store.write() as tx:
            return await db.renew(tx, held, self.token, self.rt.now() + self.topic.retake_after)

    def _outcome(self, results: Sequence[object]) -> Result:
        failures = [one for one in results if isinstance(one, BaseException)]
        for failure in failures:
            if not isinstance(failure, SlackError | UpstreamError):
                raise failure
            log.warning("post_not_sent", topic=self.topic.name, subject=self.subject, error=repr(failure))
        if failures:
            return Result.FAILED
        return Result.MORE if any(one is True for one in results) else Result.DONE

    async def _blocked(self, held: Sequence[Post]) -> dict[str, str]:
        """Return why nothing may be posted, by channel; asked each time, because it may change at any moment."""
        where = {post.posted_channel or post.channel for post in held}
        channels = sorted(one for one in where if not one.startswith(("U", "W", "D")))
        asking = (why_blocked(self.rt, self.topic, channel, self.looked) for channel in channels)
        reasons = await asyncio.gather(*asking)
        return {channel: reason for channel, reason in zip(channels, reasons, strict=True) if reason}

    async def _later(self, missing: Sequence[Post], thread_of: str) -> None:
        """Put off what hangs behind a post of the same thread that somebody else may be sending."""
        await self._all_failed([post for post in missing if post.thread_of == thread_of])

    async def _all_failed(self, posts: Sequence[Post], drawing: Drawing | None = None) -> None:
        for post in posts:
            await self._failed(post, drawing)

    async def _drop(self, posts: Sequence[Post], drawing: Drawing | None) -> None:
        async with self.rt.store.write() as tx:
            for post in posts:
                is_mine = await db.give_up(tx, post, self.token, self.rt.now())
                if is_mine and drawing is not None and drawing.dropped is not None:
                    await drawing.dropped(tx, post)

    async def _failed(self, post: Post, drawing: Drawing | None) -> None:
        """Give a claim back for a later try; what is over is given up after many of them."""
        now = self.rt.now()
        is_enough = post.tries >= MOST_TRIES
        pause = TRIED_AGAIN_AFTER if post.tries < OFTEN else TRIED_RARELY_AFTER
        async with self.rt.store.write() as tx:
            if drawing is not None and drawing.is_over and is_enough:
                is_mine = await db.give_up(tx, post, self.token, now)
                if is_mine and not post.ts and drawing.dropped is not None:
                    await drawing.dropped(tx, post)
            else:
                await db.note_failed(tx, post, self.token, now + pause)

    async def _redraw(self, drawing: Drawing | None, post: Post, blocked: Mapping[str, str]) -> bool:
        """Redraw a post that stands; True when it has to be drawn once more."""
        channel = post.posted_channel or ""
        hide = post.is_redacted or channel in blocked
        content = None if hide or drawing is None else drawing.content(post)
        if hide or content is not None:
            message = self.topic.redacted(self.rt, post) if content is None else content.draw(None)
            try:
                await self.rt.notifier.redraw(Sent(channel, post.ts or ""), message)
            except SlackError as error:
                if error.code not in NOT_TO_BE_REDRAWN or not isinstance(error, SlackRefused):
                    await self._failed(post, drawing)  # it may have landed, but will not any more by the next try
                    raise
                log.info("message_not_redrawn", topic=post.topic, purpose=post.purpose, code=error.code)
        async with self.rt.store.write(self.topic.retake_after) as tx:
            return await db.note_drawn(tx, post, self.token, self.rt.now(), redacted=hide)

    async def _unknown(self, post: Post) -> None:
        async with self.rt.store.write(self.topic.retake_after) as tx:
            await db.note_unknown(tx, post, self.token)

    async def _send_thread(
        self, drawing: Drawing, missing: Sequence[Post], parent: Post, blocked: Mapping[str, str]
    ) -> bool:
        """Send what is missing in a thread, one after another: those with a line of text together in one message."""
        posts = [post for post in missing if post.thread_of == parent.purpose]
        contents = {post.id: drawing.content(post) for post in posts}
        lines = [post for post in posts if (content := contents[post.id]) and content.line]
        others = [post for post in posts if post not in lines]
        sent = await self._send(drawing, lines, blocked, parent) if lines else False
        for number, post in enumerate(others):
            try:
                sent = await self._send(drawing, [post], blocked, parent) or sent
            except SlackError:
                await self._all_failed(others[number + 1 :])
                raise
        return sent

    async def _send_late(self, drawing: Drawing, late: Sequence[Post], blocked: Mapping[str, str]) -> bool:
        """Send what hangs on a post that was sent just now; where that isn't there yet, later."""
        async with self.rt.store.read() as tx:
            known = await db.of_subject(tx, self.topic.name, self.subject)
        parents = {post.purpose: post for post in known if post.ts}
        sent = False
        for name in dict.fromkeys(post.thread_of for post in late):
            posts = [post for post in late if post.thread_of == name]
            if name in parents:
                sent = await self._send_thread(drawing, posts, parents[name], blocked) or sent
            else:
                await self._all_failed(posts, drawing)
        return sent

    async def _send(self, drawing: Drawing, posts: Sequence[Post], blocked: Mapping[str, str], parent: Post | None) -> bool:
        """Send posts as one message and write down where it stands; True when there may be more to do."""
        first = posts[0]
        channel = (parent.posted_channel if parent else None) or first.channel
        contents = [content for post in posts if (content := drawing.content(post)) is not None]
        if not contents:
            await self._drop(posts, drawing)
            return False
        if channel in blocked or (parent is not None and parent.is_redacted):
            return await self._refused(drawing, posts, blocked.get(channel, "The thread was redacted."))
        try:
            delivered = await charts.post(self.rt, _joined(contents), channel, parent.ts if parent else None)
        except SlackDown:
            for post in posts:
                await self._unknown(post)
            raise
        except SlackRefused as refusal:
            if is_gone(refusal):
                return await self._refused(drawing, posts, f"Slack says {refusal.code}.")
            for post in posts:
                await self._failed(post, drawing)
            raise
        try:
            return await self._note(posts, delivered, drawing.sent)
        except Exception:
            await self._note(posts, delivered, None)  # it stands, whatever failed after it, and must not be sent again
            raise

    async def _refused(self, drawing: Drawing, posts: Sequence[Post], reason: str) -> bool:
        for post in posts:
            if await self.topic.block(self.rt, post, reason):
                await self._drop([post], None)
            else:
                await self._failed(post, drawing)
        return False

    async def _note(self, posts: Sequence[Post], sent: Sent, follow: Follow | None) -> bool:
        now, more = self.rt.now(), follow is not None
        async with self.rt.store.write(self.topic.retake_after) as tx:
            for post in posts:
                is_stale = await db.note_sent(tx, post, self.token, sent.channel, sent.ts, now)
                if is_stale is not None and follow is not None:
                    await follow(tx, post, sent.ts)
                if is_stale is None and post.redraws:
                    # It took so long that another process sent one, too: both are redrawn from now on.
                    await db.adopt(tx, post.topic, post.subject, post.purpose, sent.channel, sent.ts, now)
                more = more or is_stale is not False
        return more


def is_under_way(post: Post, held: Sequence[Post]) -> bool:
    """Tell whether somebody else may be sending a post, behind which later ones of its thread have to wait."""
    return not post.ts and not post.is_given_up and all(post.id != one.id for one in held)


def _joined(contents: Sequence[Content]) -> Content:
    """Return one content of several lines."""
    if len(contents) == 1:
        return contents[0]
    text = "\n".join(content.line for content in contents)
    return Content(lambda _chart: Message(text, [context(text)]))
