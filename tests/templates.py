"""Migrated databases, made once and copied for each test: a file of SQLite, and a template of PostgreSQL."""

import asyncio
import contextlib
import functools
import tempfile
import uuid
from collections.abc import AsyncGenerator, Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from bot.store.migrate import migrate
from bot.store.session import Store
from tests.keeping import kept, made_once
from tests.postgres import database, driver_url, execute, given_server, server_address
from tests.rings import serves_many

_TEMPLATE = "postgresql-template"


def sqlite_url(path: Path) -> str:
    """Return a SQLite file's address as the bot's DATABASE_URL."""
    return f"sqlite+aiosqlite:///{path}"


def copy_sqlite(path: Path) -> None:
    """Make a migrated SQLite file, unless there is a file already."""
    if not path.exists():
        path.write_bytes(_sqlite_template())


@functools.cache
def _sqlite_template() -> bytes:
    with made_once("migrated.db") as path:
        if not path.exists():
            with tempfile.TemporaryDirectory(prefix="qm-db-") as folder:
                made = Path(folder) / "quartermaster.db"
                _apart(_migrated(sqlite_url(made)))
                assert [found.name for found in Path(folder).iterdir()] == [made.name], "everything is in one file"
                made.rename(path)
        return path.read_bytes()


@contextlib.asynccontextmanager
async def migrated_postgres() -> AsyncGenerator[str]:
    """Make a migrated PostgreSQL database until the block ends; yields it as the bot's DATABASE_URL."""
    async with database(postgres_template()) as url:
        yield url


@functools.cache
def postgres_template() -> str:
    """Return the name of a migrated database that nobody connects to."""
    with made_once(_TEMPLATE) as path:
        if not path.exists():
            name = f"qm_template_{uuid.uuid4().hex[:12]}"
            _apart(_made(server_address(), name))
            path.write_text(name)
        return path.read_text()


async def _made(server: str, name: str) -> None:
    await execute(server, f"CREATE DATABASE {name}")
    await _migrated(driver_url(server, name))


def drop_template() -> None:
    """Leave nothing behind on a server that outlives the tests."""
    if given_server() and kept(_TEMPLATE).exists():
        _apart(execute(server_address(), f"DROP DATABASE {kept(_TEMPLATE).read_text()}"))


async def _migrated(url: str) -> None:
    store = Store(url)
    await migrate(store)
    await store.close()


def _apart(work: Coroutine[Any, Any, None]) -> None:
    """Run in a loop of its own, whether or not one runs here."""
    with serves_many(), ThreadPoolExecutor(1) as pool:
        pool.submit(asyncio.run, work).result()
