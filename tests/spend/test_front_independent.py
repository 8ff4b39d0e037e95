"""What people read and take away is what the endpoints say, added up by a script that knows nothing of the bot's ledger."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.sandbox.run import SandboxOptions
from tests.spend import independent
from tests.world import COSTS, DANA, World, loaded_world_of

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
WEEK, DAY, SPAN = (
    (date(2026, 11, 16), date(2026, 11, 22)),
    (date(2026, 11, 22),) * 2,
    (date(2026, 11, 14), date(2026, 11, 19)),
)
DAYS = {"7d": WEEK, "yesterday": DAY, "14 Nov to 19 Nov": SPAN}
Facts = Mapping[str, str]
"""Of a row: day, workspace and key by name, team (a tag), model, person and week (its Monday)."""
FILTERS: Mapping[str, Callable[[Facts], bool]] = {
    "in Production": lambda row: row["workspace"] == "Production",
    "in Production and Research": lambda row: row["workspace"] in ("Production", "Research"),
    "without Staging": lambda row: row["workspace"] != "Staging",
    "model sonnet": lambda row: "sonnet" in row["model"],
    "without model haiku": lambda row: "haiku" not in row["model"],
    "key ingest-*": lambda row: row["key"].startswith("ingest-"),
    "without key ingest-*": lambda row: not row["key"].startswith("ingest-"),
    "key none": lambda row: not row["key"],
    "tag team=platform": lambda row: row["team"] == "platform",
    "without tag team=platform": lambda row: row["team"] != "platform",
    "without tag team=none": lambda row: bool(row["team"]),
}
Question = tuple[str, str, tuple[str, ...], tuple[str, ...], int | None]
"""Period, what is counted, by what, narrowed to what, and how many parts are named."""
QUESTIONS: tuple[Question, ...] = (
    ("7d", "", ("model", "key"), ("without Staging", "without model haiku"), 4),
    ("records 7d", "", ("day", "key"), ("tag team=platform", "without key ingest-*"), None),
    ("7d", "", ("workspace",), (), None),
    ("14 Nov to 19 Nov", "", ("day", "model"), ("without tag team=none",), 7),
    ("yesterday", "", ("person",), ("in Production and Research", "without model haiku"), None),
    ("7d", "tokens", ("tag team", "model"), ("without key ingest-*",), 3),
    ("14 Nov to 19 Nov", "requests", ("week", "workspace"), ("model sonnet",), None),
    ("7d", "", ("key",), ("key none", "without Staging"), 1),
    ("yesterday", "", ("tag team",), ("without tag team=platform",), None),
    ("records 14 Nov to 19 Nov", "", ("day", "workspace", "model"), ("without Staging", "model sonnet"), None),
)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with loaded_world_of(tmp_path, SandboxOptions(start=START), spenders=30) as opened:
        yield opened


async def told(world: World) -> list[tuple[Facts, independent.Totals]]:
    """Return all rows of the two weeks, straight from the endpoints."""
    there, by = world.sandbox.claude, ("day", "workspace", "model", "key", "person")
    async with httpx.AsyncClient(base_url=world.sandbox.claude_url, timeout=30, trust_env=False) as http:
        found = await independent.money_and_tokens(http, SPAN[0], WEEK[1], by)
    rows: list[tuple[Facts, independent.Totals]] = []
    for ids, totals in found.items():
        row, day = dict(zip(by, ids, strict=True)), date.fromisoformat(ids[0])
        place, key = there.workspaces[row["workspace"]], there.keys.get(row["key"])
        monday = (day - timedelta(days=day.weekday())).isoformat()
        more = {
            "workspace": place.name,
            "key": key.name if key else "",
            "tag team": place.tags.get("team", ""),
            "week": monday,
        }
        rows.append(({**row, **more, "team": place.tags.get("team", "")}, totals))
    return rows


async def file_of(world: World, question: str) -> list[dict[str, str]]:
    """Ask, press CSV, and read the file as a spreadsheet would."""
    action = "spend_records_csv" if question.startswith("records") else "spend_csv"
    before, files = len(await world.messages(DANA, COSTS)), len(world.sandbox.slack.files)
    await world.command(DANA, f"/claude-spend {question}", COSTS)

    async def answered() -> Any:
        seen = (await world.messages(DANA, COSTS))[before:]
        return next((one for one in seen if action in str(one["blocks"])), None)

    async def sent() -> Any:
        return next((one for one in list(world.sandbox.slack.files.values())[files:] if one.completed), None)

    assert (await world.click_on(DANA, await world.wait_for(answered, question), action))["ok"]
    content = (await world.wait_for(sent, f"the file of {question}")).content.decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content, newline="")))


def amounts(rows: Sequence[tuple[Facts, independent.Totals]], question: Question) -> list[Decimal]:
    """Return what each part amounts to, smallest first, those that aren't named as one."""
    period, measure, by, filters, top = question
    first, last = (one.isoformat() for one in DAYS[period.removeprefix("records ")])
    found: dict[tuple[str, ...], Decimal] = {}
    for row, totals in rows:
        if first <= row["day"] <= last and all(FILTERS[one](row) for one in filters):
            amount = {"tokens": totals.tokens, "requests": totals.requests}.get(measure, totals.money)
            part = tuple(row[one] for one in by)
            found[part] = found.get(part, Decimal(0)) + amount
    parts = sorted(found.values(), reverse=True)
    return sorted([*parts[:top], *([sum(parts[top:], Decimal(0))] if top and parts[top:] else [])])


@pytest.mark.proof
async def test_files_of_questions_say_what_the_endpoints_say_to_the_nano_dollar(world: World) -> None:
    rows = await told(world)
    for question in QUESTIONS:
        period, measure, by, filters, top = question
        asked = " ".join(filter(None, [period, measure, "by", " and ".join(by), *filters, f"top {top}" if top else ""]))
        file = await file_of(world, asked)
        column = "cost_usd" if period.startswith("records") else measure or "amount_usd"
        kept = [Decimal(one[column]) for one in file if Decimal(one[column])]
        assert sorted(kept) == [one for one in amounts(rows, question) if one] != [], asked
