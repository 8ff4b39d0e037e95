"""Text that the program itself wrote, as a type of its own: names and sentences from outside don't have it. Pure."""

from typing import LiteralString, TypeAlias, cast

Own: TypeAlias = LiteralString
"""Literals are it, and what is put together from it alone, f-strings too; a `str` in one makes the whole a `str`."""


def own(text: str) -> Own:
    """Return text as the program's own; only for what can't hold anything from outside, such as figures and days."""
    return cast("Own", text)
