"""What this workspace refuses although it is well formed: blocks not rolled out, scopes not granted, files not there."""

import re
import time
from collections.abc import Iterator
from typing import Any, cast

from bot.sandbox.slack.errors import SlackError
from bot.sandbox.slack.shapes import file_json
from bot.sandbox.slack.state import Json, StoredFile, as_object
from bot.sandbox.slack.validation import Problem
from bot.sandbox.slack.workspace import SlackWorkspace

_SCOPES = {"video": "links.embed:write", "file_input": "files:read"}
"""Type of a block or element -> the scope without which an app may not send it (slack.md 3.1, 3.3)."""

_IS_BLOCK = re.compile(r"/(child_)?blocks/\d+$")
"""Pointer of a block; an image, for one, can be an element as well."""


def check_admission(workspace: SlackWorkspace, content: Json) -> list[Problem]:
    """Return what is refused in the `blocks` (also those of `attachments`) of content; SlackError for a missing scope."""
    lists = [("/blocks", content.get("blocks"))]
    for place, attachment in enumerate(cast("list[Any]", content.get("attachments") or [])):
        lists.append((f"/attachments/{place}/blocks", as_object(attachment).get("blocks")))
    found = [part for pointer, blocks in lists for part in _objects_in(blocks, pointer)]
    _check_scopes(workspace, found)
    return [*_not_rolled_out(workspace, found), *_not_ready(workspace, found)]


def _objects_in(value: Any, pointer: str) -> Iterator[tuple[str, Json]]:
    """Yield every object below a value with its JSON pointer."""
    if isinstance(value, dict):
        yield pointer, cast("Json", value)
    if isinstance(value, dict | list):
        parts = cast("Json", value).items() if isinstance(value, dict) else enumerate(cast("list[Any]", value))
        for name, part in parts:
            yield from _objects_in(part, f"{pointer}/{name}")


def _check_scopes(workspace: SlackWorkspace, found: list[tuple[str, Json]]) -> None:
    for _, part in found:
        scope = _SCOPES.get(str(part.get("type")))
        if scope is not None and scope not in workspace.scopes:
            raise SlackError("missing_scope", needed=scope, provided=",".join(sorted(workspace.scopes)))


def _not_rolled_out(workspace: SlackWorkspace, found: list[tuple[str, Json]]) -> list[Problem]:
    """Refuse the block types that this workspace is told not to have yet, as during a roll-out (slack.md 3.2)."""
    return [
        Problem("failed_constraint", f"unsupported type: {part['type']}", f"{pointer}/type")
        for pointer, part in found
        if _IS_BLOCK.search(pointer) and part.get("type") in workspace.refused_blocks
    ]


def _not_ready(workspace: SlackWorkspace, found: list[tuple[str, Json]]) -> list[Problem]:
    """Refuse images whose `slack_file` is unknown, not completed or still being processed."""
    return [
        Problem("invalid_slack_file", "invalid slack file", f"{pointer}/slack_file")
        for pointer, part in found
        if "slack_file" in part and not _is_ready(workspace, as_object(part["slack_file"]))
    ]


def _is_ready(workspace: SlackWorkspace, reference: Json) -> bool:
    stored = workspace.files.get(str(reference.get("id")))
    if "url" in reference:
        stored = next((file for file in workspace.files.values() if _has_address(workspace, file, reference["url"])), None)
    return stored is not None and stored.completed and stored.ready_at <= time.monotonic()


def _has_address(workspace: SlackWorkspace, file: StoredFile, url: Any) -> bool:
    shown = file_json(workspace, file)
    return url in (shown["url_private"], shown["url_private_download"], shown["permalink"])
