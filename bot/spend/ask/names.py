"""Names that a question may mean: workspaces, keys, people, and the models that were used lately."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta

from bot.runtime import Runtime
from bot.spend.alike import ways_to_name
from bot.spend.ask.words import PERSON
from bot.spend.dimensions import KEY, MODEL
from bot.spend.ledger import db as table
from bot.spend.ledger.names import workspaces
from bot.store.names import named_like

_LATELY = timedelta(days=365)


async def known_workspaces(rt: Runtime) -> list[str]:
    """Return what workspaces may be called, from the store; those that are archived, too."""
    return ways_to_name({one.id: one.name for one in await workspaces(rt)})


async def known_names(rt: Runtime, now: datetime) -> Mapping[str, Sequence[str]]:
    """Return all other names by the name of their dimension, from the store."""
    today = now.astimezone(UTC).date()
    async with rt.store.read() as tx:
        keys, people = await named_like(tx, "apikey_"), await named_like(tx, "user_")
        models = await table.cells(tx, today - _LATELY, today, (MODEL,))
    used = sorted({MODEL.label(one.of(MODEL), {}) for one in models if one.of(MODEL)})
    return {
        KEY.name: [one.name for one in keys],
        MODEL.name: used,
        PERSON: await asyncio.to_thread(ways_to_name, {one.id: one.name for one in people}),  # of thousands
    }
