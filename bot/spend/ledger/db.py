"""The ledger's tables: whole days replaced at once, and sums read back. Integers below, Decimal dollars above.

A day is replaced in one transaction, so that nobody ever reads half a day, or two cuts with different sums.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from operator import itemgetter
from typing import Any

from sqlalchemy import case, func, or_, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.admin.rows import Amounts, Group
from bot.spend.dimensions import WORKSPACE
from bot.spend.ledger.bulk.db import lock
from bot.spend.ledger.cuts import WHO
from bot.spend.ledger.doubts.db import without_doubtful
from bot.spend.ledger.doubts.rules import DOUBTED_FALL
from bot.spend.ledger.hours.db import day_rows, days_with_hours, forget_hours
from bot.spend.ledger.measures.db import USAGE_COUNTS
from bot.spend.ledger.parts.db import balance_parts, balance_usage_parts
from bot.spend.ledger.parts.fit import are_close
from bot.spend.ledger.rollups.db import insert_new, replace_rows
from bot.spend.ledger.sources import Cursor
from bot.spend.ledger.sums.db import GroupedBy as GroupedBy
from bot.spend.ledger.sums.db import Where as Where
from bot.spend.ledger.sums.db import cells as cells
from bot.spend.model import ONE_DAY, LedgerDay, Revision, dollars, nanos
from bot.store.session import Tx
from bot.store.tables import CostDayRow, LedgerDayRow, RevisionRow, SourceRow, UsageDayRow
from bot.store.upsert import insert_into

CostParts = Mapping[Group, Amounts]
"""By one id for each dimension of WHO, in their order."""
UsageCounts = tuple[int, int, int, int, int, int | None]
"""The counts of `USAGE_COUNTS`."""
UsageParts = Mapping[Group, UsageCounts]
"""By one id for each dimension of WHO, in their order."""
_WHO = tuple(one.column for one in WHO.dimensions)
COST_COUNTS = ("nanos", "list_nanos", "requests")
_COST_COLUMNS = (*_WHO, *COST_COUNTS)
_USAGE_COLUMNS = (*_WHO, *USAGE_COUNTS)

_KEYS_AT_ONCE = 500
_NEVER = datetime.min.replace(tzinfo=UTC)


async def replace_days(
    tx: Tx, days: Sequence[LedgerDay], parts: Mapping[date, CostParts], doubted_fall: int = DOUBTED_FALL
) -> list[Revision]:
    """Replace whole days and return the closed ones whose total changed.

    A day that is known with fresher figures stays as it is. So does a closed day when only an open one, or one from the
    legacy report, which knows no keys, is there to replace it; and one that fell, to nothing or by so many percent, until a
    second reading says so, too.
    """
    await lock(tx)
    known = await ledger_days(tx, min(d.day for d in days), max(d.day for d in days)) if days else {}
    fresh = [day for day in days if not _is_stale(day, known.get(day.day))]
    amounts = {day.day: _by_workspace(parts, day.day) for day in fresh} if known else {}
    wanted = await without_doubtful(tx, fresh, known, amounts, doubted_fall)
    if not wanted:
        return []
    before = await day_rows(tx, CostDayRow, COST_COUNTS, [day.day for day in wanted if day.day in known])
    wanted, written = await _with_hours(tx, wanted, {day.day: parts.get(day.day, {}) for day in wanted}, known, before)
    changed = {day: groups for day, groups in written.items() if groups != before.get(day)}
    rest: dict[date, int] = {}
    if not known:  # as in a first load and in history: then nothing of them is there that could be in the way
        await insert_new(tx, CostDayRow, _COST_COLUMNS, changed)
        # Nothing is told apart yet, row by row: keys of which one got back what another cost don't cancel.
        rest = {day: sum(map(abs, map(itemgetter(0), groups.values()))) for day, groups in changed.items()}
    elif changed:
        await replace_rows(tx, CostDayRow, _COST_COLUMNS, changed)
    revisions = [
        Revision(day.day, day.synced_at, old.total, day.total)
        for day in wanted
        if (old := known.get(day.day)) and old.closed and old.total != day.total
    ]
    await _upsert_days(tx, wanted, known, rest)
    other = [day.day for day in wanted if (old := known.get(day.day)) and old.source != day.source]
    if known and (unbalanced := sorted({*changed, *other})):
        await balance_parts(tx, unbalanced, other)
    for revision in revisions:
        row = RevisionRow(day=revision.day, at=revision.at, old_nanos=nanos(revision.old), new_nanos=nanos(revision.new))
        tx.session.add(row)
    return revisions


async def _with_hours(
    tx: Tx,
    days: list[LedgerDay],
    parts: dict[date, CostParts],
    known: Mapping[date, LedgerDay],
    before: Mapping[date, CostParts],
) -> tuple[list[LedgerDay], dict[date, CostParts]]:
    """Return days and parts as they are written: by roundings a day doesn't move away from its hours; else those go."""
    with_hours = (await days_with_hours(tx, min(parts), max(parts)) if known else set[date]()) & parts.keys()
    same = {day for day in with_hours if are_close(before[day], parts[day])}
    await forget_hours(tx, with_hours - same)
    kept = [replace(one, total=known[one.day].total) if one.day in same else one for one in days]
    return kept, parts | {day: before[day] for day in same}


