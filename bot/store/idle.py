"""A paused process keeps its locks: PostgreSQL ends a transaction in which nothing was said for long."""

from typing import Any

from sqlalchemy import event
from sqlalchemy.ext.asyncio import AsyncEngine

IDLE_FOR = "60s"
"""For how long PostgreSQL waits in the middle of a transaction of the running bot, as it writes durations."""
_LIMIT = "SELECT set_config('idle_in_transaction_session_timeout', $1, false)"


def limit_idle(engine: AsyncEngine, idle_for: str) -> None:
    """Have each connection of an engine of PostgreSQL wait for so long only."""

    def limit(raw: Any) -> Any:
        return raw.execute(_LIMIT, idle_for)

    def connected(connection: Any, _record: Any) -> None:
        connection.run_async(limit)

    event.listen(engine.sync_engine, "connect", connected)
