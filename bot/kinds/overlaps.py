"""Grants of one thing whose times overlap: which of them gave a value, and what each goes back to. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class Given:
    """What one request made of a thing: the value before, the value that it set, and when that was done."""

    which: str
    was: str
    to: str
    at: datetime


def last_before(given: Iterable[Given], which: str, value: str, moment: datetime) -> Given | None:
    """Return the newest of those that set a thing to a value before a moment, None where none did."""
    fitting = [one for one in given if (one.which, one.to) == (which, value) and one.at < moment]
    return max(fitting, key=lambda one: one.at, default=None)


def is_set_by(given: Iterable[Given], which: str, value: str, since: datetime) -> bool:
    """Tell whether one of them set a thing to a value after a moment."""
    return any((one.which, one.to) == (which, value) and one.at > since for one in given)
