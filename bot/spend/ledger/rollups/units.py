"""The units of days that are rolled up together, as they are over: weeks and months."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from bot.spend.model import ONE_DAY
from bot.store.tables import (
    CostBothMonthRow,
    CostBothRow,
    CostBothWeekRow,
    CostDayRow,
    CostMonthRow,
    CostPartMonthRow,
    CostPartRow,
    CostPartWeekRow,
    CostWeekRow,
    LedgerMonthRow,
    LedgerPartMonthRow,
    LedgerPartWeekRow,
    LedgerWeekRow,
    UsageBothMonthRow,
    UsageBothRow,
    UsageBothWeekRow,
    UsageDayRow,
    UsageMonthRow,
    UsagePartMonthRow,
    UsagePartRow,
    UsagePartWeekRow,
    UsageWeekRow,
)

Rolled = Sequence[Sequence[date]]
"""For each unit, in their order, the first days of those that are rolled up, sorted."""


def monday(day: date) -> date:
    """Return the first day of a day's week."""
    return day - ONE_DAY * day.weekday()


def _first_of_month(day: date) -> date:
    return day.replace(day=1)


@dataclass(frozen=True)
class Unit:
    """Whole days that are rolled up together: into which tables, which table names those that are, and which they are."""

    into: Mapping[Any, Any]
    rolled: Any
    begin: Callable[[date], date]
    """Gives the first day of the one in which a day lies."""
    most_days: int
    at_once: int
    """As many are rolled up in one transaction: nobody else writes meanwhile."""

    def end(self, start: date) -> date:
        """Return the last day of the one that begins on a day."""
        return self.begin(start + ONE_DAY * self.most_days) - ONE_DAY


WEEK = Unit({CostDayRow: CostWeekRow, UsageDayRow: UsageWeekRow}, LedgerWeekRow, monday, 7, 5)
MONTH = Unit({CostDayRow: CostMonthRow, UsageDayRow: UsageMonthRow}, LedgerMonthRow, _first_of_month, 31, 1)
UNITS = (MONTH, WEEK)
"""The longest first."""
PART_WEEK = Unit(
    {
        CostPartRow: CostPartWeekRow,
        UsagePartRow: UsagePartWeekRow,
        CostBothRow: CostBothWeekRow,
        UsageBothRow: UsageBothWeekRow,
    },
    LedgerPartWeekRow,
    monday,
    most_days=7,
    at_once=2,
)
PART_MONTH = Unit(
    {
        CostPartRow: CostPartMonthRow,
        UsagePartRow: UsagePartMonthRow,
        CostBothRow: CostBothMonthRow,
        UsageBothRow: UsageBothMonthRow,
    },
    LedgerPartMonthRow,
    _first_of_month,
    most_days=31,
    at_once=1,
)
PART_UNITS = (PART_MONTH, PART_WEEK)
"""The same of the other cuts, whose parts are read behind the days."""


def units_of(table: Any) -> Sequence[Unit]:
    """Return the units into which a table is rolled up, the longest first; none where it isn't."""
    return next((some for some in (UNITS, PART_UNITS) if table in some[0].into), ())


def longest_row(unit: Unit, starts: Iterable[date], first: date, last: date) -> list[date]:
    """Return the first days of the longest row of units that follow each other and lie between two days."""
    runs: list[list[date]] = [[]]
    for one in starts:
        if one < first or unit.end(one) > last:
            continue
        if runs[-1] and one != unit.end(runs[-1][-1]) + ONE_DAY:
            runs.append([])
        runs[-1].append(one)
    return max(runs, key=len)
