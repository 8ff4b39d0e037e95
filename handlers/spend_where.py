"""Where figures may be shown to somebody: beside their act, or in their direct messages where others could look on."""

from collections.abc import Callable

from bot.posts.charts import Render, deliver
from bot.posts.shared import Press, Share, share, why_not_posted
from bot.slack.blocks import context
from bot.slack.charts import ChartSpec
from bot.slack.markup import Markup, mention
from bot.slack.model import Message, Sent
from handlers.edge.directly import in_channel as in_channel
from handlers.edge.directly import tell_alone as tell_alone
from handlers.edge.directly import why_directly as why_directly
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction


async def tell_charted(
    call: Interaction, render: Render, chart: ChartSpec | None, directly: Markup | None, *, redraw: bool
) -> None:
    """Show figures with their chart to the person alone; `directly` is what `why_directly` says."""

    async def send(message: Message) -> Sent | None:
        if directly is not None:
            return await call.rt.notifier.send(call.user_id, message)
        await (call.say_in_place(message) if redraw else call.say(message))
        return None

    await deliver(call.rt, call.rt.now(), render, chart, send)
    if directly is not None:
        await call.say(plain_answer(directly))


def signed(message: Message, by: Markup) -> Message:
    """Return an answer with who shared it below."""
    return Message(f"{message.text}\n{by}", [*message.blocks, context(by)])


async def post_shared(
    call: Interaction, render: Callable[[dict[str, object] | None, Markup], Message], chart: ChartSpec | None
) -> None:
    """Post an answer once, with who shared it, into the channel where it was asked for; `render` gets that, too."""
    by: Markup = f"Shared by {mention(call.actor.slack_id)}"
    click = f"share:{call.trigger_id}" if call.trigger_id else ""
    button = f"share:{call.user_id}:{call.channel}:{call.message_ts}:{call.value}"
    press = Press(call.user_id, call.channel, call.value, click, button)
    ended = await share(call.rt, press, lambda drawn: render(drawn, by), chart)
    if ended is Share.UNSURE:
        await call.say(plain_answer(await why_not_posted(call.rt, call.channel)))
