"""Typed lines about invites: what was typed stands in the form, and what can't be read is said."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from handlers.clauses import Slot, read_name
from handlers.line_names import organization_roles
from tests.approvals.acting import told
from tests.world import ALICE, BOB, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


@pytest.mark.parametrize(
    ("typed", "role"),
    [
        ("developer", "developer"),
        ("Developers,", "developer"),
        ("Claude Code user", "claude_code_user"),
        ("claude_code_user", "claude_code_user"),
        ("member", "user"),
        ("billing member", "billing"),
        ("dev x", "developer"),
        ("admin", "admin"),
        ("boss", ""),
    ],
)
def test_a_role_is_read_in_peoples_words(typed: str, role: str) -> None:
    found = read_name(typed.split(), Slot("role", "choice", names=organization_roles()))
    assert (found.value if found else "") == role


async def test_a_line_opens_the_form_filled_in(world: World) -> None:
    await world.command(ALICE, "/claude-members invite @nina Lou <lou@acme.test> as Claude Code user in staging and Sandbox")
    form = await world.modal(ALICE, "form_invite_members")
    held = {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}
    assert held["emails"]["initial_value"] == "nina@acme.test Lou <lou@acme.test>"
    assert held["role"]["initial_option"]["value"] == "claude_code_user"
    assert [one["text"]["text"] for one in held["join_ids"]["initial_options"]] == ["Staging", "Sandbox"]


async def test_a_role_in_a_workspace_is_none_in_the_organization(world: World) -> None:
    await world.command(ALICE, "/claude-members invite kim@acme.test in Staging as workspace admin")
    form = await world.modal(ALICE, "form_invite_members")
    held = {block["block_id"]: block["element"] for block in form["blocks"] if block["type"] == "input"}
    assert held["join_role"]["initial_option"]["value"] == "workspace_admin"
    assert "initial_option" not in held["role"]


async def test_what_a_line_names_and_is_not_there_is_said(world: World) -> None:
    for line, said in (
        ("invite kim@acme.test as admin", "I can't give or remove the admin role."),
        ("invite kim@acme.test as develper", "I don't know a role *develper*. Did you mean `developer`?"),
        ("invite kim@acme.test in Stagin", "I don't know a workspace *Stagin*. Did you mean *Staging*?"),
        ("withdraw theo@acme.tset", "No invite waits for *theo@acme.tset*."),
        ("withdraw alice@acme.test", "*alice@acme.test* has accepted already and is a member (developer)."),
        ("withdraw theo@acme.test nina@acme.test", "Withdraw one invite at a time: name one address."),
    ):
        await world.command(ALICE, f"/claude-members {line}")
        await told(world, ALICE, said)


async def test_an_invite_to_withdraw_is_named_by_its_address(world: World) -> None:
    await world.command(ALICE, "/claude-members withdraw the invite for THEO@acme.test because x")
    form = await world.modal(ALICE, "form_withdraw_invite")
    assert "because x" in str(form)
    chosen = next(block["element"]["initial_option"] for block in form["blocks"] if block.get("block_id") == "invite_id")
    assert chosen["text"]["text"] == "theo@acme.test"


async def test_who_is_invited_is_suggested_to_those_who_may_see_it_and_else_by_the_whole_address(world: World) -> None:
    async def suggested(user: str, typed: str) -> list[str]:
        await world.command(user, "/claude-members withdraw")
        form = await world.modal(user, "form_withdraw_invite")
        found = await world.post("/act/suggest", user=user, view_id=form["id"], action_id="invite_id", value=typed)
        return [one["text"]["text"] for one in found["options"]]

    assert await suggested(BOB, "nin") == ["nina@acme.test"]
    assert await suggested(ALICE, "nin") == []
    assert await suggested(ALICE, "") == []
    assert await suggested(ALICE, "Nina@acme.test") == ["nina@acme.test"]
    await world.command(BOB, "/claude-members withdraw theo@acme.tset")
    await told(world, BOB, "No invite waits for *theo@acme.tset*. Did you mean `theo@acme.test`?")
