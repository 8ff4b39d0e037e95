"""What spend is split by: one entry per dimension, and everything that speaks of dimensions reads the tuple.

Pure.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

UNREPORTED = "not reported"
"""Stands for the id of a day that was told by a report which can't split by the dimension; no id has a space."""


def named(thing_id: str, names: Mapping[str, str]) -> str:
    """Return the name of a thing as people know it; without one, the end of its id."""
    return names.get(thing_id) or f"…{thing_id[-4:]}"


def short_model(model: str, _names: Mapping[str, str] | None = None) -> str:
    """Return a model as people call it: `claude-opus-5-5-20260901` is `opus-5-5`."""
    head, _, tail = model.removeprefix("claude-").rpartition("-")
    return head if len(tail) == 8 and tail.isdigit() else model.removeprefix("claude-")


@dataclass(frozen=True)
class Dimension:
    """One way of splitting spend into parts that add up to the whole."""

    name: str
    """What people type after "by", and what buttons and titles say."""
    heading: str
    """The head of its column in tables."""
    column: str
    """Its column in the ledger's tables `cost_day` and `usage_day`, and its field in the rows of reports; "" for none."""
    api_name: str
    """Its name in `group_by[]` of the usage and cost reports (admin-api.md §4.10)."""
    missing: str
    """How the part is called that has no value of it."""
    words: tuple[str, ...] = ()
    """What else people type for it: plurals and synonyms, in lower case, two words at most."""
    show: Callable[[str, Mapping[str, str]], str] = named
    """Returns a value as people know it, given its id and the names of things by id."""

    @property
    def typed(self) -> tuple[str, ...]:
        """Everything that people may type for it."""
        return (self.name, *self.words)

    @property
    def has_names(self) -> bool:
        """Tell whether its values are ids of things that have names."""
        return self.show is named

    def label(self, thing_id: str, names: Mapping[str, str]) -> str:
        """Return one part's name; "" is the part without a value, UNREPORTED what the report didn't split."""
        if not thing_id:
            return self.missing
        return f"Not reported by {self.name}" if thing_id == UNREPORTED else self.show(thing_id, names)


WORKSPACE = Dimension("workspace", "Workspace", "workspace_id", "workspace_id", "Default", ("workspaces",))
MODEL = Dimension("model", "Model", "model", "model", "Tools and other", ("models",), short_model)
KEY = Dimension(
    "key",
    "Key",
    "api_key_id",
    "api_key_id",
    "Console and sign-ins (no key)",
    ("keys", "api key", "api keys", "api_key", "apikey"),
)
DIMENSIONS = (WORKSPACE, MODEL, KEY)
"""In the order in which digests and buttons show them."""
