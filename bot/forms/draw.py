"""The form of a kind, drawn from its list of fields, so that a new kind needs no view of its own. Pure."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from bot.forms.fields import FormField, FormValue, HasForm
from bot.slack import ids
from bot.slack.blocks import context, input_block, modal, section
from bot.slack.elements import date_picker, external_select, option, static_select, text_input, users_select
from bot.slack.markup import escape

Json = dict[str, Any]


def kind_form(
    kind: HasForm,
    *,
    asks: str,
    values: Mapping[str, FormValue] | None = None,
    labels: Mapping[str, str] | None = None,
    problems: Mapping[str, str] | None = None,
) -> Json:
    """Return a kind's form. `asks` says who will decide; `values` and `labels` fill it in.

    `problems` stand at their fields, one without a field on top.
    """
    given, shown, wrong = dict(values or {}), dict(labels or {}), dict(problems or {})
    names = {field.name for field in kind.form}
    blocks: list[Json] = [section(f"⚠️ {escape(said)}") for name, said in wrong.items() if name not in names]
    if kind.danger:
        blocks.append(section(f"⚠️ {escape(kind.danger)}"))
    for field in kind.form:
        blocks.append(_block(field, _shown(given.get(field.name, "")), shown.get(field.name, "")))
        if field.name in wrong:
            blocks.append(context(f"⚠️ {escape(wrong[field.name])}"))
    blocks.append(context(asks))
    return modal(f"{ids.FORM_PREFIX}{kind.name}", kind.label, blocks, submit=kind.submit_label)


def _shown(value: FormValue) -> str:
    """Return several values as people type them into one field."""
    return value if isinstance(value, str) else ", ".join(value)


def _block(field: FormField, value: str, label: str) -> Json:
    element = _element(field, value, label)
    # Whoever decides depends on the workspace, so the choice of one, or of a key in one, is told at once.
    decides = field.type in ("workspace", "key")
    return input_block(
        field.label, element, block_id=field.name, hint=field.hint or None, optional=field.optional, dispatch=decides
    )


def _element(field: FormField, value: str, label: str) -> Json:
    match field.type:
        case "workspace" | "key":
            action = ids.PICK_WORKSPACE if field.type == "workspace" else ids.PICK_KEY
            return external_select(action, initial=option(label or value, value) if value else None)
        case "person":
            return users_select(field.name, initial=value or None)
        case "choice":
            options = [option(text, code) for code, text in field.choices]
            chosen = next((o for o in options if o["value"] == value), None)
            return static_select(field.name, options, initial=chosen)
        case "date":
            return date_picker(field.name, initial=date.fromisoformat(value) if value else None)
        case "text" | "long_text":
            return text_input(
                field.name, initial=value or None, multiline=field.type == "long_text", max_length=field.max_length or None
            )
