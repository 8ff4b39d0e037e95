"""Whether a pooler in transaction mode is in between, which one connection alone doesn't notice."""

import asyncio

from sqlalchemy import text

from bot.store.session import Store

_WITHIN = 10.0
_QUESTION = text("SELECT 1")


async def check_statements_stay(store: Store) -> None:
    """Raise the driver's error where a statement that was prepared is unknown in the next transaction.

    A pooler lends the connection that was used last. So another transaction takes it, and the first client gets one on
    which nothing was prepared.
    """
    if store.dialect == "sqlite":
        return
    try:
        async with asyncio.timeout(_WITHIN), store.engine.connect() as first, store.engine.connect() as other:
            await first.execute(_QUESTION)
            await first.commit()
            await other.execute(_QUESTION)
            await first.execute(_QUESTION)
    except TimeoutError:  # nothing is lent beside the other one, so that nothing can be told
        return
