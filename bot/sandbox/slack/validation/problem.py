"""One fault in a payload, in the shape in which `blocks.validate` reports it, and the collector that gathers them."""

from dataclasses import dataclass, field
from typing import Any, Literal

Surface = Literal["message", "modal", "home"]

ADDITIONAL = "invalid_additional_property"
MISSING = "missing_required_field"
FAILED = "failed_constraint"


@dataclass(frozen=True)
class Problem:
    """One fault. `pointer` is a JSON pointer into what was sent, such as `/0/text/type`."""

    code: str
    message: str
    pointer: str
    field: str | None = None
    constraint: dict[str, Any] | None = None

    def public(self) -> dict[str, Any]:
        """Return one entry of the `errors` list of `blocks.validate`; parts that do not apply are left out."""
        entry: dict[str, Any] = {"code": self.code, "message": self.message, "pointer": self.pointer}
        if self.field is not None:
            entry["field"] = self.field
        if self.constraint is not None:
            entry["constraint"] = self.constraint
        return entry

    def line(self) -> str:
        """Return the sentence that `response_metadata.messages` carries."""
        return f"[ERROR] {self.message} [json-pointer:{self.pointer}]"


@dataclass
class Report:
    """The problems found so far, and the surface that is being checked (None: any surface will do)."""

    surface: Surface | None
    problems: list[Problem] = field(default_factory=list[Problem])

    def failed(self, pointer: str, message: str, constraint: str, expected: Any = None, got: Any = None) -> None:
        """Note a value that breaks a rule; `constraint` names the kind of rule."""
        detail = {"type": constraint}
        if expected is not None:
            detail["expected"] = expected
        if got is not None:
            detail["got"] = got
        self.problems.append(Problem(FAILED, message, pointer, constraint=detail))

    def missing(self, pointer: str, name: str) -> None:
        """Note a required field that is absent from the object at `pointer`."""
        self.problems.append(Problem(MISSING, f"missing required field: {name}", pointer, name))

    def unknown(self, pointer: str, name: str) -> None:
        """Note a field that the object at `pointer` does not have; Slack refuses the whole payload for it."""
        text = f"invalid additional property: {name}"
        self.problems.append(Problem(ADDITIONAL, text, f"{pointer}/{escape_token(name)}", name))

    def other(self, code: str, pointer: str, message: str) -> None:
        """Note a fault that has an error code of its own."""
        self.problems.append(Problem(code, message, pointer))


def escape_token(name: str) -> str:
    """Return one reference token of a JSON pointer (RFC 6901)."""
    return name.replace("~", "~0").replace("/", "~1")
