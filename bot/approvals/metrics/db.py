"""Decisions in the database, read once each: from the last one that is known."""

from datetime import datetime
from typing import NamedTuple

from sqlalchemy import func
from sqlalchemy import select as select_columns
from sqlmodel import col

from bot.store.session import Tx
from bot.store.tables import DecisionRow, RequestRow

AT_ONCE = 2000


class Decided(NamedTuple):
    """One decision: its number, the kind of its request, what was said, and when the request and the decision were made."""

    id: int
    kind: str
    verdict: str
    asked_at: datetime
    at: datetime


async def decided_after(tx: Tx, number: int) -> list[Decided]:
    """Return the decisions after one, in their order, `AT_ONCE` at most."""
    kind, asked_at = col(RequestRow.kind), col(RequestRow.created_at)
    columns = (col(DecisionRow.id), kind, col(DecisionRow.verdict), asked_at, col(DecisionRow.at))
    statement = select_columns(*columns).join(RequestRow, col(RequestRow.id) == col(DecisionRow.request_id))
    found = await tx.execute(statement.where(col(DecisionRow.id) > number).order_by(col(DecisionRow.id)).limit(AT_ONCE))
    return [Decided(*row) for row in found.all()]


async def decisions(tx: Tx) -> int:
    """Return how many decisions there are."""
    return int((await tx.execute(select_columns(func.count(col(DecisionRow.id))))).scalar() or 0)