async def replace_usage_days(tx: Tx, parts: Mapping[date, UsageParts]) -> None:
    """Replace the token counts of whole days."""
    if not parts:
        return
    await lock(tx)
    before = await day_rows(tx, UsageDayRow, USAGE_COUNTS, list(parts))
    changed = {day: groups for day, groups in parts.items() if groups != before[day]}
    if not changed:
        return
    await forget_hours(tx, await days_with_hours(tx, min(changed), max(changed)) & changed.keys())
    await replace_rows(tx, UsageDayRow, _USAGE_COLUMNS, changed)
    await balance_usage_parts(tx, list(changed))


async def ledger_days(tx: Tx, first: date, last: date) -> dict[date, LedgerDay]:
    """Return what is known of the days from `first` to `last`. A day that is absent has no data."""
    row = LedgerDayRow  # by columns: every question reads a year of them, and whole rows take four times as long
    columns = (row.day, row.source, row.refreshed_at, row.synced_at, row.closed, row.total_nanos)
    statement = select_columns(*(col(one) for one in columns)).where(col(row.day).between(first, last))
    found: list[tuple[Any, ...]] = [tuple(one) for one in (await tx.execute(statement)).all()]
    return {
        day: LedgerDay(day, source, refreshed_at, synced_at, closed, dollars(total))
        for day, source, refreshed_at, synced_at, closed, total in found
    }


async def ledger_edges(tx: Tx) -> tuple[date, date] | None:
    """Return the first and last day in the ledger, or None while it is empty."""
    found = await tx.execute(select_columns(func.min(LedgerDayRow.day), func.max(LedgerDayRow.day)))
    edges: tuple[Any, ...] = tuple(found.one())
    return None if edges[0] is None else (edges[0], edges[1])


async def days_of_keys(tx: Tx, first: date, last: date, key_ids: Sequence[str]) -> list[tuple[date, Decimal]]:
    """Return the days from `first` to `last` on which any of these keys was used, and what they cost together."""
    total, requests = func.sum(CostDayRow.nanos), func.sum(CostDayRow.requests)
    statement = select_columns(col(CostDayRow.day), total).where(
        col(CostDayRow.day).between(first, last), col(CostDayRow.api_key_id).in_(key_ids)
    )
    used = statement.group_by(col(CostDayRow.day)).having(or_(total != 0, requests > 0))
    rows: list[tuple[Any, ...]] = [tuple(row) for row in (await tx.execute(used)).all()]
    return [(row[0], dollars(int(row[1] or 0))) for row in rows]


async def use_by_key(
    tx: Tx, first: date, last: date, key_ids: Sequence[str], since: tuple[date, date]
) -> dict[str, tuple[Decimal, Decimal, date | None]]:
    """Return by key the cost from each of two days on, and the last day from `first` to `last` with use.

    Unused keys are absent.
    """
    is_used = or_(col(CostDayRow.nanos) != 0, col(CostDayRow.requests) > 0)
    recent = [func.sum(case((col(CostDayRow.day) >= day, col(CostDayRow.nanos)), else_=0)) for day in since]
    key, found = col(CostDayRow.api_key_id), dict[str, tuple[Decimal, Decimal, date | None]]()
    for start in range(0, len(key_ids), _KEYS_AT_ONCE):
        statement = select_columns(key, *recent, func.max(col(CostDayRow.day)))
        some = key.in_(key_ids[start : start + _KEYS_AT_ONCE])
        statement = statement.where(col(CostDayRow.day).between(first, last), some, is_used).group_by(key)
        rows: list[tuple[Any, ...]] = [tuple(row) for row in (await tx.execute(statement)).all()]
        found |= {row[0]: (dollars(int(row[1] or 0)), dollars(int(row[2] or 0)), row[3]) for row in rows}
    return found


