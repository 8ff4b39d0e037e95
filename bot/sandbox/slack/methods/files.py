"""The upload triple (address, bytes, completion), files.info and files.delete; `file_routes` serves the bytes."""

import time
from typing import Any, cast

from bot.sandbox.people import BOT_USER_ID
from bot.sandbox.slack.call import Call, Method
from bot.sandbox.slack.content import Content, read_content
from bot.sandbox.slack.errors import SlackError, invalid_arguments
from bot.sandbox.slack.posting import post, thread_root
from bot.sandbox.slack.shapes import file_json
from bot.sandbox.slack.state import Channel, Json, StoredFile, as_object


async def upload_url(call: Call) -> Json:
    """Step 1: hand out an address for the bytes of a file."""
    name, length = call.text("filename"), call.number("length", 0)
    if not name or length <= 0:
        raise SlackError("missing_argument")
    if len(call.text("alt_txt")) > 1000:
        raise SlackError("alt_txt_too_large")
    workspace = call.workspace
    file_id, token = workspace.new_id("F"), workspace.new_id("U")
    created = int(workspace.clock.now().timestamp())
    workspace.files[file_id] = StoredFile(file_id, name, length, token, call.text("alt_txt"), created=created)
    return {"upload_url": f"{workspace.base_url}/files/upload/{token}", "file_id": file_id}


async def complete(call: Call) -> Json:
    """Step 3: give the files their titles and, with a channel, share them there in one message."""
    wanted = _wanted_files(call)
    channels = _target_channels(call)
    content = _content(call)
    roots = [thread_root(call.workspace, channel, call.text("thread_ts")) for channel in channels]
    for entry, stored in wanted:
        stored.title = str(entry.get("title") or stored.name)
        stored.completed = True
        stored.ready_at = time.monotonic() + call.workspace.file_processing_seconds
        stored.channels = [channel.id for channel in channels]
    for channel, root in zip(channels, roots, strict=True):
        post(call.workspace, channel, content, thread_ts=root, files=[stored.id for _, stored in wanted])
    return {"files": [file_json(call.workspace, stored) for _, stored in wanted]}


def _wanted_files(call: Call) -> list[tuple[Json, StoredFile]]:
    given: Any = call.structure("files")
    if not isinstance(given, list) or not given:
        raise invalid_arguments("missing required field: files")
    wanted: list[tuple[Json, StoredFile]] = []
    for entry in map(as_object, cast("list[Any]", given)):
        stored = call.workspace.files.get(str(entry.get("id")))
        if stored is None or stored.content is None:
            raise SlackError("file_not_found")
        if stored.completed:
            raise SlackError("file_update_failed")  # Once only (slack.md 7.3).
        wanted.append((entry, stored))
    return wanted


def _target_channels(call: Call) -> list[Channel]:
    names = call.words("channels") or ([call.text("channel_id")] if call.has("channel_id") else [])
    if len(names) > 100:
        raise SlackError("channels_limit_exceeded")
    channels: list[Channel] = []
    for name in names:
        channel = call.workspace.channels.get(name)
        if channel is None:
            raise SlackError("channel_not_found")
        if not channel.is_im and BOT_USER_ID not in channel.members:
            raise SlackError("not_in_channel")
        channels.append(channel)
    return channels


def _content(call: Call) -> Content:
    blocks = call.structure("blocks", "invalid_blocks")
    if blocks is not None:
        return read_content(call.workspace, {"blocks": blocks, "text": call.text("initial_comment") or None})
    return Content(text=call.text("initial_comment"))


async def file_info(call: Call) -> Json:
    """Describe a file."""
    stored = call.workspace.files.get(call.required("file"))
    if stored is None or not stored.completed:
        raise SlackError("file_not_found")
    return {"file": file_json(call.workspace, stored), "comments": [], "response_metadata": {"next_cursor": ""}}


async def delete_file(call: Call) -> Json:
    """Take a file away wherever it is shown."""
    if call.workspace.files.pop(call.required("file"), None) is None:
        raise SlackError("file_not_found")
    return {}


METHODS = (
    Method("files.getUploadURLExternal", upload_url, scope="files:write"),
    Method("files.completeUploadExternal", complete, scope="files:write"),
    Method("files.info", file_info, scope="files:read"),
    Method("files.delete", delete_file, scope="files:write"),
)
