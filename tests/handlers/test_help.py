"""Help, status, typos, and the first meeting with a channel."""

from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.commands.manifest import render_manifest
from bot.commands.table import COMMANDS, GROUPS
from bot.jobs import JOBS, run_job
from bot.sandbox.run import SandboxOptions
from bot.spend.digests.db import begin_run, digest_sent, save_subscription
from bot.spend.digests.model import Subscription
from bot.spend.ledger.db import move_cursor
from bot.spend.ledger.sync import sync_costs
from handlers.events import first_meeting
from handlers.help_view import help_message
from tests.approvals.acting import labels, press, settled, told
from tests.day import DAY
from tests.world import ALICE, BOB, DANA, GUS, SPENDERS, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


def help_buttons(message: Any) -> list[tuple[str, str]]:
    return [(b["accessory"]["text"]["text"], b["accessory"]["action_id"]) for b in message["blocks"] if "accessory" in b]


async def test_help_is_a_line_for_each_wish_with_a_button_that_works(world: World) -> None:
    await world.command(ALICE, "/claude-admin")
    message = await told(world, ALICE, "What I can do.")
    buttons = help_buttons(message)
    assert len(buttons) == len(GROUPS)
    expected = {
        "open_create_key": "form_create_key", "open_change_role": "form_change_role", "help_digest": "Daily digest",
    }  # fmt: skip
    for _, action in buttons:
        await press(world, ALICE, message, action)
        if action in expected:
            view = await world.modal(ALICE, expected[action])
            await world.post("/act/close", user=ALICE, view_id=view["id"], cleared=True)
    await told(world, ALICE, "You have no requests yet.")
    await told(world, ALICE, "*Claude organization* Acme")
    await press(world, ALICE, message, "help_all")
    everything = await told(world, ALICE, "`/claude-keys revoke KEY` ask to revoke a key for good")
    assert "`/claude-admin status`" in everything["text"]
    seen = await world.messages(ALICE, "C0GENERAL")
    assert not [m for m in seen if "no longer works. Nothing was changed" in m["text"] or "Something failed" in m["text"]]


@pytest.mark.parametrize("command", [command.name for command in COMMANDS])
async def test_every_command_knows_help_and_says_everything_as_text(world: World, command: str) -> None:
    await world.command(DANA, f"/claude-{command} HELP")
    message = await told(world, DANA, "What I can do.")
    for each in COMMANDS:
        assert f"/claude-{each.name}" in message["text"]


def test_help_names_every_subcommand() -> None:
    text = help_message("claude").text
    for command in COMMANDS:
        for sub in command.subcommands:
            assert sub.summary in text


async def test_status_says_how_everything_is_and_how_to_mend_it(world: World) -> None:
    await world.command(BOB, "/claude-admin status")
    message = await told(world, BOB, "✅ *Slack* connected over Socket Mode.")
    lines = message["text"].splitlines()
    assert "✅ *Claude organization* Acme. The Admin key works." in lines
    assert f"✅ *Policy* version {world.rt.policy.version}." in lines
    assert message["text"].count(world.rt.policy.version) == 1
    assert any(line.startswith("⚠️ *Figures* none yet") for line in lines)
    assert any(line == "▫️ *Last digest* No digest in the last 7 days. `/claude-spend digest` starts one." for line in lines)
    assert lines[-1] == (
        "An API key needs 1 approval from <!subteam^S0ADMINS>, in <#C0APPROVALS>."
        " If nobody decides, it expires after 8 working hours (Mon–Fri 09:00–18:00, Europe/Berlin)."
    )
    await world.command(BOB, "/claude-admin policy")
    rules = (await told(world, BOB, "*Who may approve what*"))["text"].splitlines()
    two = "needs 2 approvals from <!subteam^S0ADMINS>, in <#C0APPROVALS>; waits"
    assert any(line.startswith("• *Remove a member*: " + two) for line in rules)
    assert rules[rules.index("*Production*") + 2].startswith("• *Revoke a key*: " + two)
    assert not any("Scope" in line or "T0ACME" in line for line in lines)
    assert "▫️ *Spend limits by API* I don't know yet. I haven't asked the Claude API yet." in lines
    await run_job(world.rt, next(job for job in JOBS if job.name == "capabilities"))
    await world.command(BOB, "/claude-admin status")
    lines = (await told(world, BOB, "▫️ *Spend limits by API* Not offered: "))["text"].splitlines()
    offered = "✅ *The Claude API offers* workspaces and API keys, cost by key and person and rate limits of workspaces. "
    assert any(line.startswith(f"{offered}Last asked <!date^") for line in lines)


