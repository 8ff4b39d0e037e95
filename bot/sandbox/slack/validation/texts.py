"""Text objects, options, confirm dialogs and the other small objects that blocks and elements share (slack.md §3.3)."""

from typing import Any

from bot.sandbox.slack.validation.problem import Report
from bot.sandbox.slack.validation.schema import (
    Check,
    Rule,
    Shape,
    at_least_one,
    exactly_one,
    flag,
    items,
    one_of,
    shape,
    tagged,
    text,
)

https = text(1, 3000, r"https://[^\s]+", "a public https address")
action_id = text(1, 255)


def text_object(high: int, *kinds: str, low: int = 1) -> Check:
    """Return a check for a text object of one of `kinds` (both when none is given) with at most `high` characters."""
    shapes: dict[str, Shape] = {
        "plain_text": shape({"type": one_of("plain_text"), "text": text(low, high)}, {"emoji": flag}),
        "mrkdwn": shape({"type": one_of("mrkdwn"), "text": text(low, high)}, {"verbatim": flag}),
    }
    return tagged(lambda: shapes, "text object", kinds or None)


def plain(high: int) -> Check:
    """Return a check for a plain_text object of at most `high` characters."""
    return text_object(high, "plain_text")


confirm: Check = shape(
    {"title": plain(100), "text": text_object(300), "confirm": plain(30), "deny": plain(30)},
    {"style": one_of("primary", "danger")},
).check

_plain_option = shape({"text": plain(75), "value": text(1, 150)}, {"description": plain(75)})
_rich_option = shape({"text": text_object(75), "value": text(1, 150)}, {"description": text_object(75)})
_menu_option = shape({"text": plain(75), "value": text(1, 150)}, {"description": plain(75), "url": text(1, 3000)})

option: Check = _plain_option.check
rich_option: Check = _rich_option.check
menu_option: Check = _menu_option.check
option_group: Check = shape({"label": plain(75), "options": items(option, 1, 100)}).check

slack_file: Check = shape({}, {"id": text(), "url": text(1, 3000)}, exactly_one("id", "url")).check
image_fields: dict[str, Check] = {"image_url": https, "slack_file": slack_file}

conversation_filter: Check = shape(
    {},
    {
        "include": items(one_of("im", "mpim", "private", "public"), 1, 4),
        "exclude_external_shared_channels": flag,
        "exclude_bot_users": flag,
    },
    at_least_one("include", "exclude_external_shared_channels", "exclude_bot_users"),
).check

dispatch_config: Check = shape(
    {}, {"trigger_actions_on": items(one_of("on_enter_pressed", "on_character_entered"), 1, 2)}
).check


def initial_among_options(name: str) -> Rule:
    """Return a rule: what is chosen at first is one of (for `..s`: are all among) the options."""

    def rule(fields: dict[str, Any], pointer: str, report: Report) -> None:
        if name not in fields:
            return
        groups = fields.get("option_groups") or [{"options": fields.get("options", [])}]
        offered = [entry for group in groups for entry in group["options"]]
        chosen = fields[name] if name.endswith("s") else [fields[name]]
        if any(entry not in offered for entry in chosen):
            report.failed(f"{pointer}/{name}", "must be included in options", "enum")

    return rule
