"""The import contracts name everything that they are about, so that a new file is under them from its first day."""

import tomllib
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
PURE = ("model", "policy", "policy_checks", "digest", "thresholds", "forecast", "anomalies", "views")


def contract(name: str) -> dict[str, Any]:
    """Return the contract whose name begins so."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    return next(found for found in settings["contracts"] if found["name"].startswith(name))


def modules(*patterns: str) -> set[str]:
    """Return the modules and packages of the bot outside of its sandbox, by the pattern of their paths."""
    paths = [path for pattern in patterns for path in (ROOT / "bot").glob(pattern)]
    names = {".".join(path.relative_to(ROOT).with_suffix("").parts) for path in paths if path.stem[0] not in "_."}
    return {name for name in names if not name.startswith("bot.sandbox")}


def test_nothing_but_the_command_line_may_load_the_sandbox() -> None:
    sources = contract("the sandbox")["source_modules"]
    packages = {name for name in modules("*") if (ROOT / name.replace(".", "/")).is_dir()}
    assert set(sources) == modules("*.py") | packages | {"handlers"}


def test_every_pure_file_is_under_the_contract_for_them() -> None:
    sources = set(contract("pure files")["source_modules"])
    pure = {name for name in modules("*/*.py", "*/*") if name.rpartition(".")[2] in PURE}
    assert {name for name in pure if not name.startswith("bot.store.")} <= sources
