"""Transactions of SQLite whose begin and end take no trips of their own to the connection's thread."""

import asyncio
import contextlib
from pathlib import Path
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.store.session import Store
from tests.templates import sqlite_url

COUNT = text("SELECT count(*) FROM one")


async def driver_of(connection: AsyncConnection) -> Any:
    return (await connection.get_raw_connection()).driver_connection


async def test_a_transaction_begins_once_and_is_over_once_it_was_committed(tmp_path: Path) -> None:
    store, seen = Store(sqlite_url(tmp_path / "one.db")), list[str]()
    async with store.write() as tx:
        await tx.execute(text("CREATE TABLE one (number INTEGER)"))
    async with store.read() as tx:
        driver = await driver_of(tx.connection)
        await driver.set_trace_callback(seen.append)
        await tx.execute(COUNT)
        await tx.execute(COUNT)
    async with store.read() as tx:
        assert not (await driver_of(tx.connection)).in_transaction, "nothing was asked"
    async with store.write() as tx:
        assert await driver_of(tx.connection) is driver
        await tx.execute(text("INSERT INTO one VALUES (7)"))
    assert [line.partition(" ")[0] for line in seen] == [
        *("BEGIN", "SELECT", "SELECT", "ROLLBACK"), "BEGIN", "INSERT", "COMMIT",
    ]  # fmt: skip
    await store.close()


async def test_who_is_gone_at_whatever_moment_leaves_no_transaction_open(tmp_path: Path) -> None:
    store = Store(sqlite_url(tmp_path / "one.db"))
    async with store.write() as tx:
        await tx.execute(text("CREATE TABLE one (number INTEGER)"))

    async def look() -> None:
        async with store.read() as tx:
            await tx.execute(COUNT)
            await tx.execute(COUNT)

    for steps in range(12):
        looking = asyncio.create_task(look())
        for _ in range(steps):
            await asyncio.sleep(0)
        looking.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await looking
        async with store.engine.connect() as connection:
            assert not (await driver_of(connection)).in_transaction
    await store.close()
