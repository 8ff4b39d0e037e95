"""The breakdown in a digest's thread: part by part, once each, and gone on with where it broke off."""

from datetime import datetime, timedelta

import structlog

from bot.errors import SlackError
from bot.posts.deliver import deliver, is_gone, why_blocked
from bot.runtime import Runtime
from bot.slack.model import Message, Sent
from bot.spend.digests import db as store
from bot.spend.digests.build import build_digest
from bot.spend.digests.figures import digest_input
from bot.spend.digests.model import DigestRun
from bot.spend.digests.view import digest_chart, render_thread
from bot.spend.model import Digest

log = structlog.get_logger()

THREAD_AFTER = timedelta(minutes=2)
THREAD_UNTIL = timedelta(hours=6)


async def send_thread(rt: Runtime, channel: str, ts: str, run_id: int, digest: Digest, picture: bytes | None = None) -> None:
    """Put what is missing of the breakdown, and a picture that found no place, into the digest's thread.

    When Slack doesn't answer, the next try begins with the part that it didn't answer to.
    """
    if digest.total is None or not any(found.slices for found in digest.breakdowns):
        return
    try:
        # Asked anew: since the digest was sent another company may have come to read there.
        if await why_blocked(rt, channel) is not None:
            return
        async with rt.store.write() as tx:
            done = await store.claim_thread(tx, run_id, rt.now())
        if done is not None:
            if picture is not None:
                await _share(rt, channel, ts, digest, picture)
            await _send_parts(rt, channel, ts, run_id, render_thread(digest), done)
    except SlackError as error:
        log.warning("thread_not_complete", run=run_id, error=type(error).__name__, code=error.code)
        if is_gone(error):
            async with rt.store.write() as tx:
                await store.thread_sent(tx, run_id, rt.now())


async def _send_parts(rt: Runtime, channel: str, ts: str, run_id: int, parts: list[Message], done: int) -> None:
    async def send(message: Message) -> Sent:
        return await rt.notifier.send(channel, message, thread_ts=ts)

    for number, part in enumerate(parts[done:], done + 1):
        await deliver(rt, rt.now(), lambda _, part=part: part, None, send)
        async with rt.store.write() as tx:
            await store.thread_part_sent(tx, run_id, number, rt.now())
    async with rt.store.write() as tx:
        await store.thread_sent(tx, run_id, rt.now())


async def _share(rt: Runtime, channel: str, ts: str, digest: Digest, picture: bytes) -> None:
    """Share the picture; the tables say the same, so they don't wait for it."""
    spec = digest_chart(digest)
    if spec is None:
        return
    try:
        await rt.notifier.send_file(channel, "spend.png", picture, spec.alt_text, thread_ts=ts)
    except SlackError as error:
        log.warning("picture_not_shared", error=type(error).__name__, code=error.code)


async def finish_threads(rt: Runtime, now: datetime, runs: list[DigestRun]) -> None:
    """Complete the breakdown under digests whose process died before it was there, or to whom Slack didn't answer."""
    for run in runs:
        if run.thread_sent_at is None and run.sent_at and run.ts and THREAD_AFTER < now - run.sent_at < THREAD_UNTIL:
            async with rt.store.read() as tx:
                subscription = await store.subscription_behind(tx, run)
            if subscription is not None:
                digest = build_digest(await digest_input(rt, subscription, run.day))
                await send_thread(rt, run.channel, run.ts, run.id, digest)
