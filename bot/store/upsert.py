"""INSERT that can say what to do about a row that exists: both databases spell it alike, SQLAlchemy keeps it by dialect.

A dialect is imported when it is used: a bot on SQLite doesn't carry PostgreSQL's along.
"""

from typing import Any

from bot.store.session import Tx


def insert_into(tx: Tx, table: Any) -> Any:
    """Return an INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`."""
    if tx.dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    from sqlalchemy.dialects.sqlite import insert as sqlite_insert

    return sqlite_insert(table)
