"""What a kind's form is made of: plain data, so that the view that draws it knows nothing of how kinds are carried out.

Pure.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Literal, Protocol

FieldType = Literal["text", "long_text", "workspace", "key", "person", "choice", "date"]
FormValue = str | tuple[str, ...]
"""What a field holds; several values where several may be given."""


@dataclass(frozen=True)
class FormField:
    """One field of a kind's form; `name` is the payload's field. `choices` are (value, label) pairs.

    `check` looks at the plain value and what the whole form holds, without any I/O, and returns a sentence or None.
    """

    name: str
    label: str
    type: FieldType = "text"
    hint: str = ""
    optional: bool = False
    max_length: int = 0
    choices: tuple[tuple[str, str], ...] = ()
    check: Callable[[str, "FormInput"], str | None] | None = None


@dataclass(frozen=True)
class FormInput:
    """What somebody put into a form: plain values by field name, what their chosen options say, and today's date."""

    values: dict[str, str]
    labels: dict[str, str]
    today: date


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


def check_last_day(value: str, form: FormInput) -> str | None:
    """Return what is wrong with the last day of something."""
    return "Choose a day after today." if date.fromisoformat(value) <= form.today else None


def end_of(last_day: date | None) -> datetime | None:
    """Return the moment at which something with a last UTC day is over."""
    return datetime.combine(last_day, time(23, 59, 59), UTC) if last_day else None
