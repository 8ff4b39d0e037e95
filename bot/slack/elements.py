"""The interactive elements of Block Kit as plain dicts, cut to Slack's limits (slack.md §3.3).

Labels and options are plain text: Slack shows them as they are, so they are cleaned and cut but not escaped.
"""

from collections.abc import Sequence
from datetime import date, time
from decimal import Decimal
from typing import Any, Final, Literal

from bot.slack.markup import EMPTY, clean, keep_ends, truncate

Json = dict[str, Any]
Style = Literal["primary", "danger"]

MAX_OPTIONS: Final = 100
INTERNAL_CHANNELS: Final[Json] = {
    "include": ["public", "private"],
    "exclude_external_shared_channels": True,
    "exclude_bot_users": True,
}
"""A conversation filter that leaves out what other companies can read."""


def plain(text: str, limit: int = 3000) -> Json:
    """Return a plain_text object; Slack refuses empty ones, so nothing becomes a dash."""
    return {"type": "plain_text", "text": truncate(clean(text, lines=True), limit) or EMPTY}


def _without_none(fields: Json) -> Json:
    return {name: value for name, value in fields.items() if value is not None}


MOST_SURE: Final = 300
"""Characters of a confirm dialog's text (slack.md §3.3)."""


def confirm(title: str, text: str, confirm: str, deny: str, style: Style | None = None) -> Json:
    """Return a confirm dialog; `text` is plain and names the consequence, `confirm` and `deny` label its two buttons."""
    return _without_none(
        {
            "title": plain(title, 100),
            "text": plain(text, MOST_SURE),
            "confirm": plain(confirm, 30),
            "deny": plain(deny, 30),
            "style": style,
        }
    )


MOST_TYPED: Final = 1900
"""Characters of typed words that a button carries beside what it adds, such as a cursor (slack.md §3.3: 2,000)."""


def button(
    text: str,
    action_id: str,
    value: str = "",
    *,
    style: Style | None = None,
    confirm: Json | None = None,
    url: str | None = None,
    accessibility_label: str | None = None,
) -> Json:
    """Return a button; about 30 characters of its text are shown. `value` is an id, 2,000 characters at most."""
    if len(value) > 2000:
        raise ValueError("the value of a button is too long; it carries an id and nothing else")
    label = truncate(clean(accessibility_label or ""), 75) or None
    fields = {
        "type": "button",
        "text": plain(text, 75),
        "action_id": action_id,
        "value": value or None,
        "style": style,
        "confirm": confirm,
        "url": url,
        "accessibility_label": label,
    }
    return _without_none(fields)


def option(text: str, value: str, description: str | None = None) -> Json:
    """Return one choice of a menu; `value` has 1 to 150 characters and comes back with the choice.

    A longer text keeps its beginning and its end.
    """
    if not 1 <= len(value) <= 150:
        raise ValueError("the value of an option has 1 to 150 characters")
    shown = plain(keep_ends(clean(description, lines=True), 75)) if description else None
    return _without_none({"text": plain(keep_ends(clean(text, lines=True), 75)), "value": value, "description": shown})


def overflow(action_id: str, options: Sequence[Json]) -> Json:
    """Return a ⋯ menu of 1 to 5 options."""
    if not 1 <= len(options) <= 5:
        raise ValueError("an overflow menu has 1 to 5 options")
    return {"type": "overflow", "action_id": action_id, "options": list(options)}


def static_select(
    action_id: str, options: Sequence[Json], *, placeholder: str = "Choose", initial: Json | None = None
) -> Json:
    """Return a menu of 1 to 100 options. Longer lists are `external_select`, never cut in silence."""
    if not 1 <= len(options) <= MAX_OPTIONS:
        raise ValueError(f"a menu has 1 to {MAX_OPTIONS} options; use external_select for more")
    return _without_none(
        {
            "type": "static_select",
            "action_id": action_id,
            "placeholder": plain(placeholder, 150),
            "options": list(options),
            "initial_option": initial,
        }
    )


def external_select(action_id: str, *, placeholder: str = "Type to search", initial: Json | None = None) -> Json:
    """Return a type-ahead menu. Each query arrives as a block_suggestion."""
    return _without_none(
        {
            "type": "external_select",
            "action_id": action_id,
            "placeholder": plain(placeholder, 150),
            "min_query_length": 0,
            "initial_option": initial,
        }
    )


def multi_external_select(
    action_id: str, *, placeholder: str = "Type to search", most: int | None = None, initial: Sequence[Json] = ()
) -> Json:
    """Return a type-ahead menu of which several can be taken, `most` of them at most."""
    return _without_none(
        {
            "type": "multi_external_select",
            "action_id": action_id,
            "placeholder": plain(placeholder, 150),
            "min_query_length": 0,
            "max_selected_items": most,
            "initial_options": list(initial) or None,
        }
    )


