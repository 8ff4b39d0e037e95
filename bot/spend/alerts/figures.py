"""What an alert needs of the ledger."""

from dataclasses import replace
from datetime import datetime

from bot.runtime import Runtime
from bot.spend.alerts.model import Crossing, Threshold
from bot.spend.alerts.rules import COMPARED_DAYS, Span, find_crossing, find_top_spender
from bot.spend.dimensions import KEY, MODEL
from bot.spend.ledger import db as table
from bot.spend.model import ONE_DAY
from bot.store.names import names_of


async def crossing(rt: Runtime, threshold: Threshold, span: Span, now: datetime) -> Crossing | None:
    """Return the crossing of a threshold in a period with what drove it, None below the amount."""
    only = (threshold.workspace_id,) if threshold.workspace_id else ()
    by = ("day", MODEL, KEY)
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, span.first - ONE_DAY * COMPARED_DAYS, span.last)
        total = await table.cells(tx, span.first, span.last, (), only)
        found = find_crossing(threshold, span, now, known, total)
        if found is None:
            return None
        last = max(day for day in known if day <= span.last)
        cells = await table.cells(tx, span.first, span.last, by, only)
        before = await table.cells(tx, last - ONE_DAY * COMPARED_DAYS, last, by, only)
        names = await names_of(tx, {*only, *(cell.of(KEY) for cell in (*cells, *before))})
    top = find_top_spender(threshold.period, last, cells, before, known, names)
    scope = names.get(threshold.workspace_id, threshold.workspace_id) if threshold.workspace_id else None
    return replace(found, top=top, scope_name=scope)
