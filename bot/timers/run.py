"""Working off what is due: each timer by one process at a time, the others not kept waiting by one that fails."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta

import structlog

from bot.errors import QuartermasterError
from bot.runtime import Runtime
from bot.timers import db
from bot.timers.model import Timer, TimerTopic

log = structlog.get_logger()

LASTS = timedelta(minutes=3)
"""A claim older than this belongs to a process that died."""
AGAIN_AFTER, LONGEST_PAUSE = timedelta(seconds=50), timedelta(minutes=15)


def sort_of(topics: Mapping[str, TimerTopic], timer: Timer) -> str:
    """Return which sort of work a timer is."""
    return f"{timer.topic}:{timer.what}" if topics[timer.topic].has_sorts else timer.topic


async def due_timers(rt: Runtime, topics: Mapping[str, TimerTopic], now: datetime) -> list[Timer]:
    """Return the timers that are due, with what their topics need prepared.

    During an upgrade a newer process may set timers of a topic that this one doesn't know, and works them off.
    """
    async with rt.store.read() as tx:
        timers = await db.due(tx, now, topics)
        is_clock_back = await db.are_claims_ahead(tx, now, LASTS)
    if is_clock_back:
        async with rt.store.write() as tx:
            await db.bound_claims(tx, now, LASTS)
    for name in dict.fromkeys(timer.topic for timer in timers):
        await topics[name].prepare(rt)
    return timers


async def run_timer(rt: Runtime, topics: Mapping[str, TimerTopic], timer: Timer, now: datetime) -> None:
    """Do what a timer wants, if it still is to be done and nobody else does. What fails is due again later."""
    token = secrets.token_hex(8)
    async with rt.store.write() as tx:
        claimed = await db.claim(tx, timer, token, rt.now(), rt.now() + LASTS)
    if claimed is None:
        return
    try:
        again_at = await topics[timer.topic].act(rt, claimed, now)
    except Exception as error:
        pause = min(AGAIN_AFTER * 2 ** min(claimed.tries, 6), LONGEST_PAUSE) if claimed.tries > 10 else AGAIN_AFTER
        async with rt.store.write() as tx:
            await db.again(tx, claimed, token, rt.now() + pause, failed=True)
        if not isinstance(error, QuartermasterError):
            raise
        log.warning("timer_later", topic=timer.topic, subject=timer.subject, what=timer.what, error=repr(error))
        return
    async with rt.store.write() as tx:
        if again_at is None:
            await db.finish(tx, claimed, token)
        else:
            await db.again(tx, claimed, token, again_at, failed=False)
