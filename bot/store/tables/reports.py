"""Tables of scheduled reports."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from bot.store.tables.base import NEVER_AGAIN, Table, time_column


class ReportSubscriptionRow(Table, table=True):
    """A channel that gets a report at a local time. One that ended stays, so that what it said is never said again."""

    __table_args__ = (UniqueConstraint("channel", "report", "tag"),)

    id: str = Field(primary_key=True)
    channel: str
    report: str
    tag: str
    cadence: str
    local_time: str
    tz: str
    created_by: str
    created_at: datetime = time_column()
    first_day: date
    muted_until: datetime | None = time_column(nullable=True)
    ended_at: datetime | None = time_column(nullable=True)


class ReportRunRow(Table, table=True):
    """One report of one subscription about some UTC days. Its post says what stands of it."""

    __table_args__ = (UniqueConstraint("subscription_id", "first", "last"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True)
    subscription_id: str = Field(foreign_key="report_subscription.id", index=True)
    channel: str
    report: str
    tag: str
    first: date
    last: date
    sent_at: datetime | None = time_column(nullable=True)
    ts: str | None = None
    # Since when it is made of final figures; null: it says that they may change, and is drawn again.
    settled_at: datetime | None = time_column(nullable=True)
