"""What a message says: text, blocks, attachments, metadata, read from an app's JSON and checked as Slack checks it."""

import time
from dataclasses import dataclass
from typing import Any

from bot.sandbox.slack.errors import SlackError, refused_blocks
from bot.sandbox.slack.ids import blocks_in
from bot.sandbox.slack.state import Json
from bot.sandbox.slack.validation import Problem, validate_message
from bot.sandbox.slack.workspace import SlackWorkspace

POST_LIMIT = 40_000
_OWN_CODES = frozenset(
    {"msg_too_long", "markdown_text_conflict", "no_text", "too_many_attachments", "invalid_metadata_format"}
)


@dataclass(frozen=True)
class Content:
    """None means that the part was not given, which `chat.update` tells from an empty one."""

    text: str | None = None
    blocks: list[Json] | None = None
    attachments: list[Json] | None = None
    metadata: Json | None = None


def read_content(workspace: SlackWorkspace, given: Json, *, update: bool = False) -> Content:
    """Return the checked content of `given` (already decoded JSON); raises SlackError with Slack's error names."""
    fields = {key: given.get(key) for key in ("text", "markdown_text", "blocks", "attachments", "metadata")}
    if not update and isinstance(fields["text"], str):
        fields["text"] = fields["text"][:POST_LIMIT]  # Slack cuts a post; only chat.update refuses (slack.md 7.3).
    for name in ("blocks", "attachments"):
        if fields[name] is not None and not isinstance(fields[name], list):
            raise SlackError("invalid_blocks_format" if name == "blocks" else "invalid_attachments")
    _refuse(validate_message(fields, update=update))
    _refuse(_not_rolled_out(workspace, fields["blocks"] or []))
    check_slack_files(workspace, fields["blocks"] or [])
    text = fields["text"]
    blocks = fields["blocks"]
    if fields["markdown_text"] is not None:
        blocks = [{"type": "markdown", "text": fields["markdown_text"]}]
        text = text or str(fields["markdown_text"])
    return Content(text, blocks, fields["attachments"], fields["metadata"])


def _not_rolled_out(workspace: SlackWorkspace, blocks: list[Json]) -> list[Problem]:
    """Refuse the block types that this workspace is told not to have yet, as during a roll-out (slack.md 3.2)."""
    refused = [(place, block) for place, block in enumerate(blocks) if block.get("type") in workspace.refused_blocks]
    return [Problem("failed_constraint", f"unsupported type: {b['type']}", f"/blocks/{n}/type") for n, b in refused]


def check_slack_files(workspace: SlackWorkspace, blocks: list[Json], base: str = "/blocks") -> None:
    """Refuse images whose `slack_file` is unknown, not completed or still being processed."""
    for place, block in enumerate(blocks):
        for nested in blocks_in([block]):
            for image in [nested, nested.get("accessory"), *nested.get("elements", [])]:
                if isinstance(image, dict) and "slack_file" in image and not _is_ready(workspace, image["slack_file"]):
                    problem = Problem("invalid_slack_file", "invalid slack file", f"/{place}/slack_file")
                    raise refused_blocks("invalid_blocks", [problem], base)


def _is_ready(workspace: SlackWorkspace, reference: Any) -> bool:
    wanted: Any = reference.get("id") or str(reference.get("url", "")).rstrip("/").split("/")[-2:][0]
    stored = workspace.files.get(str(wanted))
    return stored is not None and stored.completed and stored.ready_at <= time.monotonic()


def _refuse(problems: list[Problem]) -> None:
    if not problems:
        return
    for problem in problems:
        if problem.code in _OWN_CODES:
            raise SlackError(problem.code)
    first = problems[0]
    if first.code == "only_one_table_allowed" or first.pointer.startswith("/attachments"):
        raise refused_blocks("invalid_attachments", problems, "")
    if first.pointer.startswith("/blocks"):
        raise refused_blocks("invalid_blocks", problems, "")
    raise refused_blocks("invalid_arguments", problems, "")
