"""What keys were used for lately, from the ledger: the Claude API tells of no key when it was last used."""

from collections.abc import Callable, Coroutine, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from bot.directory.use import KeyUse
from bot.spend.aggregate import days_between
from bot.spend.dimensions import KEY
from bot.spend.ledger import db as table
from bot.spend.ledger.sources import SOURCES
from bot.spend.model import LOOKED_BACK, ONE_DAY, ZERO, LedgerDay
from bot.store.session import Store, Tx

COSTS_OF, MONTH = 7, 30
LOOKS_BACK = timedelta(days=LOOKED_BACK)


UseOfKeys = Callable[[Sequence[str], datetime], Coroutine[Any, Any, KeyUse]]
UseOfEach = Callable[[Sequence[str], datetime], Coroutine[Any, Any, Mapping[str, KeyUse]]]


def use_from(store: Callable[[], Store]) -> UseOfKeys:
    """Return how the use of keys together is read from a store."""

    async def use_of_keys(key_ids: Sequence[str], now: datetime) -> KeyUse:
        return await use_of(store(), key_ids, now)

    return use_of_keys


def each_use_from(store: Callable[[], Store]) -> UseOfEach:
    """Return how the use of each of some keys is read from a store."""

    async def use_of_each_key(key_ids: Sequence[str], now: datetime) -> Mapping[str, KeyUse]:
        return await use_of_each(store(), key_ids, now)

    return use_of_each_key


async def use_of(store: Store, key_ids: Sequence[str], now: datetime) -> KeyUse:
    """Return what is known of the use of keys together. Days whose report knows no keys count as not known."""
    async with store.read() as tx:
        known = await _known_days(tx, now)
        if not known:
            return KeyUse()
        spent = await table.days_of_keys(tx, min(known), max(known), key_ids)
    week, month = (_latest(known, count) for count in (COSTS_OF, MONTH))
    costs = [sum((amount for day, amount in spent if day in days), ZERO) for days in (week, month)]
    return _use(known, costs[0], costs[1], max((day for day, _ in spent), default=None))


async def use_of_each(
    store: Store, key_ids: Sequence[str], now: datetime, back: timedelta = LOOKS_BACK
) -> Mapping[str, KeyUse]:
    """Return by its id what is known of the use of each key, as far `back` as is looked."""
    async with store.read() as tx:
        known = await _known_days(tx, now, back)
        if not known:
            return dict.fromkeys(key_ids, KeyUse())
        week, month = (_latest(known, count)[0] for count in (COSTS_OF, MONTH))
        used = await table.use_by_key(tx, min(known), max(known), key_ids, (week, month))
    return {key_id: _use(known, *used.get(key_id, (ZERO, ZERO, None))) for key_id in key_ids}


async def _known_days(tx: Tx, now: datetime, back: timedelta = LOOKS_BACK) -> dict[date, LedgerDay]:
    today = now.astimezone(UTC).date()
    days = await table.ledger_days(tx, today - back, today)
    return {day: fact for day, fact in days.items() if SOURCES[fact.source].tells(KEY)}


def _latest(known: Mapping[date, LedgerDay], count: int) -> list[date]:
    """Return so many days up to the newest that is known."""
    newest = max(known)
    return days_between(newest - ONE_DAY * (count - 1), newest)


def _use(known: Mapping[date, LedgerDay], week: Decimal, month: Decimal, last_day: date | None) -> KeyUse:
    unbroken = 0
    while max(known) - ONE_DAY * unbroken in known:
        unbroken += 1
    return KeyUse(
        cost=week,
        is_whole=all(day in known for day in _latest(known, COSTS_OF)),
        month_cost=month,
        is_whole_month=all(day in known for day in _latest(known, MONTH)),
        last_day=last_day,
        days=unbroken,
        as_of=max(fact.refreshed_at for fact in known.values()),
        newest=max(known),
        is_final=all(known[day].closed for day in _latest(known, MONTH) if day in known),
    )
