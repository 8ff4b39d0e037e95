"""One scrape: the organization's figures where this process tells them, and its own health always."""

from collections.abc import Awaitable, Callable
from datetime import datetime

from bot.approvals.model import Status
from bot.runtime import Runtime
from bot.spend.exports.metrics.load import OrganizationMetrics
from bot.status.health import db
from bot.store.session import Tx
from bot.telemetry import names as are
from bot.telemetry.model import Family, Metric, bounded
from bot.telemetry.prometheus import render


def scraper(rt: Runtime) -> Callable[[], Awaitable[str]]:
    """Return what answers a scrape."""
    organization = OrganizationMetrics()

    async def scrape() -> str:
        now = rt.now()
        told = await organization.families(rt, now)
        async with rt.store.read() as tx:
            waits = await _waits(tx, now)
        kept, dropped = bounded([*waits, *rt.meter.families(), *(told or [])])
        is_told = [Family(are.EXPORTER, {(): int(told is not None)}), Family(are.DROPPED, {(): dropped})]
        return render([*is_told, *kept])

    return scrape


async def _waits(tx: Tx, now: datetime) -> list[Family]:
    by_status = await db.requests_by_status(tx)
    posts, timers = await db.posts_waiting(tx, now), await db.timers_late(tx, now)
    return [
        Family(are.APPROVAL_REQUESTS, {(status.value,): by_status.get(status.value, 0) for status in Status}),
        *_due(are.POSTS_WAITING, are.POSTS_LATE, posts, now),
        *_due(are.TIMERS_LATE, are.TIMERS_OLDEST, timers, now),
    ]


def _due(count: Metric, oldest: Metric, waiting: db.Waiting, now: datetime) -> list[Family]:
    number, since = waiting
    return [Family(count, {(): number}), Family(oldest, {(): (now - since).total_seconds() if since else 0})]
