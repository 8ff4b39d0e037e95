"""How much the tests try: little in `make test`, much in `make proof`, which sets QM_PROOF=1. Read here and nowhere else."""

import os
from collections.abc import Iterable
from dataclasses import dataclass

import pytest
from _pytest.mark import ParameterSet
from hypothesis import HealthCheck, settings

PROOF = os.environ.get("QM_PROOF") == "1"

RACE_ROUNDS = int(os.environ.get("QM_RACE_ROUNDS") or (200 if PROOF else 2))
"""How often twenty people press at the same instant."""
FEW_ROUNDS = max(2, RACE_ROUNDS // 20)
"""How often the other races run."""
EXAMPLES = 1000 if PROOF else 15
"""Examples of each property that Hypothesis looks for."""
FORGED = 1.0 if PROOF else 0.03
"""The part of the forged inputs that is tried."""
ZONES = 40 if PROOF else 4
"""Time zones in which each day is looked at."""
DAYS = 3 * 365 if PROOF else 20
"""Days that are looked at in each of them."""

ABSENCES = (1, 2, 9, 31, 40, 150) if PROOF else (31,)
"""For how many days the bot was away before it reads again."""
WALK_SEED = os.environ.get("QM_WALK_SEED", "")
"""By what they roll their dice; empty: anew, and said where one fails."""
PAST_REQUESTS = 20_000 if PROOF else 400
"""Requests of long ago among which somebody looks."""
DAYS_STOOD_IN = 1 if PROOF else 7
"""Days from one sync to the next while another report stands in for the better one."""
REPLICAS = 3 if PROOF else 2
"""Processes over one database that send what is due on a day."""
SOAK_MINUTES = float(os.environ.get("QM_SOAK_MINUTES") or 0)
"""How long each soak goes on at least; 0: until it has reached its counts."""
SOAK_SEED = os.environ.get("QM_SOAK_SEED", "")
"""By what the soaks roll their dice; empty: anew, and printed."""


@dataclass(frozen=True)
class SoakSize:
    """What a soak has to reach: requests that were asked for, processes that were killed, answers that were broken."""

    requests: int
    kills: int
    faults: int


_PART = float(os.environ.get("QM_SOAK_PART") or 1)
WALKS, WALK_STEPS = (max(2, round(10 * _PART)), 1000) if PROOF else (1, 70)
"""Random walks over kinds and people, and the events of each; a part of them where the soak is one, too."""
SOAKS = {
    name: SoakSize(*(round(count * _PART) for count in counts))
    for name, counts in {"postgresql": (600, 190, 1800), "sqlite": (400, 110, 1200)}.items()
}
"""Together 1,000 requests, 300 kills and 3,000 faults; a part of that where QM_SOAK_PART says so. Only in `make proof`."""


def few(values: Iterable[object], kept: int = 1) -> list[ParameterSet]:
    """Return values as parameters of a test, of which `make test` tries the first ones alone."""
    return [pytest.param(value, marks=() if place < kept else pytest.mark.proof) for place, value in enumerate(values)]


def databases(both: bool) -> tuple[str, ...]:
    """Return the databases on which a test with a migrated one is tried; `both` if it is marked so."""
    return ("sqlite", "postgresql") if both or PROOF else ("sqlite",)


def share(count: int) -> int:
    """Return how many of `count` forged inputs to try."""
    return max(1, round(count * FORGED))


def share_of_limit(most: int) -> int:
    """Return how many rows a limit takes: few in `make test`, where `most` would cost seconds."""
    return most if PROOF else most // 50


def set_examples() -> None:
    """Tell Hypothesis how much to try; how long an example takes says more about the machine than about the code."""
    quiet = [HealthCheck.too_slow]
    settings.register_profile("sizes", deadline=None, max_examples=EXAMPLES, suppress_health_check=quiet, database=None)
    settings.load_profile("sizes")
