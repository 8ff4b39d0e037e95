"""What takes a card's place once another company can read its channel. Pure."""

from bot.posts.model import HIDDEN
from bot.slack.blocks import context, section
from bot.slack.markup import code
from bot.slack.model import Message


def redacted_card(prefix: str) -> Message:
    """Return a card that says nothing about its request, and where to find it."""
    text = f"I hid this request because another company can read this channel. {code(f'/{prefix}-requests')} shows it."
    return Message(text, [section(text)])


def redacted_line() -> Message:
    """Return what takes the place of a reply in such a card's thread."""
    return Message(HIDDEN, [context(HIDDEN)])
