"""views.open, push, update and publish."""

from bot.sandbox.slack.call import Call, Method
from bot.sandbox.slack.errors import SlackError, invalid_arguments
from bot.sandbox.slack.shapes import view_json
from bot.sandbox.slack.state import Json, View
from bot.sandbox.slack.tickets import use_trigger
from bot.sandbox.slack.values import state_values
from bot.sandbox.slack.views import check_view, find_view, open_modal, publish_home, push_modal, update_view


def _answer(view: View) -> Json:
    return {"view": view_json(view, state_values(view.payload["blocks"], view.typed))}


async def open_view(call: Call) -> Json:
    """Open a modal with a trigger id."""
    payload = call.structure("view")
    check_view(call.workspace, payload, "modal")
    trigger = use_trigger(call.workspace, call.required("trigger_id"))
    return _answer(open_modal(call.workspace, trigger.user, payload))


async def push_view(call: Call) -> Json:
    """Push a modal on top, with the trigger id of an act inside a modal."""
    payload = call.structure("view")
    check_view(call.workspace, payload, "modal")
    trigger = use_trigger(call.workspace, call.required("trigger_id"))
    if trigger.view_id is None:
        raise SlackError("not_found")
    return _answer(push_modal(call.workspace, trigger.user, payload))


async def update(call: Call) -> Json:
    """Redraw an open view."""
    if not call.has("view_id") and not call.has("external_id"):
        raise invalid_arguments("missing required field: view_id")
    payload = call.structure("view")
    view = find_view(call.workspace, call.text("view_id"), call.text("external_id"))
    return _answer(update_view(call.workspace, view, payload, call.text("hash")))


async def publish(call: Call) -> Json:
    """Publish somebody's Home tab."""
    user_id, payload = call.required("user_id"), call.structure("view")
    if not call.workspace.features.get("app_home", {}).get("home_tab_enabled", False):
        raise SlackError("not_enabled")
    user = call.workspace.users.get(user_id)
    if user is None or user.deleted or call.workspace.is_outsider(user):
        raise invalid_arguments("invalid user_id")
    return _answer(publish_home(call.workspace, user_id, payload, call.text("hash")))


METHODS = (
    Method("views.open", open_view),
    Method("views.push", push_view),
    Method("views.update", update),
    Method("views.publish", publish),
)
