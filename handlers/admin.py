"""/claude-admin: help from the table that parses, and how Quartermaster is set up and how it is doing."""

from typing import Any

from bot.approvals.authority import needs_in_words
from bot.approvals.policy import Rule, describe_duration
from bot.commands import help_groups
from bot.directory.status import StatusLine, collect_status
from bot.ports import Message
from bot.slack import ids
from bot.slack.blocks import actions, context, section
from bot.slack.elements import button
from bot.slack.markup import channel_mention, code, date, escape
from handlers.call import Call
from handlers.edge import Listener

_BUTTONS = {
    "Get a key": ("Request a key", f"{ids.OPEN_PREFIX}create_key"),
    "Give somebody access": ("Change a role…", f"{ids.OPEN_PREFIX}change_role"),
    "See what we spend": ("Show spend", ids.HELP_SPEND),
    "Get the daily digest here": ("Daily digest…", ids.HELP_DIGEST),
    "What waits for me": ("Show requests", ids.HELP_WAITING),
    "How is it set up": ("Show status", ids.HELP_STATUS),
}


def help_message(prefix: str) -> Message:
    """Return the help: six lines, each with the button that does its first thing, and a button for everything else."""
    blocks: list[dict[str, Any]] = []
    for group in help_groups(prefix):
        label, action = _BUTTONS[group.title]
        blocks.append(section(f"*{group.title}* — {code(group.entries[0].typed)}", accessory=button(label, action)))
    blocks.append(actions(button("All commands", ids.HELP_ALL)))
    words = "; ".join(f"{entry.typed}: {entry.summary}" for group in help_groups(prefix) for entry in group.entries)
    return Message(f"What I can do. {escape(words)}", blocks)


def all_commands(prefix: str) -> Message:
    """Return everything that can be typed, a line each, by what people want."""
    groups = [
        "\n".join([f"*{group.title}*", *(f"{code(entry.typed)} {escape(entry.summary)}" for entry in group.entries)])
        for group in help_groups(prefix)
    ]
    return Message("\n".join(groups), [section(group) for group in groups])


async def show_all_commands(call: Call) -> None:
    """Answer the help's last button."""
    await call.say(all_commands(call.rt.settings.command_prefix))


async def admin_command(call: Call) -> None:
    """Answer /claude-admin; the help itself is answered by the edge, for every command alike."""
    await call.say(await _status(call))


async def show_status(call: Call) -> None:
    """Answer the button that asks how everything is set up."""
    await call.say(await _status(call))


async def _status(call: Call) -> Message:
    lines = await collect_status(call.rt)
    text = "\n".join(f"{'✅' if line.is_good else '⚠️'} *{escape(line.title)}* {_said(line)}" for line in lines)
    rule = _rule_in_words(call.rt.policy.rule_for("create_key", None, None))
    return Message(f"{text}\n{rule}", [section(text), context(rule)])


def _said(line: StatusLine) -> str:
    parts = [escape(line.detail), date(line.at) if line.at else "", f"in {channel_mention(line.channel)}"]
    return " ".join(part for part in parts if part and part != "in ")


def _rule_in_words(rule: Rule) -> str:
    """Return who decides about a key where no workspace has a rule of its own, as mrkdwn."""
    if not rule.approvers:
        return "Nobody may approve an API key outside of the workspaces that the policy names."
    needs = needs_in_words(rule, None)
    where = f", in {channel_mention(rule.channel)}" if rule.channel else ""
    return f"An API key {needs[0].lower()}{needs[1:]}{where}; a request expires in {describe_duration(rule.expires_in)}."


COMMANDS: dict[str, Listener] = {"admin": admin_command}
ACTIONS: dict[str, Listener] = {ids.HELP_STATUS: show_status, ids.HELP_ALL: show_all_commands}
