"""Names of workspaces, keys and members, kept in the store so that figures read as people know them."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from bot.admin.model import Workspace
from bot.runtime import Runtime
from bot.spend.ledger.apart import names_apart
from bot.spend.model import Cell
from bot.store.names import Named, named_like, names_of, remember
from bot.store.notes import note, write_note
from bot.store.session import Tx

NAMES_NOTE, WORKSPACES_NOTE = "sync:names", "sync:workspaces"
REFRESH_AFTER = timedelta(hours=1)
UNKNOWN_AFTER = timedelta(minutes=5)


async def sync_names(rt: Runtime, now: datetime) -> int:
    """Read the names of all workspaces, keys and members; returns how many there are."""
    admin = rt.admin.background()
    places = [one async for one in admin.workspaces(include_archived=True)]
    things = [Named(one.id, one.name) for one in places]
    things += [Named(key.id, key.name, key.workspace_id) async for key in admin.api_keys()]
    things += [Named(member.id, member.name or member.email) async for member in admin.users()]
    async with rt.store.write() as tx:
        await remember(tx, things, now)
        await write_note(tx, NAMES_NOTE, {"count": len(things)}, now)
        await write_note(tx, WORKSPACES_NOTE, {"all": [one.model_dump(mode="json") for one in places]}, now)
    return len(things)


async def refresh_names(rt: Runtime, now: datetime, unknown: bool = False) -> bool:
    """Read the names again when they are an hour old, or five minutes when an id without a name turned up."""
    async with rt.store.read() as tx:
        last = await note(tx, NAMES_NOTE)
    wait = UNKNOWN_AFTER if unknown else REFRESH_AFTER
    if last is not None and timedelta(0) <= now - last[1] < wait:
        return False
    await sync_names(rt, now)
    return True


async def workspaces(rt: Runtime) -> list[Named]:
    """Return the workspaces by name, from the store."""
    async with rt.store.read() as tx:
        return await named_like(tx, "wrkspc_")


async def workspaces_as_read(tx: Tx) -> tuple[list[Workspace], datetime] | None:
    """Return all workspaces with their tags, archived ones too, and when they were read; None before that."""
    found = await note(tx, WORKSPACES_NOTE)
    return None if found is None else ([Workspace.model_validate(one) for one in found[0]["all"]], found[1])


async def archived_ids(tx: Tx) -> frozenset[str]:
    """Return the ids of the workspaces that were archived when they were last read: nothing can be spent there any more."""
    found = await note(tx, WORKSPACES_NOTE)
    return frozenset(one["id"] for one in found[0]["all"] if one["archived_at"]) if found else frozenset()


async def places_named(tx: Tx, ids: Iterable[str]) -> dict[str, str]:
    """Return what workspaces are called, by id; those that are archived say so."""
    names, archived = await names_of(tx, ids), await archived_ids(tx)
    return {one: f"{name} (archived)" if one in archived else name for one, name in names.items()}


async def names_in(tx: Tx, cells: Sequence[Cell]) -> dict[str, str]:
    """Return the names of everything that cells are split by, by id."""
    return await names_apart(tx, {one for cell in cells for one in cell.ids.values()})
