"""The blocks: one row each, after slack.md §3.1. What may stand where is part of the row (`surfaces`)."""

from typing import Any, cast

from bot.sandbox.slack.validation.data import DATA_BLOCKS
from bot.sandbox.slack.validation.elements import (
    IN_ACTIONS,
    IN_CONTEXT_ACTIONS,
    IN_INPUT,
    IN_SECTION,
    element_of,
    no_two_icons,
)
from bot.sandbox.slack.validation.problem import Report
from bot.sandbox.slack.validation.rich_text import RICH_TEXT, rich_text
from bot.sandbox.slack.validation.schema import (
    Check,
    Rule,
    Shape,
    at_least_one,
    exactly_one,
    flag,
    items,
    one_of,
    shape,
    tagged,
    whole,
)
from bot.sandbox.slack.validation.schema import text as string
from bot.sandbox.slack.validation.texts import https, image_fields, plain, text_object


def _block(
    kind: str,
    required: dict[str, Check],
    optional: dict[str, Check] | None = None,
    *rules: Rule,
    surfaces: str = "mdh",
) -> tuple[str, Shape]:
    fields = {"block_id": string(1, 255), **(optional or {})}
    return kind, shape({"type": one_of(kind), **required}, fields, *rules, surfaces=surfaces)


def _no_dispatch_of_files(fields: dict[str, Any], pointer: str, report: Report) -> None:
    if fields.get("dispatch_action") and fields["element"]["type"] == "file_input":
        report.failed(f"{pointer}/dispatch_action", "not allowed with a file_input", "one_of")


def _header_divider_only_when_fixed(fields: dict[str, Any], pointer: str, report: Report) -> None:
    if fields.get("has_header_divider") and fields.get("is_collapsible"):
        report.failed(f"{pointer}/has_header_divider", "not allowed on a collapsible container", "one_of")
    if fields.get("default_collapsed") and not fields.get("is_collapsible"):
        report.failed(f"{pointer}/default_collapsed", "needs is_collapsible", "all_of")


def _pending_only_in_a_plan(fields: dict[str, Any], pointer: str, report: Report) -> None:
    if fields["status"] == "pending":
        report.failed(
            f"{pointer}/status", "pending is allowed inside a plan only", "enum", ["in_progress", "complete", "error"]
        )


_source = shape({"type": one_of("url"), "url": string(1, 3000), "text": string(1)}).check
_task_fields: dict[str, Check] = {
    "task_id": string(1, 255),
    "title": string(1),
    "status": one_of("pending", "in_progress", "complete", "error"),
}
_task_parts: dict[str, Check] = {"details": rich_text, "output": rich_text, "sources": items(_source)}
_, _PLANNED_TASK = _block("task_card", _task_fields, _task_parts)

_card_fields: dict[str, Check] = {
    "hero_image": element_of("image"),
    "icon": element_of("image"),
    "slack_icon": element_of("icon"),
    "title": text_object(150),
    "subtitle": text_object(150),
    "body": text_object(200),
    "subtext": text_object(200),
    "actions": items(element_of("button"), 1, 3),
}
_, _CARD = _block("card", {}, _card_fields, at_least_one("hero_image", "title", "actions", "body"), no_two_icons)

_CHILDREN = ("actions", "context", "divider", "file", "header", "image", "input", "rich_text", "section", "table", "video")


def _context_part(value: Any, pointer: str, report: Report) -> None:
    is_image = isinstance(value, dict) and cast("dict[str, Any]", value).get("type") == "image"
    (element_of("image") if is_image else text_object(3000))(value, pointer, report)


def _simple() -> list[tuple[str, Shape]]:
    return [
        _block(
            "section",
            {},
            {
                "text": text_object(3000),
                "fields": items(text_object(2000), 1, 10),
                "accessory": element_of(*IN_SECTION),
                "expand": flag,
            },
            at_least_one("text", "fields"),
        ),
        _block("header", {"text": plain(150)}, {"level": whole(1, 4)}),
        _block("divider", {}),
        _block("context", {"elements": items(_context_part, 1, 10)}),
        _block("actions", {"elements": items(element_of(*IN_ACTIONS), 1, 25)}),
        _block("context_actions", {"elements": items(element_of(*IN_CONTEXT_ACTIONS), 1, 5)}, surfaces="m"),
        _block(
            "input",
            {"label": plain(2000), "element": element_of(*IN_INPUT)},
            {"hint": plain(2000), "optional": flag, "dispatch_action": flag},
            _no_dispatch_of_files,
        ),
        _block(
            "image",
            {"alt_text": string(1, 2000)},
            {**image_fields, "title": plain(2000)},
            exactly_one("image_url", "slack_file"),
        ),
        _block("markdown", {"text": string(1, 12000)}, surfaces="m"),
        _block(
            "alert",
            {"text": text_object(200)},
            {"level": one_of("default", "info", "warning", "error", "success")},
            surfaces="d",
        ),
    ]


def _rich() -> list[tuple[str, Shape]]:
    return [
        _block(
            "video",
            {"alt_text": string(1, 2000), "title": plain(200), "thumbnail_url": https, "video_url": https},
            {
                "title_url": https,
                "description": plain(200),
                "author_name": string(1, 50),
                "provider_name": string(1, 50),
                "provider_icon_url": https,
            },
        ),
        ("card", _CARD),
        _block("carousel", {"elements": items(tagged(lambda: {"card": _CARD}, "block"), 1, 10)}, surfaces="mh"),
        _block(
            "container",
            {"child_blocks": items(tagged(lambda: BLOCKS, "block", _CHILDREN), 1, 10)},
            {
                "title": plain(150),
                "rich_text_title": rich_text,
                "subtitle": text_object(150),
                "icon": element_of("image"),
                "width": one_of("narrow", "standard", "wide", "full"),
                "is_collapsible": flag,
                "default_collapsed": flag,
                "has_header_divider": flag,
            },
            at_least_one("title", "rich_text_title"),
            _header_divider_only_when_fixed,
            surfaces="mh",
        ),
        _block(
            "plan",
            {"title": string(1)},
            {"tasks": items(tagged(lambda: {"task_card": _PLANNED_TASK}, "block"), 0)},
            surfaces="m",
        ),
        _block("task_card", _task_fields, _task_parts, _pending_only_in_a_plan, surfaces="m"),
        # A remote file's block can be read from a message, but nobody can post one (slack.md §3.1): no surface.
        _block("file", {"external_id": string(), "source": one_of("remote")}, surfaces=""),
        ("rich_text", RICH_TEXT),
    ]


BLOCKS: dict[str, Shape] = {**dict(_simple()), **dict(_rich()), **DATA_BLOCKS}
block: Check = tagged(lambda: BLOCKS, "block")
