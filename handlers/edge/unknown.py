"""What is said to a command that isn't known, with the nearest one behind a button."""

from bot.slack import ids
from bot.slack.blocks import actions, section
from bot.slack.elements import button
from bot.slack.markup import Markup, code, escape
from bot.slack.model import Message
from handlers.edge.guard import plain_answer
from handlers.edge.interaction import Interaction

_LONGEST_GUESS = 1_000
"""Characters that a button carries; Slack takes twice as many."""


def not_understood(call: Interaction) -> Message:
    """Return which word isn't known, and what was probably meant: the button does the same as typing that."""
    parsed, prefix = call.parsed, call.rt.settings.command_prefix
    if parsed is None or not (parsed.unknown or parsed.words):
        return plain_answer("I didn't understand that.")
    meant = parsed.suggestion
    guess = f" Did you mean {code(meant)}?" if meant else ""
    unknown = escape(parsed.unknown or parsed.words[0])
    text: Markup = f"I don't know *{unknown}*.{guess} {code(f'/{prefix}-admin help')} shows all commands."
    if not meant or len(meant) > _LONGEST_GUESS:
        return plain_answer(text)
    return Message(text, [section(text), actions(button("Yes", ids.TYPED_AGAIN, meant))])
