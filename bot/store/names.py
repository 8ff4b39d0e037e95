"""The last known names of workspaces, keys and members, and small remembered facts."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import delete, update
from sqlmodel import col, select

from bot.store.insert import insert_into
from bot.store.session import Tx
from bot.store.tables import NameRow, NoteRow

_CHUNK = 500


class Named(NamedTuple):
    """A thing of the organization and what people call it; a key's parent is its workspace."""

    id: str
    name: str
    parent_id: str | None = None


async def remember(tx: Tx, things: Iterable[Named], now: datetime) -> None:
    """Keep names; a name that is known already is replaced, nothing is ever forgotten."""
    unique = {thing.id: thing for thing in things}
    everything = [{"id": t.id, "name": t.name, "parent_id": t.parent_id, "seen_at": now} for t in unique.values()]
    for start in range(0, len(everything), _CHUNK):
        statement = insert_into(tx, NameRow).values(everything[start : start + _CHUNK])
        changed = {name: statement.excluded[name] for name in ("name", "parent_id", "seen_at")}
        await tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed))


async def names_of(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of ids; an id that nobody named is absent."""
    wanted = sorted({one for one in ids if one})
    found: dict[str, str] = {}
    for start in range(0, len(wanted), _CHUNK):
        statement = select(NameRow.id, NameRow.name).where(col(NameRow.id).in_(wanted[start : start + _CHUNK]))
        found.update({row[0]: row[1] for row in (await tx.session.exec(statement)).all()})
    return found


async def named_like(tx: Tx, prefix: str, limit: int | None = None) -> list[Named]:
    """Return things whose id starts with `prefix` (such as `wrkspc_`), by name."""
    statement = select(NameRow).where(col(NameRow.id).startswith(prefix, autoescape=True)).order_by(col(NameRow.name))
    found = await tx.session.exec(statement if limit is None else statement.limit(limit))
    return [Named(row.id, row.name, row.parent_id) for row in found.all()]


async def note(tx: Tx, key: str) -> tuple[Mapping[str, Any], datetime] | None:
    """Return a remembered fact and when it was noted."""
    row = await tx.session.get(NoteRow, key)
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


async def end_turn(tx: Tx, key: str, since: datetime) -> None:
    """Give a turn back that was taken `since` then; a turn that somebody else took meanwhile stays theirs."""
    await tx.execute(delete(NoteRow).where(col(NoteRow.key) == key, col(NoteRow.at) == since))


async def claim_note(tx: Tx, key: str, now: datetime, lasts: timedelta) -> bool:
    """Take a turn that belongs to one process at a time; it ends by `end_turn`, or by itself after `lasts`.

    What the turn before noted under the key is gone.
    """
    statement = insert_into(tx, NoteRow).values(key=key, value={}, at=now).on_conflict_do_nothing()
    if (await tx.execute(statement)).rowcount == 1:
        return True
    # A clock that was set back must not keep everybody waiting: a turn from the future doesn't count either.
    too_old = (col(NoteRow.at) < now - lasts) | (col(NoteRow.at) > now + lasts)
    statement = update(NoteRow).where(col(NoteRow.key) == key, too_old).values(at=now, value={})
    return (await tx.execute(statement)).rowcount == 1
