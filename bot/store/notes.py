"""Small remembered facts, and claims that one process holds at a time."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, delete, update
from sqlmodel import col, select

from bot.store.rights import check_rights
from bot.store.session import Store, Tx
from bot.store.tables import NoteRow
from bot.store.upsert import insert_into, insert_new

ONCE = timedelta(days=36_500)
"""How long a claim lasts by which something is done once for all."""
_NOTED = select(col(NoteRow.value), col(NoteRow.at)).where(col(NoteRow.key) == bindparam("known_as"))
_ALWAYS = datetime(2026, 1, 1, tzinfo=UTC)


async def note(tx: Tx, key: str) -> tuple[Mapping[str, Any], datetime] | None:
    """Return a remembered fact and when it was noted."""
    row = (await tx.execute(_NOTED, {"known_as": key})).first()
    return None if row is None else (row.value, row.at)


async def noted_keys(tx: Tx, prefix: str) -> list[str]:
    """Return the keys of remembered facts that start with `prefix`."""
    statement = select(NoteRow.key).where(col(NoteRow.key).startswith(prefix, autoescape=True))
    return list((await tx.session.exec(statement)).all())


async def write_note(tx: Tx, key: str, value: Mapping[str, Any], now: datetime) -> None:
    """Remember a fact, in place of what was noted under its key."""
    statement = insert_into(tx, NoteRow).values(key=key, value=dict(value), at=now)
    changed = {"value": statement.excluded["value"], "at": statement.excluded["at"]}
    await tx.execute(statement.on_conflict_do_update(index_elements=["key"], set_=changed))


async def drop_notes(tx: Tx, keys: Sequence[str]) -> None:
    """Forget facts."""
    await tx.execute(delete(NoteRow).where(col(NoteRow.key).in_(list(keys))))


async def try_writing(store: Store) -> None:
    """Write something down, which is what every act needs; raises what the driver raises, FileReplaced or NoRights.

    It is something else each time: SQLite writes nothing where a row stays as it was, also on a full disk.
    """
    async with store.write() as tx:
        store.check_file()
        await write_note(tx, "readiness", {"tried": secrets.token_hex(4)}, _ALWAYS)
        await check_rights(tx)


async def claim_note(tx: Tx, key: str, now: datetime, lasts: timedelta) -> bool:
    """Claim a key for one process at a time; the claim expires after `lasts`.

    What was noted under the key before is gone.
    """
    if (await tx.execute(insert_new(tx, NoteRow), {"key": key, "value": {}, "at": now})).rowcount == 1:
        return True
    # A clock that was set back must not keep everybody waiting: a claim from the future doesn't count either.
    too_old = (col(NoteRow.at) < now - lasts) | (col(NoteRow.at) > now + lasts)
    statement = update(NoteRow).where(col(NoteRow.key) == key, too_old).values(at=now, value={})
    return (await tx.execute(statement)).rowcount == 1
