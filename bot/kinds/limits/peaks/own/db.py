"""The limits of workspaces in the database, a row for each workspace with traffic."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.kinds.limits.peaks.own.model import Kept, Limits
from bot.store.session import Tx
from bot.store.tables import PeakRow, WorkspaceLimitsRow
from bot.store.upsert import insert_into


async def keep(tx: Tx, workspace_id: str, limits: Limits, read_at: datetime) -> None:
    """Keep what a workspace has now, in place of what it had."""
    before = await tx.session.get(WorkspaceLimitsRow, workspace_id)
    changed_at = None if before is None else before.changed_at if before.limits == limits else read_at
    values = {"read_at": read_at, "changed_at": changed_at, "limits": limits}
    statement = insert_into(tx, WorkspaceLimitsRow).values(workspace_id=workspace_id, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["workspace_id"], set_=values))


async def forget_others(tx: Tx, workspace_ids: Collection[str]) -> None:
    """Forget the limits of all workspaces but these."""
    await tx.execute(delete(WorkspaceLimitsRow).where(col(WorkspaceLimitsRow.workspace_id).not_in(list(workspace_ids))))


async def kept(tx: Tx) -> dict[str, Kept]:
    """Return what workspaces have of their own, without those that have nothing."""
    rows = (await tx.session.exec(select(WorkspaceLimitsRow))).all()
    return {row.workspace_id: Kept(row.limits, row.changed_at) for row in rows if row.limits}


async def read_times(tx: Tx) -> dict[str, datetime]:
    """Return when the limits of each workspace were read."""
    columns = (col(WorkspaceLimitsRow.workspace_id), col(WorkspaceLimitsRow.read_at))
    rows: list[tuple[str, datetime]] = [tuple(row) for row in await tx.execute(select_columns(*columns))]
    return dict(rows)


async def with_traffic(tx: Tx, since: datetime) -> frozenset[str]:
    """Return the workspaces that have peaks since a moment."""
    of_workspaces = (col(PeakRow.level) == "workspace", col(PeakRow.hour) >= since)
    rows = await tx.execute(select_columns(col(PeakRow.workspace_id)).where(*of_workspaces).distinct())
    return frozenset(str(row[0]) for row in rows)
