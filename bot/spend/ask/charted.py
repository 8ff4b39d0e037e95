"""The days of an answer's chart: what is counted by day, of its largest parts and of all others together.

A ledger has thousands of keys and people, and a chart room for six parts.
"""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal
from heapq import nsmallest

from bot.slack.charts import MAX_SERIES
from bot.spend.ask.splits import in_ledger
from bot.spend.ask.sums import OTHERS, Count, Counted, stacked_by
from bot.spend.dimensions import KEY, PERSON, Dimension
from bot.spend.ledger.cuts import SHARED, WHAT, cut_of
from bot.spend.model import ZERO
from bot.spend.scope import Where
from bot.tasks import apart

Read = Callable[[Sequence[Dimension], Where, bool], Awaitable[list[Counted]]]
"""Reads the charted days by these splits, as far as a condition holds, and whether by day."""
MANY = (KEY, PERSON)
"""Dimensions of which there are many values; the days of all others are few rows."""


async def daily_counts(
    read: Read, splits: Sequence[Dimension], wheres: Sequence[Where], same: Sequence[Counted] | None
) -> list[Counted]:
    """Return counts by day and by what the chart is stacked by; of many parts all but the largest are OTHERS.

    `same` are the counts of these days by `splits`, where they were read already.
    """
    read, stacked = _from_one_cut(read, splits), stacked_by(splits)
    if stacked not in MANY:
        return [one for where in wheres for one in await read([stacked] if stacked else [], where, True)]
    if same is None:
        same = [one for where in wheres for one in await read([stacked], where, False)]
    largest = await apart(len(same), _largest, stacked, same)
    return [one for where in wheres for one in await _named_and_others(read, stacked, where, largest)]


def _from_one_cut(read: Read, asked: Sequence[Dimension]) -> Read:
    """Return how counts are read from the cut that answers: another may not be told yet of what only parts tell."""

    async def found(splits: Sequence[Dimension], where: Where, daily: bool) -> list[Counted]:
        more = _missing(in_ledger(splits), in_ledger(asked), where)
        counts = await read([*splits, *more], where, daily)
        return _added_up(counts, splits) if more else counts

    return found


def _missing(splits: Sequence[Dimension], asked: Sequence[Dimension], where: Where) -> list[Dimension]:
    told = {*splits, *where}
    more = [one for one in asked if one not in splits]
    if not more or told.isdisjoint((*WHAT.own, *WHAT.by_money)):
        return []  # by what all cuts share they have the same sums
    return more if cut_of(told) is not cut_of((*told, *more)) else []


def _added_up(counts: Iterable[Counted], splits: Sequence[Dimension]) -> list[Counted]:
    sums: dict[tuple[date, tuple[str, ...]], Decimal | None] = {}
    for one in counts:
        key = one.day, tuple(one.ids[split.column] for split in splits)
        before = sums.get(key, ZERO)
        sums[key] = None if before is None or one.amount is None else before + one.amount
    columns = [one.column for one in splits]
    return [Count(day, dict(zip(columns, ids, strict=True)), amount) for (day, ids), amount in sums.items()]


def _largest(stacked: Dimension, counts: Iterable[Counted]) -> list[str]:
    """Return the ids that a chart has room for."""
    sums: dict[str, Decimal] = {}
    for one in counts:
        part = one.ids[stacked.column]
        sums[part] = sums.get(part, ZERO) + (one.amount or ZERO)
    return nsmallest(MAX_SERIES if len(sums) <= MAX_SERIES else MAX_SERIES - 1, sums, key=lambda part: (-sums[part], part))


async def _named_and_others(read: Read, stacked: Dimension, where: Where, largest: Sequence[str]) -> list[Counted]:
    """Return the largest parts by day, and what the others are by day: the whole without those."""
    kept = [one for one in largest if stacked not in where or one in where[stacked]]
    named = await read([stacked], await _where_they_are(read, {**where, stacked: kept}), True)
    by_day: dict[date, Decimal] = {}
    for one in named:
        by_day[one.day] = by_day.get(one.day, ZERO) + (one.amount or ZERO)
    whole = await read([], where, True)
    rest = [(one.day, one.amount - by_day.get(one.day, ZERO)) for one in whole if one.amount is not None]
    return [*named, *(Count(day, {stacked.column: OTHERS}, left) for day, left in rest if left)]


async def _where_they_are(read: Read, where: Where) -> Where:
    """Return the same condition with the workspaces, models and keys of these few, so that their rows are looked up.

    Otherwise each row of each day is looked at; whole weeks have fewer rows and tell the same. A cut without keys has few.
    """
    if not cut_of(where).has(KEY):
        return where
    found = await read(SHARED, where, False)
    return {**where, **{one: sorted({count.ids[one.column] for count in found}) for one in SHARED}}
