"""A look into a SQLite file while the bot may not be running, for `python -m bot check`; nothing is made or changed."""

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, cast

_FILE = re.compile(r"sqlite(?:\+aiosqlite)?:///([^?]+)")


def sqlite_path(database_url: str) -> Path | None:
    """Return the file of a SQLite database, None for another one."""
    found = _FILE.match(database_url)
    return Path(found[1]) if found else None


def peek_note(database_url: str, key: str) -> tuple[dict[str, Any], str] | None:
    """Return a remembered fact and when it was noted, as text; None for another database, or one without it."""
    row = _peek(database_url, "SELECT value, at FROM note WHERE key = ?", key)
    return (cast("dict[str, Any]", json.loads(row[0])), str(row[1])) if row else None


def peek_revision(database_url: str) -> str | None:
    """Return the revision that the schema is at; None for another database, or an empty one."""
    row = _peek(database_url, "SELECT version_num FROM alembic_version")
    return str(row[0]) if row else None


def open_file(database_url: str) -> sqlite3.Connection | None:
    """Open the SQLite file of an address to read it; None where there is none. Raises sqlite3.Error."""
    path = sqlite_path(database_url)
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, timeout=1) if path is not None and path.is_file() else None


def _peek(database_url: str, statement: str, *values: str) -> tuple[Any, ...] | None:
    try:
        file = open_file(database_url)
        if file is None:
            return None
        with closing(file):
            return file.execute(statement, values).fetchone()
    except sqlite3.Error:
        return None
