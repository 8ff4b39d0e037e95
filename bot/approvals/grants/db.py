"""Whose grants stand, as rows of their own: what somebody has until when is found without reading what was ever asked.

They are written with each change of a request, in its transaction, and go once the grant has ended.
"""

from datetime import datetime

from sqlalchemy import and_, delete, func, or_
from sqlmodel import col, select

from bot.approvals.model import Request, Status
from bot.store.session import Tx
from bot.store.tables import GrantHolderRow
from bot.store.upsert import insert_into

_END, _ID = col(GrantHolderRow.ends_at), col(GrantHolderRow.request_id)


async def follow(tx: Tx, request: Request) -> None:
    """Write down for whom a grant stands and until when, or that it has ended."""
    if request.is_granted:
        people = {who.slack_id for who in (request.requester, *request.beneficiaries, *request.heirs) if who.slack_id}
        for one in sorted(people):
            values = {"request_id": request.id, "slack_id": one, "ends_at": request.ends_at}
            statement = insert_into(tx, GrantHolderRow).values(values)
            changed = {"ends_at": statement.excluded["ends_at"]}
            await tx.execute(statement.on_conflict_do_update(index_elements=["request_id", "slack_id"], set_=changed))
    elif request.status is Status.REVERTED:
        await tx.execute(delete(GrantHolderRow).where(col(GrantHolderRow.request_id) == request.id))


async def held_by(
    tx: Tx, slack_id: str, *, beyond: tuple[datetime, str] | None, later: bool, limit: int
) -> list[tuple[str, datetime]]:
    """Return id and end of the grants that somebody asked for or has, the next to end first.

    With `beyond` only those after that end and id; without `later` those before, the other way round.
    """
    query = select(GrantHolderRow.request_id, GrantHolderRow.ends_at).where(GrantHolderRow.slack_id == slack_id)
    if beyond:
        end, request_id = beyond
        same = and_(_END.in_([end]), request_id < _ID if later else request_id > _ID)
        query = query.where(or_(end < _END if later else end > _END, same))
    query = query.order_by(_END, _ID) if later else query.order_by(_END.desc(), _ID.desc())
    return [(row[0], row[1]) for row in await tx.session.exec(query.limit(limit))]


async def count_of(tx: Tx, slack_id: str) -> int:
    """Return how many grants of somebody's stand."""
    query = select(func.count()).select_from(GrantHolderRow).where(col(GrantHolderRow.slack_id) == slack_id)
    return (await tx.session.exec(query)).one()
