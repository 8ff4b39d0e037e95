"""A form as a modal, drawn from its fields, so that a new one needs no view of its own. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from bot.forms.fields import MORE, READ_BACK, Form, FormField, FormInput
from bot.forms.read import read_field
from bot.forms.read_back import read_back
from bot.slack.blocks import context, input_block, modal, section
from bot.slack.elements import (
    MAX_OPTIONS,
    checkboxes,
    conversations_select,
    date_picker,
    email_input,
    external_select,
    multi_external_select,
    multi_static_select,
    multi_users_select,
    number_input,
    option,
    radio_buttons,
    static_select,
    text_input,
    time_picker,
    users_select,
)
from bot.slack.markup import Markup, escape
from bot.words.unreadable import Unreadable

Json = dict[str, Any]
_MOST_BOXES = 10


@dataclass(frozen=True)
class Frame:
    """What stands around a form's fields: blocks above and below them, another word on its button, an id that it carries."""

    above: Sequence[Json] = ()
    below: Sequence[Json] = ()
    submit: str = ""
    private_metadata: str = ""


@dataclass(frozen=True)
class Faults:
    """What went wrong when a form was sent: markup on top, and plain sentences at their fields."""

    on_top: Markup = ""
    at_fields: Mapping[str, str] = field(default_factory=dict[str, str])


def draw(form: Form[Any], held: FormInput, frame: Frame | None = None, faults: Faults | None = None) -> Json:
    """Return a form as a modal, filled in with what it holds. A fault at no field of its own stands on top, too."""
    frame, faults = frame or Frame(), faults or Faults()
    names = {one.name for one in form.fields}
    astray: list[Markup] = [escape(said) for name, said in faults.at_fields.items() if name not in names]
    on_top: list[Markup] = [faults.on_top, *astray]
    blocks = [section(f"⚠️ {markup}") for markup in on_top if markup]
    if form.danger:
        blocks.append(section(f"⚠️ {escape(form.danger)}"))
    blocks += frame.above
    for one in form.fields:
        if not (_is_in(one, form, held) or one.name in faults.at_fields):
            continue
        blocks += _blocks(one, held)
        if one.name in faults.at_fields:
            blocks.append(context(f"⚠️ {escape(faults.at_fields[one.name])}"))
    blocks += frame.below
    submit = frame.submit or form.submit
    return modal(form.id, form.title, blocks, submit=submit, close="Cancel", private_metadata=frame.private_metadata)


def _is_in(one: FormField, form: Form[Any], held: FormInput) -> bool:
    """Tell whether a field is in a form now: its box is ticked, or something behind that box is filled in already."""
    if not one.behind or one.behind in held.texts(MORE):
        return True
    return any(held.texts(other.name) for other in form.fields if other.behind == one.behind)


def _blocks(one: FormField, held: FormInput) -> list[Json]:
    is_read_back = one.type in READ_BACK
    drawn = input_block(
        one.label,
        _element(one, held),
        block_id=one.name,
        hint=None if is_read_back else _hint(one, held),
        optional=one.optional,
        # Who decides depends on the workspace, so the choice of one, or of a key in one, is told at once.
        dispatch=one.decides or one.redraws or is_read_back,
    )
    # The help of such a field stands where it is read back, so that nothing moves while somebody types.
    return [drawn, context(read_back(one, held))] if is_read_back else [drawn]


def _hint(one: FormField, held: FormInput) -> str | None:
    """Return a field's help. Where a day is picked it says whose days they are."""
    return " ".join(filter(None, [one.hint, held.calendar.whose if one.type == "date" else ""])) or None


def _element(one: FormField, held: FormInput) -> Json:
    value, name = held.text(one.name), one.action_id
    match one.type:
        case "text" | "long_text" | "amount" | "limit" | "count" | "duration" | "day":
            return text_input(
                name,
                initial=value or None,
                placeholder=one.placeholder or None,
                multiline=one.type == "long_text",
                max_length=one.max_length or None,
                while_typing=one.type in READ_BACK,
            )
        case "email":
            return email_input(name, initial=value or None)
        case "number":
            least, most = _limit(one.least), _limit(one.most)
            return number_input(name, decimal=True, initial=_fitting(one, held), low=least, high=most)
        case "date":
            return date_picker(name, initial=_fitting(one, held))
        case "time":
            return time_picker(name, initial=_fitting(one, held))
        case "person":
            return users_select(name, initial=_fitting(one, held))
        case "channel":
            return conversations_select(name, initial=_fitting(one, held))
        case _:
            return _options(one, held)


def _options(one: FormField, held: FormInput) -> Json:
    """Return the element of a field that takes one or several options."""
    value, shown = held.text(one.name), one.placeholder or "Type to search"
    options = [option(text, code) for code, text in one.choices]
    chosen = [found for found in options if found["value"] in held.texts(one.name)]
    most = one.most if isinstance(one.most, int) else None
    match one.type:
        case "people":
            return multi_users_select(one.action_id, most=most, initial=_fitting(one, held) or ())
        case "lookups":
            several = [option(held.labels.get(code) or code, code) for code in held.texts(one.name) if len(code) <= 150]
            return multi_external_select(one.action_id, placeholder=shown, most=most, initial=several[:MAX_OPTIONS])
        case "choice":
            return static_select(one.action_id, options, initial=next(iter(chosen), None))
        case "radio":
            return radio_buttons(one.action_id, options, initial=next(iter(chosen), None))
        case "choices" if len(options) <= _MOST_BOXES:
            return checkboxes(one.action_id, options, initial=chosen)
        case "choices":
            return multi_static_select(one.action_id, options, initial=chosen)
        case _:
            label = held.labels.get(one.name) or value
            return external_select(
                one.action_id, placeholder=shown, initial=option(label, value) if _fitting(one, held) else None
            )


def _fitting(one: FormField, held: FormInput) -> Any:
    """Return the typed value of a field, None for what its element couldn't hold: Slack refuses the whole form for it."""
    try:
        return read_field(one, held) if held.texts(one.name) else None
    except Unreadable:
        return None


def _limit(value: object) -> Decimal | None:
    return Decimal(value) if isinstance(value, Decimal | int) else None
