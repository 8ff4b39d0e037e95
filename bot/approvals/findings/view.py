"""What is said of a thing in the wrong place: what to do with it, and once that nothing is left to do. Pure."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from bot.approvals.findings.model import Finding, Settled
from bot.slack import ids
from bot.slack.blocks import actions, section
from bot.slack.elements import button
from bot.slack.markup import Markup, bold, code, date, truncate
from bot.slack.model import Message

Undo = tuple[str, str]
"""As `bot.approvals.kind.Undo`: the kind that puts such a thing away, and what the button to its form says."""
_ENDS: dict[Settled, Markup] = {
    "archived": "is archived",
    "expired": "has expired",
    "inactive": "is disabled",
    "gone": "doesn't exist any more",
    "adopted": "belongs to another request now",
}


def render_finding(finding: Finding, undo: Undo | None) -> Message:
    """Return what somebody reads who made a thing in the wrong place."""
    if finding.settled_at:
        return _message(_settled(finding))
    text = f"{_open(finding)} It was created {date(finding.found_at)} or shortly before, for a request that it doesn't fit."
    return _message(text, *_buttons([finding], undo))


def render_settled(finding: Finding) -> Message:
    """Return the short word that nothing is left to do."""
    return _message(_settled(finding))


def with_findings(message: Message, findings: Sequence[Finding], undo: Undo | None) -> Message:
    """Return a message about a request with what is still in the wrong place, and what to do with that."""
    left = [one for one in findings if one.settled_at is None]
    if not left:
        return message
    said = "\n".join([_open(one) for one in left])
    blocks: list[dict[str, Any]] = [*message.blocks, section(said)]
    if buttons := _buttons(left, undo):
        blocks.append(actions(*buttons))
    return replace(message, text=f"{message.text}\n{said}", blocks=blocks)


def _open(finding: Finding) -> Markup:
    where = f"{code(finding.name)} in {bold(finding.place)}"
    return (
        f"⚠️ The key {where} is still there, and nobody asked for it. Archive it in the Console, or ask for it to be revoked."
    )


def _settled(finding: Finding) -> Markup:
    how = _ENDS[finding.settled or "gone"]
    return f"✅ The key {code(finding.name)} in {bold(finding.place)}, which nobody asked for, {how}. Nothing is left to do."


def _buttons(findings: Sequence[Finding], undo: Undo | None) -> list[dict[str, Any]]:
    if undo is None:
        return []
    kind, label = undo
    return [
        button(label, f"{ids.OPEN_PREFIX}{kind}", one.thing_id, accessibility_label=truncate(f"{label} {one.name}", 75))
        for one in findings[:1]
    ]


def _message(text: Markup, *buttons: dict[str, Any]) -> Message:
    return Message(text, [section(text), *([actions(*buttons)] if buttons else [])])
