"""Where in a TOML text a key stands, because `tomllib` throws positions away and a fault must name its line. Pure."""

import tomllib
from collections.abc import Iterator, Mapping
from typing import cast

KeyPath = tuple[str, ...]
_DEEPEST = 8
"""How many keys below each other have a line of their own; a policy has five."""


def key_lines(text: str) -> dict[KeyPath, int]:
    """Return the line (from 1) of every table and key of a valid TOML text.

    Lines are collected until they parse on their own: that is one statement, and tomllib itself says which keys it has.
    """
    lines: dict[KeyPath, int] = {}
    table: KeyPath = ()
    pending: list[str] = []
    for number, line in enumerate(text.split("\n"), 1):
        pending.append(line)
        try:
            statement = tomllib.loads("\n".join(pending))
        except tomllib.TOMLDecodeError:
            continue
        start = number - len(pending) + 1
        is_header = pending[0].lstrip().startswith("[")
        paths = list(_paths(statement))
        if is_header:
            table = max(paths, key=len)
        for path in paths:
            lines.setdefault(path if is_header else table + path, start)
        pending = []
    return lines


def line_of(text: str, lines: Mapping[KeyPath, int], path: KeyPath, value: str | None = None) -> int:
    """Return the line of a key, or of the nearest table above it that the text names; 1 for the text as a whole.

    `value` is an entry of the key's list: in a list over several lines, the line of that entry.
    """
    while path and path not in lines:
        path = path[:-1]
    start = lines.get(path, 1)
    end = min((line for line in lines.values() if line > start), default=None)
    for number, line in enumerate(text.split("\n")[start - 1 : end and end - 1], start):
        if value and (f'"{value}"' in line or f"'{value}'" in line):
            return number
    return start


def _paths(value: object, above: KeyPath = ()) -> Iterator[KeyPath]:
    if len(above) > _DEEPEST:
        return
    if isinstance(value, list) and value:  # [[array.of.tables]]
        yield from _paths(cast(list[object], value)[-1], above)
    if isinstance(value, dict):
        for key, inner in cast(dict[str, object], value).items():
            yield (*above, key)
            yield from _paths(inner, (*above, key))
