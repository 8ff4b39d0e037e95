"""SQL that is compiled once in a process of tests, and not again by each store that a test opens.

A bot compiles a statement once and lives for weeks; a test opens a store for some moments. Statements are found by what
they say and by the kind of database, as in a bot, so that nothing is used for another statement than it was made for.
"""

from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine import Engine
from sqlalchemy.engine.default import DefaultDialect
from sqlalchemy.util import LRUCache

KEPT = 3000
"""How many compiled statements a process keeps."""


def _kind(dialect: DefaultDialect) -> int:
    return hash(type(dialect))


def _is_like(dialect: DefaultDialect, other: Any) -> bool:
    return type(dialect) is type(other)


def compile_once() -> None:
    """Let all engines of this process share what they compile: those of one kind of database count as one."""
    setattr(DefaultDialect, "__hash__", _kind)  # noqa: B010 - a type checker allows no plain assignment
    setattr(DefaultDialect, "__eq__", _is_like)  # noqa: B010
    kept: LRUCache[Any, Any] = LRUCache(KEPT)

    def use(connection: Connection) -> None:
        connection.execution_options(compiled_cache=kept)

    event.listen(Engine, "engine_connect", use)
