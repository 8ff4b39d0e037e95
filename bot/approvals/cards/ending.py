"""The lines of a card that name the keys which end with what is asked. Pure."""

from bot.approvals.cards.decisive import cost_words, key_words
from bot.approvals.known import KnownKeys, NamedKey
from bot.slack.markup import Markup, code
from bot.words.wording import number, plural


def ending_lines(keys: KnownKeys | None) -> Markup:
    """Return how many keys end, what they cost, and those that were used most, a line each; "" where none could."""
    if keys is None:
        return ""
    if keys.total is None:
        return "⚠️ I couldn't look up which keys end with it. Check before you decide."
    if not keys.total:
        return "No keys end with it."
    cost = f" ({cost_words(keys.use)})" if keys.use else ", use unknown"
    verb = "ends" if keys.total == 1 else "end"
    lines: list[Markup] = [f"⚠️ *{plural(keys.total, 'key')}* {verb} with it{cost}:", *map(key_line, keys.first)]
    rest = keys.total - len(keys.first)
    more: Markup = f"and {number(rest)} more: see the list of this workspace's keys"
    return "\n".join([*lines, more] if rest > 0 else lines)


def key_line(key: NamedKey) -> Markup:
    """Return a key with its owner and its use, as a line of a list."""
    disabled = ", disabled" if key.status == "inactive" else ""
    return f"• {code(key.name)}{disabled} — {key_words(key)}"
