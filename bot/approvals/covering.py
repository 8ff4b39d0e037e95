"""Cards in a channel that another company can read from now on: nothing about a request stays readable there."""

import contextlib

from bot.approvals.announcements import CARD, LINE
from bot.approvals.cards import refresh
from bot.errors import SlackError, SlackRefused
from bot.ports import Sent
from bot.runtime import Runtime
from bot.slack.views.covered import covered_line
from bot.store import messages
from bot.store.names import drop_notes, note, write_note

_COVERED = "covered:"


async def cover_channel(rt: Runtime, channel: str) -> None:
    """Cover what stands in a channel that other companies can read from now on; what is missed `reconcile` takes up."""
    async with rt.store.write() as tx:
        cards, lines = await messages.in_channel(tx, channel, CARD), await messages.in_channel(tx, channel, LINE)
        await messages.mark_undrawn(tx, [message.id for message in cards])
    if not cards:
        return
    for request_id in dict.fromkeys(message.request_id for message in cards):
        await refresh(rt, request_id)
    for ts in dict.fromkeys(message.ts for message in lines if message.ts):
        with contextlib.suppress(SlackRefused):  # deleted, or past the edit window
            await rt.notifier.redraw(Sent(channel, ts), covered_line())
    async with rt.store.write() as tx:
        await write_note(tx, _COVERED + channel, {}, rt.now())


async def cover_shared_channels(rt: Runtime) -> None:
    """Find channels with cards that were shared without a word of it reaching anybody, and cover each once."""
    async with rt.store.read() as tx:
        channels = await messages.channels_with(tx, CARD)
        covered = {channel for channel in channels if await note(tx, _COVERED + channel)}
    for channel in channels:
        try:
            is_shared = (await rt.notifier.channel(channel, fresh=True)).is_shared_outside
        except SlackError:
            continue  # gone, or asked again in a minute
        if is_shared and channel not in covered:
            await cover_channel(rt, channel)
        elif not is_shared and channel in covered:
            async with rt.store.write() as tx:  # its cards come back, what stood in the threads doesn't
                await messages.mark_undrawn(tx, [message.id for message in await messages.in_channel(tx, channel, CARD)])
                await drop_notes(tx, [_COVERED + channel])
