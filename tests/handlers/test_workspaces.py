"""/claude-workspaces: who sees what, and the ways from a list to a card to a form."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from pathlib import Path

import pytest

from bot.kinds.workspaces.update import UPDATE_WORKSPACE
from bot.organization.workspace_card import ONLY_MEMBERS
from tests.approvals.acting import labels, press, told
from tests.approvals.asking import approve, ask
from tests.spend.world import DOLLAR, OPUS, fill
from tests.world import ALICE, BOB, CAROL, DANA, GUS, World, world_of

PRIYA = "U0CROWD01"


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def spend(world: World, *names: str) -> None:
    now = world.rt.now()
    days = [now.date() - timedelta(days=n) for n in range(31)]
    ids = [await world.workspace_id(name) for name in names]
    figures = [(day, one, OPUS, "", DOLLAR * (n + 1)) for day in days for n, one in enumerate(ids)]
    await fill(world.rt.store, figures, now, now)


async def test_a_list_leads_to_a_card_and_the_card_to_a_form_and_to_all_members(world: World) -> None:
    await world.command(ALICE, "/claude-workspaces")
    empty = await told(world, ALICE, "*8 workspaces*, by name")
    assert "That isn't $0" in empty["text"]
    await spend(world, "Staging", "Research")
    await world.command(ALICE, "/claude-workspaces list")
    message = await told(world, ALICE, "highest spend first")
    rows = [block["text"]["text"] for block in message["blocks"] if "accessory" in block]
    assert rows[0].startswith("*Research* — carol@acme.test\n")
    assert "· $60.00 in 30 days" in rows[0]
    assert "· $0.00 in 30 days" in rows[-1]
    assert len(rows) == 8
    staging = await world.workspace_id("Staging")
    await world.click(ALICE, "show_workspace", channel=message["channel"], ts=message["ts"], value=staging)
    await world.command(ALICE, f"/claude-workspaces show STAGING (…{staging[-4:]})")
    shown = await told(world, ALICE, "*Owner* bob@acme.test")
    assert "2 organization admins are workspace admins in every workspace" in shown["text"]
    assert "Bob Tanaka" not in shown["text"].partition("*Keys")[0], "an inherited role is none of one's own"
    assert labels(shown) == ["Request a key", "Access…", "Spend limit…", "Rate limit…", "Change…", "Archive…"]
    assert ONLY_MEMBERS in shown["text"], "names are for those who are there"
    await press(world, ALICE, shown, "open_archive_workspace")
    form = await world.modal(ALICE, "form_archive_workspace")
    assert "Staging" in str(form["blocks"])
    await world.command(BOB, "/claude-workspaces show claude code")
    shown = await told(world, BOB, "*Claude Code* — colour")
    await press(world, BOB, shown, "show_workspace_members")
    members = await told(world, BOB, "members* of *Claude Code*, 1–10 of ")
    await press(world, BOB, members, "page_workspace_members_next")
    await told(world, BOB, "members* of *Claude Code*, 11–")


async def test_what_was_asked_and_done_is_shown_to_whoever_may_see_it(world: World) -> None:
    card = await ask(world, UPDATE_WORKSPACE)
    await world.command(CAROL, "/claude-workspaces show staging")
    opened = await told(world, CAROL, "*Open requests*\n⏳ Change a workspace: Staging — <@U0ALICE>, waiting for a decision")
    assert opened["ephemeral"]
    await approve(world, UPDATE_WORKSPACE, card)
    await world.message(ALICE, "its owner is now `dana@acme.test`")
    await world.command(CAROL, "/claude-workspaces show staging")
    await told(world, CAROL, "*Done lately*\n✅ Change a workspace: Staging")
    priya = await world.rt.notifier.person(PRIYA)
    await world.post(f"/claude/users/{priya.email}", role="user")
    world.rt.directory.forget_members()
    await world.command(PRIYA, "/claude-workspaces show staging")
    shown = await told(world, PRIYA, "There are none of yours. Only developers, billing members and admins see")
    assert "Done lately" not in shown["text"]
    assert "*Owner* dana@acme.test" in shown["text"]
    await world.command(PRIYA, "/claude-workspaces")
    assert "active key" not in (await told(world, PRIYA, "*8 workspaces*"))["text"]


async def test_mine_are_those_with_a_role_of_ones_own_or_ones_keys(world: World) -> None:
    await world.command(DANA, "/claude-workspaces mine")
    await told(world, DANA, "No workspaces: yours.")
    await world.ask_for_key(DANA, "danas-own")
    card = await world.message(BOB, "danas-own", "C0APPROVALS")
    await press(world, BOB, card, "request_approve")
    await world.message(DANA, "Your key")
    await world.command(DANA, "/claude-workspaces list mine")
    message = await told(world, DANA, "*1 workspace*: yours")
    assert "*Staging*" in str(message["blocks"])


async def test_archived_ones_are_shown_and_not_offered_for_anything(world: World) -> None:
    await world.rt.admin.archive_workspace(await world.workspace_id("Sandbox"))
    world.rt.directory.forget_workspaces()
    await world.command(ALICE, "/claude-workspaces archived")
    await told(world, ALICE, "*1 workspace*: archived. Sandbox (archived <!date^")
    await world.command(ALICE, "/claude-workspaces show sandbox")
    shown = await told(world, ALICE, "archived for good")
    assert not [label for label in labels(shown) if label != "All members"]


async def test_a_guest_sees_nothing_and_a_name_of_two_leads_to_both(world: World) -> None:
    await world.command(GUS, "/claude-workspaces", "C0ENG")
    seen = await told(world, GUS, "I only work for members of", "C0ENG")
    assert "Production" not in str(seen)
    await world.rt.admin.create_workspace("Staging")
    world.rt.directory.forget_workspaces()
    await world.command(ALICE, "/claude-workspaces show Staging")
    await told(world, ALICE, "*2 workspaces*, by name: with `Staging` in the name")
    await world.command(ALICE, "/claude-workspaces show Stagin")
    await told(world, ALICE, "I don't know a workspace *Stagin*. Did you mean *Staging*?")
