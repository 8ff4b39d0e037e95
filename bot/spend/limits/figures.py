"""What a month cost so far, and the limit that is kept for it, as those who ask for another limit should know."""

from collections.abc import Callable, Coroutine
from datetime import UTC, datetime
from typing import Any

from bot.admin.model import MonthSpend
from bot.spend.aggregate import days_between, total_of
from bot.spend.alerts.rules import span_of
from bot.spend.ledger import db as table
from bot.spend.limits import db
from bot.spend.model import ONE_DAY
from bot.store.session import Store


def month_from(store: Callable[[], Store]) -> Callable[[str | None, datetime], Coroutine[Any, Any, MonthSpend]]:
    """Return how a month's spend is read from a store."""

    async def spend_of_month(workspace_id: str | None, now: datetime) -> MonthSpend:
        return await month_of(store(), workspace_id, now)

    return spend_of_month


async def month_of(store: Store, workspace_id: str | None, now: datetime) -> MonthSpend:
    """Return the UTC month so far of a workspace, or of the organization (None)."""
    today = now.astimezone(UTC).date()
    span = span_of("monthly", today)
    only = (workspace_id,) if workspace_id else ()
    async with store.read() as tx:
        kept = await db.live_of(tx, workspace_id)
        known = await table.ledger_days(tx, span.first, span.last)
        cells = await table.cells(tx, span.first, span.last, (), only) if known else []
    limit = kept.amount if kept else None
    if not known:
        return MonthSpend(limit=limit)
    missing = sum(day not in known for day in days_between(span.first, today - ONE_DAY))
    as_of = max(fact.refreshed_at for fact in known.values())
    return MonthSpend(spent=total_of(cells), missing=missing, as_of=as_of, limit=limit)
