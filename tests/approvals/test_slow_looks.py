"""An effect whose look takes longer than its claim allows: nothing is sent late, and nobody has to ask for another try."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from bot.approvals.execute import MOST_ATTEMPTS
from bot.approvals.model import Status
from bot.kinds.registry import registry_of
from tests.approvals.acting import a_minute_passes, press, until
from tests.approvals.asking import ask
from tests.approvals.kind_badge import BADGE, WITH_BADGE
from tests.world import BOB, World, world_of

T = TypeVar("T")


class Slow:
    """Lets the first looks of an effect take 70 seconds by the clock."""

    def __init__(self, times: int) -> None:
        self.times = times
        self.world: World | None = None

    def before(self, act: Callable[[Any], Awaitable[T]]) -> Callable[[Any], Awaitable[T]]:
        """Return an effect that looks slowly first."""

        async def slowly(one: Any) -> T:
            if self.times and self.world:
                self.times -= 1
                await self.world.post("/clock", advance=70)
            return await act(one)

        return slowly


def badge(**effect: Any) -> Any:
    return registry_of(
        *(kind for kind in WITH_BADGE.values() if kind is not BADGE), replace(BADGE, effect=replace(BADGE.effect, **effect))
    )


async def hangs(world: World) -> bool:
    return any([tag.startswith("badge") async for one in world.rt.admin.workspaces() for tag in one.tags])


async def test_what_was_looked_at_too_slowly_is_tried_again_by_itself(tmp_path: Path) -> None:
    slow = Slow(times=2)
    kinds = badge(apply=slow.before(BADGE.effect.apply), repeatable=False)
    async with world_of(tmp_path, kinds=kinds) as world:
        slow.world = world
        card = await ask(world, kinds["badge"])
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.APPROVED)
        assert not await hangs(world)
        await a_minute_passes(world)
        await a_minute_passes(world)
        await until(world, card, Status.APPLIED)


async def test_what_is_always_too_slow_is_left_to_a_person_in_the_end(tmp_path: Path) -> None:
    slow = Slow(times=100)
    kinds = badge(apply=slow.before(BADGE.effect.apply))
    async with world_of(tmp_path, kinds=kinds) as world:
        slow.world = world
        card = await ask(world, kinds["badge"])
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.APPROVED)
        for _ in range(MOST_ATTEMPTS):
            await a_minute_passes(world)
        request = await until(world, card, Status.FAILED)
        assert request.failure == "Looking took me too long, so I stopped before doing it. Nothing was changed."
        assert not await hangs(world)


async def test_an_end_that_was_looked_at_too_slowly_is_tried_again_and_not_given_up(tmp_path: Path) -> None:
    slow = Slow(times=1)
    kinds = badge(revert=slow.before(BADGE.effect.revert))  # pyright: ignore[reportArgumentType] - it has one
    async with world_of(tmp_path, kinds=kinds) as world:
        card = await ask(world, kinds["badge"])
        await press(world, BOB, card, "request_approve")
        await until(world, card, Status.APPLIED)
        slow.world = world
        await a_minute_passes(world, seconds=60 * 86_400)
        await until(world, card, Status.REVERTING)
        assert await hangs(world)
        await a_minute_passes(world, seconds=240)
        await until(world, card, Status.REVERTED)
        assert not await hangs(world)
