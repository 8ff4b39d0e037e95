"""What each target got, day by day; written before it is sent, so that a crash can only send the very same again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.store.session import Tx
from bot.store.tables import ExportDayRow, ExportTargetRow, LedgerDayRow
from bot.store.upsert import insert_into

AGAIN = timedelta(minutes=15)
"""For so long after its last writing a day is looked at again: tokens are written a while after money."""


@dataclass(frozen=True)
class Sending:
    """What a target gets of a day; `number` 0 is the day itself, another one a correction. `content` is plain JSON."""

    target: str
    day: date
    number: int
    content: Any
    is_sent: bool = False


@dataclass(frozen=True)
class Known:
    """How far a target is."""

    since: date
    looked_at: datetime | None
    retry_at: datetime | None
    failures: int
    failure: str | None


async def known(tx: Tx, target: str) -> Known | None:
    """Return how far a target is, None for one that never got anything."""
    row = await tx.session.get(ExportTargetRow, target)
    return None if row is None else Known(row.since, row.looked_at, row.retry_at, row.failures, row.failure)


async def begin(tx: Tx, target: str, since: date) -> None:
    """Let a target get days from `since` on, if they aren't asked for already; all are looked at again then."""
    statement = insert_into(tx, ExportTargetRow).values(name=target, since=since, failures=0)
    earlier = statement.excluded["since"] < col(ExportTargetRow.since)
    changed = {"since": statement.excluded["since"], "looked_at": None}
    await tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed, where=earlier))


async def written_until(tx: Tx) -> datetime | None:
    """Return when the ledger was last written."""
    return (await tx.execute(select_columns(func.max(LedgerDayRow.synced_at)))).scalar_one()


async def days_to_look_at(tx: Tx, since: date, looked_at: datetime | None) -> list[date]:
    """Return the closed days from `since` on that were written since they were looked at, oldest first."""
    query = select_columns(col(LedgerDayRow.day)).where(col(LedgerDayRow.day) >= since, col(LedgerDayRow.closed))
    if looked_at:
        query = query.where(col(LedgerDayRow.synced_at) > looked_at - AGAIN)
    return [row[0] for row in (await tx.execute(query.order_by(col(LedgerDayRow.day)))).all()]


async def looked(tx: Tx, target: str, until: datetime | None) -> None:
    """Note up to which writing of the ledger a target has everything."""
    mine = col(ExportTargetRow.name) == target
    await tx.execute(update(ExportTargetRow).where(mine).values(looked_at=until))


async def unsent(tx: Tx, target: str) -> list[Sending]:
    """Return what is written down and not known to have arrived, oldest first."""
    query = select(ExportDayRow).where(ExportDayRow.target == target, col(ExportDayRow.sent_at).is_(None))
    found = await tx.session.exec(query.order_by(col(ExportDayRow.day), col(ExportDayRow.number)))
    return [_sending(row) for row in found.all()]


async def of_day(tx: Tx, target: str, day: date) -> list[Sending]:
    """Return what a target gets of a day, in order."""
    query = select(ExportDayRow).where(ExportDayRow.target == target, ExportDayRow.day == day)
    return [_sending(row) for row in (await tx.session.exec(query.order_by(col(ExportDayRow.number)))).all()]


async def intend(tx: Tx, one: Sending) -> None:
    """Write down what is going to be sent."""
    tx.session.add(
        ExportDayRow(target=one.target, day=one.day, number=one.number, content=one.content, sent_at=None, rejected=0)
    )


async def arrived(tx: Tx, one: Sending, now: datetime, rejected: int) -> None:
    """Note that a target has it."""
    is_one = (
        col(ExportDayRow.target) == one.target,
        col(ExportDayRow.day) == one.day,
        col(ExportDayRow.number) == one.number,
    )
    statement = update(ExportDayRow).where(*is_one)
    await tx.execute(statement.values(sent_at=now, rejected=rejected))
    await _note(tx, one.target, failures=0, failure=None, retry_at=None)


async def failed(tx: Tx, target: str, failures: int, failure: str, retry_at: datetime) -> None:
    """Note that a target didn't take something, and when it is tried again."""
    await _note(tx, target, failures=failures, failure=failure, retry_at=retry_at)


async def _note(tx: Tx, target: str, **changes: Any) -> None:
    await tx.execute(update(ExportTargetRow).where(col(ExportTargetRow.name) == target).values(**changes))


def _sending(row: ExportDayRow) -> Sending:
    return Sending(row.target, row.day, row.number, row.content, row.sent_at is not None)


def numbers(some: Sequence[Sending]) -> int:
    """Return the next number of a day."""
    return max((one.number for one in some), default=-1) + 1