@pytest.mark.proof
async def test_status_says_how_fresh_the_figures_are_and_when_the_last_digest_went_out(tmp_path: Path) -> None:
    start = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
    async with world_of(tmp_path, options=SandboxOptions(start=start), spenders=SPENDERS) as world:
        await sync_costs(world.rt, world.rt.now())
        async with world.rt.store.write() as tx:
            wanted = Subscription("dig_1", "C0COSTS", "09:00", "UTC", (), BOB, start, date(2026, 11, 22))
            subscription = await save_subscription(tx, wanted)
            for day, sent_at in ((21, start - timedelta(days=1)), (22, start - timedelta(minutes=30))):
                run_id = await begin_run(tx, subscription, date(2026, 11, day))
                await digest_sent(tx, run_id or 0, sent_at, "1.2", Decimal(1))
        await world.command(BOB, "/claude-admin status")
        lines = (await told(world, BOB, "✅ *Figures* as of <!date^"))["text"].splitlines()
        assert "✅ *Last digest* <!date^1795424400^{date_short_pretty} {time}|23 Nov 2026 09:00 UTC> in <#C0COSTS>" in lines
        async with world.rt.store.write() as tx:
            later = start + timedelta(hours=1)
            await move_cursor(tx, "analytics", failed_at=later, failure="The Claude Admin API refused the Admin key.")
        await world.command(BOB, "/claude-admin status")
        refused = "⚠️ *Figures* can't be read now. The Claude Admin API refused the Admin key. They are as of <!date^"
        await told(world, BOB, refused)
        async with world.rt.store.write() as tx:
            await move_cursor(tx, "analytics", succeeded_at=later + timedelta(minutes=5))
        await world.post("/clock", advance=3 * 86_400)
        await world.command(BOB, "/claude-admin status")
        await told(world, BOB, "⚠️ *Figures* too old")


async def test_status_names_each_scope_that_is_missing_with_what_it_is_for(tmp_path: Path) -> None:
    manifest = render_manifest()
    manifest["oauth_config"]["scopes"]["bot"].remove("files:write")
    async with world_of(tmp_path, options=SandboxOptions(start=DAY, manifest=manifest)) as world:
        await world.command(BOB, "/claude-admin status")
        message = await told(world, BOB, "⚠️ *Scope files:write* is missing")
    assert "so I can't share charts as pictures: update the Slack app from its manifest" in message["text"]
    assert message["text"].count("*Scope") == 1


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("/claude-keys lst", "`/claude-keys list`"),
        ("/claude-keys revok my-key", "`/claude-keys revoke my-key`"),
        ("/claude-members rol <@U0BOB> user", "`/claude-members role"),
        ("/claude-requests waitng", "`/claude-requests waiting`"),
        ("/claude-admin statsu", "`/claude-admin status`"),
        ("/claude-workspaces Stagng", "*Staging*"),
    ],
)
async def test_a_typo_gets_the_nearest_command(world: World, typed: str, meant: str) -> None:
    await world.command(ALICE, typed)
    message = await told(world, ALICE, f"Did you mean {meant}")
    assert message["ephemeral"]


async def test_something_unknown_is_answered_without_a_guess(world: World) -> None:
    await world.command(ALICE, "/claude-keys *xyzzy")
    await told(world, ALICE, "I don't know a key or command `*xyzzy`. `/claude-admin help` shows all commands.")
    await world.command(ALICE, "/claude-admin version")
    await told(world, ALICE, "I don't know *version*. `/claude-admin help` shows all commands.")
    await world.command(ALICE, "/claude-requests mine open")
    await told(world, ALICE, "I don't know *open* here. Type `/claude-requests mine` with nothing after it.")
    await world.command(ALICE, "/claude-spend me 30d banana")
    await told(world, ALICE, "You can type `/claude-spend me 30d by model`.")
    await world.command(ALICE, "/claude-requests *xyzzy")
    await told(world, ALICE, "I don't know *∗xyzzy*. `/claude-admin help` shows all commands.")


async def test_guests_are_refused_for_every_command(world: World) -> None:
    for command in COMMANDS:
        await world.command(GUS, f"/claude-{command.name}", "C0ENG")
    await world.wait_for(lambda: _refusals(world), "a refusal of every command")


async def _refusals(world: World) -> bool:
    seen = await world.messages(GUS, "C0ENG")
    return len([m for m in seen if "I only work for members of Acme." in m["text"]]) == len(COMMANDS)


def test_the_first_words_in_a_channel_say_what_who_and_what_now() -> None:
    message = first_meeting("U0BOB", "claude")
    assert "I issue Claude API keys and change roles after approval" in message.text
    assert "<@U0BOB> invited me." in message.text
    assert labels({"blocks": message.blocks}) == ["Request an API key", "Daily digest here…"]


def joined(channel: str, event_id: str) -> dict[str, Any]:
    event = {
        "type": "member_joined_channel", "user": "U0QMBOT", "channel": channel, "channel_type": "C", "team": "T0ACME",
        "inviter": BOB, "event_ts": "1795000000.000100",
    }  # fmt: skip
    return {"type": "event_callback", "team_id": "T0ACME", "event_id": event_id, "event": event}


async def test_the_bot_introduces_itself_once_and_never_where_others_read_along(world: World) -> None:
    for event_id in ("Ev0FIRST", "Ev0FIRST"):
        await world.post("/act/raw", kind="events_api", payload=joined("C0ENG", event_id))
    await world.post("/act/raw", kind="events_api", payload=joined("C0GLOBEX", "Ev0SHARED"))
    hello = await world.message(ALICE, "<@U0BOB> invited me.", "C0ENG")
    await settled(world)
    assert len([m for m in await world.messages(ALICE, "C0ENG") if "invited me" in m["text"]]) == 1
    assert not [m for m in await world.messages(BOB, "C0GLOBEX") if "invited me" in m["text"]]
    await press(world, ALICE, hello, "open_create_key")
    await world.modal(ALICE, "form_create_key")
