"""Modals and Home tabs: the stack of three, stable ids, hashes that change, input kept across updates."""

import secrets
from typing import Any, cast

from bot.sandbox.slack.admission import check_admission
from bot.sandbox.slack.errors import SlackError, refused_blocks
from bot.sandbox.slack.ids import with_ids
from bot.sandbox.slack.state import Json, View
from bot.sandbox.slack.validation import validate_view
from bot.sandbox.slack.workspace import SlackWorkspace

STACK_LIMIT = 3


def check_view(workspace: SlackWorkspace, payload: Any, kind: str) -> Json:
    """Return a checked view payload; `kind` is `modal` or `home`."""
    problems = validate_view(payload)
    if any(problem.code == "view_too_large" for problem in problems):
        raise SlackError("view_too_large")
    if problems:
        raise refused_blocks("invalid_arguments", problems, "/view")
    view = cast("Json", payload)
    if view["type"] != kind:
        message = f"[ERROR] view type must be {kind} [json-pointer:/view/type]"
        raise SlackError("invalid_arguments", response_metadata={"messages": [message]})
    refused = check_admission(workspace, view)
    if refused:
        raise refused_blocks("invalid_blocks", refused, "/view")
    return view


def open_modal(workspace: SlackWorkspace, user: str, payload: Any) -> View:
    """Show a first modal to a person. What they had open before is gone."""
    view = _new(workspace, user, check_view(workspace, payload, "modal"))
    workspace.modals[user] = [view]
    _record(workspace, view, "open", payload)
    return view


def push_modal(workspace: SlackWorkspace, user: str, payload: Any) -> View:
    """Put a modal on top of the open one; at most three."""
    stack = workspace.modals.get(user, [])
    checked = check_view(workspace, payload, "modal")
    if not stack:
        raise SlackError("not_found")
    if len(stack) >= STACK_LIMIT:
        raise SlackError("push_limit_reached")
    view = _new(workspace, user, checked)
    view.root_view_id, view.previous_view_id = stack[0].id, stack[-1].id
    stack.append(view)
    _record(workspace, view, "push", payload)
    return view


def update_view(workspace: SlackWorkspace, view: View, payload: Any, given_hash: str = "") -> View:
    """Redraw a modal in place: same id, new hash, input of same block and action id kept."""
    checked = check_view(workspace, payload, str(view.payload["type"]))
    if given_hash and given_hash != view.hash:
        raise SlackError("hash_conflict")
    _check_external_id(workspace, checked, view)
    view.payload = checked | {"blocks": with_ids(checked["blocks"])}
    view.hash = _new_hash(workspace)
    _record(workspace, view, "update", payload)
    return view


def publish_home(workspace: SlackWorkspace, user: str, payload: Any, given_hash: str = "") -> View:
    """Put a Home tab up for one person."""
    checked = check_view(workspace, payload, "home")
    known = workspace.homes.get(user)
    if known is not None and given_hash and given_hash != known.hash:
        raise SlackError("hash_conflict")
    view = _new(workspace, user, checked) if known is None else known
    if known is not None:
        _check_external_id(workspace, checked, known)
        known.payload = checked | {"blocks": with_ids(checked["blocks"])}
        known.hash = _new_hash(workspace)
    workspace.homes[user] = view
    _record(workspace, view, "publish", payload)
    return view


def find_view(workspace: SlackWorkspace, view_id: str, external_id: str) -> View:
    """Return an open view by either id, or refuse with `not_found`."""
    for view in workspace.open_views():
        if (view_id and view.id == view_id) or (external_id and view.payload.get("external_id") == external_id):
            return view
    raise SlackError("not_found")


def _new(workspace: SlackWorkspace, user: str, checked: Json) -> View:
    _check_external_id(workspace, checked, None)
    view_id = workspace.new_id("V")
    payload = checked | {"blocks": with_ids(checked["blocks"])}
    return View(view_id, user, payload, _new_hash(workspace), root_view_id=view_id)


def _new_hash(workspace: SlackWorkspace) -> str:
    return f"{int(workspace.clock.now().timestamp())}.{secrets.token_urlsafe(6)}"


def _check_external_id(workspace: SlackWorkspace, payload: Json, own: View | None) -> None:
    external_id = payload.get("external_id")
    for view in workspace.open_views():
        if external_id and view is not own and view.payload.get("external_id") == external_id:
            raise SlackError("duplicate_external_id")


def _record(workspace: SlackWorkspace, view: View, event: str, payload: Json) -> None:
    title: Any = payload.get("title") or {}
    surface = "home" if payload["type"] == "home" else "modal"
    workspace.record(surface, event, text=str(title.get("text", "")), user=view.user, view=payload)
