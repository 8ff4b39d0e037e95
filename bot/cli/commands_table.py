"""The table of commands of README.md, rendered from the one that parses them."""

import re

from bot.commands.table import COMMANDS

START, END = "<!-- commands -->", "<!-- /commands -->"

_PREFIX = "claude"


def commands_table() -> str:
    """Return a Markdown table of everything that can be typed."""
    rows = [
        f"| `{_escaped(f'{command.slash(_PREFIX)} {sub.usage}'.strip())}` | {_escaped(sub.summary)} |"
        for command in COMMANDS
        for sub in command.subcommands
    ]
    return "\n".join(["| command | what it does |", "|---|---|", *rows])


def _escaped(text: str) -> str:
    return text.replace("|", "\\|")


def fill_markers(text: str) -> str:
    """Put the present table between the two markers of a Markdown text. A text without markers stays as it is."""
    pattern = re.compile(f"{re.escape(START)}.*?{re.escape(END)}", re.DOTALL)
    return pattern.sub(lambda _: f"{START}\n{commands_table()}\n{END}", text)
