"""Messages: what `chat.*` methods and response urls take, and the message form of `blocks.validate` (slack.md §7.3)."""

from typing import Any, cast

from bot.sandbox.slack.validation.payloads import check_lists
from bot.sandbox.slack.validation.problem import Problem, Report
from bot.sandbox.slack.validation.schema import anything, items, objects, shape
from bot.sandbox.slack.validation.schema import text as string

MAX_POST_CHARACTERS = 40_000
MAX_UPDATE_CHARACTERS = 4_000
_MAX_MARKDOWN_CHARACTERS = 12_000
_MAX_ATTACHMENTS = 100
_STRICT = shape({}, {"blocks": anything, "attachments": anything})
_METADATA = shape({"event_type": string(), "event_payload": anything}, {"entities": anything})


def validate_message(message: Any, *, update: bool = False) -> list[Problem]:
    """Check the arguments of a post (or, with `update`, of `chat.update`); arguments that are no content are not looked at.

    A post of more than 40,000 characters is a problem here; the real `chat.postMessage` cuts it instead, so a server
    that wants to be exact cuts `text` before it asks.
    """
    report = Report("message")
    if not isinstance(message, dict):
        report.failed("", "must provide an object", "type", "object")
        return report.problems
    fields = cast("dict[str, Any]", message)
    _check_text(fields, update, report)
    _check_parts(fields, report)
    _check_metadata(fields.get("metadata"), report)
    return report.problems


def validate_payload(message: Any) -> list[Problem]:
    """Check the `message` argument of `blocks.validate`: `blocks` and `attachments` only (it refuses `text`)."""
    report = Report("message")
    _STRICT.check(message, "", report)
    if isinstance(message, dict):
        _check_parts(cast("dict[str, Any]", message), report)
    return report.problems


def _check_text(fields: dict[str, Any], update: bool, report: Report) -> None:
    text, markdown = fields.get("text"), fields.get("markdown_text")
    most = MAX_UPDATE_CHARACTERS if update else MAX_POST_CHARACTERS
    if text is not None and not isinstance(text, str):
        report.failed("/text", "must be a string", "type", "string")
    elif text is not None and len(text) > most:
        report.other("msg_too_long", "/text", f"text must be at most {most} characters; it has {len(text)}")
    if markdown is not None:
        string(1, _MAX_MARKDOWN_CHARACTERS)(markdown, "/markdown_text", report)
        if text or fields.get("blocks"):
            report.other("markdown_text_conflict", "/markdown_text", "markdown_text excludes text and blocks")
    if not update and not any((text, markdown, fields.get("blocks"), fields.get("attachments"))):
        report.other("no_text", "", "a message needs text, blocks or attachments")


def _check_parts(fields: dict[str, Any], report: Report) -> None:
    lists = [] if fields.get("blocks") is None else [("/blocks", fields["blocks"])]
    attachments = fields.get("attachments")
    attached = objects(attachments, "/attachments")
    check_lists([*lists, *((f"{where}/blocks", one["blocks"]) for where, one in attached if "blocks" in one)], report)
    if attachments is None:
        return
    if isinstance(attachments, list) and len(cast("list[Any]", attachments)) > _MAX_ATTACHMENTS:
        report.other("too_many_attachments", "/attachments", f"at most {_MAX_ATTACHMENTS} attachments")
    items(_attachment, 0)(attachments, "/attachments", report)


def _attachment(value: Any, pointer: str, report: Report) -> None:
    # Attachments predate Block Kit: Slack ignores fields of theirs that it does not know; only their blocks are strict.
    if not isinstance(value, dict):
        report.failed(pointer, "must provide an object", "type", "object")


def _check_metadata(metadata: Any, report: Report) -> None:
    if metadata is None or metadata == {}:
        return
    found = Report("message")
    _METADATA.check(metadata, "/metadata", found)
    if not found.problems and not isinstance(metadata["event_payload"], dict):
        found.failed("/metadata/event_payload", "must provide an object", "type", "object")
    for problem in found.problems:
        report.other("invalid_metadata_format", problem.pointer, problem.message)
