"""Which channels get the weekly summary. Which ones were sent is known by their posts."""

from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlmodel import col, select

from bot.claude_code.digests.schedule import CodeSubscription
from bot.store.session import Tx
from bot.store.tables import ClaudeCodeDigestRow
from bot.store.upsert import insert_into


async def subscribe(tx: Tx, wanted: CodeSubscription) -> bool:
    """Give a channel the summary; False where it gets it already, which stays as it is."""
    facts = {
        "tz": wanted.tz,
        "created_by": wanted.created_by,
        "created_at": wanted.created_at,
        "first_monday": wanted.first_monday,
        "muted_until": None,
        "ended_at": None,
    }
    insert = insert_into(tx, ClaudeCodeDigestRow).values(channel=wanted.channel, **facts).on_conflict_do_nothing()
    if (await tx.execute(insert)).rowcount == 1:
        return True
    ended = col(ClaudeCodeDigestRow.ended_at).is_not(None)
    again = update(ClaudeCodeDigestRow).where(col(ClaudeCodeDigestRow.channel) == wanted.channel, ended).values(facts)
    return (await tx.execute(again)).rowcount == 1


async def subscriptions(tx: Tx) -> list[CodeSubscription]:
    """Return every subscription that hasn't ended, the muted ones too."""
    found = await tx.session.exec(select(ClaudeCodeDigestRow).where(col(ClaudeCodeDigestRow.ended_at).is_(None)))
    return [_subscription(row) for row in found.all()]


async def subscription_of(tx: Tx, channel: str) -> CodeSubscription | None:
    """Return a channel's subscription, None when it has none."""
    row = await tx.session.get(ClaudeCodeDigestRow, channel, populate_existing=True)
    return None if row is None or row.ended_at is not None else _subscription(row)


async def end(tx: Tx, channel: str, now: datetime) -> bool:
    """End a channel's summary; False when there was none."""
    return (await tx.execute(_live(channel).values(ended_at=now))).rowcount == 1


async def mute(tx: Tx, channel: str, until: datetime) -> bool:
    """Keep a channel's summary quiet until then; False when it is already, or there is none."""
    muted = col(ClaudeCodeDigestRow.muted_until)
    return (await tx.execute(_live(channel).where(muted.is_distinct_from(until)).values(muted_until=until))).rowcount == 1


def _live(channel: str) -> Any:
    row = ClaudeCodeDigestRow
    return update(row).where(col(row.channel) == channel, col(row.ended_at).is_(None))


def _subscription(row: ClaudeCodeDigestRow) -> CodeSubscription:
    return CodeSubscription(row.channel, row.tz, row.created_by, row.created_at, row.first_monday, row.muted_until)
