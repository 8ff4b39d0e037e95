"""How a message with a chart is sent: with Slack's own chart, else with a picture, else as text."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

import structlog

from bot.errors import SlackError, SlackRefused
from bot.posts.model import Content
from bot.runtime import Runtime
from bot.slack.blocks import image
from bot.slack.charts import ChartError, ChartSpec, chart_block, render_png
from bot.slack.model import Message, Sent
from bot.store.notes import note, write_note

log = structlog.get_logger()

Json = dict[str, Any]
Render = Callable[[Json | None], Message]
"""Makes the message with a chart block, with the picture that takes its place, or without either.

It only computes, and does so in a thread: a table of thousands of rows takes a while, in which acks go out.
"""
Send = Callable[[Message], Awaitable[Sent | None]]

CHART_NOTE = "slack:charts-refused"
CHARTS_TRIED_AGAIN_AFTER = timedelta(days=7)
PICTURE_RETRY_SECONDS = 1.0
BAD_BLOCKS = frozenset(
    {"invalid_blocks", "invalid_blocks_format", "invalid_attachments", "msg_blocks_too_long", "response_url_400"}
)
"""Slack's words for a message whose blocks it won't take (slack.md §3.2)."""


@dataclass(frozen=True)
class Delivered:
    """Where a message went. `picture` found no place in it and should be shared beside it; `is_bare`: it has no blocks.

    `file_id` is the file that it shows.
    """

    sent: Sent | None
    picture: bytes | None = None
    is_bare: bool = False
    file_id: str | None = None


@dataclass(frozen=True)
class Posted:
    """Where a post stands, and the file with its picture, if any: in the message, or below it in the thread."""

    sent: Sent
    file_id: str | None = None


async def deliver(rt: Runtime, now: datetime, render: Render, spec: ChartSpec | None, send: Send) -> Delivered:
    """Send a message with Slack's chart, else with a picture, else as text.

    That Slack refuses charts is remembered for a week. SlackDown is passed on, because the message may have arrived.
    """
    if spec is None:
        return await _without_chart(render, send)
    native, refused = chart_block(spec), False
    if native is not None and not await charts_refused(rt, now):
        try:
            return Delivered(await send(await asyncio.to_thread(render, native)))
        except SlackRefused as refusal:
            if refusal.code not in BAD_BLOCKS:
                raise
            refused = True
    delivered = await _with_picture(rt, render, spec, send)
    if refused and not delivered.is_bare:
        # Only now is it certain that the chart was to blame, and not another block.
        await _remember_refusal(rt, now)
    return delivered


async def _remember_refusal(rt: Runtime, now: datetime) -> None:
    log.info("charts_refused")
    try:
        async with rt.store.write() as tx:
            await write_note(tx, CHART_NOTE, {}, now)
    except Exception as error:  # the message stands, and the caller has to hear that
        log.warning("refusal_not_noted", error=type(error).__name__)


async def _with_picture(rt: Runtime, render: Render, spec: ChartSpec, send: Send) -> Delivered:
    try:
        picture = await render_png(spec)
        file_id = await rt.notifier.upload("spend.png", picture, spec.alt_text)
    except (ChartError, SlackError) as error:
        log.warning("picture_not_made", error=type(error).__name__)
        return await _without_chart(render, send)
    message = await asyncio.to_thread(render, image(file_id, spec.alt_text))
    for attempt in (1, 2):
        try:
            return Delivered(await send(message), file_id=file_id)
        except SlackRefused as refusal:
            # Slack works on an upload for a while, during which the block that shows it is refused (slack.md §7.3).
            if refusal.code not in BAD_BLOCKS:
                raise
            if attempt == 1:
                await asyncio.sleep(PICTURE_RETRY_SECONDS)
    return replace(await _without_chart(render, send), picture=picture)


async def _without_chart(render: Render, send: Send) -> Delivered:
    message = await asyncio.to_thread(render, None)
    try:
        return Delivered(await send(message))
    except SlackRefused as refusal:
        if refusal.code not in BAD_BLOCKS:
            raise
        log.warning("blocks_refused", code=refusal.code)
        return Delivered(await send(Message(message.text, [], message.metadata)), is_bare=True)


async def charts_refused(rt: Runtime, now: datetime) -> bool:
    """Tell whether Slack has refused its own charts lately."""
    async with rt.store.read() as tx:
        found = await note(tx, CHART_NOTE)
    return found is not None and now - found[1] < CHARTS_TRIED_AGAIN_AFTER


async def post(rt: Runtime, content: Content, channel: str, thread_ts: str | None) -> Posted:
    """Post a content into a channel or thread. A picture that found no place in the message is shared below it."""

    async def send(message: Message) -> Sent:
        return await rt.notifier.send(channel, message, thread_ts=thread_ts)

    if content.line:
        return Posted(await send(content.draw(None)))
    delivered = await deliver(rt, rt.now(), content.draw, content.chart, send)
    assert delivered.sent is not None  # noqa: S101 - `send` returns where it went
    file_id = delivered.file_id
    if delivered.picture is not None and content.chart is not None:
        file_id = await _share(rt, delivered.sent, content.chart, delivered.picture)
    return Posted(delivered.sent, file_id)


async def _share(rt: Runtime, below: Sent, spec: ChartSpec, picture: bytes) -> str | None:
    """Share a picture and return its file, also where nobody knows whether that worked.

    The tables say the same, so nothing waits for it.
    """
    file_id = None
    try:
        file_id = await rt.notifier.put_file("spend.png", picture, spec.alt_text)
        await rt.notifier.share_file(file_id, "spend.png", below.channel, thread_ts=below.ts)
    except Exception as error:  # the message stands, and the caller has to hear that
        log.warning("picture_not_shared", error=type(error).__name__, code=getattr(error, "code", ""))
    return file_id
