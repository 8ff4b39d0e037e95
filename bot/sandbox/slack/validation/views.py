"""Views: modals and the App Home, as `views.open`, `.push`, `.update` and `.publish` take them (slack.md §3.3, §4)."""

import json
from typing import Any, cast

from bot.sandbox.slack.validation.payloads import check_blocks
from bot.sandbox.slack.validation.problem import Problem, Report
from bot.sandbox.slack.validation.schema import Shape, anything, flag, objects, one_of, shape
from bot.sandbox.slack.validation.schema import text as string
from bot.sandbox.slack.validation.texts import plain

MAX_VIEW_BYTES = 250_000

_shared = {"callback_id": string(0, 255), "external_id": string(0, 255), "private_metadata": string(0, 3000)}
_HOME = shape({"type": one_of("home"), "blocks": anything}, _shared)
_MODAL = shape(
    {"type": one_of("modal"), "title": plain(24), "blocks": anything},
    _shared | {"submit": plain(24), "close": plain(24), "clear_on_close": flag, "notify_on_close": flag},
)
_VIEWS: dict[str, Shape] = {"modal": _MODAL, "home": _HOME}


def validate_view(view: Any) -> list[Problem]:
    """Check a modal or an App Home; pointers start at the view (`/blocks/0/text`)."""
    report = Report(None)
    fields = cast("dict[str, Any]", view) if isinstance(view, dict) else {}
    kind = fields.get("type")
    if not isinstance(view, dict):
        report.failed("", "must provide an object", "type", "object")
    elif "type" not in fields:
        report.missing("", "type")
    elif kind not in ("modal", "home"):
        report.failed("/type", f"unsupported view type: {kind}", "enum", ["modal", "home"])
    else:
        report.surface = kind
        _check(fields, report)
    return report.problems


def _check(view: dict[str, Any], report: Report) -> None:
    _VIEWS[view["type"]].check(view, "", report)
    if "blocks" in view:
        check_blocks(view["blocks"], "/blocks", report)
    if report.surface == "modal" and "submit" not in view and _holds_an_input(view.get("blocks")):
        report.missing("", "submit")
    if report.problems:
        return
    size = len(json.dumps(view, ensure_ascii=False, separators=(",", ":")).encode())
    if size > MAX_VIEW_BYTES:
        report.other("view_too_large", "", f"the view must be at most {MAX_VIEW_BYTES} bytes; it has {size}")


def _holds_an_input(blocks: Any) -> bool:
    return any(one.get("type") == "input" for _, one in objects(blocks, ""))
