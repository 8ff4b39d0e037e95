"""The other cuts in the database, whose sums are those of the first one at any moment.

What the parts of a group don't tell of its whole is kept as one more part, UNSPLIT, in the transaction that writes either.
A day without any part has none of these: it is read as if it had (`undivided/db.py`).
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, timedelta
from operator import itemgetter
from typing import Any, NamedTuple

from sqlalchemy import String, case, delete, exists, func, literal, or_, union_all, update
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.admin.rows import Amounts, Group
from bot.spend.dimensions import TIER, UNSPLIT, Dimension
from bot.spend.ledger.bulk.db import bulk_insert, lock
from bot.spend.ledger.cut_tables import OF_DAYS
from bot.spend.ledger.cuts import BOTH, WHAT, WHO, Cut
from bot.spend.ledger.measures.db import TOKEN_CLASSES
from bot.spend.ledger.parts.fit import fitted
from bot.spend.ledger.rollups.db import read_again, roll_up, roll_up_undivided
from bot.store.session import Tx
from bot.store.tables import CostBothRow, CostDayRow, CostPartRow, LedgerDayRow

WORTH_READING = 10_000_000
"""A rest of a day below a cent isn't read again for."""
_FIRST_WAIT, _READINGS = timedelta(minutes=30), 5
"""How long after a reading that left a rest the next is due (four times longer each time), and how many there are."""
CUTS = (WHAT, BOTH)
"""Those whose days are parts of the days by WHO."""


class _Side(NamedTuple):
    """The money or the tokens of a cut: its table and that of the whole, and which columns they share, or it has alone."""

    part: Any
    whole: Any
    shared: Sequence[str]
    own: Sequence[str]
    counts: Sequence[str]


def _money(cut: Cut) -> _Side:
    own = [one.column for one in (*cut.own, *cut.by_money)]
    return _Side(OF_DAYS[cut].cost, OF_DAYS[WHO].cost, _columns(cut.shared), own, ("nanos", "list_nanos"))


def _tokens(cut: Cut) -> _Side:
    counts = (*TOKEN_CLASSES.values(), "requests")
    return _Side(OF_DAYS[cut].usage, OF_DAYS[WHO].usage, _columns(cut.shared), _columns(cut.own), counts)


def _columns(dimensions: Sequence[Dimension]) -> list[str]:
    return [one.column for one in dimensions]


async def replace_parts(tx: Tx, source: str, parts: Mapping[date, Mapping[Group, Amounts]], cut: Cut = WHAT) -> list[date]:
    """Replace the parts of whole days that the same source told, and return them. Those that would be told worse stay.

    Groups are ids in the order of the cut.
    """
    await lock(tx)
    side = _money(cut)
    days = await _told_by(tx, source, list(parts))
    before = await _told_rows(tx, side, list(days))
    wanted = [
        day
        for day, total in days.items()
        if abs(total - sum(map(itemgetter(0), parts[day].values())))
        <= abs(total - sum(map(itemgetter(0), before[day].values())))
    ]
    if not wanted:
        return []
    wholes = await _wholes(tx, side, wanted)
    money: dict[date, dict[Group, tuple[int | None, ...]]] = {}
    for day in wanted:
        fits = fitted(parts[day], wholes.get(day, {}), itemgetter(*range(len(side.shared))))
        money[day] = {group: amounts[:2] for group, amounts in fits.items()}
        await asyncio.sleep(0)  # acts go on between days
    if changed := {day: groups for day, groups in money.items() if groups != before[day]}:
        await _write_told(tx, side, changed)
        await balance_parts(tx, list(changed))
    whole = update(LedgerDayRow).where(col(LedgerDayRow.day).in_(wanted), col(LedgerDayRow.rest_nanos) < WORTH_READING)
    await tx.execute(whole.values(rest_reads=0).execution_options(synchronize_session=False))
    return wanted


