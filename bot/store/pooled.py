"""Whether a pooler is in between that loses statements, or lends too few connections, which one alone does not notice."""

import asyncio
import uuid
from typing import Any

from sqlalchemy import text

from bot.errors import QuartermasterError
from bot.store.session import Store

WITHIN = 10.0
"""Seconds that a second connection may take."""
_QUESTION = text("SELECT 1")
_TURNS = 3


class NotLent(QuartermasterError):
    """A second connection doesn't answer while there is a first."""


async def check_pooler(store: Store, within: float = WITHIN) -> None:
    """Raise NotLent, or the driver's error where a statement that was prepared is unknown or there already a moment later.

    A pooler in transaction mode lends the connection that was used last, also to another client, or takes turns. So two
    clients that prepare a statement of one name collide, or one doesn't find its own again.
    """
    if store.dialect == "sqlite":
        return
    try:
        async with asyncio.timeout(within), store.engine.connect() as first, store.engine.connect() as other:
            for each in (first, other):
                await each.execute(_QUESTION)
                await each.commit()
            if not store.is_pooled:
                await _use_one_name([(await each.get_raw_connection()).driver_connection for each in (first, other)])
    except TimeoutError:
        raise NotLent("A second connection gets no answer. A pooler in between must lend the bot 30 connections.") from None


async def _use_one_name(connections: list[Any]) -> None:
    name, prepared = f"quartermaster_{uuid.uuid4().hex}", list[Any]()
    for each in connections:
        prepared.append(await each.prepare("SELECT 1", name=name))
        await prepared[-1].fetch()  # which ends what the pooler takes for one transaction
    for _ in range(_TURNS):
        for each in prepared:
            await each.fetch()
