"""Doubted days in the database, so that every replica knows them, also after a restart."""

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any, cast

from sqlalchemy import delete, func
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.spend.ledger.doubts.rules import Doubt, Sums, fallen, is_confirmed, sums_of
from bot.spend.model import LedgerDay
from bot.store.session import Tx
from bot.store.tables import CostDayRow, DoubtRow
from bot.store.upsert import insert_into


async def doubts(tx: Tx, days: Collection[date] | None = None) -> dict[date, Doubt]:
    """Return what is doubted, of some days or of all."""
    statement = select(DoubtRow)
    if days is not None:
        statement = statement.where(col(DoubtRow.day).in_(days))
    found = (await tx.session.exec(statement)).all()
    return {row.day: Doubt(row.day, row.since, cast("dict[str, int]", row.seen)) for row in found}


async def without_doubtful(
    tx: Tx,
    days: Sequence[LedgerDay],
    known: Mapping[date, LedgerDay],
    amounts: Mapping[date, Sequence[tuple[str, int]]],
    percent: int,
) -> list[LedgerDay]:
    """Return the days of a reading that may take the place of what is `known`, and remember those that may not yet.

    `amounts` are the reading's by day: (workspace, nano-dollars). While one of its days is doubted, its word that nothing
    was spent on days of which nothing is known isn't taken either.
    """
    reread = [day.day for day in days if day.day in known]
    if not reread:
        return list(days)
    before, held = await _sums(tx, reread), await doubts(tx, reread)
    fell = {day: fallen(before[day], sums_of(amounts.get(day, ())), percent) for day in reread if day in before}
    doubted = {
        day.day: fell[day.day]
        for day in days
        if fell.get(day.day) and not is_confirmed(held.get(day.day), day, fell[day.day], percent)
    }
    await _forget(tx, [day for day in reread if day not in doubted and day in held])
    for day in days:
        if day.day in doubted:
            await _remember(tx, day, doubted[day.day], held.get(day.day))
    return [day for day in days if day.day not in doubted and (not doubted or day.day in known or amounts.get(day.day, ()))]


async def _sums(tx: Tx, days: Collection[date]) -> dict[date, dict[str, int]]:
    """Return what the ledger has of days, by scope."""
    total = func.sum(CostDayRow.nanos)
    statement = select_columns(col(CostDayRow.day), col(CostDayRow.workspace_id), total.label("total"))
    statement = statement.where(col(CostDayRow.day).in_(days))
    found: dict[date, list[tuple[str, int]]] = {}
    for row in (await tx.execute(statement.group_by(col(CostDayRow.day), col(CostDayRow.workspace_id)))).mappings():
        found.setdefault(row["day"], []).append((row["workspace_id"], int(row["total"])))
    return {day: sums_of(parts) for day, parts in found.items()}


async def _remember(tx: Tx, day: LedgerDay, fell: Sums, held: Doubt | None) -> None:
    """Doubt a day from now on. One that is doubted for the same reason stays doubted since then."""
    if held is not None and not held.may_be_settled(day.synced_at) and fell.keys() <= held.seen.keys():
        return
    values: dict[str, Any] = {"since": day.synced_at, "seen": dict(fell)}
    insert = insert_into(tx, DoubtRow).values(day=day.day, **values)
    await tx.execute(insert.on_conflict_do_update(index_elements=["day"], set_=values))


async def _forget(tx: Tx, days: Collection[date]) -> None:
    if days:
        await tx.execute(delete(DoubtRow).where(col(DoubtRow.day).in_(days)))


async def due(tx: Tx, now: datetime) -> set[date]:
    """Return the doubted days for which a second reading is due."""
    return {day for day, doubt in (await doubts(tx)).items() if doubt.may_be_settled(now)}
