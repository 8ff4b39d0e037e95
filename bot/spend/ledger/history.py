"""All that the API gives, loaded a month at a time: how far it got is in the ledger, so that it can stop anywhere."""

from dataclasses import dataclass
from datetime import UTC, date, datetime

from bot.runtime import Runtime
from bot.spend.ledger import db as table
from bot.spend.ledger.hours.sync import days_by_hour, fill_hours
from bot.spend.ledger.lease import sync_lease
from bot.spend.ledger.sources import oldest_day
from bot.spend.ledger.sync import load_history
from bot.store.held import NotHeld


@dataclass(frozen=True)
class Reached:
    """How far history was loaded: back to `first_day`, of all from `oldest`; `is_busy`: another process is at it.

    Of those days that keep hours, so many are `with_hours`, and so many could still be asked for theirs.
    """

    first_day: date
    oldest: date
    today: date
    with_hours: int = 0
    without_hours: int = 0
    is_done: bool = False
    is_busy: bool = False


async def load_next(rt: Runtime, now: datetime) -> Reached:
    """Load one more month of history, or, once there is none, a week of hours."""
    try:
        async with sync_lease(rt) as is_ours:
            if not is_ours:
                return await _reached(rt, now, is_busy=True)
            if await load_history(rt, now):
                return await _reached(rt, now)
            is_done = await fill_hours(rt, now) == 0
    except NotHeld:
        return await _reached(rt, now, is_busy=True)
    return await _reached(rt, now, is_done=is_done)


async def _reached(rt: Runtime, now: datetime, *, is_done: bool = False, is_busy: bool = False) -> Reached:
    today = now.astimezone(UTC).date()
    async with rt.store.read() as tx:
        edges, looked = await table.ledger_edges(tx), await table.looked_back_to(tx)
    first = min(one for one in (today, edges and edges[0], looked) if one)
    return Reached(first, oldest_day(today), today, *(await days_by_hour(rt, now)), is_done, is_busy)
