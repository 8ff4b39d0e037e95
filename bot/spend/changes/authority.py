"""Who may change what others set up: they themselves, the channel's own people, and admins; looked up at the act."""

from bot.errors import NotAllowed, SlackRefused
from bot.people.identity import is_admin
from bot.people.model import Actor
from bot.runtime import Runtime
from bot.slack.markup import channel_mention, mention
from bot.slack.refusals import NO_SUCH_CHANNEL


async def check_may_change(rt: Runtime, actor: Actor, channel: str, set_up_by: str) -> None:
    """Raise NotAllowed unless somebody may change or end a channel's digest or alert."""
    if actor.slack_id == set_up_by or await is_in(rt, channel, actor.slack_id) or await is_admin(rt, actor.member.id):
        return
    where = channel_mention(channel)
    raise NotAllowed(
        f"Only people in {where}, {mention(set_up_by)} who set it up, or an organization admin can change that."
        " Nothing was changed."
    )


async def is_in(rt: Runtime, channel: str, slack_id: str) -> bool:
    """Tell whether somebody is in a channel; of one that the bot can't see nobody knows who is in it."""
    try:
        return await rt.notifier.is_in_channel(channel, slack_id)
    except SlackRefused as refusal:
        if refusal.code not in NO_SUCH_CHANNEL:  # any other refusal says nothing about the channel
            raise
        return False
