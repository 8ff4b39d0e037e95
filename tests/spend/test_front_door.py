"""Spend through the front door: commands, forms, buttons, and the digest that comes by itself, on the sandbox."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.approvals import db as requests
from bot.sandbox.claude.spend_limits import put_limit
from bot.sandbox.faults import Fault
from bot.sandbox.people import SHARED_CHANNEL
from bot.sandbox.run import SandboxOptions
from bot.spend.alerts.settings import thresholds_of
from bot.spend.ask.view import OFFERED
from bot.spend.digests.settings import subscription_of
from bot.spend.dimensions import DIMENSIONS, WORKSPACE
from bot.spend.ledger.names import sync_names
from bot.spend.ledger.sync import sync_costs
from bot.spend.limits import db as kept_limits
from bot.spend.limits.model import Kept
from tests.approvals.samples import a_request
from tests.spend.front import run_alerts, run_digests
from tests.world import BOB, COSTS, DANA, GUS, World, loaded_world_of

Json = dict[str, Any]
START = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)


@pytest.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    async with loaded_world_of(tmp_path, SandboxOptions(start=START), spenders=30) as opened:
        yield opened


async def tomorrow(world: World, at: str = "09:00") -> None:
    assert (await world.post("/clock", to=f"tomorrow {at}", tz="America/New_York"))["ok"]
    await sync_costs(world.rt, world.rt.now())
    await run_digests(world.rt, world.rt.now())
    await run_alerts(world.rt, world.rt.now())


async def started(world: World, form: str, **values: Any) -> Json:
    assert (await world.command(DANA, f"/claude-spend {form}", COSTS))["ok"]
    await world.modal(DANA, "Channel")
    answer = await world.submit(DANA, **values)
    assert answer["ok"], answer
    return await world.modal(DANA, "✅")


async def top_level(world: World, part: str) -> list[Json]:
    found = await world.messages(DANA, COSTS)
    return [m for m in found if part in m["text"] and not m["ephemeral"] and m["thread_ts"] in (None, m["ts"])]


async def test_digest_is_asked_for_in_a_form_and_comes_next_morning_once(world: World) -> None:
    await started(world, "digest")
    for _ in range(2):
        await tomorrow(world)
        await run_digests(world.rt, world.rt.now())
    first, second = await top_level(world, "📈")
    assert "on Mon 23 Nov*" in first["text"]
    assert "`ingest-prod` moved from sonnet-5-5 to opus-5-5" in first["text"]
    assert "data_visualization" in [block["type"] for block in first["blocks"]]
    assert "on Tue 24 Nov*" in second["text"]
    replies = [m for m in await world.messages(DANA, COSTS) if m["thread_ts"] == first["ts"] != m["ts"]]
    assert [m["text"].split(":")[0] for m in replies] == [f"*By {one.name}* on Mon 23 Nov" for one in DIMENSIONS]


@pytest.mark.proof
async def test_breakdown_leads_on_for_whoever_asks_and_repeats_no_table_in_the_channel(world: World) -> None:
    await started(world, "digest")
    await tomorrow(world)
    [digest] = await top_level(world, "📈")
    before = len(await world.messages(BOB, COSTS))
    for _ in range(2):
        assert (await world.click_on(DANA, digest, "spend_breakdown"))["ok"]

    async def answered() -> list[Any] | None:
        seen = await world.messages(DANA, COSTS)
        told = [one for one in seen if "*Inside each workspace* on Mon 23 Nov · As of " in one["text"]]
        return told if len(told) == 2 else None

    told = await world.wait_for(answered, "an answer to each click")
    assert all(one["ephemeral"] for one in told)
    assert len(await world.messages(BOB, COSTS)) == before
    assert "table" not in {block["type"] for block in told[0]["blocks"]}
    assert (await world.click_on(DANA, told[0], "spend_all"))["ok"]
    answer = await world.message(DANA, "* on Mon 23 Nov", COSTS)
    assert answer["ephemeral"]


@pytest.mark.proof
async def test_revised_day_is_corrected_in_its_thread(world: World) -> None:
    await started(world, "digest")
    await tomorrow(world)
    [digest] = await top_level(world, "📈")
    workspace_id = await world.workspace_id("Research")
    assert await world.post("/claude/revise", day="2026-11-23", workspace_id=workspace_id, factor="1.5")
    await world.post("/clock", advance=3600)
    await sync_costs(world.rt, world.rt.now())
    await run_digests(world.rt, world.rt.now())
    await run_digests(world.rt, world.rt.now())
    corrections = [m for m in await world.messages(DANA, COSTS) if m["text"].startswith("Corrected for ")]
    assert [m["thread_ts"] for m in corrections] == [digest["ts"]]


async def test_answer_is_private_can_be_asked_further_and_shared(world: World) -> None:
    await world.command(DANA, "/claude-spend 7d by key", COSTS)
    answer = await world.message(DANA, "in the 7 days", COSTS)
    assert answer["ephemeral"]
    assert {"data_visualization", "table"} <= {block["type"] for block in answer["blocks"]}
    assert (await world.click_on(DANA, answer, "spend_by_workspace"))["ok"]
    by_workspace = await world.message(DANA, "Production $", COSTS)
    assert (await world.click_on(DANA, by_workspace, "spend_share"))["ok"]
    shared = await world.message(DANA, f"Shared by <@{DANA}>", COSTS)
    assert not shared["ephemeral"]
    assert "actions" not in [block["type"] for block in shared["blocks"]]


async def test_words_not_understood_are_mended_with_a_button(world: World) -> None:
    await world.command(DANA, "/claude-spend 30d by modell", COSTS)
    answer = await world.message(DANA, "I read *30d*; I don't know *by modell*. Did you mean", COSTS)
    assert (await world.click_on(DANA, answer, "spend_retry"))["ok"]
    await world.message(DANA, "in the 30 days", COSTS)


async def test_alert_speaks_once_and_is_acknowledged_on_its_card(world: World) -> None:
    await started(world, "alert", spend_amount="300")
    await tomorrow(world)
    await run_alerts(world.rt, world.rt.now())
    [alert] = await top_level(world, "⚠️ *Spend passed $300.00 on Mon 23 Nov (UTC)*")
    assert "Main cause: key `ingest-prod`" in alert["text"]
    assert (await world.click_on(DANA, alert, "spend_alert_acknowledge"))["ok"]
    card = await world.message(DANA, f"👀 <@{DANA}> is on it since", COSTS)
    assert card["ts"] == alert["ts"]
    assert "actions" not in [block["type"] for block in card["blocks"]]


@pytest.mark.proof
async def test_acknowledgement_that_cannot_be_shown_is_not_called_undone(world: World) -> None:
    await started(world, "alert", spend_amount="300")
    await tomorrow(world)
    [alert] = await top_level(world, "⚠️ *Spend passed")
    world.sandbox.faults.add(Fault("slack", "chat.update", "500", 9))
    assert (await world.click_on(DANA, alert, "spend_alert_acknowledge"))["ok"]
    await world.message(DANA, "Noted. Slack didn't let me update the alert yet.", COSTS)
    world.sandbox.faults.clear()
    assert (await world.click_on(DANA, alert, "spend_alert_acknowledge"))["ok"]
    await world.message(DANA, f"👀 <@{DANA}> is on it since", COSTS)


@pytest.mark.proof
async def test_channel_that_becomes_shared_gets_no_digest_and_its_subscriber_is_told(world: World) -> None:
    await started(world, "digest")
    await world.post(f"/channels/{COSTS}", is_ext_shared=True)
    await tomorrow(world)
    await tomorrow(world)
    assert await top_level(world, "📈") == []
    told = [m for m in await world.messages(DANA) if "I can't post spend" in m["text"]]
    assert len(told) == 1


async def test_nothing_is_set_up_or_shared_where_another_company_reads(world: World) -> None:
    for form in ("digest", "alert"):
        await world.command(DANA, f"/claude-spend {form}", SHARED_CHANNEL)
    await world.message(DANA, "Another company can read that channel", SHARED_CHANNEL)
    assert await world.modals(DANA) == []
    await world.command(DANA, "/claude-spend yesterday", SHARED_CHANNEL)
    await world.message(DANA, "where other companies can read them. I sent them to you directly.", SHARED_CHANNEL)
    [answer] = [m for m in await world.messages(DANA) if "on Sun 22 Nov" in m["text"]]
    assert answer["channel"] != SHARED_CHANNEL
    offered = [one["text"]["text"] for block in answer["blocks"][-2:] for one in block["elements"]]
    others = [f"By {one.name}" for one in OFFERED if one != WORKSPACE]
    assert offered == [*others, "CSV", "Ask…"], "a direct message can't be shared"
    assert not [m for m in await world.messages(DANA, SHARED_CHANNEL) if "$" in m["text"]]


async def test_channel_that_became_shared_since_gets_nothing_from_the_share_button(world: World) -> None:
    await world.command(DANA, "/claude-spend yesterday", COSTS)
    answer = await world.message(DANA, "on Sun 22 Nov", COSTS)
    await world.post(f"/channels/{COSTS}", is_ext_shared=True)
    assert (await world.click_on(DANA, answer, "spend_share"))["ok"]
    await world.message(DANA, "Another company can read that channel", COSTS)
    assert not [m for m in await world.messages(DANA, COSTS) if not m["ephemeral"] and "$" in m["text"]]


async def test_guest_sees_no_figures(world: World) -> None:
    channel = next(one["id"] for one in (await world.get("/sees", user=GUS))["channels"] if not one["is_im"])
    assert (await world.command(GUS, "/claude-spend", channel))["ok"]
    await world.message(GUS, "only work for members", channel)
    assert not [m for m in await world.messages(GUS, channel) if "$" in m["text"]]


async def test_who_is_in_a_channel_is_asked_of_slack(world: World) -> None:
    members = set(world.sandbox.slack.channels[COSTS].members)
    outside = next(one for one in world.sandbox.slack.users if one not in members)
    assert DANA in members
    assert [await world.rt.notifier.is_in_channel(COSTS, one) for one in (DANA, outside)] == [True, False]


@pytest.mark.proof
async def test_digest_is_stopped_from_its_menu_and_from_its_form(world: World) -> None:
    await started(world, "digest")
    await tomorrow(world)
    [digest] = await top_level(world, "📈")
    menu = digest["blocks"][-1]["elements"][-1]
    stop = next(one["value"] for one in menu["options"] if one["value"].startswith("stop"))
    assert (await world.click_on(DANA, digest, "spend_digest_more", selected=stop))["ok"]
    asked = await world.message(DANA, "can read it in #llm-costs. The digest ends for all of them", COSTS)
    assert asked["ephemeral"]
    assert await subscription_of(world.rt, COSTS) is not None, "it asks once"
    assert (await world.click_on(DANA, asked, "spend_digest_stop"))["ok"]
    await world.message(DANA, "gets no digest any more", COSTS)
    assert len(await top_level(world, f"🔁 <@{DANA}> ended the daily digest in <#{COSTS}>.")) == 1
    assert await subscription_of(world.rt, COSTS) is None
    await started(world, "digest")
    await world.command(DANA, "/claude-spend digest", COSTS)
    view = await world.modal(DANA, "Stop the digest")
    assert "can read it in #llm-costs. The digest ends for all of them" in str(view), "the button asks once"
    assert (await world.click(DANA, "spend_digest_stop", view_id=view["id"]))["ok"]
    await world.modal(DANA, "gets no digest any more")
    assert await subscription_of(world.rt, COSTS) is None
    await world.command(DANA, "/claude-spend digest 8:30 Berlin research 9:15", COSTS)
    await world.modal(DANA, "I couldn't use *9:15*")
    assert (await world.submit(DANA))["ok"]
    await world.modal(DANA, "gets the spend of Research every day at 08:30 (Europe/Berlin)")
    await world.command(DANA, "/claude-spend alert 2k monthly Research", COSTS)
    await world.modal(DANA, "When spend reaches")
    assert (await world.submit(DANA))["ok"]
    await world.modal(DANA, "when Research reaches $2,000.00 in one UTC month")


async def test_what_watches_an_archived_workspace_says_so_and_nothing_new_does(world: World) -> None:
    research = await world.workspace_id("Research")
    async with world.rt.store.write() as tx:
        await requests.insert(tx, a_request("set_spend_limit", id="req_1"), "limit")
        limit = Kept("req_1", research, Decimal(500), COSTS, DANA, tx.now)
        await kept_limits.keep(tx, limit, for_good=True)
    world.sandbox.claude.flags.spend_limits_preview = True
    put_limit(world.sandbox.claude, research, "90000", None)
    world.rt.directory.forget_spend_limits()
    await world.command(DANA, "/claude-spend dashboard", COSTS)
    board = (await world.message(DANA, "of $500.00", COSTS))["text"]
    assert "of $900.00" in board
    await started(world, "alert Research", spend_amount="2000")
    await started(world, "digest 9:00 research")
    await world.rt.admin.archive_workspace(research)
    await sync_names(world.rt, world.rt.now())
    await tomorrow(world)
    assert "in Research (archived)" in (await top_level(world, "Mon 23 Nov"))[0]["text"]
    await world.command(DANA, "/claude-spend alert Research 900", COSTS)
    await world.modal(DANA, "when Research (archived) reaches $2,000.00")
    await world.submit(DANA)
    await world.modal(DANA, "Nothing more is spent in an archived workspace. Leave out Research.")
    world.rt.directory.forget_spend_limits()
    await world.command(DANA, "/claude-spend dashboard", COSTS)
    board = (await world.message(DANA, ", Tue 24 Nov (UTC)", COSTS))["text"]
    assert "of $500.00" not in board
    assert "of $900.00" not in board


async def test_type_ahead_offers_zones_and_workspaces(world: World) -> None:
    await world.command(DANA, "/claude-spend digest", COSTS)
    view = await world.modal(DANA, "Time zone")
    found = await world.post("/act/suggest", user=DANA, view_id=view["id"], action_id="spend_zone", value="new y")
    assert found["options"][0]["value"] == "America/New_York"
    found = await world.post("/act/suggest", user=DANA, view_id=view["id"], action_id="spend_workspaces", value="data")
    assert [one["text"]["text"] for one in found["options"]] == ["Data Platform"]


async def test_forged_forms_and_buttons_change_nothing(world: World) -> None:
    await world.command(DANA, "/claude-spend alert", COSTS)
    view = await world.modal(DANA, "Period")
    for amount in ("NaN", "-5", "0.001", "1e99", "Infinity", "a lot"):
        answer = await world.post("/act/submit", user=DANA, view_id=view["id"], force=True, values={"spend_amount": amount})
        assert answer.get("errors"), (amount, answer)
    assert await thresholds_of(world.rt, COSTS) == []
    await world.command(DANA, "/claude-spend", COSTS)
    answer = await world.message(DANA, "As of", COSTS)
    for value in ("", "x" * 1500, "<!channel>", "1 OR 1=1"):
        raw = {"type": "button", "action_id": "spend_breakdown", "block_id": "b", "value": value, "action_ts": "1.1"}
        await world.click_on(DANA, answer, "spend_by_model", raw_action=raw)
    await world.message(DANA, "I don't know that button", COSTS)
