"""One right and one wrong form of every block and element, after slack.md §3, shared by the tests of the validator."""

from typing import Any

from bot.sandbox.slack.validation import Problem, Surface
from bot.sandbox.slack.validation.blocks import BLOCKS

Json = dict[str, Any]


def plain(text: str = "Text") -> Json:
    return {"type": "plain_text", "text": text}


def mrkdwn(text: str = "*Text*") -> Json:
    return {"type": "mrkdwn", "text": text}


def option(value: str = "a", **more: Any) -> Json:
    return {"text": plain(), "value": value, **more}


def rich(text: str = "x") -> Json:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": [{"type": "text", "text": text}]}]}


def raw(text: str = "x") -> Json:
    return {"type": "raw_text", "text": text}


def confirm(**more: Any) -> Json:
    return {"title": plain(), "text": mrkdwn(), "confirm": plain("Yes"), "deny": plain("No"), **more}


def chart(kind: str, names: tuple[str, ...] = ("a",), categories: tuple[str, ...] = ("Mon", "Tue"), **more: Any) -> Json:
    series = [{"name": name, "data": [{"label": c, "value": -1.5} for c in categories]} for name in names]
    inner = {"type": kind, "series": series, "axis_config": {"categories": list(categories), "y_label": "USD"}}
    return {"type": "data_visualization", "title": "Spend", "chart": inner | more}


def actions(element: Json) -> Json:
    return {"type": "actions", "elements": [element]}


def menu(*options: Json) -> Json:
    return actions({"type": "static_select", "options": list(options)})


def pie(*segments: Json) -> Json:
    return {"type": "data_visualization", "title": "Spend", "chart": {"type": "pie", "segments": list(segments)}}


IMAGE = {"type": "image", "image_url": "https://example.test/a.png", "alt_text": "A"}
BUTTON = {"type": "button", "text": plain(), "action_id": "a"}
FEEDBACK = {"text": plain(), "value": "v"}
TASK = {"type": "task_card", "task_id": "t", "title": "Bare string", "status": "complete"}
CARD = {"type": "card", "title": plain()}
SLICE = {"label": "a", "value": 1}

ELEMENT_SAMPLES: dict[str, tuple[Json, Json, str]] = {
    # type: (fields that are right, fields that make it wrong, where the fault is)
    "button": (
        {"text": plain(), "value": "v", "style": "danger", "confirm": confirm()},
        {"text": plain("x" * 76)},
        "/text/text",
    ),
    "overflow": ({"options": [option(url="https://x.test")]}, {"options": [option(str(n)) for n in range(6)]}, "/options"),
    "checkboxes": (
        {"options": [{"text": mrkdwn(), "value": "a"}]},
        {"options": [option(str(n)) for n in range(11)]},
        "/options",
    ),
    "radio_buttons": (
        {"options": [option()], "initial_option": option()},
        {"initial_option": option("z")},
        "/initial_option",
    ),
    "feedback_buttons": (
        {"positive_button": FEEDBACK, "negative_button": FEEDBACK},
        {"positive_button": {"text": plain()}},
        "/positive_button",
    ),
    "icon_button": ({"icon": "trash", "text": plain()}, {"icon": "bomb"}, "/icon"),
    "workflow_button": (
        {"text": plain(), "workflow": {"trigger": {"url": "https://slack.com/shortcuts/1"}}},
        {"workflow": {"trigger": {}}},
        "/workflow/trigger",
    ),
    "static_select": (
        {"options": [option()], "placeholder": plain("x" * 150), "initial_option": option()},
        {"placeholder": plain("x" * 151)},
        "/placeholder/text",
    ),
    "multi_static_select": (
        {"option_groups": [{"label": plain(), "options": [option()]}], "max_selected_items": 1},
        {"max_selected_items": 0},
        "/max_selected_items",
    ),
    "external_select": ({"min_query_length": 0, "initial_option": option()}, {"options": [option()]}, "/options"),
    "multi_external_select": ({"initial_options": [option()]}, {"initial_options": []}, "/initial_options"),
    "users_select": ({"initial_user": "U1"}, {"initial_user": ""}, "/initial_user"),
    "multi_users_select": ({"initial_users": ["U1"]}, {"initial_users": [1]}, "/initial_users/0"),
    "conversations_select": (
        {"filter": {"include": ["public"], "exclude_external_shared_channels": True}, "response_url_enabled": False},
        {"filter": {"include": ["shared"]}},
        "/filter/include/0",
    ),
    "multi_conversations_select": ({"filter": {"exclude_bot_users": True}}, {"filter": {}}, "/filter"),
    "channels_select": ({"initial_channel": "C1"}, {"filter": {"include": ["im"]}}, "/filter"),
    "multi_channels_select": ({"initial_channels": ["C1"]}, {"initial_channels": "C1"}, "/initial_channels"),
    "plain_text_input": ({"max_length": 3000, "initial_value": ""}, {"max_length": 3001}, "/max_length"),
    "number_input": ({"is_decimal_allowed": False, "min_value": "1"}, {"min_value": 1}, "/min_value"),
    "email_text_input": ({"placeholder": plain()}, {"placeholder": mrkdwn()}, "/placeholder/type"),
    "url_text_input": ({"focus_on_load": True}, {"focus_on_load": "yes"}, "/focus_on_load"),
    "file_input": ({"max_files": 10}, {"max_files": 11}, "/max_files"),
    "rich_text_input": ({"initial_value": rich(), "min_lines": 2, "max_lines": 3}, {"max_lines": 101}, "/max_lines"),
    "datepicker": ({"initial_date": "2026-11-23"}, {"initial_date": "23.11.2026"}, "/initial_date"),
    "timepicker": ({"initial_time": "09:00", "timezone": "Europe/Berlin"}, {"initial_time": "9:00"}, "/initial_time"),
    "datetimepicker": ({"initial_date_time": 1790000000}, {"initial_date_time": 17}, "/initial_date_time"),
    "image": (
        {"image_url": "https://example.test/a.png", "alt_text": "A"},
        {"image_url": "http://example.test/a.png"},
        "/image_url",
    ),
    "icon": ({"name": "rocket"}, {"name": ""}, "/name"),
}

