"""Cards in a channel that another company can read from now on: nothing about a request stays readable there."""

import contextlib

import structlog

from bot.approvals.cards.covered import covered_line
from bot.approvals.cards.plan import CARD, LINE
from bot.approvals.cards.refresh import refresh
from bot.errors import QuartermasterError, SlackRefused
from bot.posts import db as messages
from bot.runtime import Runtime
from bot.slack.model import Sent
from bot.store.notes import drop_notes, note, write_note

log = structlog.get_logger()

_COVERED = "covered:"


async def cover_channel(rt: Runtime, channel: str) -> None:
    """Cover what stands in a channel that other companies can read from now on.

    Where Slack doesn't let everything be redrawn at once, the next call goes on with the rest.
    """
    async with rt.store.write() as tx:
        cards = await messages.in_channel(tx, channel, CARD)
        lines = [line for line in await messages.in_channel(tx, channel, LINE) if not line.is_covered]
        is_first = bool(cards) and await note(tx, _COVERED + channel) is None
        if is_first:
            await messages.mark_undrawn(tx, [message.id for message in cards])
            await write_note(tx, _COVERED + channel, {}, rt.now())
    for request_id in dict.fromkeys(message.request_id for message in cards) if is_first else ():
        await refresh(rt, request_id)
    for ts in dict.fromkeys(line.ts for line in lines if line.ts):
        with contextlib.suppress(SlackRefused):  # deleted, or past the edit window
            await rt.notifier.redraw(Sent(channel, ts), covered_line())
        async with rt.store.write() as tx:
            await messages.mark_covered(tx, [line.id for line in lines if line.ts == ts])


async def cover_shared_channels(rt: Runtime) -> None:
    """Find channels with cards that were shared without a word of it reaching anybody, and cover them."""
    async with rt.store.read() as tx:
        channels = await messages.channels_with(tx, CARD)
    for channel in channels:
        try:
            await _look_at(rt, channel)
        except QuartermasterError as error:  # gone, or looked at again in a minute
            log.info("channel_not_looked_at", channel=channel, error=type(error).__name__)


async def _look_at(rt: Runtime, channel: str) -> None:
    is_shared = (await rt.notifier.channel(channel, fresh=True)).is_shared_outside
    if is_shared:
        await cover_channel(rt, channel)
        return
    async with rt.store.read() as tx:
        was_covered = await note(tx, _COVERED + channel) is not None
    if was_covered:
        async with rt.store.write() as tx:  # its cards come back, what stood in the threads doesn't
            await messages.mark_undrawn(tx, [message.id for message in await messages.in_channel(tx, channel, CARD)])
            await drop_notes(tx, [_COVERED + channel])
