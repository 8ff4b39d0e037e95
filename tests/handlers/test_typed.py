"""Rows of the command table that open the form of a kind: their words fill it in, and no handler knows them."""

from collections.abc import AsyncGenerator
from pathlib import Path

import pytest

from bot.commands.table import COMMANDS, Subcommand
from bot.kinds.registry import KINDS
from tests.approvals.acting import make_key
from tests.world import ALICE, World, world_of

ROWS = [(command.name, sub) for command in COMMANDS for sub in command.subcommands if sub.opens]


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


@pytest.mark.parametrize(("command", "row"), ROWS, ids=lambda one: one if isinstance(one, str) else one.name)
async def test_a_row_opens_the_form_of_its_kind(world: World, command: str, row: Subcommand) -> None:
    kind = KINDS[row.opens]
    assert set(row.fills) <= {field.name for field in kind.form}
    await world.command(ALICE, f"/claude-{command} {row.name}")
    await world.modal(ALICE, f"form_{kind.name}")


async def test_a_name_that_is_too_long_is_cut_to_what_its_field_takes(world: World) -> None:
    await world.command(ALICE, f"/claude-keys request {'n' * 100}")
    assert f"'{'n' * 80}'" in str(await world.modal(ALICE, "form_create_key"))


async def test_a_key_is_found_by_a_name_of_several_words(world: World) -> None:
    await make_key(world, "the nightly job")
    await world.command(ALICE, "/claude-keys disable The Nightly Job because it leaked")
    assert "because it leaked" in str((await world.modal(ALICE, "the nightly job"))["blocks"])
    await world.command(ALICE, "/claude-keys rename the nightly job to the weekly one")
    assert "'the weekly one'" in str((await world.modal(ALICE, "form_rename_key"))["blocks"])
