"""What was told to monitoring."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlalchemy import Column
from sqlmodel import Field

from bot.store.tables.base import Table, json_column, time_column
from bot.store.types import Nanos


class MetricPeakRow(Table, table=True):
    """The highest value that a counter was told with: one that fell would be taken for a restart. Money in nano-dollars."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    name: str = Field(primary_key=True)
    labels: str = Field(primary_key=True)
    value: int = Field(sa_column=Column(Nanos, nullable=False))


class ExportTargetRow(Table, table=True):
    """A receiver of finished days, those from `since` on; `looked_at`: up to when the ledger's writes were looked at.

    `refused_again_at`: when what it refused is tried again.
    """

    name: str = Field(primary_key=True)
    since: date
    looked_at: datetime | None = time_column(nullable=True)
    retry_at: datetime | None = time_column(nullable=True)
    failures: int = 0
    failure: str | None = None
    refused_again_at: datetime | None = time_column(nullable=True)


class ExportDayRow(Table, table=True):
    """What a target got of a day or its hours, written before it is sent. A day has as many as it was written down for.

    `doubts`: how many tries there were of which nobody knows how they ended. `refused`: what the target had against it, or
    against the points that it `rejected`.
    """

    target: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    number: int = Field(primary_key=True)
    content: dict[str, Any] = json_column()
    sent_at: datetime | None = time_column(nullable=True)
    rejected: int = 0
    doubts: int = 0
    refused: str | None = None
