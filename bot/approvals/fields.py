"""What a kind's form is made of: plain data, so that the view that draws it knows nothing of how kinds are carried out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Literal, Protocol

FieldType = Literal["text", "long_text", "workspace", "key", "person", "choice", "date"]


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
