"""What takes a card's place once another company can read its channel. Pure."""

from bot.slack.blocks import context, section
from bot.slack.markup import code
from bot.slack.model import Message


def redacted_card(prefix: str) -> Message:
    """Return a card that says nothing about its request, and where to find it."""
    text = f"This request isn't shown here any more: another company can read along. {code(f'/{prefix}-requests')} has it."
    return Message(text, [section(text)])


def redacted_line() -> Message:
    """Return what takes the place of a reply in such a card's thread."""
    text = "This isn't shown here any more: another company can read along."
    return Message(text, [context(text)])
