"""The state of input elements, as `state.values` carries it, and the checks that Slack's client makes before a submit."""

import re
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.ids import blocks_in, elements_in
from bot.sandbox.slack.state import Json


@dataclass(frozen=True)
class Shape:
    """How an element keeps what was entered: the key in its state, the key of its initial value, one or many."""

    key: str
    initial: str
    many: bool = False
    options: bool = False


SHAPES: dict[str, Shape] = {
    "plain_text_input": Shape("value", "initial_value"),
    "number_input": Shape("value", "initial_value"),
    "email_text_input": Shape("value", "initial_value"),
    "url_text_input": Shape("value", "initial_value"),
    "rich_text_input": Shape("rich_text_value", "initial_value"),
    "static_select": Shape("selected_option", "initial_option", options=True),
    "external_select": Shape("selected_option", "initial_option", options=True),
    "radio_buttons": Shape("selected_option", "initial_option", options=True),
    "multi_static_select": Shape("selected_options", "initial_options", many=True, options=True),
    "multi_external_select": Shape("selected_options", "initial_options", many=True, options=True),
    "checkboxes": Shape("selected_options", "initial_options", many=True, options=True),
    "users_select": Shape("selected_user", "initial_user"),
    "multi_users_select": Shape("selected_users", "initial_users", many=True),
    "conversations_select": Shape("selected_conversation", "initial_conversation"),
    "multi_conversations_select": Shape("selected_conversations", "initial_conversations", many=True),
    "channels_select": Shape("selected_channel", "initial_channel"),
    "multi_channels_select": Shape("selected_channels", "initial_channels", many=True),
    "datepicker": Shape("selected_date", "initial_date"),
    "timepicker": Shape("selected_time", "initial_time"),
    "datetimepicker": Shape("selected_date_time", "initial_date_time"),
    "file_input": Shape("files", "initial_files", many=True),
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


def initial_state(element: Json) -> Json:
    """Return the state of an element that nobody has touched."""
    shape = SHAPES[element["type"]]
    value = element.get(shape.initial)
    state: Json = {"type": element["type"], shape.key: value if value is not None else ([] if shape.many else None)}
    if element["type"] == "timepicker" and "timezone" in element:
        state["timezone"] = element["timezone"]
    return state


def state_values(blocks: list[Json], typed: dict[str, dict[str, Json]]) -> dict[str, dict[str, Json]]:
    """Return `state.values` of a surface: what was typed, else the initial values; untouched ones are null."""
    values: dict[str, dict[str, Json]] = {}
    for block in blocks_in(blocks):
        own = [block] if block.get("type") not in ("container", "carousel") else []
        for element in (found for part in own for found in elements_in(part)):
            if element["type"] in SHAPES:
                known = typed.get(block["block_id"], {}).get(element["action_id"])
                fits = known is not None and known.get("type") == element["type"]
                state = known if known is not None and fits else initial_state(element)
                values.setdefault(block["block_id"], {})[element["action_id"]] = state
    return values


def client_errors(blocks: list[Json], values: dict[str, dict[str, Json]]) -> dict[str, str]:
    """Return what Slack's client itself complains about before it sends a form: block id -> sentence."""
    errors: dict[str, str] = {}
    for block in blocks:
        element: Json = block.get("element") or {}
        if block.get("type") != "input" or element.get("type") not in SHAPES:
            continue
        entered = values.get(block["block_id"], {}).get(element["action_id"], {}).get(SHAPES[element["type"]].key)
        complaint = _complaint(element, entered, optional=bool(block.get("optional")))
        if complaint:
            errors[block["block_id"]] = complaint
    return errors


def _complaint(element: Json, entered: Any, *, optional: bool) -> str | None:
    if entered in (None, "", []):
        return None if optional else "Please complete this required field."
    if element["type"] in ("plain_text_input", "number_input") and isinstance(entered, str):
        return _length_complaint(element, entered) if element["type"] == "plain_text_input" else _number(element, entered)
    if element["type"] == "email_text_input" and not _EMAIL.fullmatch(str(entered)):
        return "Enter a valid email address."
    if element["type"] == "url_text_input" and not re.match(r"\w[\w+.-]*://\S+", str(entered)):
        return "Enter a valid URL."
    most = element.get("max_selected_items")
    if isinstance(entered, list) and most is not None and len(entered) > most:  # pyright: ignore[reportUnknownArgumentType]
        return f"Choose at most {most}."
    return None


def _length_complaint(element: Json, entered: str) -> str | None:
    least, most = element.get("min_length") or 0, element.get("max_length") or 3000
    if len(entered) < least:
        return f"Enter at least {least} characters."
    return f"Enter at most {most} characters." if len(entered) > most else None


def _number(element: Json, entered: str) -> str | None:
    pattern = r"-?\d+(\.\d+)?" if element.get("is_decimal_allowed") else r"-?\d+"
    if not re.fullmatch(pattern, entered):
        return "Enter a number."
    least, most = element.get("min_value"), element.get("max_value")
    if least is not None and float(entered) < float(least):
        return f"Enter a number of at least {least}."
    return f"Enter a number of at most {most}." if most is not None and float(entered) > float(most) else None
