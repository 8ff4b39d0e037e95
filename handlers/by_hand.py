"""What a person does by hand: its steps, who has them, and their word that it is done."""

import contextlib

from bot.approvals import decide, service
from bot.approvals.cards import topic as cards
from bot.approvals.cards.holders import with_hand_back
from bot.approvals.holder import holder_of
from bot.approvals.kind import find_kind
from bot.approvals.model import Status
from bot.errors import SlackError
from bot.slack import ids
from bot.slack.blocks import modal
from bot.slack.markup import Markup, mention
from handlers import home
from handlers.edge.guard import notice_view, plain_answer
from handlers.edge.interaction import Interaction
from handlers.edge.register import Feature


async def show_steps(call: Interaction) -> None:
    """Show the steps to the person who has them now, with the buttons that end that."""
    request = await decide.load(call.rt, call.value)
    part, holder = find_kind(call.rt, request.kind).by_hand, holder_of(request)
    if part is None or request.status is not Status.FULFILLING:
        await call.say(plain_answer(f"There is nothing to do by hand any more: the request is {request.in_a_word}."))
        return
    if holder is None or not holder.is_same_person(call.actor.who):
        has_it: Markup = f"{mention(holder.slack_id)} has this now" if holder else "You have handed this back"
        await call.say(plain_answer(f"{has_it}, so don't do it."))
        return
    asked = find_kind(call.rt, request.kind).asked(request)
    steps = with_hand_back(part.steps(asked), await cards.facts_of(call.rt, request))
    await call.open(modal(ids.DETAILS_VIEW, "To do by hand", steps.blocks))


async def take_over(call: Interaction) -> None:
    """Give the steps of what is done by hand to the person who pressed the button."""
    await service.take_over(call.rt, call.actor, call.value)
    with contextlib.suppress(SlackError):  # the direct message with the steps says it, too
        await call.say(plain_answer("You have it now. I send you the steps in a direct message."))


async def hand_back(call: Interaction) -> None:
    """Take the steps back from their holder, so that another approver takes them."""
    await service.hand_back(call.rt, call.actor, call.value)
    await _told(call, "You handed it back. Another approver can take it over on the card.")


async def say_done(call: Interaction) -> None:
    """Note that the person who has it says that it is done."""
    await service.say_done(call.rt, call.actor, call.value)
    await _told(call, "✅ You said that it is done. The card shows what happens next.")


async def _told(call: Interaction, said: Markup) -> None:
    """Say in the window that something is done, and draw the App Home below it. A message is drawn by the desk of posts."""
    if call.in_modal:
        await call.finish(notice_view(said, "To do by hand"))
        await home.republish(call)


FEATURE = Feature(
    actions={ids.STEPS: show_steps, ids.TAKE_OVER: take_over, ids.HAND_BACK: hand_back, ids.SAY_DONE: say_done}
)
