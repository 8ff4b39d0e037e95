"""The whole schedule as one table. Every body may run twice and acts once: the database claims what is due.

APScheduler only keeps time (memory job store, one per replica). Its executor cancels running jobs when it is shut down,
so bodies run as tracked tasks that the process waits for.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # pyright: ignore[reportMissingTypeStubs]

from bot.approvals.reconcile import reconcile
from bot.log import bind_correlation
from bot.policy.file import load_policy
from bot.runtime import Runtime
from bot.spend import jobs as spend

log = structlog.get_logger()

Body = Callable[[Runtime, datetime], Awaitable[None]]


@dataclass(frozen=True)
class Job:
    """Something done every `seconds`, and once at the start."""

    name: str
    body: Body
    seconds: float


async def reload_policy(rt: Runtime, _now: datetime) -> None:
    """Read policy.toml again; what is wrong with it is logged once for each version, and then nobody may approve."""
    path: Path = rt.settings.policy_file
    policy = await asyncio.to_thread(load_policy, path, rt.kinds)
    if policy != rt.policy:
        log.warning("policy_changed", version=policy.version, nobody_because=policy.nobody_because)
        rt.policy = policy


JOBS = (
    Job("policy", reload_policy, 30),
    Job("reconcile", reconcile, 60),
    Job("costs", spend.sync, 300),
    Job("digests", spend.digests, 60),
    Job("alerts", spend.alerts, 60),
)


def start_jobs(rt: Runtime, jobs: tuple[Job, ...] = JOBS, *, pace: float = 1.0) -> AsyncIOScheduler:
    """Start the schedule in the running loop; `pace` below 1 makes every job more frequent, for the sandbox."""
    scheduler = AsyncIOScheduler(
        timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": 3600}
    )
    for job in jobs:
        scheduler.add_job(  # pyright: ignore[reportUnknownMemberType]
            _run, "interval", (rt, job), seconds=max(job.seconds * pace, 0.5), id=job.name, next_run_time=datetime.now(UTC)
        )
    scheduler.start()
    return scheduler


async def _run(rt: Runtime, job: Job) -> None:
    await asyncio.shield(rt.tasks.spawn(run_job(rt, job)))


async def run_job(rt: Runtime, job: Job) -> None:
    """Run a job's body once; its failure is logged and the next run tries again."""
    bind_correlation(job=job.name)
    try:
        await job.body(rt, rt.now())
    except Exception:
        log.exception("job_failed", job=job.name)
