"""Figures are shared once for each click, and shown nowhere that somebody else might read."""

from pathlib import Path

import pytest

from bot.sandbox.faults import Fault
from bot.spend.ledger.sync import sync_costs
from tests.security.doors import any_world_of, settled
from tests.sizes import few
from tests.world import COSTS, DANA, SPENDERS, keep_spending, world_of


@pytest.mark.parametrize("transport", few(["socket", "http"]))
async def test_share_that_is_delivered_twice_is_posted_once(tmp_path: Path, transport: str) -> None:
    async with any_world_of(tmp_path, transport) as world:
        keep_spending(world.sandbox, SPENDERS)
        await sync_costs(world.rt, world.rt.now())

        async def shared() -> int:
            return len([m for m in await world.messages(DANA, COSTS) if "Shared by" in m["text"]])

        await world.command(DANA, "/claude-spend 7d", COSTS)
        answer = await world.message(DANA, "in the 7 days", COSTS)
        world.sandbox.faults.add(Fault("slack", "interactive", "duplicate", 1))
        assert (await world.click_on(DANA, answer, "spend_share"))["ok"]
        await world.message(DANA, "Shared by", COSTS)
        await settled(world)
        assert await shared() == 1
        assert (await world.click_on(DANA, answer, "spend_share"))["ok"]
        await settled(world)
        assert await shared() == 1, "a double click is one click"
        await world.post("/clock", advance=60)
        assert (await world.click_on(DANA, answer, "spend_share"))["ok"]
        await settled(world)
        assert await shared() == 2, "a later click is another share"


@pytest.mark.proof
async def test_figures_come_directly_where_nobody_can_tell_who_reads(tmp_path: Path) -> None:
    async with world_of(tmp_path, spenders=SPENDERS) as world:
        await sync_costs(world.rt, world.rt.now())
        payload = {
            "command": "/claude-spend", "text": "yesterday", "user_id": DANA, "team_id": "T0ACME",
            "channel_id": "C0HIDDEN", "trigger_id": "1.2.3",
        }  # fmt: skip
        await world.post("/act/raw", kind="slash_commands", payload=payload)
        await world.message(DANA, "I can't see who reads this channel, so I sent the figures to you directly.")
        [answer] = [m for m in await world.messages(DANA) if "days are UTC days" in m["text"]]
        assert "spend_share" not in [one["action_id"] for one in answer["blocks"][-1]["elements"]]


async def test_forms_come_back_with_their_values_when_slack_or_a_channel_says_no(tmp_path: Path) -> None:
    async with world_of(tmp_path, spenders=SPENDERS) as world:
        await sync_costs(world.rt, world.rt.now())
        research = await world.workspace_id("Research")
        await world.command(DANA, "/claude-spend alert", COSTS)
        await world.modal(DANA, "Channel")
        world.sandbox.faults.add(Fault("slack", "conversations.info", "500", 4))
        given = {"spend_amount": "321.50", "spend_period": "monthly", "spend_workspace": research}
        assert (await world.submit(DANA, **given))["ok"]
        view = await world.modal(DANA, "Nothing was changed")
        fields = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
        assert fields["spend_amount"]["initial_value"] == "321.50"
        assert fields["spend_period"]["initial_option"]["value"] == "monthly"
        assert fields["spend_workspace"]["initial_option"]["text"]["text"] == "Research"
        world.sandbox.faults.clear()
        assert (await world.submit(DANA))["ok"]
        await world.modal(DANA, "when Research reaches $321.50 in one UTC month, once per month.")

        await world.command(DANA, "/claude-spend digest", COSTS)
        await world.modal(DANA, "Time zone")
        await world.post(f"/channels/{COSTS}", is_ext_shared=True)
        assert (await world.submit(DANA, spend_time="07:30", spend_workspaces=[research]))["ok"]
        view = await world.modal(DANA, "Another company can read that channel")
        fields = {block["block_id"]: block["element"] for block in view["blocks"] if block["type"] == "input"}
        assert fields["spend_time"]["initial_option"]["value"] == "07:30"
        assert [one["text"]["text"] for one in fields["spend_workspaces"]["initial_options"]] == ["Research"]
