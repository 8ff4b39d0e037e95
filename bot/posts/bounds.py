"""Claims that a clock made too long: a clock that was set back keeps nothing waiting, and robs nobody who is at work."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import update
from sqlmodel import col, or_, select

from bot.store.session import Tx
from bot.store.tables import PostRow


async def are_claims_ahead(tx: Tx, now: datetime, lasts: Mapping[str, timedelta]) -> bool:
    """Tell whether a claim ends later than one that is made now may; `lasts` says by topic how long one holds."""
    ahead = or_(*(_is_ahead(topic, now, span) for topic, span in lasts.items()))
    return bool(lasts) and (await tx.session.exec(select(PostRow.id).where(ahead).limit(1))).first() is not None


async def bound_claims(tx: Tx, now: datetime, lasts: Mapping[str, timedelta]) -> None:
    """Let claims from before the clock was set back end once the time for which they were made has passed from now.

    They aren't free at once: who made one may be sending, and what is sent twice stands twice.
    """
    for topic, span in lasts.items():
        await tx.execute(update(PostRow).where(_is_ahead(topic, now, span)).values(due_at=now + span))


def _is_ahead(topic: str, now: datetime, span: timedelta) -> Any:
    """Tell whether a claim ends too late; the clocks of two processes may differ by as much as a claim lasts."""
    return (col(PostRow.topic) == topic) & col(PostRow.claim).is_not(None) & (col(PostRow.due_at) > now + 2 * span)
