"""Peaks on the store: whole hours, resumed after a failure, by one process at a time, never from hours that run."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any, cast

import pytest
from sqlmodel import select

from bot.admin.model import RateLimit, RateLimitGroup, WorkspaceRateLimit
from bot.admin.rows import Report, UsageRow
from bot.errors import UpstreamDown, UpstreamMissing
from bot.kinds.limits.peaks import db
from bot.kinds.limits.peaks.model import HOUR, HourRead, Scope, Which
from bot.kinds.limits.peaks.own import db as own_limits
from bot.kinds.limits.peaks.own.model import AT_ONCE, to_read
from bot.kinds.limits.peaks.plan import KEPT, STEP, spans_to_read
from bot.kinds.limits.peaks.sync import due, sync
from bot.runtime import Runtime
from bot.store.session import Store
from bot.store.tables import PeakHourRow
from tests.spend.world import fill, runtime, set_clock, steady

pytestmark = pytest.mark.both

NOON = datetime(2026, 11, 23, 12, 15, tzinfo=UTC)
LIMITS = RateLimit(
    id="rl_opus",
    group=RateLimitGroup(type="model_group", display_name="Opus"),
    models=("claude-opus-5-5",),
    limits={"requests_per_minute": 100, "output_tokens_per_minute": 1000},
)
OUTPUT = Which(Scope("organization"), "rl_opus", "output_tokens")


class Reports:
    """The Admin port and the directory as far as this sync uses them: two keys, busiest at minute 30 of each hour."""

    def __init__(self) -> None:
        self.asked: list[tuple[datetime, datetime]] = []
        self.fails_at: int | None = None
        self.refreshed_at: datetime | None = None
        self.output = 400
        self.asked_of: list[str] = []
        self.is_gone = ""

    def background(self) -> "Reports":
        return self

    async def rate_limits(self) -> list[RateLimit]:
        return [LIMITS]

    async def workspaces(self) -> list[Any]:
        return [SimpleNamespace(id=one, is_default=one == "d") for one in ("d", "idle", "w", "x")]

    async def workspace_rate_limits(self, workspace_id: str) -> list[WorkspaceRateLimit]:
        self.asked_of.append(workspace_id)
        if workspace_id == self.is_gone:
            raise UpstreamMissing("There is no such workspace.")
        group = RateLimitGroup(type="model_group")
        limits, overridden = {"output_tokens_per_minute": 500, "requests_per_minute": 100}, {"output_tokens_per_minute"}
        return [WorkspaceRateLimit(workspace_id=workspace_id, rate_limit_id="rl_opus", group=group, limits=dict(limits),
                                   organization_limits={}, overridden=frozenset(overridden))]  # fmt: skip

    async def usage(self, starts: datetime, ends: datetime, group_by: tuple[str, ...], bucket: str) -> Report[UsageRow]:
        await asyncio.sleep(0)
        if len(self.asked) == self.fails_at:
            raise UpstreamDown("The Claude Admin API didn't answer in time.")
        assert (bucket, "api_key_id" in group_by) == ("1m", True)
        self.asked.append((starts, ends))
        rows = list[UsageRow]()
        for n in range(int((ends - starts) / HOUR)):
            for at, key in ((30, "a"), (30, "b"), (40, "a")):
                minute = starts + n * HOUR + timedelta(minutes=at)
                counts = (1, 0, 0, 0, self.output, 1, 0)
                rows.append(UsageRow(minute, minute, "w", "claude-opus-5-5", key, None, *counts))
        return Report(rows, self.refreshed_at)


def bot(store: Store, reports: Reports) -> Runtime:
    rt = cast("Any", runtime(store))
    rt.admin = rt.directory = reports
    set_clock(rt, NOON)
    return rt


async def test_peaks_are_read_once_resumed_and_read_again_when_late_data_is_in(store: Store) -> None:
    reports = Reports()
    rt = bot(store, reports)
    await asyncio.gather(*(sync(rt, "", NOON) for _ in range(3)))
    assert len(reports.asked) == 3, "one reader among those who run at once"
    reports.fails_at = 5
    for minutes in (10, 20, 30):
        await sync(rt, "", NOON + timedelta(minutes=minutes))
    assert len(reports.asked) == 5
    reports.fails_at = None
    async with store.read() as tx:
        read = await db.hours_read(tx, NOON - KEPT)
        [peak] = [one for one in await db.highest_since(tx, NOON - KEPT, "organization") if one.which == OUTPUT]
        of_keys = await db.highest_since(tx, NOON - KEPT, "key", keys=["b"])
        bars = await db.hourly(tx, NOON - KEPT, OUTPUT)
    assert len(read) == 5 * STEP, "whole hours only"
    assert set(bars) == set(read)
    assert (peak.value, peak.minute.minute, peak.driver) == (800, 30, "a")
    assert {one.which.scope.api_key_id for one in of_keys} == {"b"}
    reports.output, old = 500, min(read)
    await sync(rt, "", NOON + timedelta(days=2))
    async with store.read() as tx:
        [peak] = [one for one in await db.highest_since(tx, old, "organization") if one.which == OUTPUT]
    assert peak.value == 1000, "late data counts"
    await sync(rt, "", NOON + 2 * KEPT)
    async with store.read() as tx:
        assert min(await db.hours_read(tx, NOON - KEPT)) > NOON + KEPT, "older ones are forgotten"


async def test_an_hour_that_the_report_does_not_know_to_its_end_is_no_hour_without_traffic(store: Store) -> None:
    reports = Reports()
    reports.refreshed_at = NOON - timedelta(hours=26)
    rt = bot(store, reports)
    await sync(rt, "", NOON)
    async with store.read() as tx:
        read = await db.hours_read(tx, NOON - KEPT)
    assert all(hour + HOUR <= reports.refreshed_at for hour in read)
    assert await _count(store) == len(read)


async def test_limits_of_a_workspace_with_traffic_are_read_once_an_hour_and_forgotten_with_it(store: Store) -> None:
    reports = Reports()
    rt = bot(store, reports)

    async def kept_after(hours: int) -> dict[str, Any]:
        await sync(rt, "", NOON + timedelta(hours=hours))
        async with store.read() as tx:
            return await own_limits.kept(tx)

    of_all = {"rl_opus": {"output_tokens_per_minute": 1000, "requests_per_minute": 100}}
    assert await kept_after(0) == {
        "": (of_all, {}),
        "w": ({"rl_opus": {"output_tokens_per_minute": 500}}, {}),
    }, "not what it inherits"
    await sync(rt, "", NOON + timedelta(minutes=59))
    assert reports.asked_of == ["w"], "neither the default workspace nor one without traffic"
    reports.is_gone = "w"
    assert (await kept_after(1))["w"].limits == {}
    assert reports.asked_of == ["w", "w"]
    reports.is_gone = ""
    for hours in (2, 3):
        change = (await kept_after(hours))["w"].change("rl_opus", "output_tokens_per_minute")
        assert change == (NOON + timedelta(hours=2), None), "since then it holds"
    assert change.holds_from == NOON.replace(minute=0) + timedelta(hours=3), "a part of an hour isn't counted"


def test_the_limits_that_were_read_longest_ago_are_read_first_and_a_few_at_once() -> None:
    ages = {"new": timedelta(minutes=59), "old": timedelta(hours=3), "due": timedelta(hours=1), "ahead": timedelta(days=-9)}
    read = {name: NOON - age for name, age in ages.items()}
    found = to_read(["new", "due", "old", "never", "ahead"], read, NOON)
    assert found == ["never", "old", "due", "ahead"], "a clock that ran ahead keeps none waiting"
    assert len(to_read(map(str, range(99)), {}, NOON)) == AT_ONCE


@pytest.mark.parametrize("by", [timedelta(hours=5), timedelta(days=50)])
async def test_what_a_clock_that_ran_ahead_read_is_read_again_and_replaced(store: Store, by: timedelta) -> None:
    hour, ahead = NOON.replace(minute=0) - 3 * HOUR, NOON + by
    assert spans_to_read(NOON, {hour: ahead}) == spans_to_read(NOON, {})
    async with store.write() as tx:
        for read_at in (ahead, NOON):
            await db.replace_hours(tx, [HourRead(hour, read_at, "analytics")], [])
        assert (await tx.session.exec(select(PeakHourRow.read_at))).all() == [NOON]


async def _count(store: Store) -> int:
    async with store.read() as tx:
        return len(await db.hourly(tx, NOON - KEPT, OUTPUT))


async def test_money_is_read_first_and_peaks_by_one_of_the_replicas(store: Store) -> None:
    rt = bot(store, Reports())
    assert await due(rt, NOON) == []
    await fill(store, steady(NOON.date(), NOON.date()), NOON, NOON)
    assert sorted(await asyncio.gather(*(due(rt, NOON) for _ in range(3)))) == [[], [], [""]]
    assert await due(rt, NOON + timedelta(minutes=5)) == []
    assert await due(rt, NOON + timedelta(minutes=10)) == [""]
