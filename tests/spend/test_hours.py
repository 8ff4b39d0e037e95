"""A day either has hours that sum up to it exactly, or none: no data is never $0."""

import random
from collections.abc import AsyncIterator, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import delete, text, update

from bot.admin.rows import FINE, CostBucket, CostRow, Report, Spender, UsageRow
from bot.cli import sync as command
from bot.errors import UpstreamDown
from bot.runtime import Runtime
from bot.spend.dimensions import KEY, MODEL, PERSON, PRODUCT, TIER, TOKEN_TYPE, UNSPLIT, WORKSPACE, Dimension
from bot.spend.ledger import db as table
from bot.spend.ledger.cuts import WHO, NotSplit
from bot.spend.ledger.hours.db import days_with_hours, hours
from bot.spend.ledger.hours.sync import fill_hours
from bot.spend.ledger.measures.db import measures
from bot.spend.ledger.pages import midnight
from bot.spend.ledger.sync import sync_costs
from bot.spend.model import ZERO, Measures, nanos
from bot.store.session import Store
from bot.store.tables import CostDayRow, CostDaySumRow, CostHourPartRow, CostHourRow, LedgerDayRow, UsageHourPartRow
from tests.admin.buckets import in_buckets
from tests.sizes import few
from tests.spend.world import CENT, DAY, DOLLAR, LAB, NOW, OPUS, PROD, SONNET, Organization, runtime

HOUR, MINUTES = timedelta(hours=1), timedelta(minutes=1)
TODAY = NOW.date()
EARLY = date(2026, 1, 1)


@dataclass
class Hourly(Organization):
    """An organization that reports by the hour; `scale` is what it says by the hour of each nano-dollar of a day."""

    hourly: list[CostRow] = field(default_factory=list[CostRow])
    scale: int = 1
    days_asked: list[date] = field(default_factory=list[date])
    no_hours: bool = False
    more_output: int = 0

    async def cost_buckets(
        self,
        starts: datetime,
        ends: datetime,
        group_by: tuple[str, ...] = WHO.cost_group_by,
        bucket: str = "1d",
        in_order: bool = False,
    ) -> AsyncIterator[Report[CostBucket]]:
        found = sorted((one for one in self.hourly if starts <= one.starts_at < ends), key=lambda one: one.starts_at)
        if bucket == "1h":
            if self.no_hours:
                raise UpstreamDown("The Claude Admin API didn't answer in time.")
            if group_by == WHO.cost_group_by:
                self.days_asked.append(starts.date())
            found = [one._replace(amount_nanos=one.amount_nanos * self.scale) for one in found]
        else:
            found = [
                one._replace(starts_at=midnight(one.starts_at.date()), ends_at=midnight(one.starts_at.date()) + DAY)
                for one in found
            ]
        source: Any = self.source
        yield Report(in_buckets(found, group_by), self.refreshed_at, source)

    async def usage(self, starts: datetime, ends: datetime, *_: Any, **__: Any) -> Report[UsageRow]:
        found = [one for one in self.hourly if starts <= one.starts_at < ends]
        return Report([tokens_of(one)._replace(output=self.more_output) for one in found], self.refreshed_at, self.source)  # pyright: ignore[reportArgumentType]


def tokens_of(row: CostRow) -> UsageRow:
    ids = row.workspace_id, row.model, row.api_key_id, row.actor
    found = UsageRow(row.starts_at, row.ends_at, *ids, 1, 2, 3, 4, row.amount_nanos % 97, 1, 0, row.product)
    return found._replace(service_tier=row.service_tier)


def spent(day: date, hour: int, amount: int, dice: random.Random | None = None) -> CostRow:
    """Return what one hour cost; of what it is split by, something that the dice say."""
    starts, dice = midnight(day) + HOUR * hour, dice or random.Random(0)
    ids = dice.choice([PROD, LAB]), dice.choice([OPUS, SONNET]), dice.choice(["k1", None])
    who = dice.choice([None, Spender("user", "user_dana")])
    row = CostRow(starts, starts + HOUR, *ids, who, None, None, amount, amount, 1)
    row = row._replace(service_tier="batch" if hour % 3 else "standard", token_type="output_tokens", cost_type="tokens")
    return row._replace(product=dice.choice(["chat", None]))


