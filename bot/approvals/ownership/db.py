"""New owners of keys in the database: a request that handed a key over beats who asked for it and who made it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from pydantic import BaseModel, ConfigDict
from sqlalchemy import bindparam
from sqlmodel import col, select

from bot.people.model import Who
from bot.store.session import Tx
from bot.store.tables import KeyOwnerRow
from bot.store.upsert import insert_into

_AT_ONCE = 500
_OWNED = select(KeyOwnerRow).where(col(KeyOwnerRow.key_id).in_(bindparam("ids", expanding=True)))
_HANDED_TO = select(KeyOwnerRow.key_id).where(col(KeyOwnerRow.slack_id) == bindparam("whose"))


class Owned(BaseModel):
    """A key that was handed over: to whom, by which request, and when."""

    model_config = ConfigDict(frozen=True)

    key_id: str
    owner: Who
    request_id: str
    at: datetime


async def hand_over(tx: Tx, key_id: str, to: Who, request_id: str) -> None:
    """Write down a key's new owner."""
    values = {"key_id": key_id, **to.model_dump(), "request_id": request_id, "at": tx.now}
    changed = {name: value for name, value in values.items() if name != "key_id"}
    statement = insert_into(tx, KeyOwnerRow).values(values)
    await tx.execute(statement.on_conflict_do_update(index_elements=["key_id"], set_=changed))


async def owned(tx: Tx, key_ids: Sequence[str]) -> dict[str, Owned]:
    """Return by id which of these keys were handed over, and to whom."""
    found: dict[str, Owned] = {}
    for start in range(0, len(key_ids), _AT_ONCE):
        some = await tx.execute(_OWNED, {"ids": key_ids[start : start + _AT_ONCE]})
        found |= {row.key_id: _owned(row) for row in some}
    return found


async def handed_to(tx: Tx, slack_id: str) -> frozenset[str]:
    """Return the ids of the keys that were handed over to somebody."""
    return frozenset(row.key_id for row in await tx.execute(_HANDED_TO, {"whose": slack_id})) if slack_id else frozenset()


def _owned(row: Any) -> Owned:
    owner = Who(slack_id=row.slack_id, member_id=row.member_id, email=row.email)
    return Owned(key_id=row.key_id, owner=owner, request_id=row.request_id, at=row.at)
