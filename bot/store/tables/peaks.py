"""Tables of the peak minutes, and of the limits that workspaces have of their own beside them."""

from datetime import datetime
from typing import ClassVar

from sqlalchemy import Column
from sqlmodel import Field

from bot.store.tables.base import Table, json_column, time_column
from bot.store.types import Nanos, UTCTime


class PeakRow(Table, table=True):
    """The highest minute of an hour, over one key's traffic, a workspace's or the organization's; "" where not split."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    level: str = Field(primary_key=True)
    hour: datetime = Field(sa_column=Column(UTCTime(), primary_key=True))
    workspace_id: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    group_id: str = Field(primary_key=True)
    limiter: str = Field(primary_key=True)
    value: int = Field(sa_column=Column(Nanos, nullable=False))
    minute: datetime = time_column()
    driver: str
    driver_value: int = Field(sa_column=Column(Nanos, nullable=False))


class PeakHourRow(Table, table=True):
    """What is known of an hour: an hour without a row here has no data, one with it and no peaks had no traffic."""

    hour: datetime = Field(sa_column=Column(UTCTime(), primary_key=True))
    read_at: datetime = time_column()
    source: str
    unmatched: list[str] = json_column()


class WorkspaceLimitsRow(Table, table=True):
    """The rate limits that a workspace has of its own, as they were read: numbers by limiter's name in the API, by group.

    Those of the organization are the row of no workspace ("").
    `changes` says, by group and limiter, when the last change was seen (ISO 8601), and what it was before.
    """

    workspace_id: str = Field(primary_key=True)
    read_at: datetime = time_column()
    limits: dict[str, dict[str, int]] = json_column()
    changes: dict[str, dict[str, tuple[str, int | None]]] = json_column()
