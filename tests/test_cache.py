"""The cache: shares loads, forgets by time, by word and by number, and keeps no failure."""

import asyncio
import time
from dataclasses import dataclass, field

import pytest

from bot.cache import AT_ONCE, Cache
from bot.errors import UpstreamError


@dataclass
class Upstream:
    """Something slow to read, which says what was asked; `gate` holds answers back, `fails` refuses."""

    clock: float = 0.0
    asked: list[str] = field(default_factory=list[str])
    cancelled: int = 0
    fails: bool = False
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    async def load(self, key: str) -> str:
        self.asked.append(key)
        value = f"{key}{len(self.asked)}"
        try:
            await self.gate.wait()
        except asyncio.CancelledError:
            self.cancelled += 1
            raise
        if self.fails:
            raise UpstreamError("down")
        return value

    def cache(self, most: int = 100, apart: float = 0.0) -> Cache[str, str]:
        return Cache(self.load, 60.0, most=most, apart=apart, clock=lambda: self.clock)


def quick() -> Upstream:
    upstream = Upstream()
    upstream.gate.set()
    return upstream


async def test_an_answer_is_kept_for_its_time_counted_from_the_asking() -> None:
    upstream = Upstream()
    cache = upstream.cache()
    asking = asyncio.create_task(cache.get("a"))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    upstream.clock = 50.0
    upstream.gate.set()
    assert await asking == "a1"
    upstream.clock = 59.9
    assert await cache.get("a") == "a1"
    upstream.clock = 60.0
    assert await cache.get("a") == "a2"


async def test_those_who_ask_at_once_share_one_load_of_each_key() -> None:
    upstream = quick()
    cache = upstream.cache()
    found = await asyncio.gather(*(cache.get(key) for key in "abab"))
    assert found == ["a1", "b2", "a1", "b2"]
    assert upstream.asked == ["a", "b"]


async def test_a_fresh_answer_was_asked_for_after_the_call_and_many_share_one() -> None:
    upstream = Upstream()
    cache = upstream.cache()
    first = asyncio.create_task(cache.get("a"))
    while not upstream.asked:
        await asyncio.sleep(0)
    later = [asyncio.create_task(cache.get("a", fresh=True)) for _ in range(3)]
    await asyncio.sleep(0)
    assert upstream.asked == ["a"]
    upstream.gate.set()
    assert await first == "a1"
    assert await asyncio.gather(*later) == ["a2", "a2", "a2"]
    assert await cache.get("a") == "a2"
    assert await cache.get("a", fresh=True) == "a3"


async def test_a_crowd_that_comes_one_by_one_shares_the_next_load() -> None:
    upstream = quick()
    cache = upstream.cache(apart=0.5)
    for _ in range(AT_ONCE):
        await cache.get("a", fresh=True)
    crowd: list[asyncio.Task[str]] = []
    for _ in range(5):  # each late enough for a load of their own
        crowd.append(asyncio.create_task(cache.get("a", fresh=True)))
        for _ in range(9):
            await asyncio.sleep(0)
    assert len(upstream.asked) == AT_ONCE
    assert len(set(await asyncio.gather(*crowd))) == 1
    assert len(upstream.asked) == AT_ONCE + 1


async def test_in_a_crowd_the_next_load_waits_for_the_last_one_only() -> None:
    upstream = quick()
    cache = upstream.cache(apart=0.05)
    for second in range(AT_ONCE + 2):
        upstream.clock = second * 0.0001
        before = time.monotonic()
        await cache.get("a", fresh=True)
        assert time.monotonic() - before < 0.05 * AT_ONCE
    upstream.clock = 0.05 * AT_ONCE
    async with asyncio.timeout(0.04):  # the crowd is gone
        await cache.get("a", fresh=True)


async def test_a_few_loads_and_one_after_a_change_was_told_wait_for_no_crowd() -> None:
    upstream = quick()
    cache = upstream.cache(apart=600.0)
    async with asyncio.timeout(5):
        for _ in range(AT_ONCE):
            await cache.get("a", fresh=True)
        cache.forget("a")
        assert await cache.get("a") == f"a{AT_ONCE + 1}"


async def test_what_was_on_its_way_when_a_change_was_told_is_not_kept() -> None:
    upstream = Upstream()
    cache = upstream.cache()
    first = asyncio.create_task(cache.get("a"))
    while not upstream.asked:
        await asyncio.sleep(0)
    cache.forget("a")
    after = asyncio.create_task(cache.get("a"))
    await asyncio.sleep(0)
    cache.forget("a")  # also of the one before the last
    upstream.gate.set()
    assert await asyncio.gather(first, after) == ["a1", "a2"]
    assert await cache.get("a") == "a2"
    cache.forget("a")
    assert len(cache) == 0
    assert await cache.get("a") == "a3"
    cache.forget("never asked for")


async def test_a_failure_is_told_to_all_who_wait_and_is_not_kept() -> None:
    upstream = quick()
    upstream.fails = True
    cache = upstream.cache()
    told = await asyncio.gather(*(cache.get("a") for _ in range(3)), return_exceptions=True)
    assert [type(one) for one in told] == [UpstreamError] * 3
    assert upstream.asked == ["a"]
    upstream.fails = False
    assert await cache.get("a") == "a2"


async def test_it_holds_at_most_so_many_answers_and_none_that_is_over() -> None:
    upstream = quick()
    cache = upstream.cache(most=3)
    for key in "abcde":
        await cache.get(key)
    assert len(cache) == 3
    assert await cache.get("e") == "e5"
    assert await cache.get("a") == "a6"
    upstream.clock = 60.0
    await cache.get("z")
    assert len(cache) == 1


async def test_a_load_goes_on_while_anybody_waits_and_ends_with_the_last() -> None:
    upstream = Upstream()
    cache = upstream.cache()
    waiting = [asyncio.create_task(cache.get("a")) for _ in range(2)]
    while not upstream.asked:
        await asyncio.sleep(0)
    waiting[0].cancel()
    await asyncio.gather(waiting[0], return_exceptions=True)
    assert not upstream.cancelled
    waiting[1].cancel()
    next_one = asyncio.create_task(cache.get("a"))
    await asyncio.gather(waiting[1], return_exceptions=True)
    await asyncio.sleep(0)
    assert upstream.cancelled == 1
    upstream.gate.set()
    assert await next_one == "a2"


async def test_who_gives_up_while_another_load_is_awaited_takes_nobody_along() -> None:
    upstream = Upstream()
    cache = upstream.cache()
    first = asyncio.create_task(cache.get("a"))
    while not upstream.asked:
        await asyncio.sleep(0)
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await cache.get("a", fresh=True)
    upstream.gate.set()
    assert await first == "a1"
    assert upstream.asked == ["a"]