async def cursor(tx: Tx, source: str | None = None) -> Cursor | None:
    """Return the cursor of a source, or of the one that was read last; None where there was no reading."""
    rows = [row for row in (await tx.session.exec(select(SourceRow))).all() if source in (None, row.name)]
    newest = max(rows, key=lambda row: row.succeeded_at or _NEVER, default=None)
    return None if newest is None else _cursor(newest)


async def looked_back_to(tx: Tx) -> date | None:
    """Return the first day of the history that was loaded as a whole, whatever source told it."""
    return (await tx.execute(select_columns(func.min(SourceRow.looked_back_to)))).scalar()


async def move_cursor(tx: Tx, source: str, **changes: date | datetime | str) -> None:
    """Change what is known of a source's reading; fields of `Cursor`, those that aren't named stay."""
    insert = insert_into(tx, SourceRow).values(name=source, **changes)
    await tx.execute(insert.on_conflict_do_update(index_elements=["name"], set_=changes))


async def nothing_spent_until(tx: Tx) -> datetime | None:
    """Return until when it is known that nothing was ever spent; None when something was, or nobody knows."""
    found = await cursor(tx)
    return None if found is None or await ledger_edges(tx) is not None else found.nothing_until


async def revisions(tx: Tx, day: date) -> list[Revision]:
    """Return how often a closed day changed, oldest first."""
    found = await tx.session.exec(select(RevisionRow).where(RevisionRow.day == day).order_by(col(RevisionRow.id)))
    return [Revision(row.day, row.at, dollars(row.old_nanos), dollars(row.new_nanos)) for row in found.all()]


def _by_workspace(parts: Mapping[date, CostParts], day: date) -> list[tuple[str, int]]:
    at = WHO.dimensions.index(WORKSPACE)
    return [(group[at], amount) for group, (amount, *_) in parts.get(day, {}).items()]


def _is_stale(new: LedgerDay, known: LedgerDay | None) -> bool:
    if known is None:
        return False
    if known.closed and not new.closed:
        return True
    if known.source == "analytics" and new.source == "legacy" and known.closed:
        return True
    is_to_come = known.refreshed_at > new.synced_at + ONE_DAY  # as a clock that ran ahead had it
    return known.source == new.source and known.refreshed_at > new.refreshed_at and not is_to_come


async def _upsert_days(tx: Tx, days: Sequence[LedgerDay], known: Mapping[date, LedgerDay], rest: Mapping[date, int]) -> None:
    values = [
        {
            "day": day.day,
            "source": day.source,
            "refreshed_at": day.refreshed_at,
            "synced_at": day.synced_at,
            "closed": day.closed,
            "total_nanos": nanos(day.total),
            "rest_nanos": rest.get(day.day, 0),
            "rest_reads": 0,
        }
        for day in days
    ]
    statement = insert_into(tx, LedgerDayRow)
    changed = {name: statement.excluded[name] for name in values[0] if name not in ("day", "rest_nanos", "rest_reads")}
    await tx.execute(statement.on_conflict_do_update(index_elements=["day"], set_=changed), values)
    moved = [day.day for day in days if (old := known.get(day.day)) and old.total != day.total]
    if moved:
        await tx.execute(
            update(LedgerDayRow).where(col(LedgerDayRow.day).in_(moved)).values(rest_reads=0, hours_asked_at=None)
        )


def _cursor(row: SourceRow) -> Cursor:
    return Cursor(
        source=row.name,
        read_deep_on=row.read_deep_on,
        looked_back_to=row.looked_back_to,
        nothing_until=row.nothing_until,
        succeeded_at=row.succeeded_at,
        failed_at=row.failed_at,
        failure=row.failure,
    )
