"""Why figures go to somebody's direct messages instead of beside their act: another company could look on."""

from bot.errors import SlackRefused
from bot.posts.channels import UNSAID
from bot.slack.markup import Markup
from bot.slack.model import Message
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction


async def why_directly(call: Interaction) -> Markup | None:
    """Return why figures go to the person's direct messages instead of beside their act, None when they may stand there."""
    if not in_channel(call):
        return None
    try:
        channel = await call.rt.notifier.channel(call.channel)
    except SlackRefused:  # a private channel without the bot: nobody says who reads it, so the safe reading counts
        return "I can't see who reads this channel, so I sent the figures to you directly."
    if channel.is_unsaid:
        return f"{UNSAID} I sent the figures to you directly."
    if channel.is_shared_outside:
        return "I don't show figures where other companies can read them. I sent them to you directly."
    return None


def in_channel(call: Interaction) -> bool:
    """Tell whether somebody acts in a channel, and not in a direct message or on the App Home."""
    return call.channel[:1] in ("C", "G")


async def tell_alone(call: Interaction, message: Message, *, redraw: bool) -> None:
    """Show figures to the person alone, and never where another company could look over their shoulder."""
    directly = await why_directly(call)
    if directly is not None:
        await call.rt.notifier.send(call.user_id, message)
        await call.say(plain_answer(directly))
        return
    await (call.say_in_place(message) if redraw else call.say(message))
