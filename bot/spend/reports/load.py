"""What reports read of the ledger: daily sums by SQL, as far as somebody may see them."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

from bot.spend.ask.spans import span, span_before
from bot.spend.dimensions import Dimension
from bot.spend.exports.records import summed
from bot.spend.ledger import db as table
from bot.spend.ledger.measures.db import measures
from bot.spend.ledger.pages import midnight
from bot.spend.model import Measures, Period
from bot.spend.reports.model import Times
from bot.spend.scope import Scope
from bot.spend.visible.db import conditions
from bot.store.session import Tx


async def times_of(tx: Tx, period: Period, now: datetime) -> Times:
    """Return the days that a period means now, those before them, and what is known of both."""
    today = now.astimezone(UTC).date()
    (first, last), (before_first, before_last) = span(period, today), span_before(period, today)
    known = await table.ledger_days(tx, min(before_first, first), last)
    nothing_until = await table.nothing_spent_until(tx)
    return Times(
        period,
        first,
        last,
        before_first,
        before_last,
        known,
        nothing_until if nothing_until and nothing_until > midnight(last) else None,
        last >= today,
        today,
    )


async def measured(tx: Tx, first: date, last: date, by: table.GroupedBy, scope: Scope) -> Sequence[Measures]:
    """Return sums from `first` to `last` as `measures` does, of what is in a scope and of nothing else."""
    if scope.is_all:
        return await measures(tx, first, last, by)
    split = [one for one in by if one != "day"]
    wheres = await conditions(tx, scope, {}, split, first, last)
    return summed([one for where in wheres for one in await measures(tx, first, last, by, where)])


async def before(
    tx: Tx, times: Times, by: Sequence[Dimension], scope: Scope, alike_by: Dimension | None = None
) -> Sequence[Measures] | None:
    """Return sums of the days before, None where the two times can't be compared (by a dimension)."""
    if not (times.is_alike_by(alike_by) if alike_by else times.is_comparable):
        return None
    return await measured(tx, times.before_first, times.before_last, by, scope)
