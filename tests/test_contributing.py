"""CONTRIBUTING.md is true: what its map names exists, and its layers and jobs are those of the code."""

import re
import tomllib
from pathlib import Path
from typing import Any

from bot.jobs import JOBS

ROOT = Path(__file__).parents[1]
TEXT = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
FOLDERS = ("bot/", "handlers/", "tests/", "docs/", "benchmarks/")


def layers_told() -> list[list[str]]:
    """Return the layers as CONTRIBUTING shows them: names, then two spaces or more and what they are."""
    (block,) = (block for block in re.findall(r"```\n(.*?)```", TEXT, re.DOTALL) if block.startswith("bot.__main__"))
    return [re.split(r" {2,}", line)[0].split(" | ") for line in block.splitlines()]


def test_every_file_and_folder_that_it_names_exists() -> None:
    named = [name for name in re.findall(r"`([\w./]+)`", TEXT) if name.startswith(FOLDERS)]
    assert len(named) > 30
    assert [name for name in named if not (ROOT / name).exists()] == []


def test_every_package_has_a_place_in_the_map() -> None:
    table = "\n".join(line for line in TEXT.splitlines() if line.startswith("|"))
    packages = [path.parent.name for path in sorted((ROOT / "bot").glob("*/__init__.py"))]
    assert [name for name in packages if f"`bot/{name}/`" not in table] == []


def test_its_layers_are_those_that_are_checked_and_hold_every_module() -> None:
    settings: Any = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    (checked,) = (one["layers"] for one in settings["contracts"] if one["type"] == "layers")
    told = layers_told()
    assert told == [layer.split(" | ") for layer in checked]
    modules = {
        f"bot.{path.stem}" for path in (ROOT / "bot").iterdir() if path.suffix == ".py" or (path / "__init__.py").exists()
    }
    assert modules - {"bot.__init__"} == {name for layer in told for name in layer} - {"handlers"}


def test_its_map_names_every_job() -> None:
    assert f"bot.jobs (APScheduler): {' · '.join(job.name for job in JOBS)}\n" in TEXT
