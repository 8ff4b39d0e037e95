"""Another name for a key: asked for by command, checked like the name of a new one, and never taken from anybody."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.approvals.model import Status
from bot.sandbox.stage import Json
from tests.approvals.acting import card_with, keys_named, make_key, press, told, until
from tests.world import ALICE, BOB, CAROL, DANA, World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def ask(world: World, typed: str) -> None:
    await world.command(ALICE, f"/claude-keys rename {typed}")
    await world.modal(ALICE, "form_rename_key")
    assert (await world.submit(ALICE, reason="A better name"))["ok"]


async def asked(world: World, typed: str) -> Json:
    await ask(world, typed)
    return await card_with(world, "asks to rename a key")


async def test_a_key_gets_another_name(world: World) -> None:
    key_id = await make_key(world, "the old job")
    card = await asked(world, "the old job new-job")
    assert "*<@U0ALICE> asks to rename a key* — `the old job` in *Staging* → `new-job`" in card["text"]
    await press(world, BOB, card, "request_approve")
    await card_with(world, "✅ *Key `the old job` in Staging is now called `new-job`*")
    assert [key.id for key in await keys_named(world, "new-job")] == [key_id]


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("mine mine", "The key is already called mine."),
        ("mine yours", "Staging already has a key named yours. Another name is needed."),
    ],
)
async def test_a_name_that_is_had_already_is_said_at_its_field(world: World, typed: str, said: str) -> None:
    await make_key(world, "mine")
    await make_key(world, "yours")
    await ask(world, typed)
    await world.modal(ALICE, said)


async def test_a_name_in_another_workspace_is_free(world: World) -> None:
    await make_key(world, "mine")
    await make_key(world, "yours", "Research")
    await asked(world, "mine yours")


async def test_a_name_that_is_no_name_is_said_at_its_field(world: World) -> None:
    await make_key(world, "mine")
    await world.command(ALICE, "/claude-keys rename mine -x")
    await world.modal(ALICE, "form_rename_key")
    answer = await world.submit(ALICE, reason="x")
    assert "Use 2 to 80 letters" in answer["errors"]["name"]


async def test_of_two_renames_in_a_line_the_form_has_no_name_and_says_why(world: World) -> None:
    await make_key(world, "mine")
    await make_key(world, "yours")
    await world.command(ALICE, "/claude-keys rename mine to x2 and yours to y2")
    form = await world.modal(ALICE, "form_rename_key")
    assert "I couldn't use *x2 and yours to y2*. A request is about one change" in str(form)
    assert "'initial_value'" not in str([one for one in form["blocks"] if "New name" in str(one)])


async def test_a_key_that_is_archived_keeps_its_name(world: World) -> None:
    key_id = await make_key(world, "gone")
    await world.post(f"/claude/keys/{key_id}", status="archived")
    world.rt.directory.forget_keys()
    await world.command(ALICE, "/claude-keys rename gone back")
    await told(world, ALICE, "`gone` is archived, so you can't rename it.")


async def test_a_name_that_somebody_waits_for_proves_no_key_of_theirs(world: World) -> None:
    await make_key(world, "mine", "Production")
    waiting = await world.ask_for_key(DANA, "awaited", workspace="Production", reason="By hand")
    await ask(world, "mine awaited")
    await world.modal(ALICE, "Somebody has asked for a new key named awaited in Production. Another name is needed.")
    await press(world, CAROL, waiting, "request_approve")
    await until(world, waiting, Status.FULFILLING)
    await world.submit(ALICE, name="awaited", reason="Still")
    await world.modal(ALICE, "Somebody has asked for a new key named awaited in Production.")


async def test_a_name_that_was_taken_while_the_request_waited_is_left_to_its_owner(world: World) -> None:
    await make_key(world, "mine")
    card = await asked(world, "mine yours")
    await make_key(world, "yours")
    await press(world, BOB, card, "request_approve")
    request = await until(world, card, Status.FAILED)
    assert request.failure == "Staging already has a key named yours. Another name is needed."
    assert len(await keys_named(world, "yours")) == len(await keys_named(world, "mine")) == 1
