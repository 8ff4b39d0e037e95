"""Buttons, selects and menus on messages, modals and the Home tab; type-ahead; forms sent and closed."""

from typing import Any, cast

from bot.sandbox.slack.acts.elements import action_of, blocks_of, find_element, state_of, suggest
from bot.sandbox.slack.acts.stage import Stage
from bot.sandbox.slack.errors import ActError, SlackError
from bot.sandbox.slack.ids import blocks_in
from bot.sandbox.slack.payloads import message_actions, view_actions, view_closed, view_submission
from bot.sandbox.slack.state import Json, Message, User, View, as_object
from bot.sandbox.slack.values import client_errors, state_values
from bot.sandbox.slack.views import push_modal, update_view


async def click(stage: Stage, act: Json) -> Json:
    """Press or choose one element; `values` may carry what was typed beside it."""
    user = stage.actor(str(act.get("user")))
    surface = stage.surface(user, act)
    await _enter(stage, user, surface, act.get("values") or {})
    action = await action_of(stage, user, surface, act)
    build = message_actions if isinstance(surface, Message) else view_actions
    payload = build(stage.workspace, user, cast("Any", surface), [action])
    ack = await stage.ask("interactive", payload)
    return {"acked": True, "response": ack.response}


async def ask_options(stage: Stage, act: Json) -> Json:
    """Type into an external select."""
    user = stage.actor(str(act.get("user")))
    surface = stage.surface(user, act)
    block_id, element = find_element(surface, user, str(act.get("action_id")), act.get("block_id"))
    return await suggest(stage, user, surface, block_id, str(element["action_id"]), str(act.get("value") or ""))


async def _enter(stage: Stage, user: User, surface: Message | View, values: Json) -> None:
    """Put typed values into a surface: `{block_id: {action_id: value}}` or `{action_id: value}`."""
    blocks = {str(block.get("block_id")) for block in blocks_in(blocks_of(surface))}
    for name, given in values.items():
        inner = as_object(given) if name in blocks and isinstance(given, dict) else {name: given}
        for action_id, plain in inner.items():
            try:
                block_id, element = find_element(surface, user, action_id, name if name in blocks else None)
            except ActError:
                if _is_stale(plain):
                    continue
                raise
            state = await state_of(stage, user, surface, block_id, element, plain)
            surface.typed.setdefault(block_id, {})[action_id] = state


def _is_stale(given: Any) -> bool:
    """Return whether this is the page's state of an element that the app took away meanwhile. A test's typo is not."""
    return any("type" in as_object(part) for part in [given, *as_object(given).values()])


async def submit(stage: Stage, act: Json) -> Json:
    """Send the form in front. The app's answer closes, changes, stacks or refuses it."""
    user = stage.actor(str(act.get("user")))
    view = stage.modal(user, str(act.get("view_id")))
    if "submit" not in view.payload:
        raise ActError("not_submittable", "This form has no submit button.")
    await _enter(stage, user, view, act.get("values") or {})
    blocks = list(blocks_of(view))
    problems = client_errors(blocks, state_values(blocks, view.typed))
    if problems and not act.get("force"):
        raise ActError("client_validation", "Slack's client doesn't send the form like this.", errors=problems)
    ack = await stage.ask("interactive", view_submission(stage.workspace, user, view))
    return _apply(stage, user, view, as_object(ack.response))


def _apply(stage: Stage, user: User, view: View, answer: Json) -> Json:
    stack, action = stage.workspace.modals.get(user.id, []), answer.get("response_action")
    if action == "errors":
        return {"response_action": "errors", "errors": _field_errors(view, answer)}
    try:
        if action == "update":
            update_view(stage.workspace, view, answer.get("view"))
        elif action == "push":
            push_modal(stage.workspace, user.id, answer.get("view"))
    except SlackError as refusal:
        detail = refusal.extra.get("response_metadata", {}).get("messages", [])
        raise ActError("invalid_response", f"Slack refuses the answer to the form: {refusal.code} {detail}") from refusal
    if action == "clear":
        stage.workspace.modals.pop(user.id, None)
    elif action is None and view in stack:
        stack.remove(view)
    elif action not in ("update", "push", "clear", None):
        raise ActError("invalid_response", f"Slack knows no response_action {action!r}.")
    return {"response_action": action}


def _field_errors(view: View, answer: Json) -> Json:
    inputs = {str(block.get("block_id")) for block in blocks_of(view) if block.get("type") == "input"}
    named = as_object(answer.get("errors"))
    if not named or not set(named) <= inputs:
        message = f"Errors must name input blocks; got {sorted(named)}, the form has {sorted(inputs)}."
        raise ActError("invalid_response", message)
    return named


async def close(stage: Stage, act: Json) -> Json:
    """Cancel the form in front, or with `cleared` take the whole stack away as the X does."""
    user = stage.actor(str(act.get("user")))
    view = stage.modal(user, str(act.get("view_id")))
    stack = stage.workspace.modals[user.id]
    cleared = bool(act.get("cleared")) or bool(view.payload.get("clear_on_close"))
    told = stack[0] if act.get("cleared") else view
    if cleared:
        stage.workspace.modals.pop(user.id, None)
    else:
        stack.remove(view)
    await stage.workspace.wire.touch()
    if not told.payload.get("notify_on_close"):
        return {"notified": False}
    ack = await stage.delivery.deliver("interactive", view_closed(user, told, cleared=bool(act.get("cleared"))))
    return {"notified": True, "acked": ack.acked}
