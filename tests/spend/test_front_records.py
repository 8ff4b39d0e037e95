"""Records through the front door: a list that is turned, its file in a direct message, and who sees which of them."""

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.sandbox.run import SandboxOptions
from bot.slack.paging import turn_to
from tests.world import ALICE, COSTS, DANA, World, loaded_world_of

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
TOTAL = re.compile(r"\*\$([\d,.]+)")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with loaded_world_of(tmp_path, SandboxOptions(start=START), spenders=30) as opened:
        yield opened


def rows_of(world: World, name: str) -> list[dict[str, str]]:
    """Read the newest file of a name as a spreadsheet would."""
    file = [one for one in world.sandbox.slack.files.values() if one.name == name][-1]
    assert file.content is not None
    assert file.completed
    return list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))


def shown(message: dict[str, Any]) -> list[list[str]]:
    return [
        [cell["text"] for cell in row] for block in message["blocks"] if block["type"] == "table" for row in block["rows"]
    ]


async def test_records_are_turned_and_their_file_has_all_of_them(world: World) -> None:
    await world.command(DANA, "/claude-spend records 7d by key", COSTS)
    first = await world.message(DANA, "in the 7 days", COSTS)
    assert "1–20 of " in first["text"]
    total = Decimal(TOTAL.findall(first["text"])[0].replace(",", ""))
    assert (await world.click_on(DANA, first, "page_spend_records_next"))["ok"]
    second = await world.message(DANA, "21–40 of ", COSTS)
    assert not {tuple(row) for row in shown(first)[1:-1]} & {tuple(row) for row in shown(second)[1:-1]}
    assert (await world.click_on(DANA, second, "spend_records_csv"))["ok"]
    await world.message(DANA, "I sent you *records-", COSTS)
    rows = rows_of(world, "records-2026-11-16-to-2026-11-22-by-key.csv")
    assert f"of {len(rows):,} records" in first["text"].replace(f"of {len(rows)} ", f"of {len(rows):,} ")
    assert round(sum(Decimal(row["cost_usd"]) for row in rows), 2) == total
    assert {row["final"] for row in rows} <= {"yes", "no"}
    [note] = [message for message in await world.messages(DANA) if "Records, 16–22 Nov" in message["text"]]
    assert not note["ephemeral"]


async def test_who_may_see_their_own_sees_no_more_by_any_button(world: World) -> None:
    world.rt.settings = world.rt.settings.model_copy(update={"spend_visible_to": ("own",)})
    await world.command(DANA, "/claude-spend records 7d by workspace", COSTS)
    everything = await world.message(DANA, "in the 7 days", COSTS)
    assert "only your own" not in everything["text"], "who manages billing sees all"
    await world.command(ALICE, "/claude-spend records 7d by workspace", COSTS)
    some = await world.message(ALICE, "only your own keys and your workspaces", COSTS)
    assert 0 < len({row[2] for row in shown(some)[1:]}) < len({row[2] for row in shown(everything)[1:]})
    for action_id, value in (("spend_records", "yesterday"), ("page_spend_records_next", turn_to(">3", "yesterday by day"))):
        action = {"action_id": action_id, "block_id": "b", "type": "button", "value": value, "action_ts": "1.1"}
        payload = {
            "type": "block_actions", "user": {"id": ALICE, "team_id": "T0ACME"}, "trigger_id": "1.2.3", "actions": [action],
            "channel": {"id": COSTS}, "container": {"type": "message", "channel_id": COSTS}, "team": {"id": "T0ACME"},
        }  # fmt: skip
        await world.post("/act/raw", kind="interactive", payload=payload)
    await world.message(ALICE, "on Sun 22 Nov (UTC)")
    seen = [m["text"] for m in await world.messages(ALICE) if "on Sun 22 Nov (UTC)" in m["text"]]
    assert all("only your own keys and your workspaces" in text for text in seen)
    await world.command(ALICE, "/claude-spend me mtd by model", COSTS)
    await world.message(ALICE, "by you", COSTS)
