"""Hours written with their days, in one transaction."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from bot.admin.buckets import added
from bot.admin.rows import Amounts, Group
from bot.spend.ledger import db as table
from bot.spend.ledger.bulk.db import lock
from bot.spend.ledger.cuts import WHEN, WHO, Cut
from bot.spend.ledger.doubts.rules import DOUBTED_FALL
from bot.spend.ledger.hours import db as hours_table
from bot.spend.ledger.hours.rest import hour_parts, hour_usage_parts
from bot.spend.ledger.measures.db import USAGE_COUNTS
from bot.spend.ledger.pages import UsageCounts, day_fact, more_usage
from bot.spend.ledger.parts.fit import fitted
from bot.spend.ledger.sources import ANALYTICS
from bot.spend.model import LedgerDay
from bot.store.session import Tx
from bot.store.tables import CostDayRow, UsageDayRow

HourGroup = tuple[Any, ...]
"""An hour of the UTC day (0 to 23), then the ids of a cut."""


@dataclass
class HoursOfDay:
    """What a report said of the hours of one day; `refreshed_at` is until when its figures reach."""

    day: date
    source: str = ANALYTICS.name
    refreshed_at: datetime | None = None
    cost: dict[Cut, dict[HourGroup, Amounts]] = field(default_factory=dict[Cut, dict[HourGroup, Amounts]])
    usage: dict[Cut, dict[HourGroup, UsageCounts]] = field(default_factory=dict[Cut, dict[HourGroup, UsageCounts]])

    @property
    def rows(self) -> int:
        """Return how many rows it has."""
        return sum(len(groups) for by_cut in (self.cost, self.usage) for groups in by_cut.values())


async def replace_hours(tx: Tx, read: Sequence[HoursOfDay], now: datetime, doubted_fall: int = DOUBTED_FALL) -> list[date]:
    """Write hours that sum up to what is known of their days, and return those days.

    Hours take a day forward only while it is open and they say more: an odd answer by the hour changes no day. Days that are
    refused stay without hours for a while.
    """
    days = [one.day for one in read]
    await lock(tx)
    known = await table.ledger_days(tx, min(days), max(days))
    before = await hours_table.day_rows(tx, CostDayRow, table.COST_COUNTS, days)
    tokens = await hours_table.day_rows(tx, UsageDayRow, USAGE_COUNTS, days)
    fits: dict[date, dict[HourGroup, Amounts]] = {}
    costs: dict[date, dict[Group, Amounts]] = {}
    usages: dict[date, dict[Group, UsageCounts]] = {}
    for one in read:
        fits[one.day] = fitted(one.cost[WHO], before[one.day], lambda part: part[1:])
        costs[one.day], usages[one.day] = rolled_up(fits[one.day]), rolled_up_usage(one.usage[WHO])
        await asyncio.sleep(0)  # a day takes 10 ms, and acts wait meanwhile
    grown: list[LedgerDay] = []
    good: dict[date, HoursOfDay] = {}
    for one in read:
        day, fact = one.day, known.get(one.day)
        if fact is None or not _may_stand(tokens[day], usages[day], fact.closed):
            continue
        if costs[day] == before[day]:
            good[day] = one
        elif not fact.closed and (new := day_fact(day, one.source, one.refreshed_at, now, costs[day])).total >= fact.total:
            grown.append(new)
            good[day] = one
    if grown:
        await table.replace_days(tx, grown, {new.day: costs[new.day] for new in grown}, doubted_fall)
        after = await hours_table.day_rows(tx, CostDayRow, table.COST_COUNTS, [new.day for new in grown])
        good = {day: one for day, one in good.items() if after.get(day, costs[day]) == costs[day]}
    await table.replace_usage_days(tx, {day: usages[day] for day in good if usages[day] != tokens[day]})
    await _write(tx, good, fits, now)
    await hours_table.note_asked(tx, days, now)
    return sorted(good)


async def _write(
    tx: Tx, good: Mapping[date, HoursOfDay], fits: Mapping[date, Mapping[HourGroup, Amounts]], now: datetime
) -> None:
    """Write hours by both cuts; what the second doesn't tell of an hour is one more part of it."""
    cost: dict[Cut, dict[date, dict[Any, Any]]] = {WHO: {}, WHEN: {}}
    usage: dict[Cut, dict[date, dict[Any, Any]]] = {WHO: {}, WHEN: {}}
    for day, one in good.items():
        cost[WHO][day], usage[WHO][day] = {**fits[day]}, one.usage[WHO]
        cost[WHEN][day] = hour_parts(one.cost[WHEN], fits[day])
        usage[WHEN][day] = hour_usage_parts(one.usage[WHEN], one.usage[WHO])
        await asyncio.sleep(0)
    await hours_table.write_hours(tx, cost, usage, now)


def rolled_up(hours: Mapping[HourGroup, Amounts]) -> dict[Group, Amounts]:
    """Return the sums of hours by group."""
    found: dict[Group, Amounts] = {}
    for (_, *group), amounts in hours.items():
        key = tuple(group)
        found[key] = added(found[key], amounts) if key in found else amounts
    return found


def rolled_up_usage(hours: Mapping[HourGroup, UsageCounts]) -> dict[Group, UsageCounts]:
    """Return the sums of hours' tokens by group."""
    found: dict[Group, UsageCounts] = {}
    for (_, *group), counts in hours.items():
        key = tuple(group)
        found[key] = more_usage(found[key], counts) if key in found else counts
    return found


def _may_stand(known: Mapping[Any, Any], new: Mapping[Any, UsageCounts], closed: bool) -> bool:
    """Tell whether hours' tokens may be those of the day: the same, the first, or more of an open one."""
    if known == new or not known:
        return True
    return not closed and _tokens(new) >= _tokens(known)


def _tokens(groups: Mapping[Any, UsageCounts]) -> int:
    return sum(sum(counts[:5]) for counts in groups.values())
