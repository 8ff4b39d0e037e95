"""Alembic's entry: runs on the connection that `bot.store.migrate` hands over."""

from alembic import context
from sqlmodel import SQLModel

from bot.store import ledger_tables, tables

assert tables  # noqa: S101 - imported for its side effect: the tables are in the metadata
assert ledger_tables  # noqa: S101 - the same


def run() -> None:
    """Run the migrations inside the caller's transaction."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=SQLModel.metadata,
        render_as_batch=True,
        compare_type=True,
    )
    context.run_migrations()


run()
