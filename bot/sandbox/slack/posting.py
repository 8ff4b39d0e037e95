"""Writes, changes and removes messages. Every way of doing so (API, response url, ack, person) ends here."""

from bot.sandbox.people import BOT_USER_ID
from bot.sandbox.slack.content import Content
from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.ids import with_ids
from bot.sandbox.slack.state import Channel, Json, Message
from bot.sandbox.slack.workspace import SlackWorkspace


def post(
    workspace: SlackWorkspace,
    channel: Channel,
    content: Content,
    *,
    thread_ts: str | None = None,
    ephemeral_to: str | None = None,
    user: str = BOT_USER_ID,
    files: list[str] | None = None,
) -> Message:
    """Add a message to a channel, for everybody or (`ephemeral_to`) for one reader, and return it."""
    message = Message(
        ts=workspace.new_ts(),
        channel=channel.id,
        user=user,
        text=content.text or "",
        is_bot=user == BOT_USER_ID,
        blocks=with_ids(content.blocks) if content.blocks else None,
        attachments=content.attachments,
        thread_ts=thread_ts,
        ephemeral_to=ephemeral_to,
        metadata=content.metadata or None,
        files=files or [],
    )
    workspace.add_message(message)
    _record(workspace, message, "post", content.blocks)
    return message


def replace(workspace: SlackWorkspace, message: Message, content: Content) -> None:
    """Change a message as `chat.update` does: text alone removes the blocks, `blocks: []` too, neither keeps both."""
    if content.text is None and content.blocks is None and content.attachments is None and content.metadata is None:
        raise SlackError("no_text")
    if content.text == "" and not content.blocks and not content.attachments:
        raise SlackError("no_text")  # Nothing would be left of the message.
    if _has_rich_text(message.blocks) and content.blocks and not _has_rich_text(content.blocks):
        raise SlackError("block_mismatch")
    if content.text is not None or content.blocks is not None:
        message.blocks = with_ids(content.blocks) if content.blocks else None
        message.edited = workspace.new_ts() if content.blocks is None and message.ephemeral_to is None else message.edited
    if content.text is not None:
        message.text = content.text
    if content.attachments is not None:
        message.attachments = content.attachments or None
    if content.metadata is not None:
        message.metadata = content.metadata or None
    message.typed = {}
    _record(workspace, message, "update", content.blocks if content.blocks is not None else message.blocks)


def remove(workspace: SlackWorkspace, message: Message) -> None:
    """Take a message away; nothing of it stays readable."""
    message.deleted = True
    _record(workspace, message, "delete", None)


def thread_root(workspace: SlackWorkspace, channel: Channel, thread_ts: str | None) -> str | None:
    """Return the root of the thread that `thread_ts` means, None for no thread.

    Of a reply to a deleted message both was seen: that it is refused, and that it lands at the channel's root.
    """
    if not thread_ts:
        return None
    parent = workspace.message(channel.id, thread_ts)
    if parent is None:
        if workspace.orphans_land_at_root:
            return None
        raise SlackError("cannot_reply_to_message")
    return parent.thread_ts or parent.ts


def _has_rich_text(blocks: list[Json] | None) -> bool:
    return any(block.get("type") == "rich_text" for block in blocks or [])


def _record(workspace: SlackWorkspace, message: Message, event: str, blocks: list[Json] | None) -> None:
    first = workspace.files.get(message.files[0]) if message.files else None
    workspace.record(
        "ephemeral" if message.ephemeral_to else "message",
        event,
        text="" if event == "delete" else message.text,
        channel=message.channel,
        user=message.ephemeral_to or (None if message.is_bot else message.user),
        ts=message.ts,
        thread_ts=message.thread_ts,
        blocks=blocks,
        file=None
        if first is None
        else {"id": first.id, "name": first.name, "title": first.title, "alt_text": first.alt_text},
    )