async def balance_parts(tx: Tx, days: Collection[date], changed_source: Collection[date] = ()) -> None:
    """Give days one more part for each group whose parts don't tell its whole. Another source's parts are dropped."""
    told = {*days}
    for side in map(_money, CUTS):
        if changed_source:
            await tx.execute(delete(side.part).where(col(side.part.day).in_(changed_source)))
        told &= await _balance(tx, side, days)
    # Without parts it is all that was paid, row by row: keys of which one got back what another cost don't cancel.
    whole = _largest([select_columns(func.sum(func.abs(col(CostDayRow.nanos)))).where(_same_day(CostDayRow))])
    unsplit = [
        select_columns(func.sum(func.abs(col(part.nanos)))).where(_same_day(part), col(part.service_tier) == UNSPLIT)
        for part in (CostPartRow, CostBothRow)
    ]
    for rest, some in ((_largest(unsplit), told), (whole, {*days} - told)):
        if some:
            changed = update(LedgerDayRow).where(col(LedgerDayRow.day).in_(some)).values(rest_nanos=rest)
            await tx.execute(changed.execution_options(synchronize_session=False))


def _same_day(table: Any) -> Any:
    return col(table.day) == col(LedgerDayRow.day)


def _largest(sums: Sequence[Any]) -> Any:
    """Return the largest of sums, 0 for one of nothing."""
    first, *others = [func.coalesce(one.scalar_subquery(), 0) for one in sums]
    for one in others:
        first = case((first > one, first), else_=one)
    return first


async def replace_usage_parts(tx: Tx, parts: Mapping[date, Mapping[Group, tuple[int | None, ...]]], cut: Cut = WHAT) -> None:
    """Replace the tokens of whole days by a cut."""
    if not parts:
        return
    await lock(tx)
    side = _tokens(cut)
    before = await _told_rows(tx, side, list(parts))
    if changed := {day: groups for day, groups in parts.items() if groups != before[day]}:
        await _write_told(tx, side, changed)
        await _balance(tx, side, list(changed))


async def balance_usage_parts(tx: Tx, days: Collection[date]) -> None:
    """Give days one more part for each group whose parts don't tell its tokens."""
    for side in map(_tokens, CUTS):
        await _balance(tx, side, days)


async def note_reading(tx: Tx, first: date, last: date, now: datetime) -> None:
    """Remember that the parts of days are being read, whatever comes of it."""
    await read_again(tx, first, last, now)


async def days_to_tell_apart(tx: Tx, first: date, last: date, now: datetime) -> list[date]:
    """Return the closed days of which not all is told apart, and that are due to be read again."""
    closed = select(LedgerDayRow).where(col(LedgerDayRow.closed), col(LedgerDayRow.rest_nanos) >= WORTH_READING)
    found = (await tx.session.exec(closed.where(col(LedgerDayRow.day).between(first, last)))).all()
    return sorted(row.day for row in found if _is_due(row.parts_at, row.rest_reads, now))


async def sides_of(tx: Tx, first: date, last: date) -> dict[date, tuple[int, int]]:
    """Return of closed days their total, and how much of it their parts tell otherwise; none where none are told."""
    is_told = col(CostPartRow.day) == col(LedgerDayRow.day), col(CostPartRow.service_tier) != UNSPLIT
    columns = (LedgerDayRow.day, LedgerDayRow.total_nanos, LedgerDayRow.rest_nanos)
    known = select_columns(*(col(column) for column in columns)).where(col(LedgerDayRow.day).between(first, last))
    known = known.where(col(LedgerDayRow.closed), exists().where(*is_told))
    rows: list[tuple[Any, ...]] = [tuple(row) for row in (await tx.execute(known)).all()]
    return {day: (total, rest) for day, total, rest in rows}


async def open_days(tx: Tx, days: Collection[date]) -> None:
    """Say of days that they aren't final, so that every run reads them until they are."""
    changed = update(LedgerDayRow).where(col(LedgerDayRow.day).in_(days)).values(closed=False)
    await tx.execute(changed.execution_options(synchronize_session=False))


def _is_due(read_at: datetime | None, reads: int, now: datetime) -> bool:
    if read_at is None:
        return True
    return reads < _READINGS and now >= read_at + _FIRST_WAIT * 4 ** max(reads - 1, 0)


async def _told_by(tx: Tx, source: str, days: Collection[date]) -> dict[date, int]:
    """Return those days that a source told, with their totals."""
    found = select(LedgerDayRow).where(col(LedgerDayRow.day).in_(days), LedgerDayRow.source == source)
    return {row.day: row.total_nanos for row in (await tx.session.exec(found)).all()}