def living(store: Store, organization: Hourly, kept: int = 90) -> Runtime:
    rt = runtime(store, organization)
    rt.settings.hours_kept = kept  # pyright: ignore[reportAttributeAccessIssue] - the tests' settings aren't frozen
    return rt


async def days_known(store: Store) -> list[date]:
    async with store.read() as tx:
        return sorted(await days_with_hours(tx, EARLY, TODAY + DAY * 3))


async def check_sums(store: Store) -> set[date]:
    """Assert that the hours of each day sum up to it in every group of each cut; returns the days that have hours."""
    async with store.read() as tx:
        known = await days_with_hours(tx, EARLY, TODAY + DAY * 3)
        for by in ((WORKSPACE, MODEL, KEY, PERSON, PRODUCT), (WORKSPACE, MODEL, PRODUCT)):
            days = sums_of([one for one in await measures(tx, EARLY, TODAY + DAY * 3, ("day", *by)) if one.day in known], by)
            found = [hour.counts for hour in await hours(tx, EARLY, TODAY + DAY * 3, by)]
            assert sums_of(found, by) == days
            if KEY not in by:
                parts = [hour.counts for hour in await hours(tx, EARLY, TODAY + DAY * 3, (*by, TIER))]
                assert sums_of(parts, by) == days
    return known


def sums_of(found: Iterable[Measures], by: Iterable[Dimension]) -> dict[Any, list[Any]]:
    """Return what is counted of each day and group, without those of nothing."""
    sums: dict[Any, list[Any]] = {}
    for one in found:
        counts = [one.amount, one.list_amount, one.requests, one.input, one.output]
        key = (one.day, *(one.of(dimension) for dimension in by))
        sums[key] = [a + b for a, b in zip(sums.get(key, [0] * 5), counts, strict=True)]
    return {key: counts for key, counts in sums.items() if any(counts)}


@pytest.mark.both
async def test_whatever_is_revised_hours_sum_up_to_their_days(store: Store) -> None:
    dice = random.Random(5)
    organization = Hourly(
        hourly=[spent(TODAY - DAY * n, dice.randrange(24), DOLLAR, dice) for n in range(4) for _ in range(2)]
    )
    organization.refreshed_at = NOW
    rt = living(store, organization)
    await sync_costs(rt, NOW)
    assert len(await check_sums(store)) == 4
    for minutes in range(5, 30, 5):
        organization.refreshed_at = NOW + MINUTES * minutes
        day = TODAY - DAY * dice.randrange(3)
        match dice.randrange(3):
            case 0:
                organization.hourly.append(spent(day, dice.randrange(8), dice.choice([3, CENT, DOLLAR]), dice))
            case 1:
                organization.hourly = [
                    one._replace(amount_nanos=one.amount_nanos + dice.choice([1, CENT])) for one in organization.hourly
                ]
            case _:
                organization.hourly[0] = organization.hourly[0]._replace(amount_nanos=DOLLAR - CENT * (minutes % 15))
        await sync_costs(rt, NOW + MINUTES * minutes)
        assert TODAY in await check_sums(store)


async def test_the_newest_days_come_first_and_old_hours_go(store: Store) -> None:
    first = TODAY - DAY * 40
    organization = Hourly(hourly=[spent(first + DAY * n, 3, DOLLAR) for n in range(41)])
    rt = living(store, organization, kept=30)
    await sync_costs(rt, NOW)
    assert organization.days_asked == [TODAY - DAY * n for n in range(8)], "a first load isn't a month of hours"
    for minutes in range(5, 30, 5):
        await sync_costs(rt, NOW + MINUTES * minutes)
    assert await days_known(store) == [TODAY - DAY * n for n in range(29, -1, -1)]
    organization.refreshed_at = NOW + DAY
    await sync_costs(rt, NOW + DAY)
    assert min(await days_known(store)) == TODAY - DAY * 28
    assert len(await check_sums(store)) == 30, "on the new day nothing was spent so far"
    async with store.read() as tx:
        assert len(await table.ledger_days(tx, first, TODAY)) == 41, "days stay for ever"
        if tx.dialect == "postgresql":
            parts = await tx.execute(text("SELECT relname FROM pg_class WHERE relispartition AND relkind = 'r' ORDER BY 1"))
            assert [row[0] for row in parts.all()] == [
                f"{name}_2026_{month}"
                for name in ("cost_hour", "cost_hour_part", "usage_hour", "usage_hour_part")
                for month in (10, 11)
            ]


