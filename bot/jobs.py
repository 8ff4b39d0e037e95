"""The whole schedule as one table: what is due, as keys, and what is done about each key.

`act` may run twice, in several processes, and acts once: the database claims what is due. One key's failure never keeps the
others waiting. APScheduler only keeps time (memory job store, one per replica). Its executor cancels running jobs when it is
shut down, so jobs run as tracked tasks that the process waits for.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler  # pyright: ignore[reportMissingTypeStubs]
from apscheduler.triggers.base import BaseTrigger  # pyright: ignore[reportMissingTypeStubs]

from bot.approvals.cards.topic import RequestTopic
from bot.approvals.drift import DRIFT
from bot.approvals.findings.topic import FINDINGS, FindingTopic
from bot.approvals.followups import REQUESTS, SECONDS, SECRETS
from bot.claude_code import sync as claude_code
from bot.claude_code.digests import corrections as code_corrections
from bot.claude_code.digests import send as code_digests
from bot.claude_code.digests.topic import CodeDigestTopic
from bot.errors import QuartermasterError
from bot.hygiene import weekly as advice
from bot.kinds.limits import metrics as rate_limits
from bot.kinds.limits.peaks import headroom
from bot.kinds.limits.peaks import news as peak_news
from bot.kinds.limits.peaks import sync as peaks
from bot.kinds.people import departures
from bot.log import bind_correlation
from bot.posts import converge as posts
from bot.posts import redact
from bot.posts.left_readable import LeftReadable
from bot.posts.model import Topic
from bot.posts.shared import SharedTopic
from bot.posts.undeliverable import Undeliverable
from bot.runtime import Runtime
from bot.spend import jobs as spend
from bot.spend.alerts import send as alerts
from bot.spend.alerts.topic import AlertTopic
from bot.spend.changes.topic import ChangeTopic
from bot.spend.digests import send as digests
from bot.spend.digests.topic import DigestTopic
from bot.spend.exports.datadog import costs as custom_costs
from bot.spend.exports.datadog import live
from bot.spend.exports.otlp import push as exports
from bot.spend.limits import send as limits
from bot.spend.limits.topic import LimitTopic
from bot.spend.reconcile import closed
from bot.spend.reports.schedule import send as reports
from bot.spend.reports.schedule.topic import ReportTopic
from bot.spend.unseen import UnseenTopic
from bot.status import capabilities, names, watch
from bot.status.policy_loaded import record_policy
from bot.store import events
from bot.store.migrate import known_reason
from bot.telemetry import names as metrics
from bot.timers.model import Timer, TimerTopic
from bot.timers.run import due_timers, run_timer, sort_of

log = structlog.get_logger()

_TOPICS: tuple[Topic, ...] = (
    RequestTopic(),
    FindingTopic(),
    DigestTopic(),
    AlertTopic(),
    LimitTopic(),
    ReportTopic(),
    CodeDigestTopic(),
    ChangeTopic(),
    closed.ClosedMonthTopic(),
    UnseenTopic(),
    SharedTopic(),
    Undeliverable(),
    LeftReadable(),
    departures.DepartureTopic(),
    peak_news.PeakTopic(),
    advice.AdviceTopic(),
    watch.OutageTopic(),
    names.NamesTopic(),
)
TOPICS: dict[str, Topic] = {topic.name: topic for topic in _TOPICS}
"""What posts are about."""
FORGET_EVENTS_AFTER = timedelta(days=3)
DONE, FAILED = "done", "failed"
"""How a run ended, as metrics say it."""
WITHIN, SLOW = 600.0, 20.0
"""Seconds that one key may take, as a first load of the ledger does; and after which it waited for somebody silent."""


@dataclass(frozen=True)
class Job:
    """Something looked at every `seconds`, and once at the start: `due` returns keys, `act` does what one of them wants.

    `sort` tells which keys wait for the same: after a `SLOW` one, the others of its sort are left to the next run.
    """

    name: str
    seconds: float
    due: Callable[[Runtime, datetime], Awaitable[Sequence[Any]]]
    act: Callable[[Runtime, Any, datetime], Awaitable[object]]
    sort: Callable[[Any], str] | None = None


async def always(_rt: Runtime, _now: datetime) -> Sequence[str]:
    """Return one key, for what is looked at as a whole each time."""
    return ("",)


async def reload_policy(rt: Runtime, _key: str, _now: datetime) -> None:
    """Read policy.toml again, for what is shown; at a click it is looked at anyway."""
    await rt.refresh_policy()
    await record_policy(rt)


TIMERS: dict[str, TimerTopic] = {topic.name: topic for topic in (REQUESTS, SECRETS, SECONDS, FINDINGS, DRIFT)}
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
    Job("timers", 60, _due_timers, _run_timer, lambda timer: sort_of(TIMERS, timer)),
    Job("channels", 60, redact.channels_to_look_at, redact.look_at),
    Job("posts", 60, posts.due, posts.repair),
    Job("costs", 300, always, spend.sync),
    Job("claude_code", 300, always, claude_code.sync),
    Job("claude_code_digests", 60, code_digests.digests_due, code_digests.send_digest),
    Job("code_corrections", 600, code_corrections.corrections_due, code_corrections.correct),
    Job("digests", 60, digests.digests_due, digests.send_digest),
    Job("corrections", 60, digests.corrections_due, digests.correct),
    Job("alerts", 60, alerts.alerts_due, alerts.alert),
    Job("limits", 60, limits.limits_due, limits.tell_limit),
    Job("reports", 60, reports.reports_due, reports.send_report),
    Job("final reports", 60, reports.reports_to_settle, reports.settle_report),
    Job("closed months", 600, closed.due, closed.tell),
    Job("peaks", 600, peaks.due, peaks.sync),
    Job("rate_limits", 600, rate_limits.due, rate_limits.look),
    Job("peak_news", 60, peak_news.news_due, peak_news.tell_news),
    Job("watch", 60, watch.to_look_at, watch.look),
    Job("names", 300, names.to_look_at, names.look),
    Job("departures", 600, departures.to_look_at, departures.look),
    Job("capabilities", 60, capabilities.due, capabilities.ask),
    Job("advice", 900, advice.to_look_at, advice.look),
    Job("exports", 300, exports.due, exports.push),
    Job("dogstatsd", 120, live.due, live.telling(headroom.gauges)),
    Job("custom_costs", 300, custom_costs.due, custom_costs.push),
    Job("events", 3600, always, forget_events),
)


class _Every(BaseTrigger):
    """Lets a job run at once, and again so long after it began; times that were missed are not made up for."""

    def __init__(self, seconds: float) -> None:
        self._pause = timedelta(seconds=seconds)

    def get_next_fire_time(  # pyright: ignore[reportIncompatibleMethodOverride] - untyped there
        self, previous_fire_time: datetime | None, now: datetime
    ) -> datetime:
        """Return the next time after `now`, whenever the job ran before: the clock may have jumped since."""
        return now + self._pause if previous_fire_time else now


class Schedule:
    """The running schedule: APScheduler keeps time by a clock that may be set back, so a monotonic one looks after it."""

    def __init__(self, rt: Runtime, jobs: Sequence[Job], pace: float) -> None:
        self._rt, self._jobs = rt, {job.name: job for job in jobs}
        self._seconds = {job.name: max(job.seconds * pace, 0.5) for job in jobs}
        self._began = dict.fromkeys(self._jobs, time.monotonic())
        self._ended = dict(self._began)
        self._running: set[str] = set()
        self._watching: asyncio.Task[None] | None = None
        self._scheduler: Any = AsyncIOScheduler(
            timezone=UTC, job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        )

    def start(self) -> None:
        """Start in the running loop; every job runs at once."""
        for name, seconds in self._seconds.items():
            for outcome in (DONE, FAILED):
                self._rt.meter.begin(metrics.TASK_RUNS, name, outcome)
            self._rt.meter.begin(metrics.TASK_SECONDS, name)
            self._scheduler.add_job(self._run, _Every(seconds), (name,), id=name)
        self._scheduler.start()
        self._watching = asyncio.create_task(self._keep_pace())

    def pause(self) -> None:
        """Begin no job any more."""
        if self._watching:
            self._watching.cancel()
        self._scheduler.pause()

    def stop(self) -> None:
        """End; what runs is not waited for."""
        self._scheduler.shutdown(wait=False)

    def late(self, now: float | None = None) -> list[str]:
        """Return in words which jobs last ended too long ago; `now` is monotonic."""
        now = time.monotonic() if now is None else now
        ages = {name: now - ended for name, ended in self._ended.items()}
        allowed = {name: 3 * seconds + 2 * WITHIN for name, seconds in self._seconds.items()}
        return [f"{name}: {int(age // 60)} minutes ago" for name, age in ages.items() if age > allowed[name]]

    def overdue(self, now: float) -> list[str]:
        """Return the jobs that should have begun again; `now` is monotonic. One that took long has its whole pause first."""
        free = {name: max(self._began[name], self._ended[name]) for name in self._jobs if name not in self._running}
        return [name for name, since in free.items() if now - since > self._seconds[name] + 1.0]

    async def _run(self, name: str) -> None:
        self._began[name] = time.monotonic()
        self._running.add(name)
        try:
            await asyncio.shield(self._rt.tasks.spawn(run_job(self._rt, self._jobs[name])))
            self._ended[name] = time.monotonic()
        except asyncio.CancelledError:  # the process ends; APScheduler would log it as a fault
            log.info("job_cut_off", job=name)
        finally:
            self._running.discard(name)

    async def _keep_pace(self) -> None:
        """Let a job run whose time has come by a clock that can't be set, whatever the other clock says."""
        while True:
            await asyncio.sleep(1.0)
            now = time.monotonic()
            for name in self.overdue(now):
                log.warning("clock_jumped", job=name)
                self._began[name] = now
                self._scheduler.reschedule_job(name, trigger=_Every(self._seconds[name]))


