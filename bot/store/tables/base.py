"""What every table has: its name, its constraints' names, and columns that both databases treat alike."""

import re
from typing import Any

from sqlalchemy import Column, Index
from sqlalchemy.orm import declared_attr
from sqlmodel import Field, SQLModel

from bot.store.types import Json, Nanos, UTCTime

SQLModel.metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}

NEVER_AGAIN = {"sqlite_autoincrement": True}
"""An id whose row was deleted stays unused: a message whose answer is late, or its buttons, may bear it."""


class Table(SQLModel):
    """Names each table after its class: `CostDayRow` is stored in `cost_day`."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # pyright: ignore - SQLModel declares it too narrowly for a directive
        """Return the class's name in snake case, without `Row`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


def time_column(*, nullable: bool = False, index: bool = False) -> Any:
    """Return a column of aware UTC times."""
    return Field(default=None, sa_column=Column(UTCTime(), nullable=nullable, index=index))


def json_column() -> Any:
    """Return a column of plain JSON."""
    return Field(sa_column=Column(Json, nullable=False))


def nanos_column(*, nullable: bool = False) -> Any:
    """Return a column of integer nano-dollars."""
    return Field(default=None, sa_column=Column(Nanos, nullable=nullable))


def unique_of_some(name: str, *columns: str) -> Index:
    """Return an index of some rows only. Its migration says which, because the words for that load both dialects here."""
    return Index(name, *columns, unique=True)
