"""Commands within a plain sentence, shown as what can be typed.

Pure.
"""

import re

from bot.commands.table import COMMANDS
from bot.slack.markup import Markup, code, escape

_WORDS = {command.name: sorted({sub.name for sub in command.subcommands if sub.name}) for command in COMMANDS}
_SLASH = "|".join(rf"{name}(?: (?:{'|'.join(words)})\b)?" for name, words in _WORDS.items() if words)
_TYPED = re.compile(rf"(?<![\w`/])(/[a-z0-9-]+-(?:{_SLASH})|python -m bot [a-z]+(?: --?[a-z-]+)*)")


def with_commands(sentence: str) -> Markup:
    """Return a plain sentence as markup, each command in it as code: ``On the server, `python -m bot doctor` says why``."""
    parts = _TYPED.split(sentence)
    said: list[Markup] = [code(part) if at % 2 else _spaced(part) for at, part in enumerate(parts)]
    return "".join(said)


def _spaced(part: str) -> Markup:
    """Return a part between two commands; `escape` takes away the blanks at its ends."""
    inner = escape(part)
    before: Markup = " " if part[:1].isspace() else ""
    after: Markup = " " if inner and part[-1:].isspace() else ""
    return f"{before}{inner}{after}"
