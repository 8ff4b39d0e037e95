"""Migrations at start: applied under a lock, so that replicas starting together queue; a newer database is refused."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, text

from bot.store.session import Store

_PG_LOCK = 0x51_4D_4D_49  # "QMMI"


class DatabaseTooNew(Exception):
    """The database was made by a newer Quartermaster."""

    def __init__(self, revision: str) -> None:
        super().__init__(
            f"The database is at revision {revision}, which this version doesn't know. Nothing was changed. "
            "Start the newer Quartermaster, or restore a backup made before the upgrade."
        )


def alembic_config(connection: Connection | None = None) -> Config:
    """Return Alembic's configuration for the migrations inside this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def _upgrade(connection: Connection) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _PG_LOCK})
    config = alembic_config(connection)
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    current = MigrationContext.configure(connection).get_current_revision()
    if current is not None and current not in known:
        raise DatabaseTooNew(current)
    command.upgrade(config, "head")


async def migrate(store: Store) -> None:
    """Bring the database to this version's schema. Raises DatabaseTooNew."""
    async with store.engine.execution_options(writes=True).begin() as connection:
        await connection.run_sync(_upgrade)


def _at_head(connection: Connection) -> bool:
    head = ScriptDirectory.from_config(alembic_config()).get_current_head()
    return MigrationContext.configure(connection).get_current_revision() == head


async def is_current(store: Store) -> bool:
    """Tell whether the schema is the one that this version wants."""
    async with store.engine.connect() as connection:
        return await connection.run_sync(_at_head)
