"""The keys which end with what is asked: a card names those that were used most, Details has all, page by page. Pure."""

from collections.abc import Sequence
from typing import Any, Final

from bot.approvals.cards.decisive import cost_words, key_words
from bot.approvals.known import KnownKeys, NamedKey
from bot.slack import ids
from bot.slack.blocks import paragraphs, section
from bot.slack.markup import Markup, code
from bot.slack.paging import numbered, pager, range_of
from bot.words.wording import number, plural

MOST_ON_CARD: Final = 8


def ending_lines(keys: KnownKeys | None) -> Markup:
    """Return how many keys end, what they cost, and those that were used most, a line each; "" where none could."""
    if keys is None:
        return ""
    if keys.total is None:
        return "⚠️ I couldn't look up which keys end with it. Check before you decide."
    if not keys.total:
        return "No keys end with it."
    shown = keys.first[:MOST_ON_CARD]
    rest = keys.total - len(shown)
    more: Markup = f"and {number(rest)} more: Details names all"
    return "\n".join([_headline(keys.total, keys), *map(key_line, shown), *([more] if rest > 0 else [])])


def ending_blocks(keys: KnownKeys, cursor: str, narrowed: str) -> list[dict[str, Any]]:
    """Return a page of the keys that end, with their use; `narrowed` comes back with the click that turns it."""
    if not keys.total:
        return [section(ending_lines(keys))]
    page = numbered(keys.first, cursor)
    part: Markup = "" if page.is_whole else f" {range_of(page)}, those with the most use first."
    lines: Sequence[Markup] = [f"*When asked* {_headline(keys.total, keys)}{part}", *map(key_line, page.items)]
    rest = keys.total - len(keys.first)
    more: Sequence[Markup] = [f"and {number(rest)} more: see the list of this workspace's keys"] if rest > 0 else []
    return [*paragraphs([*lines, *more]), *pager(page, ids.PAGE_ENDING, "the keys that end", narrowed)]


def _headline(total: int, keys: KnownKeys) -> Markup:
    cost = f" ({cost_words(keys.use)})" if keys.use else ", use unknown"
    return f"⚠️ *{plural(total, 'key')}* {'ends' if total == 1 else 'end'} with it{cost}:"


def key_line(key: NamedKey) -> Markup:
    """Return a key with its owner and its use, as a line of a list."""
    disabled = ", disabled" if key.status == "inactive" else ""
    return f"• {code(key.name)}{disabled} — {key_words(key)}"
