"""The schedule: what is in it happens by itself."""

import asyncio
import logging
import time
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from apscheduler.schedulers import base  # pyright: ignore[reportMissingTypeStubs]

from bot import jobs
from bot.errors import UpstreamDown
from bot.jobs import JOBS, WITHIN, Job, Schedule, start_jobs
from bot.sandbox.together import POLICY
from bot.tasks import Tasks
from bot.telemetry import names as metrics
from bot.telemetry.meter import Meter
from tests.day import DAY
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


class SetBack(datetime):
    """A clock that somebody sets back, by as much as `by` says."""

    by = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:
        return datetime.now(tz) - cls.by


async def _no_keys(_rt: Any, _now: datetime) -> tuple[str, ...]:
    RAN.append(time.monotonic())
    return ()


async def _nothing(_rt: Any, _key: Any, _now: datetime) -> None:
    return


RAN: list[float] = []


@pytest.mark.parametrize("jump", [timedelta(hours=2), timedelta(days=-400)], ids=["back", "ahead"])
async def test_jobs_keep_their_pace_when_the_clock_jumps(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, jump: timedelta
) -> None:
    RAN.clear()
    monkeypatch.setattr(base, "datetime", SetBack)
    monkeypatch.setattr(SetBack, "by", timedelta())
    job = Job("steady", 0.5, _no_keys, _nothing)
    async with world_of(tmp_path, jobs=(job,), pace=1.0) as world:
        await asyncio.sleep(0.7)
        monkeypatch.setattr(SetBack, "by", jump)
        jumped = time.monotonic()
        after: list[float] = []

        async def ran_on() -> bool:
            after[:] = [at for at in RAN if at > jumped]
            return len(after) >= 3

        await world.wait_for(ran_on, "three more runs")
        assert after[0] - jumped < 30
        assert after[2] - after[0] > 0.5, "a jump ahead isn't made up for"


async def test_readiness_knows_when_each_job_last_ran(tmp_path: Path) -> None:
    hanging, quick = asyncio.Event(), asyncio.Event()

    async def hangs(_rt: Any, _now: datetime) -> tuple[str, ...]:
        hanging.set()
        await asyncio.sleep(3600)
        return ()

    async def ends(_rt: Any, _now: datetime) -> tuple[str, ...]:
        quick.set()
        return ()

    jobs = (Job("costs", 60, hangs, _nothing), Job("posts", 3600, ends, _nothing))
    async with world_of(tmp_path) as world:
        assert world.bot is not None
        world.bot.schedule = start_jobs(world.rt, jobs)
        await asyncio.gather(hanging.wait(), quick.wait())
        now = time.monotonic()
        assert world.bot.schedule.late(now + WITHIN) == []
        assert world.bot.schedule.late(now + 2 * WITHIN + 240) == ["costs: 24 minutes ago"]
        assert await world.bot.unready_because() == {}
        schedule = world.bot.schedule
        schedule._ended["costs"] -= 2 * WITHIN + 240
        assert (await world.bot.unready_because())["jobs"].startswith("Some of what happens by itself has stopped: costs")
        schedule.pause()
        schedule.stop()
        for task in set(world.rt.tasks.running):
            task.cancel()


async def test_what_waits_for_somebody_silent_keeps_no_other_sort_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    acted, seconds = list[str](), [0.0]
    monkeypatch.setattr(jobs, "time", SimpleNamespace(monotonic=lambda: seconds[0]))

    async def due(_rt: Any, _now: datetime) -> tuple[str, ...]:
        return ("drift 1", "expire 1", "drift 2", "expire 2", "drift 3")

    async def act(_rt: Any, key: str, _now: datetime) -> None:
        acted.append(key)
        if key.startswith("drift"):
            seconds[0] += jobs.SLOW
            raise UpstreamDown("The Claude Admin API didn't answer in time.")

    rt: Any = SimpleNamespace(meter=Meter(), now=lambda: datetime.now(UTC))
    await jobs.run_job(rt, Job("timers", 60, due, act, lambda key: key.split()[0]))
    assert acted == ["drift 1", "expire 1", "expire 2"]


def test_a_job_that_takes_longer_than_its_pause_is_no_jump_of_the_clock() -> None:
    schedule = Schedule(SimpleNamespace(), (Job("costs", 60, _no_keys, _nothing),), 1.0)  # pyright: ignore[reportArgumentType]
    began = schedule._began["costs"]
    schedule._running.add("costs")
    assert schedule.overdue(began + 600) == [], "it runs"
    schedule._running.clear()
    schedule._ended["costs"] = began + 600
    assert schedule.overdue(began + 660) == [], "its pause isn't over"
    assert schedule.overdue(began + 662) == ["costs"]


async def test_a_job_that_is_cut_off_at_the_end_of_the_process_is_no_fault(caplog: pytest.LogCaptureFixture) -> None:
    began = asyncio.Event()

    async def hangs(_rt: Any, _now: datetime) -> tuple[str, ...]:
        began.set()
        await asyncio.sleep(3600)
        return ()

    rt: Any = SimpleNamespace(tasks=Tasks(), meter=Meter(), now=lambda: DAY)
    schedule = start_jobs(rt, (Job("costs", 60, hangs, _nothing),))
    await began.wait()
    (runs,) = [one.values for one in rt.meter.families() if one.metric == metrics.TASK_RUNS]
    assert runs == {("costs", "done"): 0, ("costs", "failed"): 0}, "so that the first failure is an increase"
    schedule.pause()
    await rt.tasks.drain(0)
    schedule.stop()
    assert [one.message for one in caplog.records if one.levelno >= logging.ERROR] == []
