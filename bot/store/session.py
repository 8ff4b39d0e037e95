"""Engines and transactions: one code base for SQLite (WAL, immediate writes) and PostgreSQL."""

import asyncio
import re
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, ExitStack, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar
from urllib.parse import urlencode

import structlog
from sqlalchemy import CursorResult, ExceptionContext, Executable, event, make_url
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlmodel.ext.asyncio.session import AsyncSession

from bot.errors import QuartermasterError
from bot.own_secrets import all_without_secrets
from bot.store.actions import AuditAction
from bot.store.chain import AuditDraft, append_entries
from bot.store.held import HELD
from bot.store.idle import limit_idle
from bot.store.peek import sqlite_path
from bot.store.sqlite_connections import use_own_driver

TRY_AGAIN_AFTER = 0.25
READ_ONLY = "25006"
"""PostgreSQL's word for a write on a connection that only reads."""
BROKEN_OFF = frozenset({"40001", "40P01", "55P03", "57014"})
"""PostgreSQL's words for what it broke off: transactions that collide, a deadlock, a lock or statement that takes long."""
log = structlog.get_logger()

T = TypeVar("T")


@dataclass
class Tx:
    """One transaction: its connection, the moment it happens at, and the audit entries to append just before it commits."""

    connection: AsyncConnection
    dialect: str
    now: datetime
    drafts: list[AuditDraft] = field(default_factory=list[AuditDraft])
    _session: AsyncSession | None = None

    @property
    def session(self) -> AsyncSession:
        """The ORM's session on this connection, made where it is wanted: what a click runs goes without."""
        if self._session is None:
            self._session = AsyncSession(self.connection, expire_on_commit=False)
        return self._session

    async def flush(self) -> None:
        """Write what was added to the session."""
        if self._session is not None:
            await self._session.flush()

    def close(self) -> None:
        """End the session once its connection is closed: it is in a circle that only the garbage collector ends."""
        if self._session is not None:
            self._session.sync_session.close()

    def audit(self, at: datetime, actor: str, action: AuditAction, subject: str, **detail: Any) -> None:
        """Note an audit entry; it is chained and written with this transaction, or not at all."""
        self.drafts.append(AuditDraft(at, actor, action.value, subject, all_without_secrets(detail)))

    async def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[*tuple[Any, ...]]:
        """Run a statement below the ORM: guarded updates, upserts, bulk writes. Its `rowcount` is the verdict."""
        return await self.connection.execute(statement, parameters)

    async def rows(self, statement: Executable) -> list[tuple[Any, ...]]:
        """Return rows as the driver gives them, for many of them: a date is text on SQLite, a sum may be a Decimal."""
        result = await self.execute(statement)
        cursor: Any = result.cursor
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        result.close()
        return rows


def _machine_clock() -> datetime:
    return datetime.now(UTC)


class FileReplaced(QuartermasterError):
    """The SQLite file isn't where it was opened any more, as after a backup was put in its place."""


class Store:
    """The database: `read()` and `write()` transactions, migrations, health."""

    def __init__(
        self, url: str, audit_key: bytes = b"", clock: Callable[[], datetime] = _machine_clock, idle_for: str = ""
    ) -> None:
        """Open lazily; `url` is an async SQLAlchemy URL. `audit_key` keys the audit chain, `clock` dates transactions.

        PostgreSQL ends a transaction in which nothing was said for `idle_for`; what people page through may take its time.
        """
        self.engine = _engine(url, idle_for)
        self.is_pooled = _without_mark(url)[1]
        """Whether the address says that a pooler in transaction mode is in between."""
        self.dialect = self.engine.dialect.name
        self._audit_key = audit_key
        self._clock = clock
        self._writing = self.engine.execution_options(writes=True)
        # What is read by several statements is of one moment, as it is on SQLite.
        is_server = self.dialect == "postgresql"
        self._reading = self.engine.execution_options(isolation_level="REPEATABLE READ") if is_server else self.engine
        self._file = sqlite_path(url)
        self._file_id = 0
        # SQLite has one writer. Queueing here is fair and cheap; its own busy handler sleeps and polls.
        self._writer: asyncio.Lock | None = asyncio.Lock() if self.dialect == "sqlite" else None

    @asynccontextmanager
    async def read(self) -> AsyncGenerator[Tx]:
        """Open a transaction that only reads, all of it as of one moment: that of its first statement."""
        with ExitStack() as after:
            async with self._reading.connect() as connection:
                tx = Tx(connection, self.dialect, self._clock())
                after.callback(tx.close)
                yield tx

    @asynccontextmanager
    async def write(self, patience: timedelta = timedelta()) -> AsyncGenerator[Tx]:
        """Open a writing transaction; it commits at the end of the block, and rolls back on any exception.

        Never await the network inside: SQLite's only writer would wait with you. What notes something that has happened
        outside already is patient: for so long it tries again to begin where the database is away, or another program's.
        """
        deadline = time.monotonic() + patience.total_seconds()
        writer: AbstractAsyncContextManager[Any] = self._writer or nullcontext()
        has_begun = False
        while True:
            try:
                with ExitStack() as after:
                    async with writer, self._writing.begin() as connection:
                        has_begun = True
                        tx = Tx(connection, self.dialect, self._clock())
                        after.callback(tx.close)
                        yield tx
                        await tx.flush()
                        if check := HELD.get():
                            await check(tx)
                        if tx.drafts:
                            await append_entries(connection, self.dialect, tx.drafts, self._audit_key)
                return
            except (DBAPIError, PoolTimeout, OSError) as error:
                if has_begun or time.monotonic() >= deadline:
                    raise
                log.warning("database_waited_for", error=type(error).__name__)
            await asyncio.sleep(TRY_AGAIN_AFTER)  # with the queue free for others

    async def note(self, patience: timedelta, work: Callable[[Tx], Awaitable[T]]) -> T:
        """Note by `work` what has happened outside, in one transaction; patient as `write` is, and also in the middle.

        Where the database goes away, or has no room, `work` is run once more as a whole. Its writes have to be guarded,
        because what was lost may have been the answer to a commit.
        """
        deadline = time.monotonic() + patience.total_seconds()
        while True:
            try:
                async with self.write(timedelta(seconds=max(0.0, deadline - time.monotonic()))) as tx:
                    return await work(tx)
            except DBAPIError as error:
                if not _may_pass(error) or time.monotonic() >= deadline:
                    raise
                log.warning("note_tried_again", error=type(error).__name__)
            await asyncio.sleep(TRY_AGAIN_AFTER)

    def check_file(self) -> None:
        """Raise FileReplaced where the SQLite file is another one than at first: what is written now would be lost."""
        if self._file is None:
            return
        try:
            found = self._file.stat().st_ino
        except OSError:
            found = -1
        if self._file_id not in (0, found):
            raise FileReplaced("The SQLite file was moved or replaced while I run, so what I write is lost. Restart me.")
        self._file_id = max(found, 0)

    @property
    def audit_key(self) -> bytes:
        """The key of the audit chain."""
        return self._audit_key

    async def close(self) -> None:
        """Close all connections."""
        await self.engine.dispose()


