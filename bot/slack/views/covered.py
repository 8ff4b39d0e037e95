"""What takes a card's place once another company can read its channel."""

from bot.ports import Message
from bot.slack.blocks import section
from bot.slack.markup import code


def covered_card(prefix: str) -> Message:
    """Return a card that says nothing about its request, and where to find it."""
    text = f"This request isn't shown here any more: another company can read along. {code(f'/{prefix}-requests')} has it."
    return Message(text, [section(text)])
