"""Slack's events: people, groups and channels that changed, and the first meeting with a channel."""

from bot.kinds.people.departures import account_active, account_deactivated
from bot.posts.redact import redact_channel
from bot.slack import ids
from bot.slack.blocks import actions, section
from bot.slack.elements import button
from bot.slack.markup import code, mention
from bot.slack.model import Message
from handlers.edge.interaction import Interaction, dig, text_at
from handlers.edge.register import Feature


async def person_changed(call: Interaction) -> None:
    """Forget what was remembered about a person; whose account was deactivated may have left, which approvers hear."""
    slack_id, is_deleted = text_at(call.payload, "user", "id"), dig(call.payload, "user", "deleted")
    call.rt.notifier.forget(slack_id)
    if is_deleted is True:
        await account_deactivated(call.rt, slack_id)
    elif is_deleted is False:
        await account_active(call.rt, slack_id)


async def group_changed(call: Interaction) -> None:
    """Forget what was remembered about a user group."""
    call.rt.notifier.forget(text_at(call.payload, "subteam_id"))


async def channel_shared(call: Interaction) -> None:
    """Redact the cards of a channel that another company can read from now on."""
    call.rt.notifier.forget(call.channel)
    await redact_channel(call.rt, call.channel)


async def joined_channel(call: Interaction) -> None:
    """Introduce the bot once in a channel that it was invited to, unless another company reads along."""
    if text_at(call.payload, "user") != call.rt.bot_user_id:
        return
    channel = await call.rt.notifier.channel(call.channel, fresh=True)
    if channel.is_shared_outside:
        return
    await call.rt.notifier.send(
        call.channel, first_meeting(text_at(call.payload, "inviter"), call.rt.settings.command_prefix)
    )


def first_meeting(inviter: str, prefix: str) -> Message:
    """Return what the bot says when it joins a channel."""
    by = f" {mention(inviter)} invited me." if inviter else ""
    helps = code(f"/{prefix}-admin")
    text = (
        f"I issue Claude API keys and change roles after approval, and I report what Claude costs.{by} {helps} shows help."
    )
    buttons = actions(
        button("Request an API key", f"{ids.OPEN_PREFIX}create_key", style="primary"),
        button("Daily digest here…", ids.HELP_DIGEST),
    )
    return Message(text, [section(text), buttons])


FEATURE = Feature(
    events={
        "user_change": person_changed,
        "subteam_members_changed": group_changed,
        "channel_shared": channel_shared,
        "member_joined_channel": joined_channel,
    }
)
