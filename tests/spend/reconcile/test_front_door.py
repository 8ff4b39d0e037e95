"""A month is reconciled through the front door: in a channel, as a file, and where another company reads along."""

import csv
import io
import re
from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path

import pytest

from bot.sandbox.people import SHARED_CHANNEL
from bot.sandbox.run import SandboxOptions
from bot.slack.paging import turn_to
from bot.spend.reconcile.load import reconciliation
from bot.spend.reconcile.model import Reason
from bot.spend.reconcile.tables import by_day_table
from tests.world import ALICE, COSTS, DANA, World, loaded_world_of

START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
OCTOBER = (date(2026, 10, 1), date(2026, 10, 31))


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with loaded_world_of(tmp_path, SandboxOptions(start=START), spenders=30) as opened:
        yield opened


async def test_a_month_is_reconciled_to_the_nano_dollar_and_comes_as_a_file(world: World) -> None:
    await world.command(DANA, "/claude-spend reconcile", COSTS)
    answer = await world.message(DANA, "*Oct 2026: $8,366.91 billed.* List price × tokens is $10,243.61;", COSTS)
    assert answer["ephemeral"]
    assert "nothing is left unexplained" in answer["text"]
    assert "The sums by model, day, workspace and key are all the same." in str(answer["blocks"])
    found = await reconciliation(world.rt, *OCTOBER)
    assert set(found.total.parts) == {Reason.BATCH, Reason.US_INFERENCE, Reason.WEB_SEARCH, Reason.TOOLS}
    assert (await world.click_on(DANA, answer, "spend_reconcile_csv"))["ok"]
    said = await world.message(DANA, "Reconciliation of Oct 2026 by day and model, ")
    assert re.search(r" rows\. As of <!date\S+ .* · final · ", said["text"])
    assert said["channel"] != COSTS
    [file] = [one for one in world.sandbox.slack.files.values() if one.name == "reconciliation-2026-10-by-day-model.csv"]
    assert file.content
    rows = list(csv.DictReader(io.StringIO(file.content.decode("utf-8-sig"))))
    assert sum(Decimal(row["billed_usd"]) for row in rows) == found.total.billed
    assert {Decimal(row["unexplained_usd"]) for row in rows} == {Decimal(0)}
    assert len(rows) == len(by_day_table(found).rows) > 200
    assert (await world.click_on(DANA, answer, "spend_reconcile_before"))["ok"]
    await world.message(DANA, "*Sep 2026: ", COSTS)


async def test_figures_go_to_the_person_alone_and_forged_buttons_and_words_are_answered(world: World) -> None:
    await world.command(DANA, "/claude-spend reconcile 2026-10", SHARED_CHANNEL)
    await world.message(DANA, "where other companies can read them. I sent them to you directly.", SHARED_CHANNEL)
    answer = await world.message(DANA, "*Oct 2026: $8,366.91 billed.*")
    assert answer["channel"] != SHARED_CHANNEL
    assert not [one for one in await world.messages(DANA, SHARED_CHANNEL) if "$" in one["text"]]
    await world.command(DANA, "/claude-spend reconcile octember", COSTS)
    await world.message(DANA, "I don't know *octember*, or it hasn't begun", COSTS)
    raw = {"type": "button", "action_id": "spend_reconcile_csv", "block_id": "b", "value": "1 OR 1=1", "action_ts": "1.1"}
    await world.click_on(DANA, answer, "spend_reconcile_csv", raw_action=raw)
    await world.message(DANA, "I don't know that button")


async def test_who_may_see_only_their_own_gets_no_reconciliation_by_any_button(world: World) -> None:
    world.rt.settings = world.rt.settings.model_copy(update={"spend_visible_to": ("own",)})
    await world.command(DANA, "/claude-spend reconcile", COSTS)
    await world.message(DANA, "*Oct 2026: $8,366.91 billed.*", COSTS)
    await world.command(ALICE, "/claude-spend reconcile", COSTS)
    refusal = "A reconciliation shows what everybody spends, and you may see only your own: `/claude-spend me`."
    await world.message(ALICE, refusal, COSTS)
    pressed = {"spend_reconcile_csv": "2026-10", "spend_reconcile_before": "2026-09",
               "page_spend_reconcile_next": turn_to(">3", "2026-10")}  # fmt: skip
    for action_id, value in pressed.items():
        action = {"action_id": action_id, "block_id": "b", "type": "button", "value": value, "action_ts": "1.1"}
        payload = {
            "type": "block_actions", "user": {"id": ALICE, "team_id": "T0ACME"}, "trigger_id": "1.2.3", "actions": [action],
            "channel": {"id": COSTS}, "container": {"type": "message", "channel_id": COSTS}, "team": {"id": "T0ACME"},
        }  # fmt: skip
        await world.post("/act/raw", kind="interactive", payload=payload)

    async def all_refused() -> bool:
        directly = [one for one in await world.messages(ALICE) if refusal in one["text"]]
        return len({one["ts"] for one in directly}) >= len(pressed)

    await world.wait_for(all_refused, "a refusal of each button")
    assert not [
        one for one in [*await world.messages(ALICE), *await world.messages(ALICE, COSTS)] if "billed" in one["text"]
    ]
    assert not world.sandbox.slack.files
