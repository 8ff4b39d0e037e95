"""Slash commands, shortcuts, messages that people write, and opening the Home tab."""

import re
from typing import Any

from bot.sandbox.people import APP_ID, BOT_USER_ID, TEAM_ID
from bot.sandbox.slack.acts.stage import Stage
from bot.sandbox.slack.content import Content, read_content
from bot.sandbox.slack.errors import ActError, SlackError
from bot.sandbox.slack.payloads import global_shortcut, message_shortcut, slash_command
from bot.sandbox.slack.posting import post, thread_root
from bot.sandbox.slack.shapes import view_json
from bot.sandbox.slack.state import Channel, Json, User, as_object
from bot.sandbox.slack.workspace import SlackWorkspace

_MENTION = re.compile(r"(?<![\w<@|])@([a-z0-9][a-z0-9._-]*)")
_CHANNEL = re.compile(r"(?<![\w<#|])#([a-z0-9][a-z0-9_-]*)")
_ADDRESS = re.compile(
    r"(?<![\w<|@./-])(?:([\w.+-]+@[\w-]+(?:\.[\w-]+)+)|(https?://[^\s<>|]+)"
    r"|((?:[a-z0-9-]+\.)+(?:com|org|net|io|dev|app|ai|test)))(?![\w@-])"
)


def escape(workspace: SlackWorkspace, text: str, *, with_names: bool) -> str:
    """Turn typed `@handle` and `#channel` into Slack's references, as `should_escape` does for commands."""
    people = {user.handle: user for user in workspace.users.values()}
    groups = {group.handle: group for group in workspace.groups.values()}
    channels = {channel.name: channel for channel in workspace.channels.values() if not channel.is_im}

    def person(match: re.Match[str]) -> str:
        handle = match[1]
        if handle in people:
            return f"<@{people[handle].id}|{handle}>" if with_names else f"<@{people[handle].id}>"
        return f"<!subteam^{groups[handle].id}|@{handle}>" if handle in groups else match[0]

    def channel(match: re.Match[str]) -> str:
        found = channels.get(match[1])
        # Private channels carry no name (slack.md 4).
        return match[0] if found is None else f"<#{found.id}|{'' if found.is_private else found.name}>"

    text = _CHANNEL.sub(channel, _MENTION.sub(person, text))
    return _ADDRESS.sub(_link, text) if with_names else text


def _link(match: re.Match[str]) -> str:
    """Make a link of what looks like an address, with the typed text as its label where the two differ."""
    mail, url, host = match.groups()
    return f"<mailto:{mail}|{mail}>" if mail else f"<{url}>" if url else f"<http://{host}|{host}>"


async def command(stage: Stage, act: Json) -> Json:
    """Type a slash command and wait for the ack. What the ack says is shown."""
    user = stage.actor(str(act.get("user")), insider=True)
    channel = stage.place(user, str(act.get("channel")))
    if act.get("thread_ts"):
        raise ActError("not_in_threads", "Slash commands can't be used in threads.")
    name, _, rest = str(act.get("text", "")).strip().partition(" ")
    known = next((entry for entry in stage.workspace.commands if entry["command"] == name), None)
    if known is None:
        raise ActError("unknown_command", f"{name} is not a valid command.")
    text = escape(stage.workspace, rest.strip(), with_names=True) if known.get("should_escape") else rest.strip()
    ack = await stage.ask("slash_commands", slash_command(stage.workspace, user, channel, name, text))
    _show_answer(stage, user, channel, f"{name} {rest}".strip(), ack.response)
    await stage.workspace.wire.touch()
    return {"acked": True, "response": ack.response}


def _show_answer(stage: Stage, user: User, channel: Channel, typed: str, answer: Any) -> None:
    given: Json = as_object(answer) if isinstance(answer, dict) else {"text": str(answer or "")}
    if not (given.get("text") or given.get("blocks") or given.get("attachments")):
        return
    try:
        content = read_content(stage.workspace, given)
    except SlackError as refusal:
        raise ActError("invalid_response", f"Slack refuses the answer to the command: {refusal.code}") from refusal
    if given.get("response_type") == "in_channel":
        post(stage.workspace, channel, Content(text=typed), user=user.id)
        post(stage.workspace, channel, content)
    else:
        post(stage.workspace, channel, content, ephemeral_to=user.id)


async def shortcut(stage: Stage, act: Json) -> Json:
    """Use a shortcut of the manifest: a global one, or one on a message."""
    user = stage.actor(str(act.get("user")), insider=True)
    callback_id = str(act.get("callback_id"))
    entries = {entry["callback_id"]: entry for entry in stage.workspace.features.get("shortcuts", [])}
    if callback_id not in entries:
        raise ActError("unknown_shortcut", f"There is no shortcut {callback_id!r}.")
    stamp = stage.workspace.new_ts()
    if entries[callback_id]["type"] == "message":
        message = stage.message(user, str(act.get("channel")), str(act.get("ts")))
        payload = message_shortcut(stage.workspace, user, callback_id, message, stamp)
    else:
        payload = global_shortcut(stage.workspace, user, callback_id, stamp)
    ack = await stage.ask("interactive", payload)
    return {"acked": True, "response": ack.response}


async def say(stage: Stage, act: Json) -> Json:
    """Write a message in a channel, a thread or the conversation with the bot."""
    user = stage.actor(str(act.get("user")))
    channel = stage.place(user, str(act.get("channel")))
    text = escape(stage.workspace, str(act.get("text", "")), with_names=False)
    root = thread_root(stage.workspace, channel, act.get("thread_ts"))
    message = post(stage.workspace, channel, Content(text=text), thread_ts=root, user=user.id)
    await stage.workspace.wire.touch()
    event: Json = {"user": user.id, "ts": message.ts, "text": text, "team": TEAM_ID, "channel": channel.id}
    event |= {"thread_ts": root} if root else {}
    kind = "im" if channel.is_im else "group" if channel.is_private else "channel"
    subscription = {"im": "message.im", "group": "message.groups", "channel": "message.channels"}[kind]
    if BOT_USER_ID in channel.members:
        typed = event | {"type": "message", "channel_type": kind}
        await stage.emit(typed, subscription=subscription, shared=channel.is_ext_shared)
        if f"<@{BOT_USER_ID}>" in text:
            await stage.emit(event | {"type": "app_mention"}, shared=channel.is_ext_shared)
    return {"ts": message.ts}


async def open_home(stage: Stage, act: Json) -> Json:
    """Open the app's Home tab (or its Messages tab with `tab`)."""
    user = stage.actor(str(act.get("user")), insider=True)
    tab = str(act.get("tab") or "home")
    if tab == "home" and not stage.workspace.features.get("app_home", {}).get("home_tab_enabled", False):
        raise ActError("not_enabled", "The Home tab is switched off in the manifest.")
    home = stage.workspace.homes.get(user.id)
    event: Json = {"type": "app_home_opened", "user": user.id, "channel": stage.workspace.dm(user.id).id, "tab": tab}
    if home is not None and tab == "home":
        event["view"] = view_json(home)
    return {"acked": await stage.emit(event)}


async def raw(stage: Stage, act: Json) -> Json:
    """Deliver any payload at all, for forged and malformed input."""
    kind = str(act.get("kind"))
    if kind not in ("interactive", "slash_commands", "events_api"):
        raise ActError("bad_request", "kind must be interactive, slash_commands or events_api.")
    ack = await stage.delivery.deliver(kind, act.get("payload", {}))
    return {"acked": ack.acked, "response": ack.response, "reason": ack.reason, "app_id": APP_ID}
