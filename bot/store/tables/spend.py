"""Tables of digests, alerts, and what is known of the ledger's days."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field

from bot.store.tables.base import NEVER_AGAIN, Table, json_column, nanos_column, time_column, unique_of_some


class SubscriptionRow(Table, table=True):
    """A channel that gets the daily digest at a local time."""

    id: str = Field(primary_key=True)
    channel: str = Field(unique=True)
    local_time: str
    tz: str
    workspace_ids: list[str] = json_column()
    created_by: str
    created_at: datetime = time_column()
    first_day: date
    muted_until: datetime | None = time_column(nullable=True)
    ended_at: datetime | None = time_column(nullable=True)


class DigestRunRow(Table, table=True):
    """One digest of one subscription for one UTC day. Its posts say what stands of it."""

    __table_args__ = (UniqueConstraint("subscription_id", "day"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True)
    subscription_id: str = Field(foreign_key="subscription.id", index=True)
    day: date
    channel: str
    workspace_ids: list[str] = json_column()
    sent_at: datetime | None = time_column(nullable=True)
    ts: str | None = None
    total_nanos: int | None = nanos_column(nullable=True)
    # Since when it is made of figures of a closed day; null: it says "so far" and waits for them.
    settled_at: datetime | None = time_column(nullable=True)


class CorrectionRow(Table, table=True):
    """A reply in a digest's thread that says another total than the digest did."""

    __table_args__ = (UniqueConstraint("digest_run_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    digest_run_id: int = Field(foreign_key="digest_run.id")
    number: int
    old_nanos: int | None = nanos_column(nullable=True)
    new_nanos: int = nanos_column()
    sent_at: datetime | None = time_column(nullable=True)


class ThresholdRow(Table, table=True):
    """An amount per day or month, for all or one workspace. A channel is told when it, or a step to it, is reached."""

    # One that is live for each channel, period, workspace and amount. Two indexes: none takes two nulls for the same.
    __table_args__ = (
        unique_of_some("uq_threshold_live", "channel", "period", "amount_nanos"),
        unique_of_some("uq_threshold_live_of_workspace", "channel", "period", "workspace_id", "amount_nanos"),
    )

    id: str = Field(primary_key=True)
    channel: str
    period: str
    workspace_id: str | None = None
    amount_nanos: int = nanos_column()
    created_by: str
    created_at: datetime = time_column()
    ended_at: datetime | None = time_column(nullable=True)
    steps: list[int] = json_column()


class AlertRow(Table, table=True):
    """One crossing of one step of a threshold in one period (`2026-11-22` or `2026-11`); it speaks once."""

    __table_args__ = (UniqueConstraint("threshold_id", "period_key", "step"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True)
    threshold_id: str = Field(foreign_key="threshold.id", index=True)
    period_key: str
    step: int
    sent_at: datetime | None = time_column(nullable=True)
    ts: str | None = None
    # What was said, so that the card can be redrawn with other buttons but the same figures.
    said: dict[str, Any] = json_column()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = time_column(nullable=True)


class LedgerDayRow(Table, table=True):
    """What is known of one UTC day: until when its figures reach, and whether it is closed.

    `parts_at`: when its parts (`cost_part`, `cost_both`) were last asked for; `rest_nanos` is how much money one of the two
    doesn't tell apart, and `rest_reads` how many readings in a row left that. `hours_at`: when its hours were read; null
    where they aren't known. `hours_asked_at`: when they were last asked for.
    """

    day: date = Field(primary_key=True)
    source: str
    refreshed_at: datetime = time_column()
    synced_at: datetime = time_column()
    closed: bool
    total_nanos: int = nanos_column()
    parts_at: datetime | None = time_column(nullable=True)
    rest_nanos: int = nanos_column()
    rest_reads: int = 0
    hours_at: datetime | None = time_column(nullable=True)
    hours_asked_at: datetime | None = time_column(nullable=True)


class DoubtRow(Table, table=True):
    """A day of which a reading said much less than is known, and no second one did yet; `seen` is nano-dollars by scope."""

    day: date = Field(primary_key=True)
    since: datetime = time_column()
    seen: dict[str, Any] = json_column()


class SourceRow(Table, table=True):
    """How far one report of costs was read."""

    name: str = Field(primary_key=True)
    read_deep_on: date | None = None
    looked_back_to: date | None = None
    nothing_until: datetime | None = time_column(nullable=True)
    succeeded_at: datetime | None = time_column(nullable=True)
    failed_at: datetime | None = time_column(nullable=True)
    failure: str | None = None


class RevisionRow(Table, table=True):
    """A closed day whose total changed afterwards."""

    id: int | None = Field(default=None, primary_key=True)
    day: date = Field(index=True)
    at: datetime = time_column()
    old_nanos: int = nanos_column()
    new_nanos: int = nanos_column()
