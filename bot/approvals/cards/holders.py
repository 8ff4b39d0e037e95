"""What is said of the part that a person does by hand: who has it, who had it, and that nobody has it. Pure."""

from bot.approvals.cards.model import RequestFacts
from bot.approvals.cards.word import word_buttons
from bot.approvals.holder import holder_of
from bot.approvals.model import Request, Status
from bot.posts.model import Post
from bot.slack import ids
from bot.slack.blocks import actions, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, escape, mention
from bot.slack.model import Message


def is_holders(request: Request, post: Post, which: str) -> bool:
    """Tell whether a direct message is that of its present holder; `which` is the turn of its steps, or what its news is."""
    holder = holder_of(request)
    is_of_turn = not which.isdigit() or which == str(request.outcome.holder_turn)
    is_first = bool(which) or request.outcome.holder_turn == 0
    return holder is not None and holder.slack_id == post.channel and is_of_turn and is_first


def with_hand_back(steps: Message, facts: RequestFacts) -> Message:
    """Return the steps with the buttons that say they are done and hand them back, while they are to be done."""
    if facts.request.status is not Status.FULFILLING:
        return steps
    back = button("Hand it back", ids.HAND_BACK, facts.request.id)
    words = word_buttons(facts.request, facts.title, takes_word=facts.takes_word)
    return Message(steps.text, [*steps.blocks, actions(*words, back)], steps.metadata)


def former_holder(facts: RequestFacts) -> Message:
    """Return what takes the place of the steps once somebody else has them, or nobody."""
    request, holder = facts.request, holder_of(facts.request)
    if request.status is not Status.FULFILLING:
        text: Markup = f"{bold(facts.title)} is {request.in_a_word}. It wasn't yours any more; there is nothing to do."
    elif holder is None:
        text = (
            f"⛔ {bold(facts.title)} isn't yours any more. Don't {escape(facts.waits_for)}, unless you take it over again."
        )
    else:
        text = f"⛔ {mention(holder.slack_id)} has taken over {bold(facts.title)}. Don't {escape(facts.waits_for)} any more."
    return Message(text, [section(text)])


def nobody_has_it(facts: RequestFacts) -> Message:
    """Return the reminder in the approvers' channel, or once it is over what came of it."""
    request, holder = facts.request, holder_of(facts.request)
    asker = mention(request.requester.slack_id)
    if request.status is not Status.FULFILLING or holder:
        state = f"{mention(holder.slack_id)} has it" if request.status is Status.FULFILLING and holder else request.in_a_word
        text: Markup = f"{bold(facts.title)} for {asker}: {state}."
        return Message(text, [section(text)])
    text = (
        f"⏳ {asker} waits for {bold(facts.title)}, and nobody has it: {facts.approvers}, please {escape(facts.waits_for)}."
    )
    return Message(text, [section(text), actions(button("I'll do it", ids.TAKE_OVER, request.id))])
