"""INSERT that can say what to do about a row that exists: both databases spell it alike, SQLAlchemy keeps it by dialect.

PostgreSQL's dialect is imported when it is used: a bot on SQLite doesn't carry its 2 MB along.
"""

from functools import cache
from typing import Any

from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from bot.store.session import Tx


def insert_into(tx: Tx, table: Any) -> Any:
    """Return an INSERT with `on_conflict_do_nothing` and `on_conflict_do_update`.

    Rows are given to `Tx.execute` beside it. A list of them in `values` makes a statement that is compiled again each time.
    """
    return insert_for(tx.dialect, table)


def insert_new(tx: Tx, table: Any) -> Any:
    """Return an INSERT that leaves alone what exists already, made once; its row or rows are given to `Tx.execute`."""
    return _insert_new(tx.dialect, table)


def insert_for(dialect: str, table: Any) -> Any:
    """Return the same as `insert_into`, for a statement that is made once for a dialect."""
    if dialect == "postgresql":
        from sqlalchemy.dialects.postgresql import insert as postgresql_insert

        return postgresql_insert(table)
    return sqlite_insert(table)


@cache
def _insert_new(dialect: str, table: Any) -> Any:
    return insert_for(dialect, table).on_conflict_do_nothing()
