"""What one person has on screen, and nothing that is not theirs to see."""

from bot.sandbox.slack.ids import blocks_in
from bot.sandbox.slack.shapes import mime_type, view_json
from bot.sandbox.slack.state import Channel, Json, Message, StoredFile, User, View
from bot.sandbox.slack.values import state_values
from bot.sandbox.slack.workspace import SlackWorkspace


def sees(workspace: SlackWorkspace, user: User) -> Json:
    """Return the channels with their messages, the open modals (top last) and the Home tab of one person."""
    channels = [channel for channel in workspace.channels.values() if workspace.is_member(channel, user.id)]
    per_channel: dict[str, list[Message]] = {channel.id: [] for channel in channels}
    for message in workspace.messages:
        if message.channel in per_channel and not message.deleted and message.ephemeral_to in (None, user.id):
            per_channel[message.channel].append(message)
    home = workspace.homes.get(user.id)
    return {
        "channels": [_channel(workspace, channel, per_channel[channel.id]) for channel in channels],
        "modals": [shown_view(view) for view in workspace.modals.get(user.id, [])],
        "home": shown_view(home) if home is not None else None,
    }


def shown_view(view: View) -> Json:
    """Return a view with the present state of its inputs."""
    return view_json(view, state_values(view.payload["blocks"], view.typed))


def _channel(workspace: SlackWorkspace, channel: Channel, messages: list[Message]) -> Json:
    replies: dict[str, int] = {}
    for message in messages:
        if message.thread_ts and message.thread_ts != message.ts and message.ephemeral_to is None:
            replies[message.thread_ts] = replies.get(message.thread_ts, 0) + 1
    return {
        "id": channel.id,
        "name": channel.name,
        "is_im": channel.is_im,
        "is_ext_shared": channel.is_ext_shared,
        "is_archived": channel.is_archived,
        "messages": [_message(workspace, message, replies.get(message.ts, 0)) for message in messages],
    }


def _message(workspace: SlackWorkspace, message: Message, reply_count: int) -> Json:
    author = workspace.users.get(message.user)
    return {
        "ts": message.ts,
        "channel": message.channel,
        "user": message.user,
        "username": author.name if author else message.user,
        "text": message.text,
        "blocks": message.blocks,
        "attachments": message.attachments,
        "ephemeral": message.ephemeral_to is not None,
        "thread_ts": message.thread_ts,
        "reply_count": reply_count,
        "edited": message.edited is not None,
        "files": [shown_file(workspace.files[key]) for key in message.files if key in workspace.files],
        "metadata_event_type": message.metadata.get("event_type") if message.metadata else None,
        "is_bot": message.is_bot,
        "has_input": any(block.get("type") == "input" for block in blocks_in(message.blocks or [])),
    }


def shown_file(stored: StoredFile) -> Json:
    """Return a file as the page needs it; `url` is relative to the Slack server and wants no token."""
    return {
        "id": stored.id,
        "name": stored.name,
        "title": stored.title or stored.name,
        "mimetype": mime_type(stored.name),
        "alt_text": stored.alt_text,
        "size": stored.length,
        "url": f"/_sandbox/files/{stored.id}",
    }
