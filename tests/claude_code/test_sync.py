"""The report on its way into the store: resumed where it failed, read again while it may change, and once at a time."""

import asyncio
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import pytest

from bot.admin.errors import OUR_BUDGET
from bot.admin.rows import ClaudeCodeRow
from bot.claude_code import db
from bot.claude_code.plan import OLDEST_DAY, read_day
from bot.claude_code.sync import sync
from bot.errors import OwnQueueFull, UpstreamDown, UpstreamError, UpstreamRefused
from bot.runtime import Runtime
from bot.store.session import Store
from tests.spend.world import runtime, set_clock

TODAY = date(2026, 11, 23)
NOON = datetime(2026, 11, 23, 12, 0, tzinfo=UTC)
BEGAN = TODAY - timedelta(days=100)


class Report:
    """The Admin port as far as this sync uses it: one session on each day since the beginning, as `sessions` says."""

    def __init__(self) -> None:
        self.asked: list[date] = []
        self.fails_at: int | None = None
        self.error: UpstreamError = UpstreamDown("The Claude Admin API didn't answer in time.")
        self.refuses: Callable[[date], bool] = lambda day: False
        self.sessions: Callable[[date], int] = lambda day: 1 if day >= BEGAN else 0

    def background(self) -> "Report":
        return self

    async def claude_code(self, day: date) -> list[ClaudeCodeRow]:
        await asyncio.sleep(0)
        if len(self.asked) == self.fails_at or self.refuses(day):
            raise self.error
        self.asked.append(day)
        count = self.sessions(day)
        return [ClaudeCodeRow(day, "user", "a@acme.test", "api", "tmux", count, 0, 0, 0, 0, {}, {})] if count else []


def bot(store: Store, report: Report) -> Runtime:
    rt = cast("Any", runtime(store))
    rt.admin = report
    set_clock(rt, NOON)
    return rt


async def known(store: Store) -> tuple[int, int, db.Reading]:
    """How many days were read, how many sessions they have, and how far it came."""
    async with store.read() as tx:
        days = await db.read_days(tx, date(2025, 1, 1), TODAY)
        uses = await db.uses(tx, date(2025, 1, 1), TODAY)
        return len(days), uses[()].sessions, await db.reading(tx)


async def test_a_failed_load_resumes_and_goes_on_behind_months_without_data(store: Store) -> None:
    report = Report()
    rt, now = bot(store, report), NOON
    report.sessions = lambda day: 1 if day >= TODAY - timedelta(days=5) or day == OLDEST_DAY else 0
    report.fails_at = 17
    await sync(rt, "", now)
    days, sessions, reading = await known(store)
    assert (days, sessions, reading.failure) == (17, 6, "The Claude Admin API didn't answer in time.")
    await sync(rt, "", now + timedelta(minutes=5))
    assert len(report.asked) == 17, "a refusal isn't asked for again at once"
    report.fails_at = None
    await sync(rt, "", now + timedelta(minutes=20))
    assert min(report.asked) == TODAY - timedelta(days=46), "a month with each step"
    assert max(Counter(report.asked[1:]).values()) == 1, "each day of the past once"
    async with store.write() as tx:
        await db.note_looked_back(tx, OLDEST_DAY + timedelta(days=3), is_over=False)
    await sync(rt, "", now + timedelta(minutes=25))
    days, sessions, reading = await known(store)
    assert (sessions, reading.looked_back_to, reading.is_history_over, reading.failure) == (7, OLDEST_DAY, True, None)


async def test_days_refused_as_too_old_end_the_past_and_a_report_that_refuses_all_days_does_not(store: Store) -> None:
    report = Report()
    rt, oldest = bot(store, report), TODAY - timedelta(days=7)
    report.error = UpstreamRefused("That day is too old.", status=400)
    report.refuses = lambda day: day < oldest
    await sync(rt, "", NOON)
    _, sessions, reading = await known(store)
    assert (sessions, reading.looked_back_to, reading.is_history_over, reading.failure) == (8, oldest, True, None)
    async with store.write() as tx:
        await db.note_looked_back(tx, oldest, is_over=False)
    report.refuses = lambda day: day < TODAY - timedelta(days=4)
    await sync(rt, "", NOON + timedelta(minutes=5))
    reading = (await known(store))[2]
    assert (reading.is_history_over, reading.failure) == (False, "That day is too old.")


async def test_the_own_queue_is_no_failure_of_the_report(store: Store) -> None:
    report = Report()
    report.fails_at, report.error = 5, OwnQueueFull(OUR_BUDGET)
    await sync(bot(store, report), "", NOON)
    assert (await known(store))[2].failure is None
    report.fails_at = None
    await sync(bot(store, report), "", NOON + timedelta(minutes=5))
    assert len(report.asked) > 5


@pytest.mark.both
async def test_late_data_arrives_and_two_at_once_read_once(store: Store) -> None:
    report = Report()
    rt = bot(store, report)
    async with store.write() as tx:
        await db.note_looked_back(tx, BEGAN, is_over=True)
        for back in (1, 2, 3):
            await db.replace_day(tx, read_day(TODAY - timedelta(days=back), NOON - timedelta(hours=8)), [])
    await asyncio.gather(*(sync(rt, "", NOON) for _ in range(3)))
    assert report.asked == [TODAY - timedelta(days=back) for back in range(4)]
    report.sessions = lambda day: 5
    report.asked.clear()
    await sync(rt, "", NOON + timedelta(hours=7))
    assert set(report.asked) >= {TODAY - timedelta(days=back) for back in range(3)}
    async with store.read() as tx:
        late = await db.uses(tx, TODAY - timedelta(days=2), TODAY)
    assert late[()].sessions == 15