async def test_older_hours_leave_time_for_the_rest_of_a_run(store: Store) -> None:
    organization = Hourly(hourly=[spent(TODAY - DAY * n, 3, DOLLAR) for n in range(4)])
    rt = living(store, organization)
    organization.no_hours = True
    await sync_costs(rt, NOW)
    organization.no_hours = False
    assert [await fill_hours(rt, NOW, 0) for _ in range(5)] == [1, 1, 1, 1, 0], "a day at once, and none twice"
    assert await days_known(store) == [TODAY - DAY * n for n in range(3, -1, -1)]


async def test_history_is_not_said_to_be_loaded_while_hours_can_not_be_read(store: Store) -> None:
    organization = Hourly(hourly=[spent(TODAY - DAY * n, 3, DOLLAR) for n in range(40)])
    rt = living(store, organization, kept=30)
    organization.no_hours = True
    said: list[str] = []
    assert not await command.sync_with(rt, said.append, history=True)
    assert "All days are loaded, back to 2026-01-01, and the hours of 30 days couldn't be read." in said
    organization.no_hours = False
    said.clear()
    assert await command.sync_with(rt, said.append, history=True)
    assert [line for line in said if line.startswith(("Hours", "All"))][-2:] == [
        "Hours of 30 days are loaded, 0 left.",
        "All that the API gives is loaded, back to 2026-01-01.",
    ]


@pytest.mark.parametrize("scale", few([2, 0]))
async def test_an_odd_answer_by_the_hour_changes_no_closed_day(store: Store, scale: int) -> None:
    organization = Hourly(hourly=[spent(TODAY - DAY * n, 3, DOLLAR) for n in range(1, 4)], scale=scale)
    rt = living(store, organization)
    await sync_costs(rt, NOW)
    async with store.read() as tx:
        assert {fact.total for fact in (await table.ledger_days(tx, TODAY - DAY * 3, TODAY - DAY)).values()} == {1}
        assert await hours(tx, EARLY, TODAY) == []
    assert await days_known(store) in ([], [TODAY]), "no data, and not $0"
    asked = len(organization.days_asked)
    await sync_costs(rt, NOW + MINUTES * 5)
    assert len(organization.days_asked) <= asked + 1, "a day that was refused isn't asked for again at once"
    organization.scale = 1
    await sync_costs(rt, NOW + HOUR * 7)
    assert len(await check_sums(store)) >= 3


@pytest.mark.parametrize("what", ["money", "tokens"])
async def test_a_day_that_changed_has_no_hours_until_they_are_read_again(store: Store, what: str) -> None:
    organization = Hourly(hourly=[spent(TODAY - DAY * n, 3, DOLLAR) for n in range(3)])
    rt = living(store, organization)
    await sync_costs(rt, NOW)
    assert len(await check_sums(store)) == 3
    organization.no_hours = True
    organization.more_output = 5 if what == "tokens" else 0
    if what == "money":
        organization.hourly[1] = spent(TODAY - DAY, 3, DOLLAR + CENT)
    await sync_costs(rt, NOW + MINUTES * 5)
    assert await check_sums(store) == ({TODAY, TODAY - DAY * 2} if what == "money" else set())
    organization.no_hours = False
    await sync_costs(rt, NOW + MINUTES * 10)
    assert len(await check_sums(store)) == 3


@pytest.mark.both
async def test_a_rounding_goes_to_an_hour_and_makes_no_revision(store: Store) -> None:
    yesterday = TODAY - DAY

    class Rounded(Hourly):
        async def cost_buckets(self, *given: Any, **more: Any) -> AsyncIterator[Report[CostBucket]]:
            async for page in Hourly.cost_buckets(self, *given, **more):
                for bucket in page.rows if given[-1] == "1h" else ():
                    for group, (paid, *others) in bucket.groups.items():
                        bucket.groups[group] = (paid + FINE, *others)  # pyright: ignore[reportArgumentType]
                yield page

    organization = Rounded(hourly=[spent(yesterday, hour, DOLLAR) for hour in range(5)])
    rt = living(store, organization)
    await sync_costs(rt, NOW)
    await sync_costs(rt, NOW + MINUTES * 5)
    assert yesterday in await check_sums(store)
    async with store.read() as tx:
        assert (await table.ledger_days(tx, yesterday, yesterday))[yesterday].total == 5
        assert await table.revisions(tx, yesterday) == []


