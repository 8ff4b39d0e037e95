"""The tables in which each cut of the ledger is kept."""

from collections.abc import Mapping
from typing import Any, NamedTuple

from bot.spend.ledger.cuts import BOTH, WHAT, WHEN, WHO, Cut
from bot.store.tables import (
    CostBothRow,
    CostDayRow,
    CostHourPartRow,
    CostHourRow,
    CostPartRow,
    UsageBothRow,
    UsageDayRow,
    UsageHourPartRow,
    UsageHourRow,
    UsagePartRow,
)


class CutTables(NamedTuple):
    """A cut's tables of money and of tokens."""

    cost: Any
    usage: Any


OF_DAYS: Mapping[Cut, CutTables] = {
    WHO: CutTables(CostDayRow, UsageDayRow),
    WHAT: CutTables(CostPartRow, UsagePartRow),
    BOTH: CutTables(CostBothRow, UsageBothRow),
}
OF_HOURS: Mapping[Cut, CutTables] = {
    WHO: CutTables(CostHourRow, UsageHourRow),
    WHEN: CutTables(CostHourPartRow, UsageHourPartRow),
}
