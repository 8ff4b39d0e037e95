"""Faults on demand: what goes wrong next, for which call, how often."""

from dataclasses import dataclass, field
from typing import Literal

FaultKind = Literal[
    "401", "403", "429", "500", "500_final", "504", "529", "empty", "drop_before", "drop_after", "slow", "slow_after",
    "duplicate", "on_hold"
]  # fmt: skip
"""`401` and `403` refuse the Admin key, `on_hold` everybody's; `500_final` asks for no retry; `drop_after` does the write,
then closes the connection; `slow` waits before the write and `slow_after` between the write and the answer, and a caller
that goes away while `slow` waits gets nothing done; `duplicate` delivers an envelope twice."""

_CALLS = ("429", "500", "529", "drop_before", "drop_after", "slow", "slow_after")
_METHODS = (*_CALLS, "empty")
_DELIVERIES = ("drop_before", "drop_after", "slow", "duplicate")


def kinds_for(target: str, name: str) -> tuple[str, ...]:
    """Return what can go wrong with the calls that `name` stands for; anything else would never be noticed."""
    if target == "claude":
        return (*_CALLS, "401", "403", "500_final", "504", "on_hold")
    if name in ("interactive", "slash_commands", "events_api"):
        return _DELIVERIES
    return (*_METHODS, "duplicate") if name == "*" else _METHODS


@dataclass
class Fault:
    """One planned failure.

    `target` is `slack` or `claude`; `name` is a Slack method (`chat.postMessage`), a delivery kind (`interactive`,
    `slash_commands`, `events_api`), `METHOD /v1/path` of the Claude API with `*` matching one path segment, or `*` alone
    for any call. `times` counts down; `seconds` is the delay of `slow` and `slow_after`, and the retry-after of `429` (None:
    header left out).
    """

    target: Literal["slack", "claude"]
    name: str
    kind: FaultKind
    times: int = 1
    seconds: float | None = 1.0


@dataclass
class Faults:
    """The planned failures of one sandbox, taken in the order in which they were added."""

    planned: list[Fault] = field(default_factory=list[Fault])

    def add(self, fault: Fault) -> None:
        """Plan a failure."""
        self.planned.append(fault)

    def clear(self) -> None:
        """Forget all planned failures."""
        self.planned.clear()

    def take(self, target: str, name: str) -> Fault | None:
        """Return the first planned failure that can happen to this call and use it up once, or None."""
        possible = kinds_for(target, name)
        for fault in self.planned:
            if fault.target == target and fault.kind in possible and _matches(fault.name, name):
                fault.times -= 1
                if fault.times <= 0:
                    self.planned.remove(fault)
                return fault
        return None


def _matches(pattern: str, name: str) -> bool:
    if pattern == "*":
        return True
    wanted, given = pattern.split("/"), name.split("/")
    return len(wanted) == len(given) and all(w in ("*", g) for w, g in zip(wanted, given, strict=True))
