"""How a connection to SQLite is made ready, and how its transactions begin."""

import asyncio
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.ext.asyncio import AsyncEngine
from sqlalchemy.pool import ConnectionPoolEntry
from sqlalchemy.util import await_only

from bot.store import sqlite_driver

BUSY_TIMEOUT = 5000
"""Milliseconds that SQLite waits for another writer."""


def use_own_driver(engine: AsyncEngine) -> None:
    """Let an engine connect by the bot's own driver; each transaction begins as what it is, a read or a write."""
    event.listen(engine.sync_engine, "do_connect", _connect)
    event.listen(engine.sync_engine, "connect", _prepare)
    event.listen(engine.sync_engine, "begin", _begin)


def _connect(_dialect: Any, _record: Any, _where: Any, how: dict[str, Any]) -> None:
    how["async_creator_fn"] = sqlite_driver.connect


def _prepare(connection: Any, _record: ConnectionPoolEntry) -> None:
    # The driver's own BEGIN comes before the first write only, which leaves the reads before it outside the transaction.
    connection.isolation_level = None
    cursor = connection.cursor()
    _use_wal(cursor)
    cursor.close()
    # Half a megabyte of cached pages for each connection, instead of two: the system caches the file anyway.
    pragmas = ("synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT}", "cache_size=-512")
    await_only(connection.driver_connection.run_all([(f"PRAGMA {pragma}", ()) for pragma in pragmas]))


def _use_wal(cursor: Any) -> None:
    """Let readers and a writer work beside each other.

    The change of a new file needs it alone, and SQLite doesn't wait for that by itself where several start at once.
    """
    for left in range(100, -1, -1):
        try:
            cursor.execute("PRAGMA journal_mode=WAL")
        except Exception as error:
            if not left or "locked" not in str(error):
                raise
            await_only(asyncio.sleep(0.05))
        else:
            return


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    if connection.get_execution_options().get("patient"):  # others may be migrating, which takes longer than any act
        connection.exec_driver_sql("PRAGMA busy_timeout=60000")
    # A deferred BEGIN that turns into a write fails at once with "database is locked", without waiting for busy_timeout.
    if writes:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
    else:
        driver: Any = connection.connection.driver_connection
        driver.begin_with_next()
