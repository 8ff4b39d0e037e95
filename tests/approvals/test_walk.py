"""Whatever people do in whatever order: enough different people decide, each effect comes once, each card equals its row."""

from pathlib import Path
from random import Random

import pytest

from bot.approvals.model import Status
from tests.approvals.acting import a_minute_passes, settled
from tests.approvals.walking import Walk, problems
from tests.sizes import WALK_SEED, WALK_STEPS, WALKS
from tests.world import world_of

ENOUGH = WALK_STEPS / 20
"""So many approvals a walk sees; one in which dice let few happen goes on until then."""


@pytest.mark.parametrize("number", range(WALKS))
async def test_a_random_walk_over_kinds_and_people_keeps_every_promise(tmp_path: Path, number: int) -> None:
    seed = WALK_SEED or f"{Random().randrange(10**9)}-{number}"
    async with world_of(tmp_path, more={"ADMIN_REQUESTS_PER_MINUTE": "6000"}) as world:
        walk = Walk(world, Random(seed))
        steps = 0
        while steps < WALK_STEPS or (walk.seen["approve"] <= ENOUGH and steps < 5 * WALK_STEPS):
            await walk.step()
            steps += 1
        await world.http.delete(f"{world.control_url}/faults")
        for _ in range(4):
            await a_minute_passes(world, 301)
        await settled(world)
        assert await problems(walk) == [], f"QM_WALK_SEED={seed} {dict(walk.seen)}"
        assert await walk.all_of(Status.APPROVED, Status.APPLYING, Status.REVERTING) == [], f"QM_WALK_SEED={seed}"
        assert walk.seen["approve"] > ENOUGH, dict(walk.seen)
