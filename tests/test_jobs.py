"""The schedule: what is in it happens by itself."""

import asyncio
from pathlib import Path

from bot.jobs import JOBS
from bot.sandbox.together import POLICY
from tests.world import SPENDERS, world_of


async def test_a_policy_that_changes_holds_without_anybody_doing_anything(tmp_path: Path) -> None:
    policy = tmp_path / "policy.toml"
    good = await asyncio.to_thread(POLICY.read_text)
    policy.write_text(good)
    async with world_of(tmp_path, jobs=JOBS, spenders=SPENDERS, more={"POLICY_FILE": str(policy)}) as world:
        before = world.rt.policy
        await asyncio.to_thread(policy.write_text, good.replace("quorum = 1", "quorum = 2", 1))

        async def changed() -> bool:
            return world.rt.policy.rule_for("create_key", None, None).quorum == 2

        await world.wait_for(changed, "the new policy")
        await asyncio.to_thread(policy.write_text, good)

        async def is_back() -> bool:
            return world.rt.policy == before

        await world.wait_for(is_back, "the old policy")
