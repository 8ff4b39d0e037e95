"""The shared budget: never more than the limit in a window, people first."""

import asyncio
import time

import pytest

from bot.admin.budget import Budget
from tests.rings import crowd

WINDOW = 0.2


async def test_no_window_ever_sees_more_than_the_limit() -> None:
    budget, granted = Budget(5, WINDOW), list[float]()

    async def worker() -> None:
        await budget.take(interactive=True)
        granted.append(time.monotonic())

    await asyncio.gather(*(worker() for _ in range(18)))
    for index in range(len(granted) - 5):
        assert granted[index + 5] - granted[index] >= WINDOW * 0.95
    assert granted[-1] - granted[0] < 4 * WINDOW * crowd(), "and it wastes no window"


async def test_people_go_before_background_work_that_came_earlier() -> None:
    budget, order = Budget(3, WINDOW), list[str]()

    async def worker(name: str, interactive: bool) -> None:
        await budget.take(interactive)
        order.append(name)

    for _ in range(3):
        await budget.take(interactive=True)
    queued = [asyncio.create_task(worker("job", False)) for _ in range(2)]
    await asyncio.sleep(0)
    queued += [asyncio.create_task(worker("person", True)) for _ in range(2)]
    await asyncio.gather(*queued)
    assert order[:2] == ["person", "person"]


async def test_background_work_leaves_a_third_for_people() -> None:
    budget = Budget(9, 60.0)
    for _ in range(6):
        await asyncio.wait_for(budget.take(interactive=False), 0.1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(budget.take(interactive=False), 0.05)
    for _ in range(3):
        await asyncio.wait_for(budget.take(interactive=True), 0.1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(budget.take(interactive=True), 0.05)


async def test_somebody_who_gave_up_waiting_costs_nothing() -> None:
    budget = Budget(1, WINDOW)
    await budget.take(interactive=True)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(budget.take(interactive=True), 0.01)
    await asyncio.wait_for(budget.take(interactive=True), WINDOW * 1.5)


async def test_a_nearly_empty_upstream_holds_back_background_work_only() -> None:
    budget = Budget(90, 60.0)
    budget.learn(limit=100, remaining=5, reset_in=30.0)
    await asyncio.wait_for(budget.take(interactive=True), 0.1)
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(budget.take(interactive=False), 0.05)
    budget.learn(limit=100, remaining=0, reset_in=0.1)
    started = time.monotonic()
    await asyncio.wait_for(budget.take(interactive=True), 1.0)
    assert time.monotonic() - started >= 0.09


async def test_an_upstream_with_room_holds_nobody_back() -> None:
    budget = Budget(90, 60.0)
    budget.learn(limit=100, remaining=80, reset_in=50.0)
    await asyncio.wait_for(budget.take(interactive=False), 0.1)