def _may_pass(error: DBAPIError) -> bool:
    """Tell whether the same writes may succeed a moment later."""
    is_away = isinstance(error, OperationalError | InterfaceError) or error.connection_invalidated
    return is_away or sqlstate(error.orig) in BROKEN_OFF


def sqlstate(error: Any) -> str | None:
    """Return PostgreSQL's word for an error, of the driver's or of what wraps it."""
    return getattr(error, "sqlstate", None) or getattr(getattr(error, "orig", None), "sqlstate", None)


def _engine(url: str, idle_for: str) -> AsyncEngine:
    """Open lazily. Parameters are what people typed, and ciphertext: errors and logs don't get to see them."""
    if url.startswith("sqlite"):
        engine = create_async_engine(url, connect_args={"timeout": 5}, hide_parameters=True, **_latest_first(url))
        use_own_driver(engine)
        event.listen(engine.sync_engine, "handle_error", _drop_if_read_only)
        return engine
    plain, is_pooled = _without_mark(url)
    plain, given = _without_authorities(plain)
    if is_pooled:
        given |= {"statement_cache_size": 0, "prepared_statement_name_func": str}
    address = f"{plain}{'&' if '?' in plain else '?'}prepared_statement_cache_size=0" if is_pooled else plain
    engine = create_async_engine(
        address, hide_parameters=True, connect_args=given,
        # Guarded writes count on seeing what others committed, so the server's default may not decide.
        isolation_level="READ COMMITTED",
        pool_size=10, max_overflow=20, pool_pre_ping=True, pool_recycle=1800,
    )  # fmt: skip
    event.listen(engine.sync_engine, "handle_error", _drop_if_read_only)
    if idle_for and not is_pooled:  # there a session isn't the bot's own
        limit_idle(engine, idle_for)
    return engine


def _latest_first(url: str) -> dict[str, bool]:
    """Return what has the connection used next that was used last: each keeps what it compiled, and five the same.

    A database in memory has one connection anyway.
    """
    where = make_url(url)
    is_file = where.database not in (None, "", ":memory:") and where.query.get("mode") != "memory"
    return {"pool_use_lifo": True} if is_file else {}


def _without_mark(url: str) -> tuple[str, bool]:
    """Return an address without `pgbouncer=true`, and whether it said so: then no statement may have a name.

    A pooler in transaction mode lends another connection to each transaction, on which what was prepared isn't known.
    """
    found = re.search(r"([?&])pgbouncer=(true|1|yes)(&|$)", url)
    if not found:
        return url, False
    return url.replace(found[0], found[1] if found[3] else "", 1), True


def _without_authorities(url: str) -> tuple[str, dict[str, Any]]:
    """Return an address without its `sslrootcert`, and how asyncpg takes that: in an address of its own, and only there."""
    address = make_url(url)
    file = address.query.get("sslrootcert")
    if not file:
        return url, {}
    plain = address.difference_update_query(["sslrootcert"]).render_as_string(hide_password=False)
    return plain, {"dsn": f"postgresql://?{urlencode({'sslrootcert': file})}"}


def _drop_if_read_only(context: ExceptionContext) -> None:
    """Treat a connection that can only read as broken, and with it all that are as old: after a failover the primary is
    elsewhere.
    """
    orig: Any = context.original_exception
    if sqlstate(orig) == READ_ONLY or "readonly database" in str(orig):
        context.is_disconnect = True