async def test_the_second_report_has_no_hours_and_takes_those_of_a_day_that_it_changes(store: Store) -> None:
    organization = Hourly(hourly=[spent(TODAY - DAY * n, 3, DOLLAR) for n in range(3)])
    rt = living(store, organization)
    organization.source, organization.refreshed_at = "legacy", None
    await sync_costs(rt, NOW)
    async with store.read() as tx:
        assert (await days_with_hours(tx, EARLY, TODAY), await hours(tx, EARLY, TODAY)) == (set(), [])
    organization.source, organization.refreshed_at = "analytics", NOW
    await sync_costs(rt, NOW + MINUTES * 5)
    assert len(await check_sums(store)) == 3


async def test_hours_are_known_by_what_one_report_tells_at_once(store: Store) -> None:
    async with store.read() as tx:
        with pytest.raises(NotSplit, match="key, tier and hour"):
            await hours(tx, TODAY, TODAY, (KEY, TIER))
        with pytest.raises(NotSplit, match="person, tier and hour"):
            await hours(tx, TODAY, TODAY, (PERSON,), {TIER: ["batch"]})


@pytest.mark.both
async def test_hours_are_told_apart_by_tier_and_token_type_and_what_isnt_says_so(store: Store) -> None:
    dice = random.Random(2)
    organization = Hourly(hourly=[spent(TODAY - DAY, hour, DOLLAR + hour, dice) for hour in range(20)])
    await sync_costs(living(store, organization), NOW)
    batch = [one for one in organization.hourly if one.service_tier == "batch"]
    async with store.read() as tx:
        found = [one for one in await hours(tx, EARLY, TODAY, (TIER, TOKEN_TYPE)) if one.counts.of(TIER) == "batch"]
        paid = {one.starts_at: nanos(one.counts.amount) for one in found if one.counts.amount}
        by_tier = await hours(tx, EARLY, TODAY, (), {TIER: ["batch"]})
    assert paid == {one.starts_at: one.amount_nanos for one in batch}
    assert [one.counts.input for one in by_tier] == [1 + 2 + 3 + 4] * len(batch)
    assert {one.counts.requests for one in by_tier} == {1}
    async with store.write() as tx:  # as an older version leaves them
        await tx.execute(delete(CostHourPartRow))
        await tx.execute(delete(UsageHourPartRow))
    await check_sums(store)
    async with store.read() as tx:
        assert {one.counts.of(TIER) for one in await hours(tx, EARLY, TODAY, (TIER,))} == {UNSPLIT}


@pytest.mark.both
@pytest.mark.parametrize("is_lost", few([True, False]))
async def test_what_a_version_with_fewer_cuts_wrote_is_made_whole_on_the_next_day(store: Store, is_lost: bool) -> None:
    organization = Hourly(hourly=[spent(TODAY - DAY, hour, DOLLAR + hour) for hour in range(5)], refreshed_at=NOW)
    rt = living(store, organization)
    await sync_costs(rt, NOW)
    async with store.write() as tx:
        for row in (CostDayRow, CostDaySumRow, CostHourRow):
            await tx.execute(update(row).values(nanos=row.nanos * 2))
        await tx.execute(update(LedgerDayRow).values(total_nanos=LedgerDayRow.total_nanos * 2))
        if is_lost:
            await tx.execute(delete(CostHourPartRow))
    organization.hourly = [one._replace(amount_nanos=2 * one.amount_nanos) for one in organization.hourly]
    organization.refreshed_at = NOW + DAY
    async with store.read() as tx:
        assert sum(one.amount for one in await measures(tx, EARLY, TODAY, (TIER, PERSON))) < 6
    await sync_costs(rt, NOW + DAY)
    async with store.read() as tx:
        for by in ((TIER, PERSON), (PRODUCT, TOKEN_TYPE)):
            assert nanos(sum((one.amount for one in await measures(tx, EARLY, TODAY, by)), ZERO)) == 10 * DOLLAR + 20
    await sync_costs(rt, NOW + DAY + MINUTES * 5)
    assert TODAY - DAY in await check_sums(store)
    async with store.read() as tx:
        assert UNSPLIT not in {one.counts.of(TIER) for one in await hours(tx, EARLY, TODAY, (TIER,))}
