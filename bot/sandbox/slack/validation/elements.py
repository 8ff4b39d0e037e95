"""The interactive elements and images that blocks hold: one row each, after slack.md §3.3."""

import re
from datetime import date
from typing import Any

from bot.sandbox.slack.validation.problem import Report
from bot.sandbox.slack.validation.rich_text import RICH_TEXT
from bot.sandbox.slack.validation.schema import (
    Check,
    Rule,
    Shape,
    at_most_one,
    exactly_one,
    flag,
    items,
    one_of,
    shape,
    tagged,
    whole,
)
from bot.sandbox.slack.validation.schema import text as string
from bot.sandbox.slack.validation.texts import (
    action_id,
    confirm,
    conversation_filter,
    dispatch_config,
    image_fields,
    initial_among_options,
    menu_option,
    option,
    option_group,
    plain,
    rich_option,
)

_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_TIME = string(5, 5, r"([01]\d|2[0-3]):[0-5]\d", "a time as HH:mm")
_DECIMAL = string(1, 40, r"-?\d+(\.\d+)?", "a number in a string")
_STYLE = one_of("primary", "danger")
_LABEL = string(1, 75)
_options = items(option, 1, 100)
_groups = items(option_group, 1, 100)
_ids = items(string(), 1)
_menu = {"placeholder": plain(150), "confirm": confirm, "focus_on_load": flag}
_typing = {"placeholder": plain(150), "focus_on_load": flag, "dispatch_action_config": dispatch_config}


def _date(value: Any, pointer: str, report: Report) -> None:
    """Check a day of the calendar. The 31st of February has the right form and is none."""
    try:
        right = isinstance(value, str) and _DAY.fullmatch(value) is not None and bool(date.fromisoformat(value))
    except ValueError:
        right = False
    if not right:
        report.failed(pointer, "must be a date as YYYY-MM-DD", "pattern", "a date as YYYY-MM-DD")


def _element(
    kind: str, required: dict[str, Check], optional: dict[str, Check], *rules: Rule, surfaces: str = "mdh"
) -> tuple[str, Shape]:
    fields = {"action_id": action_id, **optional}
    return kind, shape({"type": one_of(kind), **required}, fields, *rules, surfaces=surfaces)


def _low_not_above_high(low: str, high: str) -> Rule:
    def rule(fields: dict[str, Any], pointer: str, report: Report) -> None:
        if low in fields and high in fields and float(fields[low]) > float(fields[high]):
            report.failed(f"{pointer}/{low}", f"must not be greater than {high}", "maximum", fields[high], fields[low])

    return rule


def _initial_within(low: str, high: str, measure: type[float] | type[str]) -> Rule:
    """Return a rule: `initial_value` obeys the limits that the element sets for what people type."""

    def rule(fields: dict[str, Any], pointer: str, report: Report) -> None:
        if "initial_value" not in fields:
            return
        value = float(fields["initial_value"]) if measure is float else len(fields["initial_value"])
        if (low in fields and value < float(fields[low])) or (high in fields and value > float(fields[high])):
            report.failed(f"{pointer}/initial_value", f"must be between {low} and {high}", "range")

    return rule


def _whole_unless_decimal(fields: dict[str, Any], pointer: str, report: Report) -> None:
    for name in ("initial_value", "min_value", "max_value"):
        if not fields["is_decimal_allowed"] and "." in fields.get(name, ""):
            report.failed(f"{pointer}/{name}", "must be a whole number when is_decimal_allowed is false", "pattern")


def _selects() -> list[tuple[str, Shape]]:
    many = {"max_selected_items": whole(1)}
    either = exactly_one("options", "option_groups")
    people = {"filter": conversation_filter, "default_to_current_conversation": flag}
    url = {"response_url_enabled": flag}
    query = {"min_query_length": whole(0)}
    choice: dict[str, Check] = {"options": _options, "option_groups": _groups}
    return [
        _element(
            "static_select", {}, _menu | choice | {"initial_option": option}, either, initial_among_options("initial_option")
        ),
        _element(
            "multi_static_select",
            {},
            _menu | choice | many | {"initial_options": _options},
            either,
            initial_among_options("initial_options"),
        ),
        _element("external_select", {}, _menu | query | {"initial_option": option}),
        _element("multi_external_select", {}, _menu | query | many | {"initial_options": _options}),
        _element("users_select", {}, _menu | {"initial_user": string()}),
        _element("multi_users_select", {}, _menu | many | {"initial_users": _ids}),
        _element("conversations_select", {}, _menu | people | url | {"initial_conversation": string()}),
        _element("multi_conversations_select", {}, _menu | people | many | {"initial_conversations": _ids}),
        _element("channels_select", {}, _menu | url | {"initial_channel": string()}),
        _element("multi_channels_select", {}, _menu | many | {"initial_channels": _ids}),
    ]


