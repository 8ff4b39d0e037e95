"""The payloads that Slack sends to an app, field by field as in slack.md 4."""

import uuid
from typing import Any

from bot.sandbox.people import APP_ID, BOT_USER_ID, TEAM_ID
from bot.sandbox.slack.shapes import message_json, view_json
from bot.sandbox.slack.state import Channel, Json, Message, User, View
from bot.sandbox.slack.tickets import new_response_url, new_trigger
from bot.sandbox.slack.values import state_values
from bot.sandbox.slack.workspace import TEAM_DOMAIN, SlackWorkspace

_VERIFICATION = "sandbox-verification"


def _common(kind: str, user: User) -> Json:
    return {
        "type": kind,
        "team": {"id": TEAM_ID, "domain": TEAM_DOMAIN},
        "enterprise": None,
        "user": {"id": user.id, "username": user.handle, "name": user.handle, "team_id": user.team_id},
        "api_app_id": APP_ID,
        "token": _VERIFICATION,
        "is_enterprise_install": False,
    }


def _channel(channel: Channel) -> Json:
    name = "directmessage" if channel.is_im else "privategroup" if channel.is_private else channel.name
    return {"id": channel.id, "name": name}


def slash_command(workspace: SlackWorkspace, user: User, channel: Channel, command: str, text: str) -> Json:
    """Return the form fields of a slash command. Every value is a string."""
    return {
        "token": _VERIFICATION,
        "team_id": TEAM_ID,
        "team_domain": TEAM_DOMAIN,
        "channel_id": channel.id,
        "channel_name": _channel(channel)["name"],
        "user_id": user.id,
        "user_name": user.handle,
        "command": command,
        "text": text,
        "api_app_id": APP_ID,
        "is_enterprise_install": "false",
        "response_url": new_response_url(workspace, user.id, channel.id),
        "trigger_id": new_trigger(workspace, user.id),
    }


def message_actions(workspace: SlackWorkspace, user: User, message: Message, actions: list[Json]) -> Json:
    """Return the block_actions of a click in a message. An ephemeral one does not carry its message."""
    channel = workspace.channels[message.channel]
    container: Json = {
        "type": "message",
        "message_ts": message.ts,
        "channel_id": channel.id,
        "is_ephemeral": message.ephemeral_to is not None,
    }
    if message.thread_ts:
        container["thread_ts"] = message.thread_ts
    payload = _common("block_actions", user) | {
        "container": container,
        "trigger_id": new_trigger(workspace, user.id),
        "channel": _channel(channel),
        "state": {"values": state_values(message.blocks or [], message.typed)},
        "response_url": new_response_url(workspace, user.id, channel.id, message.ts),
        "actions": actions,
    }
    if message.ephemeral_to is None:
        payload["message"] = message_json(workspace, message)
    return payload


def view_actions(workspace: SlackWorkspace, user: User, view: View, actions: list[Json]) -> Json:
    """Return the block_actions of a click in a modal or the Home tab: no channel, no message, no response url."""
    values = state_values(view.payload["blocks"], view.typed)
    in_modal = view.payload["type"] == "modal"
    return _common("block_actions", user) | {
        "container": {"type": "view", "view_id": view.id},
        "trigger_id": new_trigger(workspace, user.id, view.id if in_modal else None),
        "view": view_json(view, values),
        "actions": actions,
    }


def view_submission(workspace: SlackWorkspace, user: User, view: View) -> Json:
    """Return the submission of a modal; `response_urls` for selects that ask for them."""
    values = state_values(view.payload["blocks"], view.typed)
    return _common("view_submission", user) | {
        "trigger_id": new_trigger(workspace, user.id, view.id),
        "view": view_json(view, values),
        "response_urls": _response_urls(workspace, user, view, values),
    }


def _response_urls(workspace: SlackWorkspace, user: User, view: View, values: dict[str, dict[str, Json]]) -> list[Json]:
    urls: list[Json] = []
    for block in view.payload["blocks"]:
        element: Json = block.get("element") or {}
        if element.get("response_url_enabled"):
            state = values[block["block_id"]][element["action_id"]]
            channel = state.get("selected_conversation") or state.get("selected_channel")
            if channel:
                url = new_response_url(workspace, user.id, channel)
                place: Json = {"block_id": block["block_id"], "action_id": element["action_id"], "channel_id": channel}
                urls.append(place | {"response_url": url})
    return urls


def view_closed(user: User, view: View, *, cleared: bool) -> Json:
    """Return the notice of a closed modal; `cleared`: the X took the whole stack away."""
    values = state_values(view.payload["blocks"], view.typed)
    return _common("view_closed", user) | {"view": view_json(view, values), "is_cleared": cleared}


def block_suggestion(
    workspace: SlackWorkspace, user: User, where: Message | View, block_id: str, action_id: str, value: str
) -> Json:
    """Return the question for the options of an external select."""
    payload = _common("block_suggestion", user) | {"block_id": block_id, "action_id": action_id, "value": value}
    if isinstance(where, View):
        shown = view_json(where, state_values(where.payload["blocks"], where.typed))
        return payload | {"container": {"type": "view", "view_id": where.id}, "view": shown}
    container: Json = {"type": "message", "message_ts": where.ts, "channel_id": where.channel}
    container["is_ephemeral"] = where.ephemeral_to is not None
    channel = _channel(workspace.channels[where.channel])
    shown = {} if where.ephemeral_to else {"message": message_json(workspace, where)}
    return payload | {"container": container, "channel": channel} | shown


def global_shortcut(workspace: SlackWorkspace, user: User, callback_id: str, action_ts: str) -> Json:
    """Return a global shortcut: it has no channel and no response url."""
    common = _common("shortcut", user)
    return common | {"callback_id": callback_id, "trigger_id": new_trigger(workspace, user.id), "action_ts": action_ts}


def message_shortcut(workspace: SlackWorkspace, user: User, callback_id: str, message: Message, action_ts: str) -> Json:
    """Return a message shortcut."""
    return _common("message_action", user) | {
        "callback_id": callback_id,
        "trigger_id": new_trigger(workspace, user.id),
        "response_url": new_response_url(workspace, user.id, message.channel, message.ts),
        "channel": _channel(workspace.channels[message.channel]),
        "message_ts": message.ts,
        "message": message_json(workspace, message),
        "action_ts": action_ts,
    }


def event_callback(workspace: SlackWorkspace, event: Json, *, is_ext_shared_channel: bool = False) -> Json:
    """Wrap an event in its envelope; `event_id` is the key for deduplication."""
    now: Any = workspace.clock.now().timestamp()
    authorization: Json = {"enterprise_id": None, "team_id": TEAM_ID, "user_id": BOT_USER_ID, "is_bot": True}
    return {
        "token": _VERIFICATION,
        "team_id": TEAM_ID,
        "api_app_id": APP_ID,
        "context_team_id": TEAM_ID,
        "context_enterprise_id": None,
        "type": "event_callback",
        "event": event | {"event_ts": f"{now:.6f}"},
        "event_id": f"Ev0{uuid.uuid4().hex[:10].upper()}",
        "event_time": int(now),
        "authorizations": [authorization | {"is_enterprise_install": False}],
        "is_ext_shared_channel": is_ext_shared_channel,
        "event_context": uuid.uuid4().hex,
    }
