"""A small declarative schema: checks are plain functions, put together in tables.

A JSON schema library would find the same faults but name them in its own words and paths; Slack's wording and
JSON pointers are the point here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from bot.sandbox.slack.validation.problem import Report, escape_token

Check = Callable[[Any, str, Report], None]
"""Looks at one value at one JSON pointer and notes what is wrong with it."""

Rule = Callable[[dict[str, Any], str, Report], None]
"""Looks at the fields of one object together."""


@dataclass(frozen=True)
class Shape:
    """The fields of one object. `surfaces` names where it may appear: `m`essage, mo`d`al, `h`ome."""

    required: Mapping[str, Check]
    optional: Mapping[str, Check]
    rules: tuple[Rule, ...] = ()
    surfaces: str = "mdh"

    def allows(self, surface: str | None) -> bool:
        """Whether it may appear on `surface`; None stands for any."""
        return surface is None or {"message": "m", "modal": "d", "home": "h"}[surface] in self.surfaces

    def check(self, value: Any, pointer: str, report: Report) -> None:
        """Check an object: known fields only, required ones present, each of them right, then the rules."""
        if not isinstance(value, dict):
            report.failed(pointer, "must provide an object", "type", "object")
            return
        fields = cast("dict[str, Any]", value)
        before = len(report.problems)  # rules read required fields, so a missing one must keep them away, too
        for name in self.required:
            if name not in fields:
                report.missing(pointer, name)
        for name, part in fields.items():
            found = self.required.get(name) or self.optional.get(name)
            if found is None:
                report.unknown(pointer, str(name))
            else:
                found(part, f"{pointer}/{escape_token(str(name))}", report)
        if len(report.problems) == before:
            for rule in self.rules:
                rule(fields, pointer, report)


def shape(
    required: Mapping[str, Check] | None = None,
    optional: Mapping[str, Check] | None = None,
    *rules: Rule,
    surfaces: str = "mdh",
) -> Shape:
    """Return the shape of an object."""
    return Shape(required or {}, optional or {}, rules, surfaces)


def text(low: int = 1, high: int | None = None, pattern: str | None = None, what: str = "") -> Check:
    """Return a check for a bare string of `low` to `high` characters; `what` says in words what `pattern` means."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, str):
            report.failed(pointer, "must be a string", "type", "string")
        elif len(value) < low:
            report.failed(pointer, f"must be more than {low - 1} characters", "min_length", low, len(value))
        elif high is not None and len(value) > high:
            report.failed(pointer, f"must be less than {high + 1} characters", "max_length", high, len(value))
        elif pattern is not None and not re.fullmatch(pattern, value):
            report.failed(pointer, f"must be {what or pattern}", "pattern", what or pattern)

    return check


def whole(low: int | None = None, high: int | None = None) -> Check:
    """Return a check for a whole number."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, int) or isinstance(value, bool):
            report.failed(pointer, "must be an integer", "type", "integer")
        elif low is not None and value < low:
            report.failed(pointer, f"must be at least {low}", "minimum", low, value)
        elif high is not None and value > high:
            report.failed(pointer, f"must be at most {high}", "maximum", high, value)

    return check


def number(above: float | None = None) -> Check:
    """Return a check for a finite number, optionally one greater than `above`."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, int | float) or isinstance(value, bool) or value != value or abs(value) == float("inf"):
            report.failed(pointer, "must be a number", "type", "number")
        elif above is not None and value <= above:
            report.failed(pointer, f"must be greater than {above:g}", "exclusive_minimum", above, value)

    return check


def flag(value: Any, pointer: str, report: Report) -> None:
    """Check a boolean."""
    if not isinstance(value, bool):
        report.failed(pointer, "must be a boolean", "type", "boolean")


def anything(value: Any, pointer: str, report: Report) -> None:
    """Accept any value. Its type is checked elsewhere."""


def one_of(*allowed: Any) -> Check:
    """Return a check for one of a few constant values."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if isinstance(value, bool) or value not in allowed:
            got = value if isinstance(value, str | int) else None
            report.failed(pointer, f"must be one of: {', '.join(map(str, allowed))}", "enum", list(allowed), got)

    return check


def items(each: Check, low: int = 1, high: int | None = None) -> Check:
    """Return a check for a list of `low` to `high` things."""

    def check(value: Any, pointer: str, report: Report) -> None:
        if not isinstance(value, list):
            report.failed(pointer, "must provide an array", "type", "array")
            return
        found = cast("list[Any]", value)
        if len(found) < low:
            report.failed(pointer, f"no fewer than {low} items allowed", "min_items", low, len(found))
        if high is not None and len(found) > high:
            report.failed(pointer, f"no more than {high} items allowed", "max_items", high, len(found))
        for position, part in enumerate(found):
            each(part, f"{pointer}/{position}", report)

    return check


def tagged(table: Callable[[], Mapping[str, Shape]], noun: str, allowed: tuple[str, ...] | None = None) -> Check:
    """Return a check for an object whose `type` picks its shape; `allowed` narrows the table to what fits this place.

    The table comes from a function, so that shapes may hold each other.
    """

    def check(value: Any, pointer: str, report: Report) -> None:
        shapes = table()
        names = [name for name in (allowed or shapes) if name in shapes and shapes[name].allows(report.surface)]
        if not isinstance(value, dict):
            report.failed(pointer, "must provide an object", "type", "object")
            return
        fields = cast("dict[str, Any]", value)
        kind = fields.get("type")
        if "type" not in fields:
            report.missing(pointer, "type")
        elif not isinstance(kind, str) or kind not in names:
            report.failed(
                f"{pointer}/type",
                _misplaced(kind, shapes, noun, report),
                "enum",
                names,
                kind if isinstance(kind, str) else None,
            )
        else:
            shapes[kind].check(fields, pointer, report)

    return check


def _misplaced(kind: Any, shapes: Mapping[str, Shape], noun: str, report: Report) -> str:
    if not isinstance(kind, str) or kind not in shapes:
        return f"unsupported {noun} type: {kind}"
    if not shapes[kind].allows(report.surface):
        return f"{noun} type {kind} is not allowed on the {report.surface} surface"
    return f"{noun} type {kind} is not allowed here"


def objects(value: Any, pointer: str) -> list[tuple[str, dict[str, Any]]]:
    """Return the objects of a list with their pointers; anything else in it, or a value that is no list, is left out."""
    if not isinstance(value, list):
        return []
    listed = enumerate(cast("list[Any]", value))
    return [(f"{pointer}/{n}", cast("dict[str, Any]", part)) for n, part in listed if isinstance(part, dict)]


def exactly_one(*names: str) -> Rule:
    """Return a rule: one of the fields is there, and no other of them."""

    def rule(fields: dict[str, Any], pointer: str, report: Report) -> None:
        present = [name for name in names if name in fields]
        if len(present) != 1:
            report.failed(pointer, f"must define exactly one of: {', '.join(names)}", "one_of", list(names), present)

    return rule


def at_least_one(*names: str) -> Rule:
    """Return a rule: one or more of the fields are there."""

    def rule(fields: dict[str, Any], pointer: str, report: Report) -> None:
        if not any(name in fields for name in names):
            report.failed(pointer, f"must define at least one of: {', '.join(names)}", "any_of", list(names))

    return rule


def at_most_one(*names: str) -> Rule:
    """Return a rule: no two of the fields are there together."""

    def rule(fields: dict[str, Any], pointer: str, report: Report) -> None:
        present = [name for name in names if name in fields]
        if len(present) > 1:
            report.failed(pointer, f"must not define more than one of: {', '.join(names)}", "one_of", list(names), present)

    return rule
