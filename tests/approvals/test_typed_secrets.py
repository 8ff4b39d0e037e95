"""A secret that somebody types goes nowhere: it is refused where it was typed, at every door."""

from pathlib import Path

import pytest

from bot.approvals import service
from bot.errors import InvalidInput
from bot.kinds.people.change_role import ChangeRole
from bot.people.identity import resolve_actor
from bot.words.credentials import REFUSAL
from tests.approvals.acting import card_with, press, request_behind, told
from tests.world import ALICE, BOB, World, world_of

SECRET = "sk-ant-" + "api03-abcdefgh12345678"


async def nothing_is_kept(world: World) -> None:
    """See that the secret stands in no channel, no row and no audit entry."""
    url = str(world.rt.store.engine.url)
    if url.startswith("sqlite"):
        folder = Path(world.rt.store.engine.url.database).parent
        assert not [file for file in folder.glob("quartermaster.db*") if SECRET.encode() in file.read_bytes()]
    for user in (ALICE, BOB):
        assert SECRET not in str((await world.get("/sees", user=user))["channels"])


async def test_a_form_refuses_a_secret_at_its_field(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        await world.command(ALICE, "/claude-keys request")
        await world.modal(ALICE, "Workspace")
        staging = await world.workspace_id("Staging")
        answer = await world.submit(ALICE, workspace_id=staging, name="nightly", reason=f"here is my key {SECRET}")
        assert answer["errors"] == {"reason": REFUSAL}
        await nothing_is_kept(world)


async def test_a_command_with_a_secret_is_not_carried_out(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        for command in ("members role <@U0CROWD01> developer", "keys revoke", "spend", "admin"):
            await world.command(ALICE, f"/claude-{command} {SECRET}")
            await told(world, ALICE, REFUSAL)
        await nothing_is_kept(world)


async def test_a_denial_refuses_a_secret_in_its_reason(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        card = await world.ask_for_key(ALICE, "denied-with-care")
        await press(world, BOB, card, "request_deny")
        await world.modal(BOB, "comment")
        answer = await world.submit(BOB, comment=f"use mine: {SECRET}")
        assert answer["errors"] == {"comment": REFUSAL}
        await nothing_is_kept(world)


async def test_no_other_door_takes_one(tmp_path: Path) -> None:
    async with world_of(tmp_path) as world:
        actor = await resolve_actor(world.rt, ALICE, world.rt.team_id)
        with pytest.raises(InvalidInput) as refused:
            await service.submit(world.rt, actor, "change_role", ChangeRole(slack_id="U0CROWD01", role="billing"), SECRET)
        assert refused.value.fields == {"reason": REFUSAL}
        card = await world.ask_for_key(ALICE, "denied-elsewhere")
        request = await request_behind(world, await card_with(world, "denied-elsewhere"))
        bob = await resolve_actor(world.rt, BOB, world.rt.team_id)
        with pytest.raises(Exception, match="looks like a secret"):
            await service.deny(world.rt, bob, request.id, SECRET)
        assert card["ts"]
        await nothing_is_kept(world)