def multi_static_select(action_id: str, options: Sequence[Json], *, initial: Sequence[Json] = ()) -> Json:
    """Return a menu of 1 to 100 options of which several can be taken."""
    menu = static_select(action_id, options)
    return _without_none({**menu, "type": "multi_static_select", "initial_options": list(initial) or None})


def users_select(action_id: str, *, initial: str | None = None) -> Json:
    """Return a menu of the workspace's people; `initial` is a user id."""
    shown = plain("Choose a person", 150)
    return _without_none({"type": "users_select", "action_id": action_id, "placeholder": shown, "initial_user": initial})


def multi_users_select(action_id: str, *, most: int | None = None, initial: Sequence[str] = ()) -> Json:
    """Return a menu of the workspace's people of whom several can be taken, `most` at most; `initial` are user ids."""
    return _without_none(
        {
            "type": "multi_users_select",
            "action_id": action_id,
            "placeholder": plain("Choose people", 150),
            "max_selected_items": most,
            "initial_users": list(initial) or None,
        }
    )


def conversations_select(action_id: str, *, initial: str | None = None) -> Json:
    """Return a menu of channels, without those shared with another company; `initial` is a channel id."""
    return _without_none(
        {
            "type": "conversations_select",
            "action_id": action_id,
            "placeholder": plain("Choose a channel", 150),
            "filter": INTERNAL_CHANNELS,
            "initial_conversation": initial,
        }
    )


def text_input(
    action_id: str,
    *,
    initial: str | None = None,
    placeholder: str | None = None,
    multiline: bool = False,
    max_length: int | None = None,
    focus: bool = False,
    while_typing: bool = False,
) -> Json:
    """Return a text field; lengths are 3,000 at most and `initial` is cut to `max_length`.

    `while_typing` sends each change, where the block around it dispatches at all.
    """
    return _without_none(
        {
            "type": "plain_text_input",
            "action_id": action_id,
            "initial_value": truncate(clean(initial or "", lines=multiline), max_length or 3000) or None,
            "placeholder": plain(placeholder, 150) if placeholder else None,
            "multiline": multiline or None,
            "max_length": max_length,
            "focus_on_load": focus or None,
            "dispatch_action_config": {"trigger_actions_on": ["on_character_entered"]} if while_typing else None,
        }
    )


def email_input(action_id: str, *, initial: str | None = None) -> Json:
    """Return a field for an e-mail address (modals only)."""
    fields = {"type": "email_text_input", "action_id": action_id, "placeholder": plain("name@company.com", 150)}
    return _without_none({**fields, "initial_value": truncate(clean(initial or ""), 254) or None})


def number_input(
    action_id: str,
    *,
    decimal: bool = False,
    initial: Decimal | None = None,
    low: Decimal | None = None,
    high: Decimal | None = None,
) -> Json:
    """Return a number field (modals only); Slack takes its limits as strings without an exponent."""

    def digits(value: Decimal | None) -> str | None:
        return None if value is None else f"{value:f}"

    return _without_none(
        {
            "type": "number_input",
            "action_id": action_id,
            "is_decimal_allowed": decimal,
            "initial_value": digits(initial),
            "min_value": digits(low),
            "max_value": digits(high),
        }
    )


def date_picker(action_id: str, *, initial: date | None = None) -> Json:
    """Return a calendar."""
    day = initial.isoformat() if initial else None
    shown = plain("Choose a day", 150)
    return _without_none({"type": "datepicker", "action_id": action_id, "placeholder": shown, "initial_date": day})


def time_picker(action_id: str, *, initial: time | None = None) -> Json:
    """Return a choice of a time of day."""
    fields = {"type": "timepicker", "action_id": action_id}
    return _without_none({**fields, "initial_time": f"{initial:%H:%M}" if initial else None})


def checkboxes(action_id: str, options: Sequence[Json], *, initial: Sequence[Json] = ()) -> Json:
    """Return 1 to 10 boxes to tick."""
    if not 1 <= len(options) <= 10:
        raise ValueError("there are 1 to 10 boxes to tick")
    fields = {"type": "checkboxes", "action_id": action_id, "options": list(options)}
    return _without_none({**fields, "initial_options": list(initial) or None})


def radio_buttons(action_id: str, options: Sequence[Json], *, initial: Json | None = None) -> Json:
    """Return 1 to 10 choices of which one can be taken."""
    if not 1 <= len(options) <= 10:
        raise ValueError("there are 1 to 10 radio buttons")
    fields = {"type": "radio_buttons", "action_id": action_id, "options": list(options)}
    return _without_none({**fields, "initial_option": initial})
