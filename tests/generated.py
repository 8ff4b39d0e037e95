"""What files say that the code knows better, written anew: `make generated`, or `python -m tests.generated`."""

import json
import re
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

import yaml

from bot.cli import commands_table, settings_table
from bot.cli.manifest_file import manifest_yaml
from bot.kinds.registry import KINDS
from bot.telemetry.alerts import rules_file
from bot.telemetry.dashboards import DASHBOARDS, dashboard

ROOT = Path(__file__).parents[1]
STALE = "run `make generated`"
"""What a test says of a file that is not as it would be written now."""


def with_tables(readme: str) -> str:
    """Return README with the present tables of commands and settings."""
    return settings_table.fill_markers(commands_table.fill_markers(readme))


def with_kinds(policy: str) -> str:
    """Return the example policy with the names of the present kinds."""
    names = textwrap.fill(", ".join(KINDS), 118, initial_indent="# ", subsequent_indent="# ")
    return re.sub(r"(?<=Kinds:\n)(?:# .*\n)+", f"{names}\n", policy)


def rules_yaml() -> str:
    """Return the alert rules as Prometheus reads them."""
    return f"# Written by `make generated`.\n{yaml.safe_dump(rules_file(), sort_keys=False, width=125)}"


def dashboard_json(uid: str) -> str:
    """Return a dashboard as Grafana reads it."""
    return json.dumps(dashboard(uid), indent=2) + "\n"


GENERATED: Mapping[str, Callable[[str], str]] = {
    "README.md": with_tables,
    "manifest.yml": lambda _text: manifest_yaml(),
    "policy.toml": with_kinds,
    "deploy/prometheus/rules.yml": lambda _text: rules_yaml(),
    **{f"deploy/grafana/dashboards/{uid}.json": lambda _text, uid=uid: dashboard_json(uid) for uid in DASHBOARDS},
}
"""A file, and what it has to say, given what it says."""

if __name__ == "__main__":
    for name, wanted in GENERATED.items():
        file = ROOT / name
        file.write_text(wanted(file.read_text(encoding="utf-8") if file.exists() else ""), encoding="utf-8")
