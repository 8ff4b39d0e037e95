"""The five rings of tests and what a test of each may cost, so that the suite stays as fast as it is.

A test belongs to the innermost ring that can fail for its reason. One that uses five times its ring's CPU time fails.
"""

import re
import time
from dataclasses import dataclass

GRACE = 5.0
"""How many times its ring's usual CPU time a test may use."""


@dataclass(frozen=True)
class Ring:
    """What a test of a ring usually costs in CPU seconds: on PostgreSQL, and for each process that it starts, apart."""

    name: str
    cpu: float
    on_postgresql: float = 0.0
    each_start: float = 0.0


PURE = Ring("pure", 0.004)
SERVICE = Ring("service", 0.015, on_postgresql=0.06)
WORLD = Ring("world", 0.15)
FLEET = Ring("fleet", 0.3, each_start=0.3)
BROWSER = Ring("browser", 0.7)

RINGS: tuple[tuple[str, Ring], ...] = ()
"""Where tests lie, as the beginning of their path in `tests/`, and their ring; the first that fits counts."""

EXCEPTIONS: dict[str, tuple[float, str]] = {}
"""Tests that may use more: CPU seconds, and why."""


def ring_of(path: str) -> Ring:
    """Return the ring of a test's file, named below `tests/`."""
    return next((ring for start, ring in RINGS if path.startswith(start)), PURE)


def allowance(nodeid: str, starts: int) -> tuple[float, str]:
    """Return the CPU seconds that a test may use on the machine of the budgets, and which rule says so."""
    path, _, name = nodeid.removeprefix("tests/").partition("::")
    plain = name.partition("[")[0]
    if plain in EXCEPTIONS:
        return EXCEPTIONS[plain]
    ring = ring_of(path)
    usual = ring.on_postgresql if ring.on_postgresql and re.search(r"postgresql", name) else ring.cpu
    return GRACE * (usual + ring.each_start * starts), f"its ring is {ring.name}"


_USUAL_SPEED = 0.0
"""CPU seconds that `_work` takes on the machine for which the budgets are written."""


def _work() -> float:
    began = time.process_time()
    for number in range(20_000):
        {str(number): [number] * 3}.get("7")
    return time.process_time() - began


def slowness() -> float:
    """Return how many times slower than the budgets' machine this one is now, at least 1."""
    return max(1.0, min(_work() for _ in range(3)) / _USUAL_SPEED)
