"""chat.postMessage and chat.postEphemeral, and the search for the channel that they mean."""

from typing import Any

from bot.sandbox.people import BOT_USER_ID
from bot.sandbox.slack.call import Call, Method
from bot.sandbox.slack.content import Content, read_content
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.posting import post, thread_root
from bot.sandbox.slack.shapes import message_json
from bot.sandbox.slack.state import Channel, Json
from bot.sandbox.slack.workspace import SlackWorkspace


def read_call_content(call: Call, *, update: bool = False) -> Content:
    """Return the message content in the arguments of a call."""
    structures = {"blocks": "invalid_blocks_format", "attachments": "invalid_attachments"}
    structures["metadata"] = "invalid_metadata_format"
    given: Json = {name: call.structure(name, broken) for name, broken in structures.items() if call.has(name)}
    for name in ("text", "markdown_text"):
        if call.has(name):
            given[name] = call.text(name)
    return read_content(call.workspace, given, update=update)


def find_channel(workspace: SlackWorkspace, wanted: str, *, open_dm: bool = False) -> Channel:
    """Return the channel that an id, a name or (with `open_dm`) a user id means."""
    if wanted in workspace.channels:
        return workspace.channels[wanted]
    user = workspace.users.get(wanted)
    if open_dm and user is not None and not user.deleted and not user.is_bot and not workspace.is_outsider(user):
        return workspace.dm(wanted)
    for channel in workspace.channels.values():
        if wanted and not channel.is_im and channel.name == wanted.removeprefix("#"):
            return channel
    raise SlackError("channel_not_found")


def check_may_post(call: Call, channel: Channel) -> None:
    """Refuse to post where the bot is not a member, in archived channels and in DMs with the Messages tab off."""
    if channel.is_archived:
        raise SlackError("is_archived")
    if channel.is_im:
        if call.workspace.features.get("app_home", {}).get("messages_tab_enabled", True) is False:
            raise SlackError("messages_tab_disabled")
    elif BOT_USER_ID not in channel.members:
        if channel.is_private:
            raise SlackError("channel_not_found")
        if "chat:write.public" not in call.scopes:
            raise SlackError("not_in_channel")


async def post_message(call: Call) -> Json:
    """Post to a channel, a thread or (user id) a direct conversation."""
    channel = find_channel(call.workspace, call.text("channel"), open_dm=True)
    check_may_post(call, channel)
    content = read_call_content(call)
    root = thread_root(call.workspace, channel, call.text("thread_ts"))
    message = post(call.workspace, channel, content, thread_ts=root)
    shown = message_json(call.workspace, message, with_metadata=True)
    return {"channel": channel.id, "ts": message.ts, "message": shown}


async def post_ephemeral(call: Call) -> Json:
    """Show a message to one member of a channel. Its ts is of no use to update or delete."""
    workspace = call.workspace
    channel = find_channel(workspace, call.text("channel"))
    check_may_post(call, channel)
    reader = call.required("user")
    content = read_call_content(call)
    if not workspace.is_member(channel, reader):
        raise SlackError("user_not_in_channel")
    root = thread_root(workspace, channel, call.text("thread_ts"))
    message = post(workspace, channel, content, thread_ts=root, ephemeral_to=reader)
    return {"message_ts": message.ts}


async def permalink(call: Call) -> Json:
    """Return the address of a message."""
    channel = find_channel(call.workspace, call.text("channel"))
    ts = call.required("message_ts")
    message: Any = call.workspace.message(channel.id, ts)
    if message is None:
        raise SlackError("message_not_found")
    link = f"{call.workspace.base_url}/?channel={channel.id}&ts={ts}"
    return {"channel": channel.id, "permalink": link}


METHODS = (
    Method("chat.postMessage", post_message, scope="chat:write"),
    Method("chat.postEphemeral", post_ephemeral, scope="chat:write"),
    Method("chat.getPermalink", permalink),
)
