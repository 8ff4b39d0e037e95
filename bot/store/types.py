"""Column types that both databases treat alike."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, BigInteger, DateTime
from sqlalchemy.types import TypeDecorator


class UTCTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite drops the zone, so it is put back on reading, and naive values are refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Refuse naive times and store UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("the store takes aware times only")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        """Return an aware UTC time."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Json(TypeDecorator[Any]):
    """JSON, which PostgreSQL keeps parsed. Its dialect is imported where it is used."""

    impl = JSON
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        """Return the column type of the database in use."""
        if dialect.name != "postgresql":
            return super().load_dialect_impl(dialect)
        from sqlalchemy.dialects.postgresql import JSONB

        return dialect.type_descriptor(JSONB())


def _tolerant(read: Any, otherwise: Callable[[Any], Any]) -> Any:
    """Return a reader of values that reads one of which `read` can make nothing as something else."""

    def processed(value: Any) -> Any:
        try:
            return read(value) if read else value
        except (ValueError, TypeError):
            return otherwise(value)

    return processed


class KeptTime(UTCTime):
    """A time of the audit log: one that was damaged is read as the last there is, so that its entry can be named."""

    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        """Return what reads a column's values."""
        return _tolerant(super().result_processor(dialect, coltype), lambda _value: datetime.max.replace(tzinfo=UTC))


class KeptJson(Json):
    """JSON of the audit log, always an object: what was damaged is read as one that says so."""

    cache_ok = True

    def result_processor(self, dialect: Any, coltype: Any) -> Any:
        """Return what reads a column's values."""
        read: Any = super().result_processor(dialect, coltype)

        def as_object(value: Any) -> dict[str, Any]:
            return {**(read(value) if read else value)}

        return _tolerant(as_object, lambda value: {"unreadable": str(value)})


Nanos = BigInteger()
"""Integer nano-dollars (1e-9 USD): sums are exact on both databases, SQLite's NUMERIC goes through float."""
