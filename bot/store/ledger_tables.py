"""The tables of the ledger: costs and tokens by day, what is known of each day, and how far each source was read."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Column
from sqlmodel import Field

from bot.store.tables import Table, _nanos, _time
from bot.store.types import Nanos


class CostDayRow(Table, table=True):
    """The ledger: what one UTC day cost by workspace, model and key. Empty text stands for "none" (a key needs no null)."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    nanos: int = _nanos()
    list_nanos: int | None = _nanos(nullable=True)
    requests: int | None = Field(default=None, sa_column=Column(Nanos, nullable=True))


class UsageDayRow(Table, table=True):
    """Tokens of one UTC day by workspace, model and key."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    uncached_input: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_read: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write: int = Field(sa_column=Column(Nanos, nullable=False))
    output: int = Field(sa_column=Column(Nanos, nullable=False))


class LedgerDayRow(Table, table=True):
    """What is known of one UTC day: until when its figures reach, and whether it is closed."""

    day: date = Field(primary_key=True)
    source: str
    refreshed_at: datetime = _time()
    synced_at: datetime = _time()
    closed: bool
    total_nanos: int = _nanos()


class SourceRow(Table, table=True):
    """How far one report of costs was read."""

    name: str = Field(primary_key=True)
    read_deep_on: date | None = None
    looked_back_to: date | None = None
    nothing_until: datetime | None = _time(nullable=True)
    succeeded_at: datetime | None = _time(nullable=True)
    failed_at: datetime | None = _time(nullable=True)
    failure: str | None = None


class RevisionRow(Table, table=True):
    """A closed day whose total changed afterwards."""

    id: int | None = Field(default=None, primary_key=True)
    day: date = Field(index=True)
    at: datetime = _time()
    old_nanos: int = _nanos()
    new_nanos: int = _nanos()