_HOLDERS: dict[str, tuple[str, Surface]] = {
    "feedback_buttons": ("context_actions", "message"),
    "icon_button": ("context_actions", "message"),
    "image": ("context", "message"),
    "icon": ("card", "message"),
    **dict.fromkeys(
        ("plain_text_input", "number_input", "email_text_input", "url_text_input", "file_input", "rich_text_input"),
        ("input", "modal"),
    ),
}


def hold(element: Json) -> tuple[Json, Surface, str]:
    """Put an element where it belongs: the block, a surface that allows it, the pointer of the element."""
    kind, surface = _HOLDERS.get(element["type"], ("actions", "message"))
    if kind == "input":
        return {"type": "input", "label": plain(), "element": element}, surface, "/0/element"
    if kind == "card":
        return {"type": "card", "title": plain(), "slack_icon": element}, surface, "/0/slack_icon"
    return {"type": kind, "elements": [element]}, surface, "/0/elements/0"


def pointers(problems: list[Problem]) -> list[str]:
    return [problem.pointer for problem in problems]


BLOCK_SAMPLES: dict[str, tuple[Json, Json, str]] = {
    "section": (
        {"text": mrkdwn("x" * 3000), "fields": [plain("x" * 2000)] * 10, "accessory": BUTTON},
        {"text": mrkdwn("x" * 3001)},
        "/text/text",
    ),
    "header": ({"text": plain("x" * 150), "level": 4}, {"level": 5}, "/level"),
    "divider": ({"block_id": "x" * 255}, {"block_id": "x" * 256}, "/block_id"),
    "context": ({"elements": [IMAGE, mrkdwn(), plain()]}, {"elements": [mrkdwn()] * 11}, "/elements"),
    "actions": (
        {"elements": [BUTTON | {"action_id": str(n)} for n in range(25)]},
        {"elements": [BUTTON | {"action_id": str(n)} for n in range(26)]},
        "/elements",
    ),
    "context_actions": (
        {"elements": [{"type": "icon_button", "icon": "trash", "text": plain()}]},
        {"elements": [BUTTON]},
        "/elements/0/type",
    ),
    "input": (
        {"label": plain(), "element": {"type": "plain_text_input"}, "hint": plain(), "dispatch_action": True},
        {"label": mrkdwn()},
        "/label/type",
    ),
    "image": ({"slack_file": {"id": "F1"}, "alt_text": "x" * 2000, "title": plain()}, {"alt_text": "x" * 2001}, "/alt_text"),
    "markdown": ({"text": "x" * 12000}, {"text": "x" * 12001}, "/text"),
    "alert": ({"text": mrkdwn("x" * 200), "level": "warning"}, {"level": "fatal"}, "/level"),
    "video": (
        {"alt_text": "A", "title": plain(), "thumbnail_url": "https://x.test/a.png", "video_url": "https://x.test/v"},
        {"video_url": "x.test"},
        "/video_url",
    ),
    "card": ({"title": mrkdwn("x" * 150), "body": plain("x" * 200), "actions": [BUTTON]}, {"title": "bare"}, "/title"),
    "carousel": ({"elements": [CARD] * 10}, {"elements": [CARD] * 11}, "/elements"),
    "container": (
        {"title": plain(), "child_blocks": [{"type": "divider"}] * 10, "width": "full", "is_collapsible": True},
        {"has_header_divider": True},
        "/has_header_divider",
    ),
    "plan": ({"title": "Bare", "tasks": [TASK | {"status": "pending"}] * 12}, {"title": plain()}, "/title"),
    "task_card": (TASK | {"details": rich(), "output": rich()}, {"status": "pending"}, "/status"),
    "rich_text": (rich(), {"elements": [{"type": "text", "text": "x"}]}, "/elements/0/type"),
    "data_visualization": (chart("bar"), {"title": "x" * 51}, "/title"),
    "table": (
        {"rows": [[raw()] * 20] * 100, "column_settings": [None, {"align": "right", "is_wrapped": True}]},
        {"rows": [[raw()]] * 101},
        "/rows",
    ),
    "data_table": (
        {"caption": "C", "rows": [[raw(), raw()], [rich(), {"type": "raw_number", "value": 1.5, "text": "$1.50"}]]},
        {"page_size": 101},
        "/page_size",
    ),
}


def on(kind: str) -> Surface:
    return next(surface for surface in ("message", "modal", "home") if BLOCKS[kind].allows(surface))


DIVIDER = {"type": "divider"}
TABLE = {"type": "table", "rows": [[raw()]]}
DATA_TABLE = {"type": "data_table", "caption": "C", "rows": [[raw("x" * 5000)], [raw("x" * 5000)]]}
MODAL = {
    "type": "modal",
    "title": plain("x" * 24),
    "submit": plain(),
    "close": plain(),
    "callback_id": "c",
    "blocks": [DIVIDER],
}
INPUT = {"type": "input", "label": plain(), "element": {"type": "plain_text_input"}}
