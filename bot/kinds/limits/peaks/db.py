"""Peaks in the database: whole hours are replaced at once, and the highest of many hours is found by the database."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.kinds.limits.peaks.model import HOUR, HourRead, Level, Peak, Scope, Which
from bot.store.session import Tx
from bot.store.tables import PeakHourRow, PeakRow


async def replace_hours(tx: Tx, hours: Sequence[HourRead], peaks: Iterable[Peak]) -> None:
    """Replace all that is known of these hours. A newer reading of one stays, but not one of a clock that ran ahead."""
    times = [one.hour for one in hours]
    found = await tx.session.exec(select(PeakHourRow).where(col(PeakHourRow.hour).in_(times)))
    read_at = {row.hour: row.read_at for row in found.all()}
    newer = {one.hour: one for one in hours if one.hour not in read_at or not _is_newer(read_at[one.hour], one)}
    for table in (PeakRow, PeakHourRow):
        await tx.execute(delete(table).where(col(table.hour).in_(list(newer))))
    values = [_values(peak) for peak in peaks if peak.hour in newer]
    if values:
        await tx.execute(insert(PeakRow), values)
    for one in newer.values():
        tx.session.add(PeakHourRow(hour=one.hour, read_at=one.read_at, source=one.source, unmatched=list(one.unmatched)))


def _is_newer(read_at: datetime, one: HourRead) -> bool:
    return one.read_at < read_at <= one.read_at + HOUR


def _values(peak: Peak) -> dict[str, object]:
    scope, group, limiter = peak.which
    return {
        **scope._asdict(),
        "hour": peak.hour,
        "group_id": group,
        "limiter": limiter,
        "value": peak.value,
        "minute": peak.minute,
        "driver": peak.driver,
        "driver_value": peak.driver_value,
    }


async def forget_before(tx: Tx, moment: datetime) -> None:
    """Drop the hours before a moment."""
    for table in (PeakRow, PeakHourRow):
        await tx.execute(delete(table).where(col(table.hour) < moment))


async def hours_read(tx: Tx, since: datetime) -> dict[datetime, HourRead]:
    """Return what is known of the hours since a moment. One that is absent has no data."""
    found = await tx.session.exec(select(PeakHourRow).where(col(PeakHourRow.hour) >= since))
    return {row.hour: HourRead(row.hour, row.read_at, row.source, tuple(row.unmatched)) for row in found.all()}


async def highest_since(
    tx: Tx,
    since: datetime,
    level: Level,
    workspaces: Collection[str] = (),
    keys: Collection[str] = (),
    *,
    until: datetime | None = None,
) -> list[Peak]:
    """Return the highest minute of each thing since a moment, of these workspaces and keys where some are named.

    The hours are those that begin before `until`.
    """
    conditions = [col(PeakRow.level) == level, col(PeakRow.hour) >= since]
    if until is not None:
        conditions.append(col(PeakRow.hour) < until)
    if workspaces:
        conditions.append(col(PeakRow.workspace_id).in_(list(workspaces)))
    if keys:
        conditions.append(col(PeakRow.api_key_id).in_(list(keys)))
    thing: tuple[Any, ...] = (PeakRow.workspace_id, PeakRow.api_key_id, PeakRow.group_id, PeakRow.limiter)
    columns: tuple[Any, ...] = (PeakRow.level, *thing, PeakRow.value, PeakRow.minute, PeakRow.driver, PeakRow.driver_value)
    order = (col(PeakRow.value).desc(), col(PeakRow.minute))
    rank: Any = func.row_number().over(partition_by=thing, order_by=order).label("rank")
    ranked: Any = select_columns(*columns, rank).where(*conditions).subquery()
    rows: list[tuple[Any, ...]] = [tuple(row) for row in await tx.execute(select_columns(ranked).where(ranked.c.rank == 1))]
    return [_peak(*row[:-1]) for row in rows]


async def hourly(tx: Tx, since: datetime, which: Which) -> dict[datetime, int]:
    """Return the peak of each hour of one thing. Of an hour that was read and is absent there was nothing."""
    scope = which.scope
    columns = (col(PeakRow.hour), col(PeakRow.value))
    conditions = (
        col(PeakRow.hour) >= since,
        col(PeakRow.level) == scope.level,
        col(PeakRow.workspace_id) == scope.workspace_id,
        col(PeakRow.api_key_id) == scope.api_key_id,
        col(PeakRow.group_id) == which.group_id,
        col(PeakRow.limiter) == which.limiter,
    )
    rows: list[tuple[datetime, int]] = [
        tuple(row) for row in (await tx.execute(select_columns(*columns).where(*conditions))).all()
    ]
    return dict(rows)


def _peak(
    level: Level, workspace: str, key: str, group: str, limiter: str, value: int, minute: datetime, driver: str, part: int
) -> Peak:
    return Peak(Which(Scope(level, workspace, key), group, limiter), value, minute, driver, part)
