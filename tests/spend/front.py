"""The jobs of spend, run once on a whole bot as the schedule does."""

from datetime import datetime
from typing import Any

from bot.jobs import JOBS, run_job
from bot.spend.digests import db

_JOB = {job.name: job for job in JOBS}


async def run_digests(rt: Any, _now: datetime) -> int:
    """Send what digests are due, with their threads and corrections; returns how many were sent."""
    before = await _sent(rt)
    for name in ("digests", "posts", "corrections"):
        await run_job(rt, _JOB[name])
    return await _sent(rt) - before


async def run_alerts(rt: Any, _now: datetime) -> int:
    """Say what amounts were passed; returns how many were said."""
    for name in ("alerts", "posts"):
        await run_job(rt, _JOB[name])
    return 0


async def _sent(rt: Any) -> int:
    async with rt.store.read() as tx:
        return len(await db.sent_digests(tx, datetime(2020, 1, 1).date()))  # noqa: DTZ001 - a day
