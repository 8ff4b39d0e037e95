"""The usage report by minute on its way into the hourly peaks: resumed where it ended, by one process at a time.

The limits that workspaces have of their own are read after it.
Each span is one transaction, so a run may end anywhere. The calls are background work, which leaves people their share.
"""

from datetime import datetime, timedelta

import structlog

from bot.admin.rows import Report, UsageRow
from bot.errors import UpstreamError
from bot.kinds.limits.groups import Group, groups_of
from bot.kinds.limits.peaks import db
from bot.kinds.limits.peaks.model import HOUR, HourRead, peaks_of
from bot.kinds.limits.peaks.own.sync import sync_own_limits
from bot.kinds.limits.peaks.plan import KEPT, Span, hours_of, spans_to_read
from bot.runtime import Runtime
from bot.spend.ask.fresh import figures_as_of
from bot.store.leases import hold_lease
from bot.store.notes import claim_note

log = structlog.get_logger()
LOOK_EVERY = timedelta(minutes=9)
_BY = ("workspace_id", "model", "api_key_id", "service_tier")


async def due(rt: Runtime, now: datetime) -> list[str]:
    """Return one key, to one process and not more often than the report grows; money is read first."""
    if await figures_as_of(rt) is None:
        return []
    async with rt.store.write() as tx:
        return [""] if await claim_note(tx, "peaks:look", now, LOOK_EVERY) else []


async def sync(rt: Runtime, _key: str, now: datetime) -> None:
    """Bring the peaks up to date. A failing Admin API is a log line, the next run tries again."""
    async with hold_lease(rt.store, "peaks") as is_ours:
        if not is_ours:
            return
        try:
            await sync_peaks(rt, now)
            await sync_own_limits(rt, now)
        except UpstreamError as error:
            log.warning("peaks_not_read", status=error.status, code=error.error_code, request_id=error.request_id)


async def sync_peaks(rt: Runtime, now: datetime) -> None:
    """Read the hours that are due. An UpstreamError leaves whole hours only."""
    async with rt.store.read() as tx:
        known = await db.hours_read(tx, now - KEPT)
    spans = spans_to_read(now, {hour: one.read_at for hour, one in known.items()})
    for span in spans:
        await read_span(rt, span, now)
    async with rt.store.write() as tx:
        await db.forget_before(tx, now - KEPT)


async def read_span(rt: Runtime, span: Span, now: datetime) -> None:
    """Read the hours of a span from one report, and keep their peaks."""
    groups = groups_of(await rt.directory.rate_limits())
    report = await rt.admin.background().usage(*span, _BY, "1m")
    await _keep(rt, span, report, groups, now)


async def _keep(rt: Runtime, span: Span, report: Report[UsageRow], groups: list[Group], now: datetime) -> None:
    """Write down the hours that the report knows to their end."""
    until = report.refreshed_at
    hours = [hour for hour in hours_of(span) if until is None or hour + HOUR <= until]
    peaks, unmatched = peaks_of(report.rows, groups)
    known = [HourRead(hour, now, report.source, tuple(sorted(unmatched))) for hour in hours]
    if known:
        async with rt.store.write() as tx:
            await db.replace_hours(tx, known, peaks)
