"""Every table on one page, but those of the ledger. Rows never leave the store: its functions take frozen domain models."""

import re
from datetime import date, datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
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


class Table(SQLModel):
    """Names each table after its class: `CostDayRow` is stored in `cost_day`."""

    @declared_attr.directive
    def __tablename__(cls) -> str:  # pyright: ignore - SQLModel declares it too narrowly for a directive
        """Return the class's name in snake case, without `Row`."""
        return re.sub(r"(?<!^)(?=[A-Z])", "_", cls.__name__.removesuffix("Row")).lower()


def _time(*, nullable: bool = False, index: bool = False) -> Any:
    return Field(default=None, sa_column=Column(UTCTime(), nullable=nullable, index=index))


def _json() -> Any:
    return Field(sa_column=Column(Json, nullable=False))


def _nanos(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Nanos, nullable=nullable))


def _unique_of_some(name: str, *columns: str) -> Index:
    """Return an index of some rows only; its migration says which, because the words for that load both dialects here."""
    return Index(name, *columns, unique=True)


class RequestRow(Table, table=True):
    """Something somebody asked for, and how far it came."""

    id: str = Field(primary_key=True)
    kind: str
    status: str = Field(index=True)
    version: int
    requester_slack_id: str = Field(index=True)
    requester_member_id: str
    requester_email: str
    workspace_id: str | None = None
    workspace_name: str | None = None
    payload: dict[str, Any] = _json()
    reason: str
    channel: str
    created_at: datetime = _time()
    expires_at: datetime = _time()
    approved_at: datetime | None = _time(nullable=True)
    claimed_at: datetime | None = _time(nullable=True)
    closed_at: datetime | None = _time(nullable=True)
    ends_at: datetime | None = _time(nullable=True, index=True)
    outcome: dict[str, Any] = _json()
    failure: str | None = None
    attempts: int = 0
    # Set while the request is open and cleared when it closes: one open request per subject, on both databases.
    open_subject: str | None = Field(default=None, unique=True)


class DecisionRow(Table, table=True):
    """What one approver said about one request; one row per person, whatever was clicked how often."""

    __table_args__ = (UniqueConstraint("request_id", "member_id"),)

    id: int | None = Field(default=None, primary_key=True)
    request_id: str = Field(foreign_key="request.id", index=True)
    slack_id: str
    member_id: str
    email: str
    verdict: str
    comment: str
    at: datetime = _time()


class SentMessageRow(Table, table=True):
    """A message the bot sent about a request; claimed before it is sent, redrawn when `drawn_version` lags."""

    __table_args__ = (UniqueConstraint("request_id", "purpose", "channel"),)

    id: int | None = Field(default=None, primary_key=True)
    request_id: str = Field(foreign_key="request.id", index=True)
    purpose: str
    channel: str
    posted_channel: str | None = None
    ts: str | None = None
    drawn_version: int = 0
    claimed_at: datetime = _time()


class SecretRow(Table, table=True):
    """A key's secret between its making and its only showing: encrypted, bound to its row, wiped within a day."""

    request_id: str = Field(primary_key=True, foreign_key="request.id")
    ciphertext: str | None = None
    expires_at: datetime = _time()
    shown_at: datetime | None = _time(nullable=True)
    wiped_at: datetime | None = _time(nullable=True)


class AuditEntryRow(Table, table=True):
    """One link of the hash chain; appended in the same transaction as what it records."""

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = _time()
    actor: str
    action: str
    subject: str = Field(index=True)
    detail: dict[str, Any] = _json()
    prev_hash: str
    hash: str


class LinkRow(Table, table=True):
    """A Slack person linked to a member of the Claude organization by a confirmed e-mail."""

    slack_id: str = Field(primary_key=True)
    team_id: str
    member_id: str = Field(index=True)
    email: str
    linked_at: datetime = _time()


class SeenEventRow(Table, table=True):
    """An outside cause that was already acted on: a Slack event id, a trigger id, an envelope."""

    key: str = Field(primary_key=True)
    at: datetime = _time(index=True)


class SubscriptionRow(Table, table=True):
    """A channel that gets the daily digest at a local time."""

    id: str = Field(primary_key=True)
    channel: str = Field(unique=True)
    local_time: str
    tz: str
    workspace_ids: list[str] = _json()
    created_by: str
    created_at: datetime = _time()
    first_day: date
    muted_until: datetime | None = _time(nullable=True)
    ended_at: datetime | None = _time(nullable=True)


class DigestRunRow(Table, table=True):
    """One digest of one subscription for one UTC day; claimed before it is sent."""

    __table_args__ = (UniqueConstraint("subscription_id", "day"),)

    id: int | None = Field(default=None, primary_key=True)
    subscription_id: str = Field(foreign_key="subscription.id", index=True)
    day: date
    channel: str
    workspace_ids: list[str] = _json()
    claimed_at: datetime = _time()
    sent_at: datetime | None = _time(nullable=True)
    ts: str | None = None
    total_nanos: int | None = _nanos(nullable=True)
    thread_sent_at: datetime | None = _time(nullable=True)


class CorrectionRow(Table, table=True):
    """A reply in a digest's thread that says another total than the digest did; claimed before it is sent."""

    __table_args__ = (UniqueConstraint("digest_run_id", "number"),)

    id: int | None = Field(default=None, primary_key=True)
    digest_run_id: int = Field(foreign_key="digest_run.id")
    number: int
    old_nanos: int | None = _nanos(nullable=True)
    new_nanos: int = _nanos()
    claimed_at: datetime = _time()
    sent_at: datetime | None = _time(nullable=True)


class ThresholdRow(Table, table=True):
    """An amount per day or month, for all or one workspace, at whose passing a channel is told."""

    # One that is live for each channel, period and workspace. Two indexes, because none takes two nulls for the same.
    __table_args__ = (
        _unique_of_some("uq_threshold_live", "channel", "period"),
        _unique_of_some("uq_threshold_live_of_workspace", "channel", "period", "workspace_id"),
    )

    id: str = Field(primary_key=True)
    channel: str
    period: str
    workspace_id: str | None = None
    amount_nanos: int = _nanos()
    created_by: str
    created_at: datetime = _time()
    ended_at: datetime | None = _time(nullable=True)


class AlertRow(Table, table=True):
    """One crossing of one threshold in one period (`2026-11-22` or `2026-11`); it speaks once."""

    __table_args__ = (UniqueConstraint("threshold_id", "period_key"),)

    id: int | None = Field(default=None, primary_key=True)
    threshold_id: str = Field(foreign_key="threshold.id", index=True)
    period_key: str
    claimed_at: datetime = _time()
    sent_at: datetime | None = _time(nullable=True)
    ts: str | None = None
    # What was said, so that the card can be redrawn with other buttons but the same figures.
    said: dict[str, Any] = _json()
    acknowledged_by: str | None = None
    acknowledged_at: datetime | None = _time(nullable=True)


class NameRow(Table, table=True):
    """The last known name of a workspace, key or member, so that figures read as people know them."""

    id: str = Field(primary_key=True)
    name: str
    parent_id: str | None = None
    seen_at: datetime = _time()


class NoteRow(Table, table=True):
    """A small remembered fact, such as "this team refuses chart blocks"."""

    key: str = Field(primary_key=True)
    value: dict[str, Any] = _json()
    at: datetime = _time()


class LeaseRow(Table, table=True):
    """Work that one process is doing, so that no other does it too."""

    name: str = Field(primary_key=True)
    since: datetime = _time()
