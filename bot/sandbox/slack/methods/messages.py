"""chat.update and chat.delete, and reading messages back."""

from bot.sandbox.people import BOT_USER_ID
from bot.sandbox.slack.call import Call, Method, page
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.methods.chat import read_call_content
from bot.sandbox.slack.posting import remove, replace
from bot.sandbox.slack.shapes import message_json
from bot.sandbox.slack.state import Channel, Json, Message


def _channel(call: Call) -> Channel:
    # Only real conversation ids: a DM needs its D id here, not the person's id (slack.md 7.3).
    channel = call.workspace.channels.get(call.text("channel"))
    if channel is None:
        raise SlackError("channel_not_found")
    return channel


def _own_message(call: Call, refusal: str) -> Message:
    channel = _channel(call)
    message = call.workspace.message(channel.id, call.text("ts"))
    if message is None:
        raise SlackError("message_not_found")
    if message.user != BOT_USER_ID:
        raise SlackError(refusal)
    return message


async def update(call: Call) -> Json:
    """Change one of the bot's own messages."""
    message = _own_message(call, "cant_update_message")
    replace(call.workspace, message, read_call_content(call, update=True))
    shown = message_json(call.workspace, message, with_metadata=True)
    return {"channel": message.channel, "ts": message.ts, "text": message.text, "message": shown}


async def delete(call: Call) -> Json:
    """Remove one of the bot's own messages."""
    message = _own_message(call, "cant_delete_message")
    remove(call.workspace, message)
    return {"channel": message.channel, "ts": message.ts}


def _readable(call: Call) -> Channel:
    channel = _channel(call)
    kind = "im" if channel.is_im else "groups" if channel.is_private else "channels"
    call.need_scope(f"{kind}:history")
    if BOT_USER_ID not in channel.members:
        raise SlackError("channel_not_found" if channel.is_private else "not_in_channel")
    return channel


def _within(call: Call, messages: list[Message]) -> list[Message]:
    inclusive = call.flag("inclusive")

    def bound(name: str) -> float | None:
        try:
            return float(call.text(name)) if call.has(name) else None
        except ValueError:
            raise SlackError(f"invalid_ts_{name}") from None

    oldest, latest = bound("oldest"), bound("latest")
    return [
        message
        for message in messages
        if (oldest is None or float(message.ts) > oldest or (inclusive and float(message.ts) == oldest))
        and (latest is None or float(message.ts) < latest or (inclusive and float(message.ts) == latest))
    ]


async def history(call: Call) -> Json:
    """Return the messages of a channel, newest first, without replies and ephemerals."""
    channel = _readable(call)
    top = [message for message in call.workspace.visible(channel.id) if message.thread_ts in (None, message.ts)]
    found = _within(call, top)[::-1]
    part, more = page(call, found)
    metadata = call.flag("include_all_metadata")
    messages = [message_json(call.workspace, message, with_metadata=metadata) for message in part]
    return {"messages": messages, "has_more": bool(more["next_cursor"]), "pin_count": 0, "response_metadata": more}


async def replies(call: Call) -> Json:
    """Return a thread: its root and the replies, oldest first."""
    channel, ts = _readable(call), call.required("ts")
    root = call.workspace.message(channel.id, ts)
    if root is None:
        raise SlackError("thread_not_found")
    found = [root, *_within(call, call.workspace.replies(channel.id, ts))]
    part, more = page(call, found, 1000)
    metadata = call.flag("include_all_metadata")
    messages = [message_json(call.workspace, message, with_metadata=metadata) for message in part]
    return {"messages": messages, "has_more": bool(more["next_cursor"]), "response_metadata": more}


METHODS = (
    Method("chat.update", update, scope="chat:write"),
    Method("chat.delete", delete, scope="chat:write"),
    Method("conversations.history", history),
    Method("conversations.replies", replies),
)
