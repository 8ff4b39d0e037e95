"""Bulk writes past SQLAlchemy's compiler to the driver: a first load is a hundred thousand rows (platform.md D5)."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from itertools import chain
from typing import Any

from sqlalchemy import text

from bot.spend.ledger.rollups.summed import Rows
from bot.store.session import Tx

_ONE_LOADER = 7140002
"""Key of the PostgreSQL advisory lock under which days are replaced; SQLite has one writer anyway."""
_ROWS_AT_ONCE = (500, 50, 5, 1)
"""Rows that go to SQLite in one statement (it takes 32,766 values). Row by row (`executemany`) its driver takes and gives
back Python's lock for each row, and waits for it whenever the loop decodes the next page: measured 20 s instead of 0.8 s.
A few sizes only, because each connection keeps what it compiled: a statement of 500 rows takes 0.6 MiB, of 1,000 1.6.
"""
_LARGE_CACHE = "PRAGMA cache_size=-4096"
"""KiB of pages: with the connections' usual half a MiB a batch is put aside and read again before it is rolled up."""


async def lock(tx: Tx) -> None:
    """Let nobody else replace days until this transaction ends."""
    if tx.dialect == "postgresql":
        await tx.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _ONE_LOADER})


async def bulk_insert(tx: Tx, table: Any, names: Sequence[str], parts: Mapping[date, Rows]) -> None:
    """Insert groups by day. `names` are the columns after the day: those of a group, then those of its counts."""
    some = [(stored(tx, day), groups) for day, groups in parts.items()]
    rows = ((day, *ids, *counts) for day, groups in some for ids, counts in groups.items())
    await insert_rows(tx, table, names, rows)


def stored(tx: Tx, day: date) -> date | str:
    """Return a day as the driver takes it."""
    return day if tx.dialect == "postgresql" else day.isoformat()


async def insert_rows(tx: Tx, table: Any, names: Sequence[str], rows: Iterable[tuple[Any, ...]]) -> None:
    """Insert rows that begin with their day as it is `stored`. On PostgreSQL they are sent while they are made."""
    columns = ["day", *names]
    # Inside the transaction that the statements before this one have begun.
    driver: Any = (await tx.connection.get_raw_connection()).driver_connection
    if tx.dialect == "postgresql":
        await driver.copy_records_to_table(table.__tablename__, records=rows, columns=columns)
    else:
        values = [*chain.from_iterable(rows)]
        await driver.run_all([(_LARGE_CACHE, ()), *_inserts(table.__tablename__, columns, values)])


def _inserts(table: str, names: Sequence[str], values: Sequence[Any]) -> list[tuple[str, Sequence[Any]]]:
    """Return statements with their parameters; `values` holds row after row."""
    one, width, start = f"({', '.join('?' * len(names))})", len(names), 0
    found: list[tuple[str, Sequence[Any]]] = []
    for size in _ROWS_AT_ONCE:
        statement = f"INSERT INTO {table} ({', '.join(names)}) VALUES {', '.join([one] * size)}"  # noqa: S608 - our own names
        while len(values) - start >= size * width:
            found.append((statement, values[start : start + size * width]))
            start += size * width
    return found
