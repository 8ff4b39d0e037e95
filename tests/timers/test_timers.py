"""What is due is done once, by whoever is there, and what fails keeps nothing else waiting."""

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest

from bot.errors import UpstreamDown
from bot.runtime import Runtime
from bot.store.session import Store
from bot.timers import db
from bot.timers.model import Timer, TimerTopic
from bot.timers.run import LASTS, due_timers, run_timer
from tests.posts.world import NOW, Clock
from tests.sizes import few, share_of_limit

SOON = NOW + timedelta(minutes=10)


class Scene:
    """A topic whose acts are written down, and who works off what is due."""

    def __init__(self, store: Store) -> None:
        self.clock, self.acted, self.fails, self.seconds = Clock(), list[str](), set[str](), 0.0
        self.again: datetime | None = None
        parts: Any = SimpleNamespace(store=store, now=self.clock)
        self.rt = cast("Runtime", parts)
        self.topics: Mapping[str, TimerTopic] = {"note": TimerTopic("note", self.act)}

    async def act(self, _rt: Runtime, timer: Timer, _now: datetime) -> datetime | None:
        await asyncio.sleep(self.seconds)
        if timer.subject in self.fails:
            raise UpstreamDown("The outside world is away.")
        self.acted.append(f"{timer.subject}:{timer.what}")
        return self.again

    async def set(self, subject: str, **wanted: datetime) -> None:
        async with self.rt.store.write() as tx:
            await db.set_timers(tx, "note", subject, wanted)

    async def work(self, **more: float) -> list[str]:
        self.clock.advance(**more)
        self.acted.clear()
        for timer in await due_timers(self.rt, self.topics, self.clock()):
            await run_timer(self.rt, self.topics, timer, self.clock())
        return self.acted


@pytest.fixture
def scene(store: Store) -> Scene:
    return Scene(store)


async def test_a_timer_acts_when_it_is_due_and_once(scene: Scene) -> None:
    await scene.set("x", end=SOON)
    assert await scene.work(minutes=9) == []
    assert await scene.work(minutes=2) == ["x:end"]
    assert await scene.work(days=9) == []


@pytest.mark.both
async def test_many_processes_act_once(scene: Scene) -> None:
    await scene.set("x", end=SOON)
    scene.clock.advance(hours=1)
    scene.seconds = 0.05
    (timer,) = await due_timers(scene.rt, scene.topics, scene.clock())
    await asyncio.gather(*(run_timer(scene.rt, scene.topics, timer, scene.clock()) for _ in range(6)))
    assert scene.acted == ["x:end"]


async def test_what_a_subject_does_not_want_any_more_is_cleared_with_the_change(scene: Scene) -> None:
    await scene.set("x", expire=SOON, remind=SOON)
    await scene.set("x", expire=SOON + timedelta(hours=1))
    assert await scene.work(minutes=30) == []
    assert await scene.work(hours=1) == ["x:expire"]


async def test_a_change_that_was_rolled_back_sets_no_timer(scene: Scene) -> None:
    async def act_that_fails() -> None:
        async with scene.rt.store.write() as tx:
            await db.set_timers(tx, "note", "x", {"end": SOON})
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await act_that_fails()
    assert await scene.work(hours=1) == []


async def test_what_fails_is_tried_again_and_keeps_the_others_from_nothing(scene: Scene) -> None:
    scene.fails = {"bad"}
    await scene.set("bad", end=NOW)
    await scene.set("good", end=SOON)
    assert await scene.work(hours=1) == ["good:end"]
    assert await scene.work(seconds=10) == [], "not at once"
    scene.fails = set()
    assert await scene.work(minutes=1) == ["bad:end"]


@pytest.mark.both
async def test_what_is_looked_at_often_is_so_though_the_clock_was_set_back(scene: Scene) -> None:
    scene.topics = {"note": replace(scene.topics["note"], often=frozenset({"look"}))}
    await scene.set("x", look=NOW, end=NOW + timedelta(hours=9))
    scene.clock.advance(hours=2)
    scene.again = scene.clock() + timedelta(seconds=50)
    assert await scene.work() == ["x:look"]
    scene.clock.advance(hours=-2)
    assert await scene.work(minutes=1) == ["x:look"]


async def test_a_timer_that_wants_to_look_again_does(scene: Scene) -> None:
    scene.again = SOON + timedelta(hours=2)
    await scene.set("x", look=SOON)
    assert await scene.work(hours=1) == ["x:look"]
    assert await scene.work(minutes=30) == []
    scene.again = None
    assert await scene.work(hours=1) == ["x:look"]
    assert await scene.work(days=1) == []


