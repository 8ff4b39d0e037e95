"""Days and hours of which nothing is told apart yet: without parts of their own, they are read as one part UNSPLIT of each.

A new day is first written by WHO, and its parts follow a moment later: writing all of it twice until then would cost more
than the day itself. Their roll-ups are written with the day, as they are small.
"""

from datetime import date
from typing import Any

from sqlalchemy import String, exists, literal, or_, select, union_all
from sqlalchemy.orm import aliased
from sqlmodel import col

from bot.spend.dimensions import UNSPLIT
from bot.store.session import Tx
from bot.store.tables import (
    CostBothRow,
    CostDayRow,
    CostDaySumRow,
    CostHourPartRow,
    CostHourRow,
    CostPartRow,
    CostPartSumRow,
    LedgerDayRow,
    UsageBothRow,
    UsageDayRow,
    UsageDaySumRow,
    UsageHourPartRow,
    UsageHourRow,
    UsagePartRow,
    UsagePartSumRow,
)

_WHOLES: dict[Any, Any] = {
    CostPartRow: CostDayRow,
    CostBothRow: CostDayRow,
    CostHourPartRow: CostHourRow,
    UsagePartRow: UsageDayRow,
    UsageBothRow: UsageDayRow,
    UsageHourPartRow: UsageHourRow,
}
"""Parts -> the same by WHO."""
_DAYS: dict[Any, Any] = {
    CostPartRow: CostDaySumRow,
    CostBothRow: CostDaySumRow,
    CostHourPartRow: LedgerDayRow,
    UsagePartRow: UsageDaySumRow,
    UsageBothRow: UsageDaySumRow,
    UsageHourPartRow: LedgerDayRow,
}
"""Parts -> the fewest rows that say which days there are. Parts' own roll-ups don't: what cancels there has no row."""
WHOLE_SUMS: dict[Any, Any] = {CostPartSumRow: CostDaySumRow, UsagePartSumRow: UsageDaySumRow}


async def with_undivided(tx: Tx, table: Any, first: date, last: date) -> Any:
    """Return what has the rows of a table from `first` to `last`: for parts also the days that have none of their own.

    It is asked for in a transaction that reads, which is of one moment: a day doesn't get parts until they are read.
    """
    if table not in _WHOLES:
        return table
    whole = _WHOLES[table]
    known = select(col(_DAYS[table].day)).where(col(_DAYS[table].day).between(first, last)).distinct().subquery()
    days = select(known.c.day).where(~exists().where(col(table.day) == known.c.day))
    if not await tx.rows(days.limit(1)):
        return table
    undivided = as_parts(table, whole).where(whole.__table__.c.day.in_(days))
    return aliased(table, union_all(select(*table.__table__.c), undivided).subquery(), adapt_on_names=True)


def as_parts(part: Any, whole: Any) -> Any:
    """Select rows of `whole` as rows of the table `part`, UNSPLIT by what they don't have, without those of nothing."""
    own = whole.__table__.c
    columns = [own[one.name] if one.name in own else literal(UNSPLIT, String).label(one.name) for one in part.__table__.c]
    counts = [own[one.name] for one in part.__table__.c if not one.primary_key]
    counted = or_(*((one != 0) | one.is_(None) if one.nullable else one != 0 for one in counts))
    return select(*columns).where(counted)
