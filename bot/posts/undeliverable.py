"""A channel that can't get figures any more: everybody who wanted them there is told once, not every minute."""

from datetime import datetime

import structlog

from bot.errors import SlackError
from bot.runtime import Runtime
from bot.slack.blocks import section
from bot.slack.markup import channel_mention, code
from bot.slack.model import Message
from bot.store.notes import drop_notes, note, noted_keys, write_note

log = structlog.get_logger()


async def tell_blocked(rt: Runtime, now: datetime, channel: str, slack_id: str, reason: str) -> None:
    """Tell the person in a direct message, unless they know already; a message that fails is tried at the next occasion."""
    key = f"blocked:{channel}:{slack_id}"
    async with rt.store.write() as tx:
        if await note(tx, key) is not None:
            return
        await write_note(tx, key, {"reason": reason}, now)
    log.info("channel_blocked", channel=channel)
    try:
        await rt.notifier.send(slack_id, render_blocked(channel_mention(channel), reason, rt.settings.command_prefix))
    except SlackError as error:
        log.warning("subscriber_not_told", error=type(error).__name__, code=error.code)
        async with rt.store.write() as tx:
            await drop_notes(tx, [key])


async def speaks_again(rt: Runtime, channel: str) -> None:
    """Forget that a channel was blocked, so that the next time is told again."""
    async with rt.store.read() as tx:
        told = await noted_keys(tx, f"blocked:{channel}:")
    if told:
        async with rt.store.write() as tx:
            await drop_notes(tx, told)


def render_blocked(channel: str, reason: str, prefix: str) -> Message:
    """Return what the subscriber is told when their channel can't get its digest or alert any more."""
    again = (
        f"It goes on by itself once that has changed; {code(f'/{prefix}-spend digest')} in another channel sets it up there."
    )
    text = f"⚠️ I post no spend in {channel} for now: {reason} {again}"
    return Message(text, [section(text)])