@pytest.mark.both
async def test_a_timer_that_was_set_anew_while_it_acted_stays(scene: Scene) -> None:
    await scene.set("x", end=SOON)
    scene.clock.advance(hours=1)
    scene.seconds = 0.1
    (timer,) = await due_timers(scene.rt, scene.topics, scene.clock())
    acting = asyncio.create_task(run_timer(scene.rt, scene.topics, timer, scene.clock()))
    await asyncio.sleep(0.05)
    await scene.set("x", end=SOON + timedelta(hours=5))
    await acting
    scene.seconds = 0.0
    assert await scene.work(hours=6) == ["x:end"]


@pytest.mark.both
async def test_a_claim_whose_process_died_is_taken_over(scene: Scene) -> None:
    await scene.set("x", end=SOON)
    scene.clock.advance(hours=1)
    (timer,) = await due_timers(scene.rt, scene.topics, scene.clock())
    async with scene.rt.store.write() as tx:
        assert await db.claim(tx, timer, "of a dead process", scene.clock(), scene.clock() + LASTS)
    assert await scene.work(minutes=1) == []
    assert await scene.work(minutes=3) == ["x:end"]


async def test_a_timer_of_a_later_version_keeps_no_other_waiting(scene: Scene) -> None:
    async with scene.rt.store.write() as tx:
        await db.set_timers(tx, "of a later version", "x", {"end": NOW})
    await scene.set("x", end=NOW)
    assert await scene.work(minutes=1) == ["x:end"]


async def test_no_row_starves_behind_a_limit(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(db, "MOST_DUE", share_of_limit(db.MOST_DUE))
    part = db.MOST_DUE // 5
    async with scene.rt.store.write() as tx:
        for n in range(12 * part):
            await db.set_timers(tx, "note", f"s{n}", {"end": NOW})
    scene.fails = {f"s{n}" for n in range(7 * part)}
    done: set[str] = set()
    for _ in range(4):
        done |= set(await scene.work(seconds=55))
    assert len(done) == 5 * part


async def test_many_of_one_sort_keep_no_other_sort_waiting(scene: Scene) -> None:
    scene.topics = {"note": replace(scene.topics["note"], has_sorts=True), "look": TimerTopic("look", scene.act)}
    async with scene.rt.store.write() as tx:
        await db.set_timers(tx, "look", "value", {f"req_{n}": NOW for n in range(db.MOST_DUE + 10)})
        for n in range(db.MOST_DUE + 10):
            await db.set_timers(tx, "note", f"s{n}", {"end": NOW})
    await scene.set("x", expire=SOON)
    scene.clock.advance(hours=1)
    found = await due_timers(scene.rt, scene.topics, scene.clock())
    assert {(one.topic, one.what) for one in found[:3]} >= {("note", "end"), ("note", "expire")}
    assert [one.topic for one in found[:3]].count("look") == 1


async def test_timers_of_a_later_version_fill_no_limit(scene: Scene) -> None:
    async with scene.rt.store.write() as tx:
        await db.set_timers(tx, "of a later version", "x", {f"end:{n}": NOW for n in range(db.MOST_DUE + 10)})
    await scene.set("x", end=SOON)
    assert await scene.work(hours=1) == ["x:end"]


@pytest.mark.both
@pytest.mark.parametrize("ahead", few([{"minutes": 7}, {"days": 400}, {"minutes": 50}, {"hours": 2}], 2), ids=str)
async def test_a_clock_that_was_set_back_makes_no_claim_shorter_and_none_much_longer(
    scene: Scene, ahead: dict[str, float]
) -> None:
    await scene.set("held", end=NOW)
    await scene.set("failed", end=NOW)
    scene.clock.advance(**ahead)
    (failed, held) = sorted(await due_timers(scene.rt, scene.topics, scene.clock()), key=lambda timer: timer.subject)
    async with scene.rt.store.write() as tx:
        assert await db.claim(tx, held, "of another process", scene.clock(), scene.clock() + LASTS)
    scene.fails = {"failed"}
    await run_timer(scene.rt, scene.topics, failed, scene.clock())
    scene.fails = set()
    scene.clock.advance(**{unit: -much for unit, much in ahead.items()})
    done = [name for _ in range(3) for name in await scene.work(minutes=0.9)]
    assert "held:end" not in done, "its process may be at work"
    for _ in range(5):
        done += await scene.work(minutes=1)
    assert "held:end" in done
    for _ in range(30):
        done += await scene.work(minutes=1)
    assert sorted(done) == ["failed:end", "held:end"]
