"""INSERT that can say what to do about a row that exists: both databases spell it alike, SQLAlchemy keeps it by dialect.

PostgreSQL's dialect is imported when it is used: a bot on SQLite doesn't carry its 2 MB along.
"""

from typing import Any

from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.store.session import Tx


def insert_into(tx: Tx, table: Any) -> Any:
    """Return an INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`.

    Rows are given to `Tx.execute` beside it. A list of them in `values` makes a statement that is compiled again each time.
    """
    if tx.dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    return sqlite_insert(table)
