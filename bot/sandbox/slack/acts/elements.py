"""Finds the element that somebody touches and turns a plain value into what Slack would report for it."""

from typing import Any

from bot.sandbox.slack.acts.stage import Stage
from bot.sandbox.slack.errors import ActError
from bot.sandbox.slack.ids import blocks_in, elements_in
from bot.sandbox.slack.payloads import block_suggestion
from bot.sandbox.slack.state import Json, Message, User, View, as_list, as_object
from bot.sandbox.slack.values import SHAPES


def blocks_of(surface: Message | View) -> list[Json]:
    """Return the blocks on a surface, also those of attachments."""
    if isinstance(surface, View):
        return surface.payload["blocks"]
    attached = [block for part in surface.attachments or [] for block in part.get("blocks", [])]
    return (surface.blocks or []) + attached


def find_element(
    surface: Message | View, user: User, action_id: str, block_id: str | None = None, value: str | None = None
) -> tuple[str, Json]:
    """Return the block id and the element on screen; `value` tells buttons with the same action id apart."""
    found: list[tuple[str, Json]] = []
    for block in blocks_in(blocks_of(surface)):
        if block.get("type") in ("container", "carousel") or (block_id and block.get("block_id") != block_id):
            continue
        for element in elements_in(block):
            shown_to = element.get("visible_to_user_ids")
            if element.get("action_id") == action_id and (not shown_to or user.id in shown_to):
                found.append((str(block.get("block_id", "")), element))
    exact = [pair for pair in found if value is not None and pair[1].get("value") == value]
    if not found or (value is not None and not exact and found[0][1]["type"] == "button"):
        raise ActError("no_such_element", f"There is no {action_id!r} on the screen of {user.name}.")
    return (exact or found)[0]


async def state_of(stage: Stage, user: User, surface: Message | View, block_id: str, element: Json, plain: Any) -> Json:
    """Return the state object that entering `plain` gives. A dict with a `type` is taken as the state itself."""
    if "type" in as_object(plain):
        return as_object(plain)
    shape = SHAPES.get(element["type"])
    if shape is None:
        raise ActError("not_an_input", f"{element.get('action_id')} takes no value.")
    entered: Any = plain
    if shape.options:
        chosen = await _options(stage, user, surface, block_id, element, plain)
        entered = chosen if shape.many else (chosen[0] if chosen else None)
    elif shape.many:
        entered = as_list(plain)
    elif shape.key == "selected_date_time" and plain is not None:
        entered = int(str(entered))
    elif shape.key == "value" and plain is not None:
        entered = str(entered)
    return {"type": element["type"], shape.key: entered}


async def _options(
    stage: Stage, user: User, surface: Message | View, block_id: str, element: Json, plain: Any
) -> list[Json]:
    chosen: list[Json] = []
    for item in as_list(plain):
        option = _matching(_offered(stage, user, element), item)
        if option is None and "external" in element["type"]:
            for query in (str(item), ""):
                await suggest(stage, user, surface, block_id, str(element["action_id"]), query)
                option = option or _matching(_offered(stage, user, element), item)
        if option is None:
            raise ActError("no_such_option", f"{item!r} is not one of the options of {element.get('action_id')!r}.")
        chosen.append(option)
    return chosen


def _offered(stage: Stage, user: User, element: Json) -> list[Json]:
    if "external" in element["type"]:
        initial: Any = element.get("initial_option") or element.get("initial_options") or []
        known: list[Json] = as_list(initial)
        return stage.workspace.offered.get((user.id, str(element["action_id"])), []) + known
    return list(element.get("options", [])) + [o for group in element.get("option_groups", []) for o in group["options"]]


def _matching(options: list[Json], wanted: Any) -> Json | None:
    value: Any = as_object(wanted).get("value", wanted)
    for option in options:
        if option.get("value") == value:
            return option
    return next((option for option in options if option.get("text", {}).get("text") == value), None)


async def suggest(stage: Stage, user: User, surface: Message | View, block_id: str, action_id: str, query: str) -> Json:
    """Ask the app for the options of an external select and remember what it offered."""
    payload = block_suggestion(stage.workspace, user, surface, block_id, action_id, query)
    answer: Any = (await stage.ask("interactive", payload)).response
    given = as_object(answer)
    groups: list[Json] = given.get("option_groups") or []
    options: list[Json] = given.get("options") or [option for group in groups for option in group.get("options", [])]
    if len(options) > 100:
        raise ActError("invalid_options", f"The app offered {len(options)} options; Slack takes 100.")
    stage.workspace.offered[user.id, action_id] = options
    return {"options": options} | ({"option_groups": groups} if groups else {})


async def action_of(stage: Stage, user: User, surface: Message | View, act: Json) -> Json:
    """Return the action object of a click, and keep what was chosen as the state of the surface."""
    raw: Any = act.get("raw_action")
    stamp = {"action_ts": stage.workspace.new_ts()}
    if isinstance(raw, dict):
        return stamp | as_object(raw)
    block_id, element = find_element(surface, user, str(act.get("action_id")), act.get("block_id"), _button_value(act))
    action: Json = {"type": element["type"], "action_id": element["action_id"], "block_id": block_id} | stamp
    chosen = act.get("selected", act.get("value"))
    if element["type"] in ("button", "icon_button", "workflow_button"):
        return action | {key: element[key] for key in ("text", "value", "style", "url") if key in element}
    if element["type"] == "overflow":
        option = _matching(element["options"], chosen)
        if option is None:
            raise ActError("no_such_option", f"{chosen!r} is not in this menu.")
        return action | {"selected_option": option}
    if element["type"] == "feedback_buttons":
        return action | {"value": chosen}
    state = await state_of(stage, user, surface, block_id, element, chosen)
    surface.typed.setdefault(block_id, {})[element["action_id"]] = state
    return action | {key: value for key, value in state.items() if key != "type"}


def _button_value(act: Json) -> str | None:
    value = act.get("value")
    return value if isinstance(value, str) and "selected" not in act else None