def _inputs() -> list[tuple[str, Shape]]:
    lengths = {"min_length": whole(0, 3000), "max_length": whole(1, 3000)}
    numbers = {"initial_value": _DECIMAL, "min_value": _DECIMAL, "max_value": _DECIMAL}
    return [
        _element(
            "plain_text_input",
            {},
            _typing | lengths | {"multiline": flag, "initial_value": string(0, 3000)},
            _low_not_above_high("min_length", "max_length"),
            _initial_within("min_length", "max_length", str),
        ),
        _element(
            "number_input",
            {"is_decimal_allowed": flag},
            _typing | numbers,
            _low_not_above_high("min_value", "max_value"),
            _initial_within("min_value", "max_value", float),
            _whole_unless_decimal,
            surfaces="d",
        ),
        _element("email_text_input", {}, _typing | {"initial_value": string(0, 3000)}, surfaces="d"),
        _element("url_text_input", {}, _typing | {"initial_value": string(0, 3000)}, surfaces="d"),
        _element("file_input", {}, {"filetypes": items(string(), 1), "max_files": whole(1, 10)}, surfaces="d"),
        _element(
            "rich_text_input",
            {},
            _typing | {"initial_value": RICH_TEXT.check, "min_lines": whole(1, 100), "max_lines": whole(1, 100)},
            _low_not_above_high("min_lines", "max_lines"),
            surfaces="dh",
        ),
        _element("datepicker", {}, _menu | {"initial_date": _date}),
        _element("timepicker", {}, _menu | {"initial_time": _TIME, "timezone": string()}),
        _element(
            "datetimepicker",
            {},
            {"confirm": confirm, "focus_on_load": flag, "initial_date_time": whole(10**9, 10**10 - 1)},
            surfaces="md",
        ),
    ]


def _others() -> list[tuple[str, Shape]]:
    choice: dict[str, Check] = {"confirm": confirm, "focus_on_load": flag}
    feedback = shape({"text": plain(75), "value": string(1, 2000)}, {"accessibility_label": _LABEL}).check
    parameter = shape({"name": string(), "value": string()}).check
    trigger = shape({"url": string(1, 3000)}, {"customizable_input_parameters": items(parameter)}).check
    boxes = items(rich_option, 1, 10)
    return [
        _element(
            "button",
            {"text": plain(75)},
            {
                "url": string(1, 3000),
                "value": string(0, 2000),
                "style": _STYLE,
                "confirm": confirm,
                "accessibility_label": _LABEL,
            },
        ),
        _element("overflow", {"options": items(menu_option, 1, 5)}, {"confirm": confirm}),
        _element(
            "checkboxes", {"options": boxes}, choice | {"initial_options": boxes}, initial_among_options("initial_options")
        ),
        _element(
            "radio_buttons",
            {"options": boxes},
            choice | {"initial_option": rich_option},
            initial_among_options("initial_option"),
        ),
        _element("feedback_buttons", {"positive_button": feedback, "negative_button": feedback}, {}, surfaces="m"),
        _element(
            "icon_button",
            {"icon": one_of("trash"), "text": plain(75)},
            {
                "accessibility_label": _LABEL,
                "value": string(1, 2000),
                "confirm": confirm,
                "visible_to_user_ids": items(string(), 1, 10),
            },
            surfaces="m",
        ),
        _element(
            "workflow_button",
            {"text": plain(75), "workflow": shape({"trigger": trigger}).check},
            {"style": _STYLE, "accessibility_label": _LABEL},
            surfaces="m",
        ),
    ]


_IMAGE = shape({"type": one_of("image"), "alt_text": string(1, 2000)}, image_fields, exactly_one("image_url", "slack_file"))
_ICON = shape({"type": one_of("icon"), "name": string()})

ELEMENTS: dict[str, Shape] = dict([*_others(), *_selects(), *_inputs(), ("image", _IMAGE), ("icon", _ICON)])

_SELECTS = tuple(name for name, _ in _selects())
_PICKERS = ("checkboxes", "radio_buttons", "datepicker", "timepicker")
_TYPED = ("plain_text_input", "number_input", "email_text_input", "url_text_input", "file_input", "rich_text_input")

IN_ACTIONS = ("button", "overflow", "workflow_button", "datetimepicker", *_PICKERS, *_SELECTS)
IN_SECTION = ("button", "overflow", "workflow_button", "image", *_PICKERS, *_SELECTS)
IN_INPUT = ("datetimepicker", *_TYPED, *_PICKERS, *_SELECTS)
IN_CONTEXT_ACTIONS = ("feedback_buttons", "icon_button")


def element_of(*allowed: str) -> Check:
    """Return a check for one element of the given types, on the surface of the report."""
    return tagged(lambda: ELEMENTS, "element", allowed)


no_two_icons = at_most_one("icon", "slack_icon")
