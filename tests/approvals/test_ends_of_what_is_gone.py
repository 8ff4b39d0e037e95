"""The end of a grant whose workspace is gone by then: nothing is left to take back, and nobody has to look."""

from collections.abc import AsyncGenerator
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pydantic import BaseModel

from bot.approvals.act import reading_of
from bot.approvals.model import Request, Status
from bot.approvals.outcome import Done, Outcome
from bot.kinds.limits.words import SetSpendLimit
from bot.kinds.registry import KINDS
from tests.approvals.asking import apply, now_on_the_wire, revert, writes_since
from tests.approvals.samples import ALICE as SOMEBODY
from tests.approvals.samples import a_request
from tests.approvals.test_grants import PRIYA
from tests.world import World, world_of


@pytest.fixture
async def world(tmp_path: Path) -> AsyncGenerator[World]:
    async with world_of(tmp_path) as running:
        yield running


async def given(world: World, kind: str, payload: BaseModel) -> Request:
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


@pytest.mark.parametrize("kind", ["change_role", "workspace_access"])
async def test_a_role_of_somebody_who_left_ends_with_the_membership_and_nobody_has_to_look(world: World, kind: str) -> None:
    wanted: dict[str, Any] = {"slack_id": PRIYA, "role": "billing", "workspace_id": await world.workspace_id("Research")}
    wanted |= {"role": "workspace_admin"} if kind == "workspace_access" else {}
    grant = await given(world, kind, KINDS[kind].payload.model_validate(wanted))
    await world.rt.admin.remove_user(grant.payload["member_id"])
    seq = now_on_the_wire(world)
    ended: Any = await revert(world, KINDS[kind], grant)
    assert ended.outcome.note == "Priya Nair is no longer a member, and the role went with the membership."
    assert writes_since(world, seq) == []
