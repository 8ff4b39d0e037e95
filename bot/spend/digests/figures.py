"""What a digest needs of the ledger, read from there and, where it is short of something, from the organization."""

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal

from bot.runtime import Runtime
from bot.spend.aggregate import days_between, total_of
from bot.spend.alerts.db import budget_of
from bot.spend.ask.spans import before
from bot.spend.digests.build import WEEK, DigestInput, chart_days, key_behind, most_up
from bot.spend.digests.largest import Days, week_of_key, without_keys
from bot.spend.digests.model import Subscription
from bot.spend.dimensions import WORKSPACE
from bot.spend.ledger import db as table
from bot.spend.ledger.names import names_in, places_named
from bot.spend.ledger.pages import Loaded, midnight
from bot.spend.ledger.sync import WINDOW_DAYS, load_range
from bot.spend.model import ONE_DAY, Cell, LedgerDay, MonthOver
from bot.spend.phrases import is_end_of_month
from bot.store.session import Tx


async def digest_input(rt: Runtime, subscription: Subscription, day: date, *, every_key: bool = False) -> DigestInput:
    """Return everything that a subscription's digest of a day is made of, `every_key` or the largest keys alone.

    There may be thousands of keys, and a message shows few of them. Its figures are the same.
    """
    only, recent = subscription.workspace_ids, chart_days(day)
    month_begins = day.replace(day=1)
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, min(recent[0], month_begins), day)
        charted = await table.cells(tx, recent[0], day, ("day", WORKSPACE), only)
        days = None if every_key else await without_keys(tx, known, day, only, charted)
        days = days or await _with_keys(tx, day, only, charted)
        month = await table.cells(tx, month_begins, day, (), only)
        scope = await places_named(tx, only)
        budget = await budget_of(tx, subscription.channel, only)
        nothing_until = await table.nothing_spent_until(tx)
        month_over = await _month_over(tx, day, only, budget)
    return DigestInput(
        day=day,
        known=known,
        cells=days.cells,
        week_ago=days.week_ago,
        week=days.week,
        recent=charted,
        month=total_of(month),
        names=days.names,
        budget=budget,
        scope=tuple(scope.get(one, one) for one in only),
        nothing_until=nothing_until if nothing_until and nothing_until > midnight(day) else None,
        month_over=month_over,
        keys=days.keys,
    )


async def _with_keys(tx: Tx, day: date, only: Sequence[str], charted: Sequence[Cell]) -> Days:
    """Return a day and the day that it is compared with, in full detail."""
    cells = await table.cells(tx, day, day, workspace_ids=only)
    week_ago = await table.cells(tx, day - WEEK, day - WEEK, workspace_ids=only)
    pushing = most_up(cells, week_ago, total_of(cells))
    behind = pushing and key_behind(*pushing, cells, week_ago)
    week = await week_of_key(tx, day, pushing[0], behind[0]) if pushing and behind else []
    return Days(cells, week_ago, week, await names_in(tx, [*cells, *week_ago, *charted]))


async def _month_over(tx: Tx, day: date, only: Sequence[str], budget: Decimal | None) -> MonthOver | None:
    """Return the month that ended with a day, or with the day before it; None within a month, and without any data."""
    ended = next((one for one in (day, day - ONE_DAY) if is_end_of_month(one)), None)
    if ended is None:
        return None
    first = ended.replace(day=1)
    before_first, before_last = before(first, ended, months=1)
    known = await table.ledger_days(tx, before_first, ended)
    days, days_before = days_between(first, ended), days_between(before_first, before_last)
    facts = [known[one] for one in days if one in known]
    if not facts:
        return None
    is_whole = all(one in known and known[one].closed for one in days_before)
    month, earlier = [await table.cells(tx, *span, (), only) for span in ((first, ended), (before_first, before_last))]
    return MonthOver(
        first=first,
        total=total_of(month),
        before=total_of(earlier) if is_whole else None,
        missing=len(days) - len(facts),
        open_days=sum(not fact.closed for fact in facts),
        budget=budget,
    )


async def is_settled(rt: Runtime, day: date) -> bool:
    """Tell whether a day needs no further reading: it is closed, or nothing was ever spent until its end."""
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, day, day)
        nothing_until = await table.nothing_spent_until(tx)
    if day in known:
        return known[day].closed
    return nothing_until is not None and nothing_until >= midnight(day + ONE_DAY)


async def total_for(rt: Runtime, subscription: Subscription, day: date) -> tuple[LedgerDay | None, Decimal]:
    """Return what is known of a day and its total in a subscription's scope."""
    async with rt.store.read() as tx:
        known = await table.ledger_days(tx, day, day)
        cells = await table.cells(tx, day, day, (), subscription.workspace_ids)
    return known.get(day), total_of(cells)


async def load_for_digest(rt: Runtime, now: datetime, day: date) -> Loaded:
    """Read a day that a digest waits for, and what the same digest is short of: days missing in its month and its chart."""
    today = now.astimezone(UTC).date()
    async with rt.store.read() as tx:
        edges = await table.ledger_edges(tx)
        known = await table.ledger_days(tx, day - ONE_DAY * WINDOW_DAYS, day)
    wanted = days_between(min(day.replace(day=1), chart_days(day)[0]), day - ONE_DAY)
    missing = [one for one in wanted if one not in known and edges is not None and one > edges[0]]
    return await load_range(rt, now, min([*missing, day - ONE_DAY]), min(day + ONE_DAY, today))