def start_jobs(rt: Runtime, jobs: tuple[Job, ...] = JOBS, *, pace: float = 1.0) -> Schedule:
    """Start the schedule in the running loop; `pace` below 1 makes every job more frequent, for the sandbox."""
    schedule = Schedule(rt, jobs, pace)
    schedule.start()
    return schedule


async def run_job(rt: Runtime, job: Job) -> None:
    """Do once what is due of a job; a failed key is logged, and tried again by the next run."""
    bind_correlation(job=job.name)
    now, began = rt.now(), time.monotonic()
    try:
        keys = await job.due(rt, now)
    except Exception as error:
        log.exception("job_failed", job=job.name, why=known_reason(error) or "")
        done = [False]
    else:
        done = await _act_on_all(rt, job, keys, now)
    rt.meter.count(metrics.TASK_RUNS, job.name, DONE if all(done) else FAILED)
    rt.meter.observe(metrics.TASK_SECONDS, time.monotonic() - began, job.name)
    if all(done):
        rt.meter.set(metrics.TASK_SUCCESS, rt.now().timestamp(), job.name)


async def _act_on_all(rt: Runtime, job: Job, keys: Sequence[Any], now: datetime) -> list[bool]:
    """Do what the keys want, one after the other; tells of those that were not left to the next run which were done."""
    done, slow = list[bool](), set[str]()
    for key in keys:
        sort, began = job.sort(key) if job.sort else "", time.monotonic()
        if sort not in slow:
            done.append(await _act(rt, job, key, now))
        if job.sort and time.monotonic() - began >= SLOW:
            slow.add(sort)
    return done


async def _act(rt: Runtime, job: Job, key: Any, now: datetime) -> bool:
    """Do what one key wants; False where that failed."""
    try:
        with rt.meter.spans.span("job", job=job.name):
            async with asyncio.timeout(WITHIN):
                await job.act(rt, key, now)
    except QuartermasterError as error:
        log.warning("job_later", job=job.name, key=str(key), error=repr(error))
    except Exception as error:
        log.exception("job_failed", job=job.name, key=str(key), why=known_reason(error) or "")
    else:
        return True
    return False
