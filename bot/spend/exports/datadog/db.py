"""What Datadog has of each day, written down before it is sent, and how far a target is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.spend.exports.datadog.files import Held, file_of, from_json, mark, to_json
from bot.store.session import Tx
from bot.store.tables import CostFileRow, CostTargetRow, LedgerDayRow
from bot.store.upsert import insert_into

AGAIN = timedelta(minutes=15)
"""For so long after its writing a day is looked at again: a writing begins before it can be read."""


@dataclass(frozen=True)
class File:
    """A file of a day; `tried_at` without `taken_at`: nobody knows whether it arrived."""

    target: str
    day: date
    number: int
    held: Held
    names: Mapping[str, str]
    as_of: str = ""
    tried_at: datetime | None = None
    taken_at: datetime | None = None
    file_id: str = ""
    removed_at: datetime | None = None

    @property
    def mark(self) -> str:
        """The value of the tag that its lines have."""
        return mark(self.day, self.number, self.held)

    @property
    def body(self) -> bytes:
        """What is uploaded; made of what was written down alone."""
        return file_of(self.day, self.number, self.held, self.names)

    @property
    def is_there(self) -> bool:
        """Whether Datadog has it. A file without lines isn't uploaded."""
        return self.taken_at is not None and self.removed_at is None and bool(self.held)


@dataclass(frozen=True)
class Target:
    """How far a target is."""

    since: date
    looked_at: datetime | None
    retry_at: datetime | None
    failures: int
    failure: str | None


async def target(tx: Tx, name: str) -> Target | None:
    """Return how far a target is, None for one that never got anything."""
    row = await tx.session.get(CostTargetRow, name)
    return None if row is None else Target(row.since, row.looked_at, row.retry_at, row.failures, row.failure)


async def begin(tx: Tx, name: str, since: date) -> None:
    """Let a target get days from `since` on, if they aren't asked for already. All are looked at again then."""
    statement = insert_into(tx, CostTargetRow).values(name=name, since=since, failures=0)
    earlier = statement.excluded["since"] < col(CostTargetRow.since)
    changed = {"since": statement.excluded["since"], "looked_at": None}
    await tx.execute(statement.on_conflict_do_update(index_elements=["name"], set_=changed, where=earlier))


async def note(tx: Tx, name: str, **changes: Any) -> None:
    """Change what is known of a target."""
    await tx.execute(update(CostTargetRow).where(col(CostTargetRow.name) == name).values(**changes))


async def written_until(tx: Tx) -> datetime | None:
    """Return when the ledger was last written."""
    return (await tx.execute(select_columns(func.max(LedgerDayRow.synced_at)))).scalar_one()


async def days_written(tx: Tx, since: date, looked_at: datetime | None) -> list[date]:
    """Return the closed days from `since` on that were written since they were looked at."""
    query = select_columns(col(LedgerDayRow.day)).where(col(LedgerDayRow.day) >= since, col(LedgerDayRow.closed))
    if looked_at:
        query = query.where(col(LedgerDayRow.synced_at) > looked_at - AGAIN)
    return [row[0] for row in (await tx.execute(query)).all()]


async def days_unfinished(tx: Tx, name: str) -> list[date]:
    """Return the days of which a file waits, or isn't known to have arrived."""
    query = select_columns(col(CostFileRow.day)).where(col(CostFileRow.target) == name, col(CostFileRow.taken_at).is_(None))
    return [row[0] for row in (await tx.execute(query.distinct())).all()]


async def files(tx: Tx, name: str, day: date) -> list[File]:
    """Return the files of a day, in order."""
    query = select(CostFileRow).where(CostFileRow.target == name, CostFileRow.day == day)
    return [_file(row) for row in (await tx.session.exec(query.order_by(col(CostFileRow.number)))).all()]


async def files_there(tx: Tx, name: str, since: datetime, before: datetime) -> list[File]:
    """Return the files with an id that a target took between two moments and should still have, by their days."""
    query = select(CostFileRow).where(
        CostFileRow.target == name,
        col(CostFileRow.taken_at) >= since,
        col(CostFileRow.taken_at) < before,
        col(CostFileRow.removed_at).is_(None),
        col(CostFileRow.file_id).is_not(None),
    )
    return [_file(row) for row in (await tx.session.exec(query.order_by(col(CostFileRow.day)))).all()]


async def known_ids(tx: Tx, name: str) -> frozenset[str]:
    """Return the ids of all files that a target is known to have."""
    query = select_columns(col(CostFileRow.file_id)).where(
        col(CostFileRow.target) == name, col(CostFileRow.file_id).is_not(None)
    )
    return frozenset(row[0] for row in (await tx.execute(query)).all())


async def intend(tx: Tx, one: File) -> None:
    """Write down what is going to be uploaded, in place of what was written under its number and never taken."""
    content = {"lines": to_json(one.held), "names": dict(one.names), "as_of": one.as_of}
    statement = insert_into(tx, CostFileRow).values(target=one.target, day=one.day, number=one.number, content=content)
    never_taken = col(CostFileRow.taken_at).is_(None)
    changed = {"content": statement.excluded["content"], "tried_at": None}
    keys = ["target", "day", "number"]
    await tx.execute(statement.on_conflict_do_update(index_elements=keys, set_=changed, where=never_taken))


async def change(tx: Tx, one: File, **changes: Any) -> None:
    """Note what came of a file."""
    await tx.execute(update(CostFileRow).where(*_is(one)).values(**changes))


def _is(one: File) -> tuple[Any, ...]:
    return (
        col(CostFileRow.target) == one.target,
        col(CostFileRow.day) == one.day,
        col(CostFileRow.number) == one.number,
    )


def _file(row: CostFileRow) -> File:
    lines, names = from_json(row.content["lines"]), row.content["names"]
    return File(
        row.target, row.day, row.number, lines, names, row.content["as_of"], row.tried_at, row.taken_at, row.file_id or "",
        row.removed_at,
    )  # fmt: skip
