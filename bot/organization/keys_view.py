"""Lists of keys, two short lines each: one's own with what can be done, and those that somebody looks for. Pure."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from bot.admin.model import ApiKey
from bot.organization.keys_wanted import STATUS_WORDS, Wanted
from bot.organization.narrowing import stored
from bot.slack import ids
from bot.slack.blocks import actions, fit, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code, date, escape, mention
from bot.slack.model import Message
from bot.slack.paging import Page, pager, range_of
from bot.words.calendars import Calendar
from bot.words.wording import calendar_day, plural

Json = dict[str, Any]
_MARKS: dict[str, Markup] = {"active": "✅", "expired": "⌛"}


@dataclass(frozen=True)
class KeyLine:
    """A key with the name of its workspace, its owner as markup ("" where nobody is known) and when it ends."""

    key: ApiKey
    workspace: str
    owner: Markup = ""
    ends_at: datetime | None = None


def my_keys(page: Page[KeyLine], prefix: str) -> Message:
    """Return a page of somebody's keys, each with the buttons that fit its state."""
    ask = actions(button("Request a key", f"{ids.OPEN_PREFIX}create_key", style="primary"))
    if not page.items:
        text = "You have no API keys. Ask for one: the approvers see your request at once."
        return Message(text, [section(text), ask])
    blocks: list[Json] = [section(f"*Your API keys* ({range_of(page)})"), *my_key_blocks(page)]
    total = page.total or len(page.items)
    listing = "" if page.is_whole else f" {code(f'/{prefix}-keys list mine')} takes a part of a name, too."
    said = f"You have {plural(total, 'key')}{_part(page)}: {'; '.join(map(_mine_said, page.items))}.{listing}"
    return Message(said, fit([*blocks, ask]))


def my_key_blocks(page: Page[KeyLine]) -> list[Json]:
    """Return a page of keys with their buttons, and those that turn it."""
    blocks = [block for line in page.items for block in _with_buttons(line)]
    return [*blocks, *pager(page, ids.PAGE_MY_KEYS, "your keys")]


def _with_buttons(line: KeyLine) -> list[Json]:
    key = line.key
    mark = f"{_MARKS[key.status]} " if key.status in _MARKS else ""
    text = f"{mark}{code(key.name)} in {bold(line.workspace)}\n{_status(key)} · {_end(line)}"
    switch = ("Disable…", "disable_key") if key.status == "active" else ("Enable…", "enable_key")
    if key.status not in ("active", "inactive"):
        return [section(text)]
    label = f"{switch[0].rstrip('…')} {key.name}"
    return [
        section(text),
        actions(
            button(switch[0], f"{ids.OPEN_PREFIX}{switch[1]}", key.id, accessibility_label=label),
            button("Revoke…", f"{ids.OPEN_PREFIX}revoke_key", key.id, accessibility_label=f"Revoke {key.name}"),
        ),
    ]


def key_list(page: Page[KeyLine], wanted: Wanted, prefix: str, calendar: Calendar) -> Message:
    """Return a page of the keys that somebody looks for, who reads days in `calendar`."""
    order = "" if wanted.ending or page.total == 1 else ", newest first"
    by = f"by {mention(wanted.owner)}" if wanted.owner else ""
    narrowed = " · ".join([part for part in (by, wanted.in_words()) if part])
    about = f": {narrowed}" if narrowed else ""
    every = code(f"/{prefix}-keys list")
    if not page.items:
        text = f"No keys{about}. {every} shows all that work or are disabled."
        return Message(text, [section(text)])
    which = "Which one? " if wanted.exact else ""
    intro = f"{which}*{plural(page.total or 0, 'key')}*{_part(page)}{order}{about}"
    blocks: list[Json] = [section(intro)]
    for line in page.items:
        key = line.key
        made = f"created {calendar_day(calendar.day_of(key.created_at))}"
        whose = line.owner or "owner unknown"
        show = button("Show", ids.SHOW_KEY, key.id, accessibility_label=f"Show {key.name}")
        said: Markup = f"{code(key.name)} in {bold(line.workspace)} — {_status(key)}\n{whose} · {made} · {_end(line)}"
        blocks.append(section(said, accessory=show))
    text = f"{intro}. {'; '.join(map(_said, page.items))}."
    return Message(text, fit([*blocks, *pager(page, ids.PAGE_KEYS, "keys", stored(wanted))]))


def key_line(line: KeyLine) -> Markup:
    """Return a key in one line: its name, where it works, its state and its end."""
    return f"{code(line.key.name)} in {bold(line.workspace)} — {_status(line.key)}, {_end(line)}"


def _part(page: Page[KeyLine]) -> Markup:
    return "" if page.is_whole else f", {range_of(page)}"


def _said(line: KeyLine) -> Markup:
    """Return a key for those who hear the list."""
    whose = f", {line.owner}" if line.owner else ""
    return f"{escape(line.key.name)} in {escape(line.workspace)} ({_status(line.key)}{whose}, {_end(line)})"


def _mine_said(line: KeyLine) -> Markup:
    return _said(replace(line, owner=""))


def _status(key: ApiKey) -> Markup:
    return escape(STATUS_WORDS.get(key.status, key.status))


def _end(line: KeyLine) -> Markup:
    if not line.ends_at:
        return "no end"
    return f"{'since' if line.key.status == 'expired' else 'until'} {date(line.ends_at)}"
