"""What keys were used for lately, from the ledger: the Claude API tells of no key when it was last used."""

from collections.abc import Callable, Coroutine, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.ports import KeyUse
from bot.spend.aggregate import days_between
from bot.spend.dimensions import KEY
from bot.spend.ledger import db as table
from bot.spend.ledger.sources import SOURCES
from bot.spend.model import ONE_DAY, ZERO
from bot.store.session import Store

COSTS_OF = 7
LOOKS_BACK = timedelta(days=30)


def use_from(store: Callable[[], Store]) -> Callable[[Sequence[str], datetime], Coroutine[Any, Any, KeyUse]]:
    """Return how the use of keys is read from a store."""

    async def use_of_keys(key_ids: Sequence[str], now: datetime) -> KeyUse:
        return await use_of(store(), key_ids, now)

    return use_of_keys


async def use_of(store: Store, key_ids: Sequence[str], now: datetime) -> KeyUse:
    """Return what is known of the use of keys together; days whose report knows no keys count as not known."""
    today = now.astimezone(UTC).date()
    async with store.read() as tx:
        days = await table.ledger_days(tx, today - LOOKS_BACK, today)
        known = {day: fact for day, fact in days.items() if SOURCES[fact.source].tells(KEY)}
        if not known:
            return KeyUse()
        newest = max(known)
        spent = await table.days_of_keys(tx, min(known), newest, key_ids)
    unbroken = 0
    while newest - ONE_DAY * unbroken in known:
        unbroken += 1
    week = days_between(newest - ONE_DAY * (COSTS_OF - 1), newest)
    return KeyUse(
        cost=sum((amount for day, amount in spent if day in week), ZERO),
        is_whole=all(day in known for day in week),
        last_day=max((day for day, _ in spent), default=None),
        days=unbroken,
        as_of=max(fact.refreshed_at for fact in known.values()),
    )
