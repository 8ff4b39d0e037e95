"""The limits of workspaces in the database, a row for each workspace with traffic."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import delete
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.kinds.limits.peaks.own.model import NO_CHANGES, Change, Kept, Limits, changes_between
from bot.store.session import Tx
from bot.store.tables import PeakRow, WorkspaceLimitsRow
from bot.store.upsert import insert_into


async def keep(tx: Tx, workspace_id: str, limits: Limits, read_at: datetime) -> None:
    """Keep what a workspace has now, in place of what it had."""
    row = await tx.session.get(WorkspaceLimitsRow, workspace_id, populate_existing=True)
    changes = changes_between(_kept(row), limits, read_at) if row else NO_CHANGES
    as_text = {
        group: {limiter: [one.at.isoformat(), one.before] for limiter, one in found.items()}
        for group, found in changes.items()
    }
    values = {"read_at": read_at, "limits": limits, "changes": as_text}
    statement = insert_into(tx, WorkspaceLimitsRow).values(workspace_id=workspace_id, **values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["workspace_id"], set_=values))


async def forget_others(tx: Tx, workspace_ids: Collection[str]) -> None:
    """Forget the limits of all workspaces but these."""
    await tx.execute(delete(WorkspaceLimitsRow).where(col(WorkspaceLimitsRow.workspace_id).not_in(list(workspace_ids))))


async def kept(tx: Tx) -> dict[str, Kept]:
    """Return what each workspace has of its own, and what the organization has under ORGANIZATION."""
    rows = (await tx.session.exec(select(WorkspaceLimitsRow))).all()
    return {row.workspace_id: _kept(row) for row in rows}


def _kept(row: WorkspaceLimitsRow) -> Kept:
    changes = {
        group: {limiter: Change(datetime.fromisoformat(at), before) for limiter, (at, before) in found.items()}
        for group, found in row.changes.items()
    }
    return Kept(row.limits, changes)


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
