"""What each workspace cost in the last 30 days, for lists that are sorted by it."""

from datetime import UTC, datetime

from bot.spend.aggregate import days_between, sum_by
from bot.spend.ask.periods import span
from bot.spend.by_workspace import SpendByWorkspace
from bot.spend.dimensions import WORKSPACE
from bot.spend.ledger import db as table
from bot.spend.scope import EVERYTHING, Scope
from bot.store.session import Store

_PERIOD = "30d"


async def spend_by_workspace(store: Store, now: datetime, scope: Scope = EVERYTHING) -> SpendByWorkspace:
    """Return what is known of the same 30 days as `/claude-spend 30d` shows, of the workspaces in a scope."""
    first, last = span(_PERIOD, now.astimezone(UTC).date())
    async with store.read() as tx:
        known = await table.ledger_days(tx, first, last)
        cells = await table.cells(tx, first, last, (WORKSPACE,)) if known else []
    if not known:
        return SpendByWorkspace(first, last)
    missing = len([day for day in days_between(first, last) if day not in known])
    as_of = max(fact.refreshed_at for fact in known.values())
    seen = None if scope.is_all else scope.workspaces
    is_final = all(fact.closed for fact in known.values())
    return SpendByWorkspace(first, last, sum_by(cells, WORKSPACE), missing, as_of, seen, is_final)
