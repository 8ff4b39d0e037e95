"""What Datadog got: one file for each closed day, and those that it took the place of."""

from datetime import date, datetime
from typing import Any

from sqlmodel import Field

from bot.store.tables.base import Table, json_column, time_column


class CostTargetRow(Table, table=True):
    """A receiver of Custom Costs by its address; `looked_at`: up to when the ledger's writes were looked at."""

    name: str = Field(primary_key=True)
    since: date
    looked_at: datetime | None = time_column(nullable=True)
    retry_at: datetime | None = time_column(nullable=True)
    failures: int = 0
    failure: str | None = None


class CostFileRow(Table, table=True):
    """A file of a day, written down before it is uploaded. One with a higher number takes its place.

    `tried_at` without `taken_at`: nobody knows whether it arrived. `content` has the figures, names and their as-of time.
    """

    target: str = Field(primary_key=True)
    day: date = Field(primary_key=True)
    number: int = Field(primary_key=True)
    content: dict[str, Any] = json_column()
    tried_at: datetime | None = time_column(nullable=True)
    taken_at: datetime | None = time_column(nullable=True)
    file_id: str | None = None
    removed_at: datetime | None = time_column(nullable=True)