async def _told_rows(tx: Tx, side: _Side, days: Collection[date]) -> dict[date, dict[Group, tuple[int | None, ...]]]:
    """Return the parts of days as they were told: by day, then ids -> counts."""
    ids = (*side.shared, *side.own)
    columns = [getattr(side.part, name) for name in ("day", *ids, *side.counts)]
    told = select_columns(*columns).where(col(side.part.day).in_(days), col(side.part.service_tier) != UNSPLIT)
    found: dict[date, dict[Group, tuple[int | None, ...]]] = {day: {} for day in days}
    for row in (await tx.execute(told)).all() if days else ():
        day, *values = tuple[Any, ...](row)
        found[day][tuple(values[: len(ids)])] = tuple(values[len(ids) :])
    return found


async def _write_told(tx: Tx, side: _Side, days: Mapping[date, Mapping[Group, tuple[int | None, ...]]]) -> None:
    await tx.execute(delete(side.part).where(col(side.part.day).in_(list(days))))
    await bulk_insert(tx, side.part, [*side.shared, *side.own, *side.counts], days)


async def _wholes(tx: Tx, side: _Side, days: Collection[date]) -> dict[date, dict[Group, Amounts]]:
    """Return what each group cost on days, by the dimensions that the cut shares with WHO."""
    group, at_list = [col(getattr(CostDayRow, name)) for name in ("day", *side.shared)], col(CostDayRow.list_nanos)
    sums = (func.sum(col(CostDayRow.nanos)), func.sum(at_list), func.count(at_list) == func.count())
    found: dict[date, dict[Group, Amounts]] = {}
    statement = select_columns(*group, *sums).where(col(CostDayRow.day).in_(days)).group_by(*group)
    for row in (await tx.execute(statement)).all():
        day, *ids, paid, listed, is_known = tuple[Any, ...](row)
        found.setdefault(day, {})[tuple(ids)] = (int(paid), int(listed) if is_known else None, None)
    return found


async def _balance(tx: Tx, side: _Side, days: Collection[date]) -> set[date]:
    """Write as parts what groups have more, or less, than their parts say, and return the days that have parts.

    Days without parts have roll-ups alone (`undivided/db.py`).
    """
    told = await _told_apart(tx, side.part, days)
    if undivided := [day for day in days if day not in told]:
        await roll_up_undivided(tx, side.part, undivided)
    if told:
        await _write_rest(tx, side, told)
        await roll_up(tx, side.part, told)
    return told


async def _told_apart(tx: Tx, part: Any, days: Collection[date]) -> set[date]:
    """Return the days that have parts, and take away what their parts didn't tell."""
    unsplit = getattr(part, TIER.column) == UNSPLIT
    await tx.execute(delete(part).where(col(part.day).in_(days), unsplit))
    found = await tx.execute(select_columns(part.day).where(col(part.day).in_(days)).distinct())
    return {row[0] for row in found.all()}


async def _write_rest(tx: Tx, side: _Side, days: Collection[date]) -> None:
    unsure = [name for name in side.counts if side.part.__table__.c[name].nullable]
    group = ["day", *side.shared]

    def rows(table: Any, sign: int) -> Any:
        values = [(getattr(table, name) * sign).label(name) for name in side.counts]
        # 1 where the whole doesn't know a count, -1 where a part doesn't.
        gaps = [case((col(getattr(table, name)).is_(None), sign), else_=0).label(f"no_{name}") for name in unsure]
        columns = [getattr(table, name).label(name) for name in group]
        return select_columns(*columns, *values, *gaps).where(col(table.day).in_(days))

    both = union_all(rows(side.whole, 1), rows(side.part, -1)).subquery()
    sums: dict[str, Any] = {name: func.sum(both.c[name]) for name in side.counts}
    differ = [func.coalesce(sums[name], 0) != 0 for name in side.counts if name not in unsure]
    for name in unsure:
        whole_knows, part_knows = func.max(both.c[f"no_{name}"]) < 1, func.min(both.c[f"no_{name}"]) > -1
        sums[name] = case((whole_knows & part_knows, sums[name]), else_=None)
        differ.append(part_knows & ((func.coalesce(sums[name], 0) != 0) | ~whole_knows))
    statement = select_columns(
        *(both.c[name] for name in group), *(literal(UNSPLIT, String) for _ in side.own), *sums.values()
    )
    statement = statement.group_by(*(both.c[name] for name in group)).having(or_(*differ))
    await tx.execute(side.part.__table__.insert().from_select([*group, *side.own, *side.counts], statement))
