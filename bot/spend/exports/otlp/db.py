"""What each target got, day by day; written before it is sent, so that a crash can only send the very same again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.store.session import Tx
from bot.store.tables import ExportDayRow, ExportTargetRow, LedgerDayRow
from bot.store.upsert import insert_into

AGAIN = timedelta(minutes=15)
"""For so long after its last writing a day is looked at again: tokens are written a while after money."""
NEWEST = timedelta(days=4)
"""Days that are looked at each time: their tokens may come later than their money."""


@dataclass(frozen=True)
class Sending:
    """What a target gets of a day; each `number` adds to those before. `content` is plain JSON.

    `doubts` counts the tries of which nobody knows how they ended, `refused` says what the target had against it.
    """

    target: str
    day: date
    number: int
    content: Any
    is_sent: bool = False
    doubts: int = 0
    refused: str | None = None


@dataclass(frozen=True)
class Rejected:
    """What a target took in without keeping it: points, of how many days, and what it said of them."""

    points: int
    days: int
    reasons: Sequence[str]


@dataclass(frozen=True)
class Known:
    """How far a target is."""

    since: date
    looked_at: datetime | None
    retry_at: datetime | None
    failures: int
    failure: str | None
    refused_again_at: datetime | None


@dataclass(frozen=True)
class DayFact:
    """What is known of a day that a target may get: until when its figures reach, and whether its hours are there."""

    day: date
    source: str
    closed: bool
    refreshed_at: datetime
    synced_at: datetime
    has_hours: bool
    was_asked_for_hours: bool


async def known(tx: Tx, target: str) -> Known | None:
    """Return how far a target is, None for one that never got anything."""
    row = await tx.session.get(ExportTargetRow, target)
    if row is None:
        return None
    return Known(row.since, row.looked_at, row.retry_at, row.failures, row.failure, row.refused_again_at)


async def names(tx: Tx) -> list[str]:
    """Return the names of all targets that ever got something, or should have."""
    return list((await tx.session.exec(select(ExportTargetRow.name))).all())


async def begin(tx: Tx, target: str, since: date) -> None:
    """Let a target get days from `since` on, if they aren't asked for already; all are looked at again then."""
    statement = insert_into(tx, ExportTargetRow).values(name=target, since=since, failures=0)
    earlier = statement.excluded["since"] < col(ExportTargetRow.since)
    changed = {"since": statement.excluded["since"], "looked_at": None}
    await tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed, where=earlier))


async def written_until(tx: Tx) -> datetime | None:
    """Return when the ledger was last written."""
    newest = select_columns(func.max(LedgerDayRow.synced_at), func.max(LedgerDayRow.hours_at))
    row = tuple[Any, ...]((await tx.execute(newest)).one())
    return max((at for at in row if at), default=None)


async def days_to_look_at(tx: Tx, since: date, looked_at: datetime | None) -> list[DayFact]:
    """Return the days from `since` on that were written since they were looked at, oldest first.

    Days that are still open are among them where their hours are known.
    """
    is_told = or_(col(LedgerDayRow.closed), col(LedgerDayRow.hours_at).is_not(None))
    query = select(LedgerDayRow).where(col(LedgerDayRow.day) >= since, is_told)
    if looked_at:
        after = looked_at - AGAIN
        is_new = or_(col(LedgerDayRow.synced_at) > after, col(LedgerDayRow.hours_at) > after)
        query = query.where(or_(is_new, col(LedgerDayRow.day) >= (looked_at - NEWEST).date()))
    return [_fact(row) for row in (await tx.session.exec(query.order_by(col(LedgerDayRow.day)))).all()]


def _fact(row: LedgerDayRow) -> DayFact:
    has_hours, was_asked = row.hours_at is not None, row.hours_asked_at is not None
    return DayFact(row.day, row.source, row.closed, row.refreshed_at, row.synced_at, has_hours, was_asked)


async def looked(tx: Tx, target: str, until: datetime | None) -> None:
    """Note up to which writing of the ledger a target has everything."""
    await _note(tx, target, looked_at=until)


async def unsent(tx: Tx, target: str) -> list[Sending]:
    """Return what is written down and not known to have arrived, oldest first."""
    query = select(ExportDayRow).where(ExportDayRow.target == target, col(ExportDayRow.sent_at).is_(None))
    found = await tx.session.exec(query.order_by(col(ExportDayRow.day), col(ExportDayRow.number)))
    return [_sending(row) for row in found.all()]


