"""One scrape: the organization's figures where this process tells them, and its own health always."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import datetime

from bot.approvals.model import Status
from bot.runtime import Runtime
from bot.spend.exports.metrics.load import OrganizationMetrics, Source
from bot.status.health import db
from bot.store.session import Tx
from bot.telemetry import names as are
from bot.telemetry.model import MOST_SERIES, Family, Metric, bounded
from bot.telemetry.prometheus import render

MOST_MOVING = 500
"""Series of health and of ages: jobs, routes and statuses, which the bot itself bounds."""
MOST_STEADY = MOST_SERIES - MOST_MOVING
_ORDER = {metric: number for number, metric in enumerate(are.ALL)}


def scraper(rt: Runtime, sources: Sequence[Source] = ()) -> Callable[[], Awaitable[bytes]]:
    """Return what answers a scrape."""
    organization, steady = OrganizationMetrics(sources), _Steady()

    async def scrape() -> bytes:
        now = rt.now()
        told = await organization.told(rt, now)
        async with rt.store.read() as tx:
            waits = await _waits(tx, now)
        text, dropped = await steady.text(told.steady) if told else (b"", 0)
        moving, left_out = bounded(ordered([*waits, *rt.meter.families(), *(told.moving if told else ())]), MOST_MOVING)
        leads = [Family(are.LEADER, {(): int(told is not None)}), Family(are.DROPPED, {(): dropped + left_out})]
        return render([*leads, *moving]) + text

    return scrape


def ordered(families: Iterable[Family]) -> list[Family]:
    """Return families in the catalogue's order, in which the last ones are left out first."""
    return sorted(families, key=lambda one: _ORDER.get(one.metric, len(_ORDER)))


class _Steady:
    """What stays the same until figures change: ordered, bounded, and written once for each change, in a thread."""

    def __init__(self) -> None:
        self._of: Sequence[Family] | None = None
        self._written = (b"", 0)

    async def text(self, families: Sequence[Family]) -> tuple[bytes, int]:
        """Return the text of a list that nobody changes, and how many series it leaves out."""
        if families is not self._of:
            self._written, self._of = await asyncio.to_thread(_write, families), families
        return self._written


def _write(families: Iterable[Family]) -> tuple[bytes, int]:
    kept, dropped = bounded(ordered(families), MOST_STEADY)
    return render(kept), dropped


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
