"""Lists of keys: one's own with what can be done, and all of them as a table. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from bot.admin.model import ApiKey
from bot.slack import ids
from bot.slack.blocks import actions, context, fit, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code, escape
from bot.slack.model import Message
from bot.slack.tables import table
from bot.words.wording import calendar_day, number, plural

Json = dict[str, Any]
MOST_ROWS = 99
_MARKS: dict[str, Markup] = {"active": "✅", "expired": "⌛"}


@dataclass(frozen=True)
class KeyLine:
    """A key with the name of its workspace."""

    key: ApiKey
    workspace: str


def my_keys(lines: Sequence[KeyLine], prefix: str) -> Message:
    """Return somebody's keys, each with the buttons that fit its state."""
    ask = actions(button("Request a key", f"{ids.OPEN_PREFIX}create_key", style="primary"))
    if not lines:
        text = "You have no API keys. Ask for one: the approvers see your request at once."
        return Message(text, [section(text), ask])
    blocks: list[Json] = [section(f"*Your API keys* ({number(len(lines))})")]
    for line in lines[:15]:
        blocks += my_key_blocks(line)
    if len(lines) > 15:
        blocks.append(context(f"and {number(len(lines) - 15)} more: {code(f'/{prefix}-keys list')}"))
    names = ", ".join(f"{line.key.name} in {line.workspace} ({line.key.status})" for line in lines)
    return Message(f"You have {plural(len(lines), 'key')}: {escape(names)}.", fit([*blocks, ask]))


def my_key_blocks(line: KeyLine) -> list[Json]:
    """Return one key with its buttons."""
    key = line.key
    end = f" · ends {calendar_day(key.expires_at.date())}" if key.expires_at else ""
    mark = f"{_MARKS[key.status]} " if key.status in _MARKS else ""
    text = f"{mark}{code(key.name)} in {bold(line.workspace)} — {escape(key.status)}{end}"
    switch = ("Disable…", "disable_key") if key.status == "active" else ("Enable…", "enable_key")
    if key.status not in ("active", "inactive"):
        return [section(text)]
    return [
        section(text),
        actions(
            button(
                switch[0],
                f"{ids.OPEN_PREFIX}{switch[1]}",
                key.id,
                accessibility_label=f"{switch[0].rstrip('…')} {key.name}"[:75],
            ),
            button("Revoke…", f"{ids.OPEN_PREFIX}revoke_key", key.id, accessibility_label=f"Revoke {key.name}"[:75]),
        ),
    ]


def key_list(lines: Sequence[KeyLine], workspace: str, prefix: str) -> Message:
    """Return all keys as a table, newest first."""
    where = f" in {workspace}" if workspace else ""
    intro = f"{plural(len(lines), 'key')}{where}, newest first."
    rows = [["Key", "Workspace", "State", "Created", "Ends"]]
    for line in lines[:MOST_ROWS]:
        end = calendar_day(line.key.expires_at.date()) if line.key.expires_at else "never"
        made = calendar_day(line.key.created_at.date())
        rows.append([line.key.name, line.workspace, line.key.status, made, end])
    left = len(lines) - MOST_ROWS
    more = (
        f" These are the newest {number(MOST_ROWS)}. {code(f'/{prefix}-keys list WORKSPACE')} shows one workspace."
        if left > 0
        else ""
    )
    names = ", ".join(f"{line.key.name} ({line.workspace}, {line.key.status})" for line in lines[:MOST_ROWS])
    return Message(f"{escape(intro)}{more} {escape(names)}", [section(escape(intro) + more), table(rows)])
