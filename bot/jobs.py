"""The whole schedule as one table: what is due, as keys, and what is done about each key.

`act` may run twice, in several processes, and acts once: the database claims what is due. One key's failure never keeps the
others waiting. APScheduler only keeps time (memory job store, one per replica). Its executor cancels running jobs when it is
shut down, so jobs run as tracked tasks that the process waits for.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # pyright: ignore[reportMissingTypeStubs]

from bot.approvals.cards.topic import RequestTopic
from bot.approvals.followups import REQUESTS, SECRETS
from bot.errors import QuartermasterError
from bot.log import bind_correlation
from bot.policy.file import load_policy
from bot.posts import converge as posts
from bot.posts import redact
from bot.posts.model import Topic
from bot.posts.undeliverable import Undeliverable
from bot.runtime import Runtime
from bot.spend import jobs as spend
from bot.spend.alerts import send as alerts
from bot.spend.alerts.topic import AlertTopic
from bot.spend.digests import send as digests
from bot.spend.digests.topic import DigestTopic
from bot.store import events
from bot.timers.model import Timer, TimerTopic
from bot.timers.run import due_timers, run_timer

log = structlog.get_logger()

TOPICS: dict[str, Topic] = {topic.name: topic for topic in (RequestTopic(), DigestTopic(), AlertTopic(), Undeliverable())}
"""What posts are about."""
FORGET_EVENTS_AFTER = timedelta(days=3)
WITHIN = 600.0
"""Seconds that one key may take; the longest is a first load of the ledger."""


@dataclass(frozen=True)
class Job:
    """Something looked at every `seconds`, and once at the start: `due` returns keys, `act` does what one of them wants."""

    name: str
    seconds: float
    due: Callable[[Runtime, datetime], Awaitable[Sequence[Any]]]
    act: Callable[[Runtime, Any, datetime], Awaitable[object]]


async def always(_rt: Runtime, _now: datetime) -> Sequence[str]:
    """Return one key, for what is looked at as a whole each time."""
    return ("",)


async def reload_policy(rt: Runtime, _key: str, _now: datetime) -> None:
    """Read policy.toml again; what is wrong with it is logged once for each version, and then nobody can approve."""
    policy = await asyncio.to_thread(load_policy, rt.settings.policy_file, rt.kinds)
    if policy != rt.policy:
        log.warning("policy_changed", version=policy.version, nobody_because=policy.nobody_because)
        rt.policy = policy


TIMERS: dict[str, TimerTopic] = {topic.name: topic for topic in (REQUESTS, SECRETS)}
"""What timers are about."""


async def _due_timers(rt: Runtime, now: datetime) -> Sequence[Timer]:
    return await due_timers(rt, TIMERS, now)


async def _run_timer(rt: Runtime, timer: Timer, now: datetime) -> None:
    await run_timer(rt, TIMERS, timer, now)


async def forget_events(rt: Runtime, _key: str, now: datetime) -> None:
    """Drop the causes that nobody delivers again."""
    async with rt.store.write() as tx:
        await events.forget_before(tx, now - FORGET_EVENTS_AFTER)


JOBS = (
    Job("policy", 30, always, reload_policy),
    Job("timers", 60, _due_timers, _run_timer),
    Job("channels", 60, redact.channels_to_look_at, redact.look_at),
    Job("posts", 60, posts.due, posts.repair),
    Job("costs", 300, always, spend.sync),
    Job("digests", 60, digests.digests_due, digests.send_digest),
    Job("corrections", 60, digests.corrections_due, digests.correct),
    Job("alerts", 60, alerts.alerts_due, alerts.alert),
    Job("events", 3600, always, forget_events),
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
    """Do once what is due of a job; a failed key is logged, and tried again by the next run."""
    bind_correlation(job=job.name)
    now = rt.now()
    try:
        keys = await job.due(rt, now)
    except Exception:
        log.exception("job_failed", job=job.name)
        return
    for key in keys:
        await _act(rt, job, key, now)


async def _act(rt: Runtime, job: Job, key: Any, now: datetime) -> None:
    try:
        async with asyncio.timeout(WITHIN):
            await job.act(rt, key, now)
    except QuartermasterError as error:
        log.warning("job_later", job=job.name, key=str(key), error=repr(error))
    except Exception:
        log.exception("job_failed", job=job.name, key=str(key))
