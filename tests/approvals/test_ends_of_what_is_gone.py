"""The end of a grant whose workspace is gone by then: nothing is left to take back, and nobody has to look."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from bot.approvals.act import reading_of
from bot.approvals.model import Request, Status
from bot.approvals.outcome import Done, Outcome
from bot.kinds.limits.words import SetSpendLimit
from bot.kinds.registry import KINDS
from tests.approvals.asking import apply, now_on_the_wire, revert, writes_since
from tests.approvals.samples import ALICE as SOMEBODY
from tests.approvals.samples import a_request
from tests.world import World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def given(world: World, kind: str, payload: SetSpendLimit) -> Request:
    """Return a grant of a kind that was carried out, as far as the API lets it."""
    checked = await KINDS[kind].rules.check(reading_of(world.rt), SOMEBODY, payload)
    now = world.rt.now()
    request = a_request(
        kind, Status.APPLYING, payload=checked.payload.model_dump(mode="json"), claimed_at=now, approved_at=now,
        workspace_id=checked.workspace_id, workspace_name=checked.workspace_name, ends_at=now + timedelta(days=7),
    )  # fmt: skip
    done = await apply(world, KINDS[kind], request)
    outcome = done.outcome if isinstance(done, Done) else Outcome(way="console")
    return request.model_copy(update={"outcome": outcome})


@pytest.mark.parametrize("is_offered", [True, False])
async def test_a_spend_limit_of_an_archived_workspace_ends_without_anybody(world: World, is_offered: bool) -> None:
    world.sandbox.claude.flags.spend_limits_preview = is_offered
    staging = await world.workspace_id("Staging")
    grant = await given(world, "set_spend_limit", SetSpendLimit(workspace_id=staging, amount=Decimal(5000)))
    await world.rt.admin.archive_workspace(staging)
    seq = now_on_the_wire(world)
    ended: Any = await revert(world, KINDS["set_spend_limit"], grant)
    assert ended.outcome.note == "Staging is archived, so nobody works in it any more."
    assert writes_since(world, seq) == []


async def test_a_limit_of_the_organization_is_asked_about_no_workspace_at_its_end(world: World) -> None:
    world.sandbox.claude.flags.spend_limits_preview = True
    grant = await given(world, "set_spend_limit", SetSpendLimit(workspace_id="organization", amount=Decimal(5000)))
    ended: Any = await revert(world, KINDS["set_spend_limit"], grant)
    assert ended.outcome.note == ""
