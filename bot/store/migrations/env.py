"""Alembic's entry: runs on the connection that `bot.store.migrate` hands over."""

from alembic import context

from bot.store.tables import AuditEntryRow


def run() -> None:
    """Run the migrations inside the caller's transaction."""
    context.configure(
        connection=context.config.attributes["connection"],
        target_metadata=AuditEntryRow.metadata,  # which has all tables
        render_as_batch=True,
        compare_type=True,
    )
    context.run_migrations()


run()
