"""What people accepted of the advice, each until a moment."""

from datetime import datetime

from sqlmodel import Field

from bot.store.tables.base import Table, time_column


class AcceptedAdviceRow(Table, table=True):
    """A finding, by its key, that somebody accepted with a reason. It comes back after `until`."""

    finding: str = Field(primary_key=True)
    title: str
    reason: str
    until: datetime = time_column(index=True)
    accepted_by: str
    accepted_at: datetime = time_column()
