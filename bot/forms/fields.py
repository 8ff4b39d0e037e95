"""What forms are made of: plain data, so that what draws and reads them knows nothing of what they are for. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, Generic, Literal, Protocol, TypeVar

from pydantic import BaseModel

from bot.slack import ids
from bot.words.calendars import Calendar
from bot.words.wording import calendar_day

P = TypeVar("P")
FieldType = Literal[
    "text", "long_text", "email", "number", "amount", "limit", "count", "duration", "day", "date", "time", "zone",
    "person", "people", "member", "channel", "workspace", "key", "lookup", "lookups", "choice", "radio", "choices",
]  # fmt: skip
"""What a field takes, and what it is read into.

Written: `text`, `long_text` and `email` (str), `number` and `amount` (Decimal), `limit` (Decimal, or "none"), `count` (int,
or None where none is wanted), `duration` (timedelta), `day` (date).
Picked: `date` (date), `time` (time), `zone`, `person`, `channel` (str), `people` (tuple of str). Found while typing:
`workspace` and `key` (the id of what decides who is asked), `member` (the id of one of the organization, with or without
Slack), `lookup` (str), `lookups` (tuple of str). From its `choices`: `choice` in a menu, `radio` as buttons (str), and
`choices`, of which several can be taken (tuple of str).
"""
FormValue = str | tuple[str, ...]
"""What a field holds; several values where several may be given."""
MORE = "more"
"""The field whose boxes, once ticked, bring further fields into the form."""
WHOLE = "organization"
"""What a workspace's field holds that means the whole organization."""
SEVERAL: tuple[FieldType, ...] = ("people", "lookups", "choices")
READ_BACK: tuple[FieldType, ...] = ("amount", "limit", "count", "duration", "day")
"""What is typed as text and means a figure or a day: the form says while typing how it is understood."""


@dataclass(frozen=True)
class FormField:
    """One field of a form; `name` is its block id, and for a kind the payload's field."""

    name: str
    label: str
    type: FieldType = "text"
    hint: str = ""
    placeholder: str = ""
    optional: bool = False
    max_length: int = 0
    choices: tuple[tuple[str, str], ...] = ()
    """(value, label) pairs."""
    typed: tuple[tuple[str, str], ...] = ()
    """What people type in a line for one of the choices, besides its value and label, with that value."""
    least: Decimal | timedelta | None = None
    most: Decimal | timedelta | int | None = None
    """The limits of a number, an amount, a limit or a duration; for several choices how many may be taken."""
    whole: str = ""
    """For a workspace: what the option is called that means all of them together, whose value is `WHOLE`."""
    behind: str = ""
    """The box of the field `MORE` that brings this one into the form, as does whatever behind that box is filled in."""
    redraws: bool = False
    """Whether the form is redrawn once it is filled in, because what stands around the fields depends on it."""
    unfit: str = ""
    """What is said of a value that the field can't take, instead of the usual sentence of its type."""
    check: Callable[[str, "FormInput"], str | None] | None = None
    """Looks at the plain value and what the whole form holds, without any I/O, and returns a sentence or None."""

    @property
    def decides(self) -> bool:
        """Whether who will be asked depends on it."""
        return self.type in ("workspace", "key")

    @property
    def action_id(self) -> str:
        """The action id of its element, by which suggestions and read-backs are asked for."""
        return {"workspace": ids.PICK_WORKSPACE, "key": ids.PICK_KEY, "member": ids.PICK_MEMBER}.get(self.type, self.name)


@dataclass(frozen=True)
class FormInput:
    """What somebody put into a form, when: plain values by field name, several of them as a tuple.

    `labels` are what chosen options say: by field name for one choice, by the option's value where several can be taken.
    Days are read in `calendar`, that of the person who fills it in.
    """

    values: Mapping[str, FormValue]
    labels: Mapping[str, str]
    now: datetime
    calendar: Calendar

    @property
    def today(self) -> date:
        """The day that it is for the person who fills it in."""
        return self.calendar.day_of(self.now)

    def text(self, name: str) -> str:
        """Return what a field with one value holds, or ""."""
        value = self.values.get(name, "")
        return value if isinstance(value, str) else ""

    def texts(self, name: str) -> tuple[str, ...]:
        """Return what a field with several values holds."""
        value = self.values.get(name, ())
        return value if isinstance(value, tuple) else (value,) if value else ()


@dataclass(frozen=True)
class Form(Generic[P]):
    """A form and what it is read into: `reads` takes the typed values of the fields that hold something, by name."""

    id: str
    title: str
    fields: tuple[FormField, ...]
    reads: Callable[[dict[str, Any]], P]
    submit: str = "Send"
    danger: str = ""


class HasForm(Protocol):
    """What a form says of its kind."""

    @property
    def name(self) -> str:
        """The kind's name."""
        ...

    @property
    def label(self) -> str:
        """The form's title."""
        ...

    @property
    def payload(self) -> type[BaseModel]:
        """What its form is read into; fields that it doesn't have are left out."""
        ...

    @property
    def form(self) -> tuple[FormField, ...]:
        """Its fields."""
        ...

    @property
    def danger(self) -> str:
        """What a careless click would break."""
        ...

    @property
    def submit_label(self) -> str:
        """What its button says."""
        ...


def form_of(kind: HasForm) -> Form[BaseModel]:
    """Return the form by which a kind is asked for."""
    form_id = f"{ids.FORM_PREFIX}{kind.name}"
    return Form(form_id, kind.label, kind.form, kind.payload.model_validate, kind.submit_label, kind.danger)


def check_last_day(value: str, form: FormInput) -> str | None:
    """Return what is wrong with the last day of something."""
    day = date.fromisoformat(value)
    return day_is_over(day) if day < form.today else None


def day_is_over(day: date) -> str:
    """Return what is said of a last day that is over for the person who asks."""
    return f"{calendar_day(day)} is over. Choose today or a later day."
