"""The days of an answer's chart: money by day, of its largest parts and of all others together.

A ledger has thousands of keys and people, and a chart room for six parts.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal

from bot.slack.charts import MAX_SERIES
from bot.spend.ask.splits import in_ledger
from bot.spend.ask.sums import OTHERS, Count, of_money, stacked_by
from bot.spend.dimensions import KEY, PERSON, Dimension
from bot.spend.ledger import db as table
from bot.spend.model import ZERO, Cell
from bot.spend.scope import Where
from bot.store.session import Tx

MANY = (KEY, PERSON)
"""Dimensions of which there are many values; the days of all others are few rows."""


async def daily_counts(
    tx: Tx, splits: Sequence[Dimension], between: tuple[date, date], wheres: Sequence[Where], same: Sequence[Count] | None
) -> list[Count]:
    """Return money by day and by what the chart is stacked by; of many parts all but the largest are OTHERS.

    `same` are the counts of these days by `splits`, where they were read already.
    """
    stacked = stacked_by(splits)
    if stacked not in MANY:
        by = in_ledger([stacked] if stacked else [])
        return of_money([one for where in wheres for one in await table.cells(tx, *between, ("day", *by), where=where)])
    if same is None:
        same = of_money([one for where in wheres for one in await table.cells(tx, *between, (stacked,), where=where)])
    largest = _largest(stacked, same)
    found = list[Cell]()
    for where in wheres:
        found += await _named_and_others(tx, stacked, between, where, largest)
    return of_money(found)


def _largest(stacked: Dimension, counts: Iterable[Count]) -> list[str]:
    """Return the ids that a chart has room for."""
    sums: dict[str, Decimal] = {}
    for one in counts:
        part = one.ids[stacked.column]
        sums[part] = sums.get(part, ZERO) + (one.amount or ZERO)
    order = sorted(sums, key=lambda part: (-sums[part], part))
    return order if len(order) <= MAX_SERIES else order[: MAX_SERIES - 1]


async def _named_and_others(
    tx: Tx, stacked: Dimension, between: tuple[date, date], where: Where, largest: Sequence[str]
) -> list[Cell]:
    """Return the largest parts by day, and what the others are by day: the whole without those."""
    kept = [one for one in largest if stacked not in where or one in where[stacked]]
    named = await table.cells(tx, *between, ("day", stacked), where={**where, stacked: kept})
    whole = await table.cells(tx, *between, ("day",), where=where)
    by_day: dict[date, list[Cell]] = {}
    for one in named:
        by_day.setdefault(one.day, []).append(one)
    rest = [(one, one.amount - sum((part.amount for part in by_day.get(one.day, ())), ZERO)) for one in whole]
    return [*named, *(Cell(one.day, {stacked.column: OTHERS}, left) for one, left in rest if left)]
