"""The sync: the daily report copied day by day, open and recent days read again, the past loaded step by step.

Each day is one transaction, so a run may end anywhere and the next one resumes there.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import structlog

from bot.admin.rows import ClaudeCodeRow
from bot.claude_code import db, plan
from bot.claude_code.model import Reading
from bot.errors import OwnQueueFull, UpstreamError, UpstreamRefused
from bot.runtime import Runtime
from bot.spend.model import ONE_DAY
from bot.store.held import NotHeld
from bot.store.leases import hold_lease
from bot.store.session import Tx

log = structlog.get_logger()

_LEASE = "claude_code"


async def sync(rt: Runtime, _key: str, now: datetime) -> None:
    """Bring the rows up to date. A failing Admin API is noted, and tried again a while later."""
    async with rt.store.read() as tx:
        may_try = plan.may_try(await db.reading(tx), now)
    if may_try:
        async with hold_lease(rt.store, _LEASE) as is_ours:
            if is_ours:
                await _sync_alone(rt, now)


async def load_next(rt: Runtime, now: datetime) -> Reading | None:
    """Read what is due and a step further back, and return how far it came. None: another process is at it."""
    try:
        async with hold_lease(rt.store, _LEASE) as is_ours:
            if not is_ours:
                return None
            await sync_code(rt, now)
    except NotHeld:
        return None
    async with rt.store.read() as tx:
        return await db.reading(tx)


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
        rows = await _rows_of(rt, day)
        async with rt.store.write() as tx:
            if rows is None:
                await db.note_looked_back(tx, day + ONE_DAY, is_over=True)
                return
            await _replace(tx, day, rows, now)
            await db.note_looked_back(tx, day, is_over=day <= plan.OLDEST_DAY)


async def _rows_of(rt: Runtime, day: date) -> Sequence[ClaudeCodeRow] | None:
    """Return what the report tells of a day of the past, None where it is refused as too old.

    How far back the report goes isn't documented (admin-api.md §4.12). If the day after, which was told before, is refused
    as well, it isn't because of its age.
    """
    report = rt.admin.background().claude_code
    try:
        return await report(day)
    except UpstreamRefused:
        await report(day + ONE_DAY)
        return None


async def _replace(tx: Tx, day: date, rows: Sequence[ClaudeCodeRow], now: datetime) -> None:
    """Write a day down. It is dated by when the reading began, before which all that it can hold had happened."""
    if not await db.replace_day(tx, plan.read_day(day, now), rows):
        log.warning("claude_code_day_kept", day=day.isoformat(), rows=len(rows))