async def refused_days(tx: Tx, target: str) -> dict[date, str]:
    """Return the days of which a target refuses something as it is, with what it has against it."""
    refused = (
        col(ExportDayRow.target) == target,
        col(ExportDayRow.sent_at).is_(None),
        col(ExportDayRow.refused).is_not(None),
    )
    columns = (col(ExportDayRow.day), col(ExportDayRow.refused))
    rows: list[tuple[date, str]] = [tuple(row) for row in await tx.execute(select_columns(*columns).where(*refused))]
    return dict(rows)


async def rejected(tx: Tx, target: str, since: date | datetime) -> Rejected | None:
    """Return what a target took in without keeping it, of days from a day on, or since a moment; None where it kept all."""
    is_late = col(ExportDayRow.sent_at) >= since if isinstance(since, datetime) else col(ExportDayRow.day) >= since
    which = (col(ExportDayRow.target) == target, col(ExportDayRow.rejected) > 0, is_late)
    columns = (col(ExportDayRow.day), col(ExportDayRow.rejected), col(ExportDayRow.refused))
    found = (await tx.execute(select_columns(*columns).where(*which))).all()
    rows: list[tuple[date, int, str | None]] = [tuple(row) for row in found]
    if not rows:
        return None
    reasons = sorted({why for _, _, why in rows if why})
    return Rejected(sum(points for _, points, _ in rows), len({day for day, _, _ in rows}), reasons)


async def of_day(tx: Tx, target: str, day: date) -> list[Sending]:
    """Return what a target gets of a day, in order."""
    query = select(ExportDayRow).where(ExportDayRow.target == target, ExportDayRow.day == day)
    return [_sending(row) for row in (await tx.session.exec(query.order_by(col(ExportDayRow.number)))).all()]


async def intend(tx: Tx, some: Sequence[Sending]) -> None:
    """Write down what is going to be sent."""
    for one in some:
        tx.session.add(ExportDayRow(target=one.target, day=one.day, number=one.number, content=one.content))
    await tx.session.flush()


async def begun(tx: Tx, one: Sending) -> None:
    """Note, before it is sent, that a try begins: until its end is known, nobody knows it."""
    await tx.execute(update(ExportDayRow).where(_is(one)).values(doubts=one.doubts + 1))


async def arrived(tx: Tx, one: Sending, now: datetime, rejected: int = 0, because: str = "") -> None:
    """Note that a target has it, all but the points that it `rejected`."""
    done = {"sent_at": now, "rejected": rejected, "doubts": one.doubts, "refused": because or None if rejected else None}
    await tx.execute(update(ExportDayRow).where(_is(one)).values(**done))
    await _note(tx, one.target, failures=0, failure=None, retry_at=None)


async def refused(tx: Tx, one: Sending, because: str, again_at: datetime) -> None:
    """Set something aside that a target refuses as it is, so that nothing waits behind it."""
    await tx.execute(update(ExportDayRow).where(_is(one)).values(doubts=one.doubts, refused=because))
    await _note(tx, one.target, failures=0, failure=None, retry_at=None, refused_again_at=again_at)


async def ask_refused_again(tx: Tx, target: str) -> None:
    """Let what a target refuses be tried now, because somebody may have mended it."""
    await _note(tx, target, refused_again_at=None)


async def failed(tx: Tx, one: Sending, failures: int, failure: str, retry_at: datetime, *, is_unknown: bool) -> None:
    """Note that a target didn't take something, or perhaps did, and when it is tried again."""
    if not is_unknown:
        await tx.execute(update(ExportDayRow).where(_is(one)).values(doubts=one.doubts))
    await _note(tx, one.target, failures=failures, failure=failure, retry_at=retry_at)


async def _note(tx: Tx, target: str, **changes: Any) -> None:
    await tx.execute(update(ExportTargetRow).where(col(ExportTargetRow.name) == target).values(**changes))


def _is(one: Sending) -> ColumnElement[bool]:
    return and_(
        col(ExportDayRow.target) == one.target,
        col(ExportDayRow.day) == one.day,
        col(ExportDayRow.number) == one.number,
    )


def _sending(row: ExportDayRow) -> Sending:
    is_sent = row.sent_at is not None
    return Sending(row.target, row.day, row.number, row.content, is_sent, row.doubts, row.refused)


def next_number(some: Sequence[Sending]) -> int:
    """Return the next number of a day."""
    return max((one.number for one in some), default=-1) + 1
