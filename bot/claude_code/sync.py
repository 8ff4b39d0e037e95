"""The sync: the daily report copied day by day, open and recent days read again, the past loaded step by step.

Each day is one transaction, so a run may end anywhere and the next one resumes there.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import structlog

from bot.admin.rows import ClaudeCodeRow
from bot.claude_code import db, plan
from bot.errors import OwnQueueFull, UpstreamError
from bot.runtime import Runtime
from bot.store.leases import hold_lease
from bot.store.session import Tx

log = structlog.get_logger()


async def sync(rt: Runtime, _key: str, now: datetime) -> None:
    """Bring the rows up to date. A failing Admin API is noted, and tried again a while later."""
    async with rt.store.read() as tx:
        may_try = plan.may_try(await db.reading(tx), now)
    if may_try:
        async with hold_lease(rt.store, "claude_code") as is_ours:
            if is_ours:
                await _sync_alone(rt, now)


async def _sync_alone(rt: Runtime, now: datetime) -> None:
    try:
        await sync_code(rt, now)
    except UpstreamError as error:
        log.warning("claude_code_not_read", status=error.status, code=error.error_code, request_id=error.request_id)


async def sync_code(rt: Runtime, now: datetime) -> None:
    """Read what is due, then a step further back. An UpstreamError leaves whole days only."""
    try:
        await _read_recent(rt, now)
        await _read_further_back(rt, now)
    except OwnQueueFull:  # says nothing about the API
        raise
    except UpstreamError as error:
        async with rt.store.write() as tx:
            await db.note_reading(tx, now, error.sentence)
        raise
    async with rt.store.write() as tx:
        await db.note_reading(tx, now)


async def _read_recent(rt: Runtime, now: datetime) -> None:
    async with rt.store.read() as tx:
        known = await db.read_days(tx, plan.OLDEST_DAY, now.astimezone(UTC).date())
    for day in plan.days_to_read(now, known):
        rows = await rt.admin.background().claude_code(day)
        async with rt.store.write() as tx:
            await _replace(tx, day, rows, now)


async def _read_further_back(rt: Runtime, now: datetime) -> None:
    async with rt.store.read() as tx:
        days = plan.days_further_back(await db.reading(tx), await db.oldest_day(tx))
    for day in days:
        rows = await rt.admin.background().claude_code(day)
        async with rt.store.write() as tx:
            await _replace(tx, day, rows, now)
            is_over = plan.is_history_over(day, await db.oldest_with_data(tx), now.astimezone(UTC).date())
            await db.note_looked_back(tx, day, is_over=is_over)
        if is_over:
            return


async def _replace(tx: Tx, day: date, rows: Sequence[ClaudeCodeRow], now: datetime) -> None:
    """Write a day down. It is dated by when the reading began, before which all that it can hold had happened."""
    if not await db.replace_day(tx, plan.read_day(day, now), rows):
        log.warning("claude_code_day_kept", day=day.isoformat(), rows=len(rows))
