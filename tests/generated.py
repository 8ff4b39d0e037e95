"""What files say that the code knows better, written anew: `make generated`, or `python -m tests.generated`."""

import re
import textwrap
from collections.abc import Callable, Mapping
from pathlib import Path

from bot.cli import commands_table, settings_table
from bot.cli.manifest_file import manifest_yaml
from bot.kinds.registry import KINDS
from tests.dashboards.alerts import grafana_rules, rules_yaml
from tests.dashboards.bot import BOT
from tests.dashboards.organization import ORGANIZATION
from tests.dashboards.shape import written
from tests.texts import render

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


DASHBOARDS = (ORGANIZATION, BOT)
GENERATED: Mapping[str, Callable[[str], str]] = {
    "README.md": with_tables,
    "manifest.yml": lambda _text: manifest_yaml(),
    "policy.toml": with_kinds,
    "docs/texts.md": lambda _text: render(),
    "deploy/prometheus/rules.yml": lambda _text: rules_yaml(),
    "deploy/grafana/provisioning/alerting/quartermaster.json": lambda _text: grafana_rules(),
    **{f"deploy/grafana/dashboards/{one.uid}.json": lambda _text, one=one: written(one) for one in DASHBOARDS},
}
"""A file, and what it has to say, given what it says."""

if __name__ == "__main__":
    for name, wanted in GENERATED.items():
        file = ROOT / name
        file.write_text(wanted(file.read_text(encoding="utf-8") if file.exists() else ""), encoding="utf-8")
