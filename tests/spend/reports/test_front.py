"""Dashboard and reports through the front door: asked for, taken away, shared, scheduled; never more than one may see."""

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
from bot.spend.reports.schedule.settings import scheduled_in
from tests.world import ALICE, COSTS, DANA, World, loaded_world_of

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
MONEY = re.compile(r"\$([\d,]+\.\d\d)")


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with loaded_world_of(tmp_path, SandboxOptions(start=START), spenders=30) as opened:
        yield opened


def first_amount(message: dict[str, Any], after: str) -> Decimal:
    return Decimal(MONEY.findall(message["text"].partition(after)[2])[0].replace(",", ""))


async def test_dashboard_report_file_and_share_say_the_same(world: World) -> None:
    await world.command(DANA, "/claude-spend dashboard", COSTS)
    board = await world.message(DANA, "Dashboard", COSTS)
    total = first_amount(board, "30 days* (shown below)")
    assert (await world.click_on(DANA, board, "spend_dashboard_60"))["ok"]
    await world.message(DANA, "60 days* (shown below)", COSTS)
    await world.command(DANA, "/claude-spend report allocation by team", COSTS)
    report = await world.message(DANA, "Cost allocation", COSTS)
    assert Decimal(MONEY.findall(report["text"])[1].replace(",", "")) == total
    assert (await world.click_on(DANA, report, "report_csv"))["ok"]
    await world.message(DANA, "I sent you *allocation-", COSTS)
    assert " rows. As of <!date" in (await world.message(DANA, "Cost allocation, "))["text"]
    name = "allocation-2026-10-24-to-2026-11-22-by-team.csv"
    [file] = [one for one in world.sandbox.slack.files.values() if one.name == name]
    assert file.content is not None
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"), newline="")))
    assert round(sum(Decimal(row["cost_usd"]) for row in rows), 2) == total
    assert (await world.click_on(DANA, report, "report_tag"))["ok"]
    form = await world.modal(DANA, "Change a workspace")
    assert "team=" in str(form)
    assert (await world.click_on(DANA, report, "report_share"))["ok"]
    shared = await world.message(ALICE, "Shared by", COSTS)
    assert "has no tag" in shared["text"]
    await world.post("/act/home", user=ALICE)

    async def at_home() -> bool:
        return "*30 days* $" in str((await world.get("/sees", user=ALICE))["home"])

    assert await world.wait_for(at_home, "the figures on the App Home")


async def test_a_report_is_scheduled_from_its_answer_listed_and_ended(world: World) -> None:
    await world.command(DANA, "/claude-spend report models", COSTS)
    report = await world.message(DANA, "Model comparison", COSTS)
    assert (await world.click_on(DANA, report, "report_schedule"))["ok"]
    await world.modal(DANA, "Schedule a report")
    assert (await world.submit(DANA))["ok"]
    await world.modal(DANA, "gets model comparison every week")
    [saved] = await scheduled_in(world.rt, COSTS)
    assert (saved.report, saved.cadence) == ("models", "weekly")
    await world.command(DANA, "/claude-spend report schedule stop", COSTS)
    listed = await world.message(DANA, "Scheduled reports", COSTS)
    assert (await world.click_on(DANA, listed, "report_end"))["ok"]
    await world.message(DANA, "gets no model comparison any more", COSTS)
    assert await scheduled_in(world.rt, COSTS) == []
    await world.command(DANA, "/claude-spend report schedule team monthly 7:00 Tokyo", COSTS)
    await world.modal(DANA, "Tokyo")
    assert (await world.submit(DANA))["ok"]
    await world.modal(DANA, "every month")
    [saved] = await scheduled_in(world.rt, COSTS)
    assert (saved.report, saved.cadence, saved.local_time, saved.tz) == ("team", "monthly", "07:00", "Asia/Tokyo")
    await world.post(f"/channels/{COSTS}", is_ext_shared=True)
    assert (await world.click_on(DANA, report, "report_share"))["ok"]
    await world.message(DANA, "Another company can read", COSTS)
    await world.command(DANA, "/claude-spend report tokens", COSTS)
    alone = await world.message(DANA, "Token trends")
    assert "report_share" not in str(alone["blocks"])
    assert not [one for one in await world.messages(ALICE, COSTS) if "$" in one["text"]]


async def test_who_may_see_their_own_sees_no_more_and_may_not_schedule(world: World) -> None:
    world.rt.settings = world.rt.settings.model_copy(update={"spend_visible_to": ("own",)})
    await world.command(DANA, "/claude-spend dashboard", COSTS)
    everything = await world.message(DANA, "Dashboard", COSTS)
    await world.command(ALICE, "/claude-spend dashboard", COSTS)
    some = await world.message(ALICE, "only your own keys and your workspaces", COSTS)
    after = "30 days* (shown below)"
    assert 0 < first_amount(some, after) < first_amount(everything, after)
    await world.command(ALICE, "/claude-spend report team", COSTS)
    report = await world.message(ALICE, "Team productivity* of what you may see", COSTS)
    assert "only your own keys and your workspaces" in report["text"]
    assert "report_share" not in str(report["blocks"])
    assert "report_schedule" not in str(report["blocks"])
    assert (await world.click_on(ALICE, report, "report_csv"))["ok"]
    await world.message(ALICE, "Team productivity of what you may see, ")
    assert (await world.command(ALICE, "/claude-spend report schedule team", COSTS))["ok"]
    await world.modal(ALICE, "Schedule a report")
    await world.submit(ALICE)
    await world.modal(ALICE, "you see only your own")
    assert await scheduled_in(world.rt, COSTS) == []
