"""Migrations at start: applied under a lock, so that replicas starting together queue; a newer database is refused."""

import asyncio
import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import Connection, inspect, text

from bot.errors import QuartermasterError
from bot.store.session import Store

if TYPE_CHECKING:
    from alembic.config import Config

_PG_LOCK = 0x51_4D_4D_49  # "QMMI"
_MIGRATIONS = Path(__file__).parent / "migrations"
_INHERITED = ("PATH", "HOME", "LANG", "TMPDIR", "TEMP", "SYSTEMROOT", "VIRTUAL_ENV", "PGSSLROOTCERT")


class DatabaseTooNew(Exception):
    """The database was made by a newer Quartermaster."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this version doesn't know. Nothing was changed. "
            "Start the newer Quartermaster, or restore a backup made before the upgrade."
        )


def alembic_config(connection: Connection | None = None) -> "Config":
    """Return Alembic's configuration for the migrations inside this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    from alembic import command

    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _PG_LOCK})
    current = _revision(connection)
    if current is not None and current not in _revisions():
        raise DatabaseTooNew(current)
    command.upgrade(alembic_config(connection), "head")


def _revisions() -> list[str]:
    """Return the revisions that this version knows, oldest first: the first word of each file's name."""
    return sorted(path.name.partition("_")[0] for path in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def _revision(connection: Connection) -> str | None:
    if not inspect(connection).has_table("alembic_version"):
        return None
    return connection.execute(text("SELECT version_num FROM alembic_version")).scalar()


async def migrate(store: Store) -> None:
    """Bring the database to this version's schema. Raises DatabaseTooNew."""
    if await is_current(store):
        return
    async with store.engine.execution_options(writes=True, patient=True).begin() as connection:
        await connection.run_sync(_upgrade)


async def open_database(store: Store) -> None:
    """Bring the database to this version's schema, without keeping what that takes.

    Raises DatabaseTooNew, and QuartermasterError when the database can't be used as it is.
    """
    try:
        await migrate_apart(store)
    except DatabaseTooNew:
        raise
    except Exception as error:  # drivers differ, and their texts repeat the address with its password
        raise QuartermasterError(f"DATABASE_URL: the database can't be opened ({type(error).__name__}).") from None


async def migrate_apart(store: Store) -> None:
    """Do the same in a child process, so that Alembic's 10 MB don't stay in one that runs for months.

    When that fails for any reason, it is tried here, where the reason is raised.
    """
    if await is_current(store):
        return
    child = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot.store.migrate", env=_environment(),
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    await child.communicate(store.engine.url.render_as_string(hide_password=False).encode())
    await migrate(store)


def _environment() -> dict[str, str]:
    """Return the child's environment: no secret is in it; the database's address goes through the pipe."""
    inherited = {name: os.environ[name] for name in _INHERITED if name in os.environ}
    return inherited | {"PYTHONPATH": os.pathsep.join(path or "." for path in sys.path)}


async def is_current(store: Store) -> bool:
    """Tell whether the schema is the one that this version wants."""
    async with store.engine.connect() as connection:
        return await connection.run_sync(_revision) == _revisions()[-1]


async def _main() -> None:
    store = Store(sys.stdin.read().strip())
    await migrate(store)
    await store.close()


if __name__ == "__main__":
    asyncio.run(_main())
