"""What was found out about the organization, kept in the database: all replicas and a restarted process know it at once."""

from collections.abc import Callable

from pydantic import ValidationError

from bot.directory.capabilities import Can, Capabilities, Capability
from bot.store.notes import note, write_note
from bot.store.session import Store, Tx

_NOTE = "capabilities:found"


class FoundCapabilities:
    """What is known of what the organization and its key can do; unknown until somebody found out."""

    def __init__(self, store: Callable[[], Store]) -> None:
        self._store = store
        self.asked_here = False
        """Whether this process has asked since its start, or another one just then: its key may be another one."""

    async def all(self) -> Capabilities:
        """Return everything that is known."""
        async with self._store().read() as tx:
            return await _read(tx)

    async def of(self, what: Can) -> Capability:
        """Return what is known of one thing."""
        return (await self.all()).of(what)

    async def keep(self, found: Capabilities) -> Capabilities:
        """Keep what was found out, over what was known before, and return both together."""
        async with self._store().write() as tx:
            known = found.over(await _read(tx))
            await write_note(tx, _NOTE, known.model_dump(mode="json"), known.asked_at or tx.now)
            return known


async def _read(tx: Tx) -> Capabilities:
    found = await note(tx, _NOTE)
    try:
        return Capabilities.model_validate(found[0]) if found else Capabilities()
    except ValidationError:  # a later version wrote it; it is found out again
        return Capabilities()
