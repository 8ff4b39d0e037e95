"""The last known names of workspaces, keys and members, and small remembered facts."""

import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import JSON, ColumnElement, String, cast, func, literal
from sqlalchemy import select as select_columns
from sqlmodel import col, select

from bot.store.session import Tx
from bot.store.tables import NameRow
from bot.store.upsert import insert_into
from bot.words.reading import as_read


class Named(NamedTuple):
    """A thing of the organization and what people call it. A key's parent is its workspace."""

    id: str
    name: str
    parent_id: str | None = None


async def remember(tx: Tx, things: Iterable[Named], now: datetime) -> None:
    """Keep names. A name that is known already is replaced, nothing is ever forgotten."""
    unique = {thing.id: thing for thing in things}
    everything = [
        {"id": t.id, "name": t.name, "read_as": as_read(t.name), "parent_id": t.parent_id, "seen_at": now}
        for t in unique.values()
    ]
    if everything:
        statement = insert_into(tx, NameRow)
        changed = {name: statement.excluded[name] for name in ("name", "read_as", "parent_id", "seen_at")}
        await tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed), everything)


async def names_of(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Return the names of ids. An id that nobody named is absent."""
    wanted = sorted({one for one in ids if one})
    statement = select(NameRow.id, NameRow.name).where(_is_one_of(tx, col(NameRow.id), wanted))
    return {row[0]: row[1] for row in await tx.rows(statement)} if wanted else {}


async def read_alike(tx: Tx, names: Iterable[str]) -> set[str]:
    """Return the ids of all things that are read as one of these names."""
    wanted = sorted({as_read(one) for one in names})
    statement = select(NameRow.id).where(_is_one_of(tx, col(NameRow.read_as), wanted))
    return {row[0] for row in await tx.rows(statement)} if wanted else set()


def _is_one_of(tx: Tx, column: Any, values: list[str]) -> ColumnElement[bool]:
    """Return the condition with all values as one parameter: writing thousands out takes longer than looking them up."""
    given = literal(json.dumps(values), String)
    if tx.dialect == "postgresql":
        return column.in_(select_columns(func.json_array_elements_text(cast(given, JSON))))
    return column.in_(select_columns(func.json_each(given).table_valued("value").c.value))


async def named_like(tx: Tx, prefix: str) -> list[Named]:
    """Return things whose id starts with `prefix` (such as `wrkspc_`), by name."""
    wanted = select(NameRow.id, NameRow.name, NameRow.parent_id).where(col(NameRow.id).startswith(prefix, autoescape=True))
    return [Named(*row) for row in await tx.rows(wanted.order_by(col(NameRow.name)))]
