"""Reads JSON of the outside, and refuses what Python reads but what could not be written into an answer again."""

import json
import math
from typing import Any, cast

MAX_DEPTH = 100
"""Deeper than any block or body that means something; Python's own functions for JSON give up near 1,000."""


class HalfCharacter(ValueError):
    """A text holds one half of a UTF-16 pair, which no encoding can carry."""


def read_strictly(raw: str | bytes) -> Any:
    """Return the value of a JSON text; ValueError when it is none, is nested too deeply, or cannot be sent on."""
    try:
        value: Any = json.loads(raw)
    except RecursionError:
        raise ValueError("nested too deeply") from None
    level = [value]
    for _ in range(MAX_DEPTH):
        level = [inner for part in level for inner in _parts(part)]
        if not level:
            return value
    raise ValueError("nested too deeply")


def _parts(value: Any) -> list[Any]:
    """Return what is directly inside a value, after a look at the value itself."""
    if isinstance(value, dict):
        fields = cast("dict[str, Any]", value)
        return [*fields, *fields.values()]
    if isinstance(value, list):
        return cast("list[Any]", value)
    if isinstance(value, str):
        _check_characters(value)
    if isinstance(value, float) and not math.isfinite(value):
        raise ValueError("not a number that JSON knows")
    return []


def _check_characters(text: str) -> None:
    try:
        text.encode()
    except UnicodeEncodeError:
        raise HalfCharacter("a text ends in the middle of a character") from None
