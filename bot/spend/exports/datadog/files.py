"""A closed day as a Custom Costs file: a line for each workspace and model, whose sum is exactly the day's total.

Datadog takes each upload for another file, and costs that are uploaded twice count twice. So each line has a tag by which a
file is found again whose upload wasn't answered.

Pure.
"""

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from bot.spend.dimensions import MODEL, WORKSPACE
from bot.spend.model import Cell, dollars, nanos

PROVIDER = "Anthropic"
TAG = "quartermaster_file"
_NO_MODEL = "Usage without a model"
_LONGEST = 1000
"""Characters of a value that Datadog takes."""

Held = Mapping[tuple[str, str], int]
"""(workspace id, model) -> nano-dollars, never 0."""


def held(cells: Iterable[Cell]) -> dict[tuple[str, str], int]:
    """Return what a day cost by workspace and model."""
    found: dict[tuple[str, str], int] = {}
    for cell in cells:
        key = (cell.of(WORKSPACE), cell.of(MODEL))
        found[key] = found.get(key, 0) + nanos(cell.amount)
    return {key: value for key, value in sorted(found.items()) if value}


def mark(day: date, number: int, some: Held) -> str:
    """Return the value of the tag: it is the same for the same figures of the same day, and for nothing else."""
    figures = hashlib.sha256(json.dumps(to_json(some)).encode()).hexdigest()
    return f"{day.isoformat()}-{number}-{figures[:16]}"


def file_of(day: date, number: int, some: Held, names: Mapping[str, str]) -> bytes:
    """Return the file as it is uploaded; amounts have every digit."""
    value = mark(day, number, some)
    lines = ",\n".join(_line(day, key, amount, names, value) for key, amount in some.items())
    return f"[{lines}]".encode()


def _line(day: date, key: tuple[str, str], amount: int, names: Mapping[str, str], value: str) -> str:
    workspace, model = key
    tags = {
        "workspace_id": workspace or "default",
        "workspace": names.get(workspace) or workspace or "Default",
        "model": model or "none",
        TAG: value,
    }
    line = {
        "ProviderName": PROVIDER,
        "ChargeDescription": model or _NO_MODEL,
        "ChargePeriodStart": day.isoformat(),
        "ChargePeriodEnd": day.isoformat(),  # the last day, which belongs to the period
        "BillingCurrency": "USD",
        "Tags": {name: one[:_LONGEST] for name, one in tags.items()},
    }
    # A float may not hold every digit, so the number is written here.
    return f'{json.dumps(line, ensure_ascii=False)[:-1]}, "BilledCost": {dollars(amount):f}}}'


def to_json(some: Held) -> list[Any]:
    """Return figures as they are kept."""
    return [[*key, value] for key, value in some.items()]


def from_json(kept: Sequence[Any]) -> dict[tuple[str, str], int]:
    """Return what was kept."""
    return {(workspace, model): value for workspace, model, value in kept}
