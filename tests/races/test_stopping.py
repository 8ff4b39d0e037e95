"""SIGTERM: nothing new is taken, what runs is finished, and the process ends with 0."""

import asyncio
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.processes import fleet_of, has_button
from tests.templates import copy_sqlite, sqlite_url
from tests.world import ALICE, BOB

KEYS = "/v1/organizations/api_keys"


def sqlite(folder: Path) -> str:
    copy_sqlite(folder / "quartermaster.db")
    return sqlite_url(folder / "quartermaster.db")


async def test_a_key_that_is_being_made_is_finished_before_the_process_ends(tmp_path: Path) -> None:
    async with fleet_of(tmp_path, sqlite(tmp_path), idle=True) as fleet:
        bot = await fleet.start_one()
        card = await fleet.ask_for_key(ALICE, "last-act")
        held = await fleet.held_at("claude", f"POST {KEYS}", "slow", seconds=2.0)
        await fleet.click_on(BOB, card, "request_approve")
        await held.reached()
        bot.ask_to_stop()

        async def takes_nothing_new() -> bool:
            return not fleet.sandbox.server.hub.connections

        await fleet.wait_for(takes_nothing_new, "a closed socket")
        assert (bot.process.returncode, len(fleet.keys_named("last-act"))) == (None, 0)
        assert await bot.ended() == 0
        assert len(fleet.keys_named("last-act")) == 1
        card = await fleet.card("last-act", "issued to")
        notice = await fleet.message(ALICE, "Only you can see its secret")
        assert has_button(notice, "request_reveal")
        assert bot.said("stopped")
        assert not [line for line in bot.log if line.get("level") in ("error", "critical")]


@pytest.mark.proof
async def test_an_idle_process_ends_at_once_with_0(tmp_path: Path) -> None:
    async with fleet_of(tmp_path, sqlite(tmp_path), idle=True) as fleet:
        bot = await fleet.start_one()
        await fleet.until_said(bot, "costs_synced")
        bot.ask_to_stop()
        assert await bot.ended() == 0


@pytest.mark.proof
async def test_a_request_of_slacks_that_is_under_way_is_answered_before_the_process_ends(tmp_path: Path) -> None:
    async with fleet_of(tmp_path, sqlite(tmp_path), more={"SLACK_APP_TOKEN": ""}, idle=True) as fleet:
        bot = await fleet.start_one()
        address = f"http://127.0.0.1:{bot.port}"
        assert (await fleet.post("/delivery", mode="http", url=f"{address}/slack/events"))["verified"]
        assert (await fleet.post("/claude/keys", workspace_id=await fleet.workspace_id("Staging"), name="to-type"))["ok"]
        assert (await fleet.command(ALICE, "/claude-keys disable"))["ok"]
        await fleet.modal(ALICE, "form_disable_key")
        view = (await fleet.modals(ALICE))[-1]
        # Type-ahead is answered within its own request, so a slow organization holds that request open.
        await fleet.until_said(bot, "costs_synced")
        await fleet.held_at("claude", f"GET {KEYS}", "slow", seconds=1.5)
        asking = await _under_way(
            lambda: fleet.post("/act/suggest", user=ALICE, view_id=view["id"], action_id="pick_key", value="to-t")
        )
        bot.ask_to_stop()
        options = (await asking)["options"]
        assert [option["text"]["text"] for option in options] == ["to-type"]
        assert await bot.ended() == 0
        with pytest.raises(httpx.TransportError):
            await fleet.http.get(f"{address}/healthz")


async def _under_way(ask: Callable[[], Awaitable[Any]]) -> asyncio.Task[Any]:
    """Ask until the answer isn't one that the process has kept, and return while that is waited for."""
    while True:
        asking = asyncio.ensure_future(ask())
        await asyncio.wait({asking}, timeout=0.4)
        if not asking.done():
            return asking
        await asyncio.sleep(0.5)
