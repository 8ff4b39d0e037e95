"""What the running month cost so far, from the ledger's days alone."""

from datetime import UTC, datetime

from bot.spend.aggregate import days_between
from bot.spend.ledger import db as table
from bot.spend.model import ZERO, MonthSoFar
from bot.store.session import Store


async def month_so_far(store: Store, now: datetime) -> MonthSoFar:
    """Return what this month cost so far; today counts as missing only once other days are."""
    today = now.astimezone(UTC).date()
    first = today.replace(day=1)
    async with store.read() as tx:
        known = await table.ledger_days(tx, first, today)
    if not known:
        return MonthSoFar()
    missing = [day for day in days_between(first, today) if day not in known and day != today]
    total = sum((day.total for day in known.values()), ZERO)
    return MonthSoFar(total, max(day.refreshed_at for day in known.values()), len(missing))
