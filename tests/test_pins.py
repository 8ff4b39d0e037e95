"""The locks: whatever the project needs is pinned there, so that an installation has nothing left to resolve."""

import re
import tomllib
from collections.abc import Iterable
from importlib.metadata import requires
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parent.parent
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
RUN: list[str] = PROJECT["project"]["dependencies"]
DEV: list[str] = PROJECT["dependency-groups"]["dev"]


def everything_needed(wanted: Iterable[str]) -> set[str]:
    """Canonical names of the wanted distributions and all that they need on this machine, extras included."""
    found: set[tuple[str, str]] = set()
    todo = [Requirement(line) for line in wanted]
    while todo:
        requirement = todo.pop()
        name = canonicalize_name(requirement.name)
        for extra in {"", *requirement.extras}:
            if (name, extra) in found:
                continue
            found.add((name, extra))
            needs = [Requirement(line) for line in requires(name) or ()]
            todo += [need for need in needs if not need.marker or need.marker.evaluate({"extra": extra})]
    return {name for name, _ in found}


@pytest.mark.parametrize(("lock", "wanted"), [("requirements.lock", RUN), ("requirements-dev.lock", RUN + DEV)])
def test_a_lock_pins_everything_that_is_needed(lock: str, wanted: list[str]) -> None:
    pinned = set(re.findall(r"^([a-z0-9-]+)==", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
    assert everything_needed(wanted) - pinned == set()


def test_both_locks_pin_the_same_versions() -> None:
    run, dev = (
        set(re.findall(r"^[a-z0-9-]+==[^ ]+", (ROOT / lock).read_text(encoding="utf-8"), re.MULTILINE))
        for lock in ("requirements.lock", "requirements-dev.lock")
    )
    assert run - dev == set()


@pytest.mark.parametrize("file", ["Makefile", "Dockerfile"])
def test_every_installation_takes_the_lock_as_it_is(file: str) -> None:
    installs = [line for line in (ROOT / file).read_text(encoding="utf-8").splitlines() if "pip install" in line]
    assert installs
    assert all("--no-deps --require-hashes" in line for line in installs)
