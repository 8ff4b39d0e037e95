"""Where a key works: a key that no single workspace has is never taken for one of the default workspace."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from bot.admin import wire
from bot.admin.model import ApiKey
from bot.approvals.model import Status
from bot.organization.keys_wanted import Wanted
from tests.approvals.acting import a_minute_passes, card_with, make_key, open_form, press, request_behind, told, until
from tests.world import ALICE, BOB, CAROL, world_of

POLICY = """
version = 1
[groups]
admins = ["user:U0BOB"]
anybody = ["user:U0CAROL"]
[defaults]
approvers = ["admins"]
channel = "C0APPROVALS"
issue_keys = "console"
[workspaces."Default"]
approvers = ["anybody"]
"""


def settings(tmp_path: Path) -> dict[str, str]:
    path = tmp_path / "policy.toml"
    path.write_text(POLICY)
    return {"POLICY_FILE": str(path)}


@pytest.mark.parametrize("kind", ["revoke_key", "disable_key"])
async def test_a_key_of_the_organization_is_not_for_those_to_end_whom_the_default_workspace_names(
    tmp_path: Path, kind: str
) -> None:
    async with world_of(tmp_path, more=settings(tmp_path)) as world:
        key_id = await make_key(world, "everywhere", "Default", scope="organization")
        await open_form(world, ALICE, kind, key_id)
        sure = {"confirm": "everywhere"} if kind == "revoke_key" else {}
        await world.submit(ALICE, **sure, reason="Too much for one key")
        card = await card_with(world, "everywhere")
        assert "Default" not in card["text"]
        request = await request_behind(world, card)
        assert (request.workspace_id, request.workspace_name) == (None, None)
        await press(world, CAROL, card, "request_approve")
        await told(world, CAROL, "can decide this", "C0APPROVALS")
        assert (await request_behind(world, card)).status is Status.PENDING
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.APPLIED)


async def test_a_key_of_the_organization_is_shown_as_one(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await make_key(world, "everywhere", "Default", scope="organization")
        await make_key(world, "at-home", "Default")
        await world.command(ALICE, "/claude-keys list")
        said = (await told(world, ALICE, "everywhere"))["text"]
        assert "everywhere in the whole organization (active" in said
        assert "at-home in Default (active" in said


async def test_of_a_scope_that_comes_later_nobody_changes_a_key(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        key_id = await make_key(world, "elsewhere", "Default", scope="galaxy")
        await open_form(world, ALICE, "revoke_key", key_id)
        await world.submit(ALICE, confirm="elsewhere", reason="Whatever it is")
        await world.modal(ALICE, "I don't know where this key works (scope galaxy). Change it in the Console.")


async def test_a_key_of_the_organization_is_no_proof_of_a_key_in_the_default_workspace(tmp_path: Path) -> None:
    async with world_of(tmp_path, more=settings(tmp_path)) as world:
        card = await world.ask_for_key(ALICE, "wanted-here", "Default")
        await press(world, CAROL, card, "request_approve")
        await until(world, card, Status.FULFILLING)
        await make_key(world, "wanted-here", "Default", scope="organization")
        await a_minute_passes(world)
        await world.message(CAROL, "was created in the whole organization. That is the wrong place.")
        assert (await request_behind(world, card)).status is Status.FULFILLING
        await make_key(world, "wanted-here", "Default")
        await a_minute_passes(world)
        await until(world, card, Status.APPLIED)


@pytest.mark.parametrize(
    ("status", "is_listed"),
    [("active", True), ("inactive", True), ("suspended", True), ("archived", False), ("expired", False)],
)
def test_a_key_of_a_status_that_comes_later_is_not_taken_for_one_that_is_gone(status: str, is_listed: bool) -> None:
    now = datetime(2026, 11, 30, tzinfo=UTC)
    key = ApiKey(id="apikey_1", name="n", status=status, created_at=now, workspace_id=None)
    assert Wanted().takes(key) == is_listed


def test_both_shapes_of_a_key_say_where_it_works() -> None:
    shape = {
        "id": "apikey_1", "name": "n", "status": "active", "created_at": "2026-11-01T00:00:00Z", "created_by": None,
        "expires_at": None, "partial_key_hint": "sk-…", "principal": None,
    }  # fmt: skip
    home = wire.api_key(shape | {"scope": {"type": "workspace", "workspace_id": "wrkspc_1"}})
    assert (home.scope, home.workspace_id) == ("workspace", "wrkspc_1")
    everywhere = wire.api_key(shape | {"scope": {"type": "organization", "workspace_id": None}})
    assert (everywhere.scope, everywhere.workspace_id) == ("organization", None)
    old = wire.api_key(shape | {"workspace_id": None})
    assert (old.scope, old.workspace_id) == ("workspace", None)
    with pytest.raises(KeyError):
        wire.api_key(shape | {"scope": {"type": "workspace"}})
