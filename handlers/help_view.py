"""The help, drawn from the table that parses. Pure."""

from typing import Any

from bot.commands.parse import HelpGroup, help_groups
from bot.slack import ids
from bot.slack.blocks import actions, section
from bot.slack.elements import button
from bot.slack.markup import Markup, code, escape
from bot.slack.model import Message

_BUTTONS = {
    "Get a key": ("Request a key", f"{ids.OPEN_PREFIX}create_key"),
    "Give somebody access": ("Change a role…", f"{ids.OPEN_PREFIX}change_role"),
    "See our workspaces": ("Show workspaces", ids.SHOW_WORKSPACES),
    "See what we spend": ("Show spend", ids.HELP_SPEND),
    "Get the daily digest here": ("Daily digest…", ids.HELP_DIGEST),
    "What waits for me": ("Show requests", ids.HELP_WAITING),
    "How is it set up": ("Show status", ids.HELP_STATUS),
}

_MOST = 60
"""Characters of a command beside its button: more than these fill half a phone."""


def help_message(prefix: str) -> Message:
    """Return the help: a line for each wish with the button that does its first thing, and a button for everything else."""
    blocks: list[dict[str, Any]] = []
    for group in help_groups(prefix):
        label, action = _BUTTONS[group.title]
        blocks.append(
            section(f"*{escape(group.title)}* — {code(_brief(group.entries[0].typed))}", accessory=button(label, action))
        )
    blocks.append(actions(button("All commands", ids.HELP_ALL)))
    words = "; ".join(f"{entry.typed}: {entry.summary}" for group in help_groups(prefix) for entry in group.entries)
    return Message(f"What I can do. {escape(words)}", blocks)


def _brief(typed: str) -> str:
    """Return a line that can be typed without what may be left out, where that is long; *All commands* has it all."""
    return typed if len(typed) <= _MOST else f"{typed.partition(' [')[0]} …"


def all_commands(prefix: str) -> Message:
    """Return everything that can be typed, a line each, by what people want."""
    groups: list[Markup] = [_everything_in(group) for group in help_groups(prefix)]
    return Message("\n".join(groups), [section(group) for group in groups])


def _everything_in(group: HelpGroup) -> Markup:
    lines: list[Markup] = [f"{code(entry.typed)} {escape(entry.summary)}" for entry in group.entries]
    return "\n".join([f"*{escape(group.title)}*", *lines])
