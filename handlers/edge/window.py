"""An answer where the act was: beside a command or message, or in a window over the App Home."""

from collections.abc import Awaitable

from bot.errors import QuartermasterError
from bot.slack import ids
from bot.slack.blocks import modal
from bot.slack.model import Message
from handlers.edge.directly import tell_alone
from handlers.edge.guard import notice_view, said_of
from handlers.edge.interaction import Interaction, Json


async def answer_here(
    call: Interaction, title: str, reading: Awaitable[Message], *, in_place: bool = False, has_figures: bool = False
) -> None:
    """Show what is read: from the App Home and from a window in a window of its own, else as a private answer.

    A window opens before anything is read, because Slack lets it open for three seconds only. With `in_place` it
    replaces the private answer or the window whose button was pressed. What `has_figures` goes to direct messages where
    another company could look on.
    """
    if not (call.in_home or call.in_modal):
        message = await reading
        if has_figures:
            await tell_alone(call, message, redraw=in_place)
        else:
            await (call.say_in_place(message) if in_place else call.say(message))
        return
    view_id = call.view_id if in_place and call.in_modal else await call.open(notice_view("One moment…", title))
    try:
        view = _window(title, await reading)
    except QuartermasterError as error:
        view = notice_view(said_of(error), title)
    await call.update_view(view_id, view)


def _window(title: str, message: Message) -> Json:
    return modal(ids.NOTICE_VIEW, title, message.blocks)
