"""What one caller does with the posts that it claimed: they are sent, redrawn, redacted."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import structlog

from bot.errors import SlackError, SlackRefused, UpstreamError
from bot.posts import charts, db
from bot.posts.channels import SLACK_SAYS, is_gone
from bot.posts.held import Held
from bot.posts.hide import Hidden, hide
from bot.posts.left_readable import want_told, whom_to_tell
from bot.posts.looked import Looked, why_blocked
from bot.posts.model import Content, Drawing, Post, Result, is_under_way
from bot.posts.tries import (
    NOT_TO_BE_REDRAWN,
    PARENT_GONE,
    is_person,
)
from bot.slack.blocks import context
from bot.slack.model import Message, Sent
from bot.store.session import Tx

log = structlog.get_logger()
Follow = Callable[[Tx, Post, str], Awaitable[None]]


@dataclass(frozen=True)
class Claim(Held):
    """What one caller says under its claim; `looked` is what it knows of channels already."""

    looked: Looked | None = None

    async def work(self, held: Sequence[Post], known: Sequence[Post], claimed_at: datetime) -> Result:
        """Do what the claimed posts want. What has to be redacted waits for nothing that is looked up."""
        self.since.update({post.id: claimed_at for post in held})
        redacted = [post for post in held if post.ts and post.is_redacted]
        results = await asyncio.gather(*map(self._redact, redacted), return_exceptions=True)
        if others := [post for post in held if post not in redacted]:
            results += await self._show(others, known)
        return self._outcome(results)

    async def _show(self, held: Sequence[Post], known: Sequence[Post]) -> list[bool | BaseException]:
        """Send what is missing and redraw what is older; returns how each ended, True where there is more to do."""
        try:
            drawing, blocked = await asyncio.gather(self.topic.load(self.rt, self.subject), self._blocked(held))
        except Exception as error:
            await self.all_failed(held, None)
            return [error]
        except BaseException:
            await self.all_failed(held, None)
            raise
        if drawing is None:
            await self.drop(held, None)
            return []
        held = await self.renewed(held)
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
        ends: list[Any] = await asyncio.gather(*standing, *top, *threads, return_exceptions=True)
        late = [post for post in missing if post.thread_of and post.thread_of not in early]
        if late:
            ends += await asyncio.gather(self._send_late(drawing, late, blocked), return_exceptions=True)
        return ends

    def _outcome(self, results: Sequence[object]) -> Result:
        failures = [one for one in results if isinstance(one, BaseException)]
        for failure in failures:
            log.warning("post_not_shown", topic=self.topic.name, subject=self.subject, error=repr(failure))
        for failure in failures:
            if not isinstance(failure, SlackError | UpstreamError):
                raise failure
        if failures:
            return Result.FAILED
        return Result.MORE if any(one is True for one in results) else Result.DONE

    async def _blocked(self, held: Sequence[Post]) -> dict[str, str]:
        """Return why nothing may be posted, by channel; asked each time, because it may change at any moment."""
        where = {post.posted_channel or post.channel for post in held}
        channels = sorted(one for one in where if not is_person(one))
        asking = (why_blocked(self.rt, self.topic, channel, self.looked) for channel in channels)
        reasons = await asyncio.gather(*asking)
        return {channel: reason for channel, reason in zip(channels, reasons, strict=True) if reason}

    async def _later(self, missing: Sequence[Post], thread_of: str) -> None:
        """Put off what hangs behind a post of the same thread that somebody else may be sending."""
        await self.all_failed([post for post in missing if post.thread_of == thread_of], None)

    async def _redraw(self, drawing: Drawing, post: Post, blocked: Mapping[str, str]) -> bool:
        """Redraw a post that stands; True when it has to be drawn once more."""
        if post.posted_channel in blocked:
            return await self._redact(post)
        try:
            content = drawing.content(post)
            message = content.draw(None) if content else None
        except Exception:
            await self.failed(post, drawing)
            raise
        if message is not None:
            await self._replace(post, message, drawing)
        async with self.rt.store.write(self.topic.retake_after) as tx:
            return await db.note_drawn(tx, post, self.token, self.rt.now())

    async def _redact(self, post: Post) -> bool:
        """Hide what a post says and delete its picture; True when it has to be drawn once more. This is never given up."""
        try:
            hidden = await hide(self.rt, post, self.topic.redacted(self.rt, post))
            if post.file_id:
                await self.rt.notifier.delete_file(post.file_id)
            told = await whom_to_tell(self.rt, post.posted_channel or "") if hidden is Hidden.LEFT else []
        except SlackError:
            await self.failed(post, None)
            raise
        async with self.rt.store.write(self.topic.retake_after) as tx:
            if hidden is Hidden.LEFT:
                await want_told(tx, post, told, self.rt.now())
            is_redacted, for_good = hidden is not Hidden.OUT_OF_REACH, not self.topic.is_restored(post)
            return await db.note_drawn(tx, post, self.token, self.rt.now(), redacted=is_redacted, for_good=for_good)

    async def _replace(self, post: Post, message: Message, drawing: Drawing) -> None:
        """Replace a message. One that can't be, or is gone, stays as it is."""
        try:
            await self.rt.notifier.redraw(Sent(post.posted_channel or "", post.ts or ""), message)
        except SlackError as error:
            if error.code not in NOT_TO_BE_REDRAWN or not isinstance(error, SlackRefused):
                await self.failed(post, drawing)  # it may have landed, but will not any more by the next try
                raise
            log.info("message_not_redrawn", topic=post.topic, purpose=post.purpose, code=error.code)

    async def _send_thread(
        self, drawing: Drawing, missing: Sequence[Post], parent: Post, blocked: Mapping[str, str]
    ) -> bool:
        """Send what is missing in a thread, one after another: those with a line of text together in one message."""
        posts = [post for post in missing if post.thread_of == parent.purpose]
        try:
            lines = [post for post in posts if (content := drawing.content(post)) and content.line]
        except Exception:
            await self.all_failed(posts, drawing)
            raise
        messages = [*([lines] if lines else []), *([post] for post in posts if post not in lines)]
        sent = False
        for number, together in enumerate(messages):
            try:
                sent = await self._send(drawing, together, blocked, parent) or sent
            except Exception:
                await self.all_failed([post for later in messages[number + 1 :] for post in later], drawing)
                raise
        return sent

    async def _send_late(self, drawing: Drawing, late: Sequence[Post], blocked: Mapping[str, str]) -> bool:
        """Send what hangs on a post that was sent just now; where that isn't there yet, later, and never without it."""
        async with self.rt.store.read() as tx:
            known = await db.of_subject(tx, self.topic.name, self.subject)
        parents, waited_for = (
            {post.purpose: post for post in known if post.ts},
            {post.purpose for post in known if not post.is_given_up},
        )
        sent = False
        for name in dict.fromkeys(post.thread_of for post in late):
            posts = [post for post in late if post.thread_of == name]
            if name in parents:
                sent = await self._send_thread(drawing, posts, parents[name], blocked) or sent
            elif name in waited_for:
                await self.all_failed(posts, drawing)
            else:
                await self.drop(posts, drawing)
        return sent

    async def _send(self, drawing: Drawing, posts: Sequence[Post], blocked: Mapping[str, str], parent: Post | None) -> bool:
        """Send posts as one message and write down where it stands; True when there may be more to do."""
        posts = await self.renewed(posts)
        try:
            contents = [content for post in posts if (content := drawing.content(post)) is not None]
        except Exception:
            await self.all_failed(posts, drawing)
            raise
        if not contents:
            await self.drop(posts, drawing)
            return False
        channel = (parent.posted_channel if parent else None) or posts[0].channel
        if channel in blocked or (parent is not None and parent.is_redacted):
            await self._refused(drawing, posts, blocked.get(channel, "The thread was redacted."))
            return False
        try:
            posted = await charts.post(self.rt, _joined(contents), channel, parent.ts if parent else None)
        except SlackRefused as refusal:
            if parent is not None and refusal.code in PARENT_GONE:
                return await self._lost(drawing, posts, f"{SLACK_SAYS} {refusal.code}.")
            if is_gone(refusal):
                if await self._refused(drawing, posts, f"{SLACK_SAYS} {refusal.code}."):
                    return False
                raise
            await self.all_failed(posts, drawing)
            raise
        except Exception:  # no answer, or a fault of which nobody knows whether it came before or after
            for post in posts:
                await self.unknown(post, drawing)
            raise
        try:
            return await self._note(posts, posted, drawing.sent)
        except Exception:
            await self._note(posts, posted, None)  # it stands, whatever failed after it, and must not be sent again
            raise

    async def _lost(self, drawing: Drawing, posts: Sequence[Post], reason: str) -> bool:
        """Give up replies without their thread; their topic takes note, so that nothing is said in their place."""
        for post in posts:
            log.info("reply_lost", topic=post.topic, purpose=post.purpose)
            await self.topic.block(self.rt, post, reason)
        await self.drop(posts, replace(drawing, dropped=drawing.lost))
        return drawing.lost is not None

    async def _refused(self, drawing: Drawing, posts: Sequence[Post], reason: str) -> bool:
        """Let the topic give posts up, or try them again later; True where it gave up all."""
        given_up = [await self.topic.block(self.rt, post, reason) for post in posts]
        for post, is_given_up in zip(posts, given_up, strict=True):
            await (self.drop([post], None) if is_given_up else self.failed(post, drawing))
        return all(given_up)

    async def _note(self, posts: Sequence[Post], posted: charts.Posted, follow: Follow | None) -> bool:
        now, sent = self.rt.now(), posted.sent

        async def stands(tx: Tx) -> bool:
            more = follow is not None
            for post in posts:
                is_stale = await db.note_sent(tx, post, self.token, sent.channel, sent.ts, now, posted.file_id)
                if is_stale is not None and follow is not None:
                    await follow(tx, post, sent.ts)
                if is_stale is None and not await db.is_known(tx, sent.channel, sent.ts):
                    # It took so long that another process sent one, too: both are redrawn and redacted from now on.
                    await db.adopt_copy(tx, post, sent.channel, sent.ts, now, posted.file_id)
                more = more or is_stale is not False
            return more

        return await self.rt.store.note(self.topic.retake_after, stands)


def _joined(contents: Sequence[Content]) -> Content:
    """Return one content of several lines."""
    if len(contents) == 1:
        return contents[0]
    text = "\n".join(content.line for content in contents)
    return Content(lambda _chart: Message(text, [context(text)]))
