"""What a message says: text, blocks, attachments, metadata, read from an app's JSON and checked as Slack checks it."""

from dataclasses import dataclass

from bot.sandbox.slack.admission import check_admission
from bot.sandbox.slack.errors import SlackError, refused_blocks
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
    _refuse(check_admission(workspace, fields))
    text = fields["text"]
    blocks = fields["blocks"]
    if fields["markdown_text"] is not None:
        blocks = [{"type": "markdown", "text": fields["markdown_text"]}]
        text = text or str(fields["markdown_text"])
    return Content(text, blocks, fields["attachments"], fields["metadata"])


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
