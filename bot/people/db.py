"""Which Slack person is which member of the organization, as it was first confirmed."""

from collections.abc import Collection
from datetime import datetime

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam, delete, func
from sqlmodel import col, select

from bot.store.session import Tx
from bot.store.tables import LinkRow
from bot.store.upsert import insert_new
from bot.words.addresses import same_form

_OF = select(LinkRow).where(col(LinkRow.slack_id).in_(bindparam("ids", expanding=True)))


class Link(BaseModel):
    """A confirmed link; `email` is the address at the time."""

    model_config = ConfigDict(frozen=True)

    slack_id: str
    team_id: str
    member_id: str
    email: str
    linked_at: datetime


async def find_all(tx: Tx, slack_ids: Collection[str]) -> dict[str, Link]:
    """Return the links of those who have one, by Slack id."""
    rows = (await tx.execute(_OF, {"ids": list(slack_ids)})).mappings()
    return {row["slack_id"]: Link(**row) for row in rows}


async def find_one(tx: Tx, slack_id: str, member_id: str) -> Link | None:
    """Return the link of a Slack user, or where none is known of a member; the newest one of several."""
    known = LinkRow.slack_id == slack_id if slack_id else LinkRow.member_id == member_id
    row = (await tx.session.exec(select(LinkRow).where(known).order_by(col(LinkRow.linked_at).desc()))).first()
    return Link.model_validate(row.model_dump()) if row else None


async def find_known(tx: Tx, slack_id: str, email: str) -> Link | None:
    """Return the link of a Slack user, or of the person who had an address when they were linked, also once they left."""
    known = LinkRow.slack_id == slack_id if slack_id else func.lower(col(LinkRow.email)) == same_form(email)
    row = (await tx.session.exec(select(LinkRow).where(known).order_by(col(LinkRow.linked_at).desc()))).first()
    return Link.model_validate(row.model_dump()) if row else None


async def linked_after(tx: Tx, slack_id: str, most: int) -> list[str]:
    """Return so many linked Slack ids behind one, in their order."""
    query = select(LinkRow.slack_id).where(col(LinkRow.slack_id) > slack_id).order_by(col(LinkRow.slack_id))
    return list(await tx.session.exec(query.limit(most)))


async def add(tx: Tx, slack_id: str, team_id: str, member_id: str, email: str, now: datetime) -> bool:
    """Add a link; False when there is one already."""
    values = {"slack_id": slack_id, "team_id": team_id, "member_id": member_id, "email": email, "linked_at": now}
    return (await tx.execute(insert_new(tx, LinkRow), values)).rowcount == 1


async def remove(tx: Tx, slack_id: str) -> bool:
    """Forget a link, so that the next act makes a new one; False when there was none."""
    return (await tx.execute(delete(LinkRow).where(col(LinkRow.slack_id) == slack_id))).rowcount == 1
