"""aiosqlite with one trip to its thread for each statement.

SQLAlchemy makes four of them: for the cursor, the statement, its rows and the cursor's end. Each takes a tenth of a
millisecond, and they were most of what a click waited for. Here a cursor is made, used and closed in one go.
"""

import asyncio
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Self

import aiosqlite


class Cursor:
    """What SQLAlchemy's adapter wants of a cursor. All rows are there once a statement has run."""

    arraysize = 1

    def __init__(self, connection: "Connection") -> None:
        self._connection = connection
        self._rows: list[Any] = []
        self.description: Any = None
        self.rowcount = -1
        self.lastrowid: int | None = None

    async def __aenter__(self) -> Self:
        """Cost nothing: there is no cursor yet."""
        return self

    async def execute(self, statement: str, parameters: Sequence[Any] = ()) -> Self:
        """Run a statement and fetch its rows."""
        await self._connection.in_thread(lambda: self._take(self._connection.database.execute(statement, parameters)))
        return self

    async def executemany(self, statement: str, parameters: Sequence[Sequence[Any]]) -> Self:
        """Run a statement once for each of `parameters`."""
        await self._connection.in_thread(lambda: self._take(self._connection.database.executemany(statement, parameters)))
        return self

    def _take(self, cursor: sqlite3.Cursor) -> None:
        self.description = cursor.description
        # The count of a statement with RETURNING is known after its last row.
        self._rows = cursor.fetchall() if cursor.description else []
        self.rowcount, self.lastrowid = cursor.rowcount, cursor.lastrowid
        cursor.close()

    async def fetchall(self) -> list[Any]:
        """Return the rows, once."""
        rows, self._rows = self._rows, []
        return rows

    async def close(self) -> None:
        """Cost nothing: the cursor was closed in its thread."""


class Connection(aiosqlite.Connection):
    """aiosqlite's connection with such cursors, and without trips of their own for what begins and ends a transaction."""

    _is_at_rest = True
    """Nothing was sent since the last commit or rollback came back."""
    _begins = False

    def cursor(self) -> Any:
        """Return a cursor without asking the thread for one."""
        return Cursor(self)

    @property
    def database(self) -> sqlite3.Connection:
        """What only the connection's thread may use."""
        return self._conn

    def begin_with_next(self) -> None:
        """Begin a transaction together with its first statement: before that a deferred one does nothing."""
        self._begins = True

    async def commit(self) -> None:
        """Commit."""
        self._begins = False
        await super().commit()
        self._is_at_rest = True

    async def rollback(self) -> None:
        """Roll back what is open. SQLAlchemy asks for it whenever a connection is put away, also after its commit."""
        self._begins = False
        if not self._is_at_rest:
            await super().rollback()
            self._is_at_rest = True

    async def in_thread(self, work: Callable[[], None]) -> None:
        """Run something in the connection's thread."""
        begins, self._begins, self._is_at_rest = self._begins, False, False

        def begin_and_work() -> None:
            if begins:
                self.database.execute("BEGIN").close()
            work()

        await self._execute(begin_and_work)  # pyright: ignore[reportUnknownMemberType] - untyped there

    async def run_all(self, statements: Sequence[tuple[str, Sequence[Any]]]) -> None:
        """Run statements with their parameters in one trip: while the loop is busy each trip waits for it."""

        def work() -> None:
            for statement, parameters in statements:
                self.database.execute(statement, parameters).close()

        await self.in_thread(work)


async def connect(*where: Any, **how: Any) -> Connection:
    """Return an open connection; takes what `sqlite3.connect` takes, and raises what it raises."""
    connection = Connection(lambda: sqlite3.connect(*where, **how), iter_chunk_size=64)
    connection._thread.daemon = True  # as SQLAlchemy does with those that it makes
    try:
        await connection
    except sqlite3.Error:
        # aiosqlite tells its thread to end and doesn't wait: its last word could reach a loop that is closed by then.
        await asyncio.to_thread(connection._thread.join)
        raise
    return connection
