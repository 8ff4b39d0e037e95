"""The limits that the bot keeps, in the database: each is kept, and let go, with the request that set it."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from bot.spend.ledger.names import archived_ids
from bot.spend.limits.model import Kept, Limit
from bot.spend.model import dollars, nanos
from bot.store.session import Tx
from bot.store.tables import SpendLimitRow
from bot.store.upsert import insert_into


async def keep(tx: Tx, limit: Kept, *, for_good: bool) -> None:
    """Keep a limit, or that there is none, from now on; keeping it twice changes nothing.

    One for good takes the place of those before it; one until a day only hides them.
    """
    values = {
        "request_id": limit.request_id,
        "scope": limit.workspace_id or "",
        "amount_nanos": None if limit.amount is None else nanos(limit.amount),
        "channel": limit.channel,
        "asked_by": limit.asked_by,
        "since": limit.since,
    }
    kept = await tx.execute(insert_into(tx, SpendLimitRow).values(values).on_conflict_do_nothing())
    if for_good and kept.rowcount == 1:
        others = col(SpendLimitRow.scope) == values["scope"], col(SpendLimitRow.request_id) != limit.request_id
        await tx.execute(update(SpendLimitRow).where(*others, _holds()).values(over_at=limit.since))


async def let_go(tx: Tx, request_id: str, now: datetime) -> None:
    """End the limit that a request set. The one before it, if it still holds, counts again."""
    mine = update(SpendLimitRow).where(col(SpendLimitRow.request_id) == request_id, _holds())
    await tx.execute(mine.values(over_at=now))


async def live(tx: Tx) -> list[Limit]:
    """Return the limits that count now: of each scope the newest that holds, and of no workspace that was archived."""
    rows = await tx.session.exec(select(SpendLimitRow).where(_holds()).order_by(col(SpendLimitRow.id)))
    newest = {row.scope: row for row in rows}
    archived = await archived_ids(tx) if newest.keys() - {""} else frozenset[str]()
    return [limit for scope, row in newest.items() if scope not in archived and (limit := _limit(row))]


async def live_of(tx: Tx, workspace_id: str | None) -> Limit | None:
    """Return the limit that counts now for a workspace, or for the organization (None)."""
    mine = select(SpendLimitRow).where(_holds(), SpendLimitRow.scope == (workspace_id or ""))
    row = (await tx.session.exec(mine.order_by(col(SpendLimitRow.id).desc()).limit(1))).first()
    return _limit(row) if row else None


async def counting(tx: Tx, request_id: str) -> Limit | None:
    """Return the limit that a request set, if it is the one that counts now."""
    scope = (await tx.session.exec(select(SpendLimitRow.scope).where(SpendLimitRow.request_id == request_id))).first()
    found = await live_of(tx, scope or None) if scope is not None else None
    return found if found and found.request_id == request_id else None


def _holds() -> Any:
    return col(SpendLimitRow.over_at).is_(None)


def _limit(row: SpendLimitRow) -> Limit | None:
    if row.amount_nanos is None:
        return None
    amount = dollars(row.amount_nanos)
    return Limit(row.request_id, row.scope or None, amount, row.channel, row.asked_by, row.since)
