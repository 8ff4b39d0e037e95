"""Tables of people, requests, what is said and due, and the audit log. Rows never leave the files named `db.py`."""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, Index, UniqueConstraint
from sqlmodel import Field

from bot.store.tables.base import NEVER_AGAIN, Table, json_column, time_column
from bot.store.types import KeptJson, KeptTime


class RequestRow(Table, table=True):
    """Something somebody asked for, and how far it came."""

    __table_args__ = (
        Index(None, "status", "created_at", "id"), Index(None, "status", "kind", "closed_at", "workspace_id"),
        Index(None, "requester_slack_id", "created_at", "id"), Index(None, "workspace_id", "created_at", "id"),
        Index(None, "about_id", "created_at", "id"), Index(None, "requester_slack_id", "status", "created_at", "id"),
        Index(None, "kind", "made_id", "requester_slack_id"), Index(None, "kind", "requester_slack_id", "made_id"),
    )  # fmt: skip

    id: str = Field(primary_key=True)
    kind: str
    status: str
    version: int
    requester_slack_id: str
    requester_member_id: str
    requester_email: str
    workspace_id: str | None = None
    workspace_name: str | None = None
    payload: dict[str, Any] = json_column()
    reason: str
    channel: str
    created_at: datetime = time_column()
    expires_at: datetime = time_column()
    approved_at: datetime | None = time_column(nullable=True)
    claimed_at: datetime | None = time_column(nullable=True)
    closed_at: datetime | None = time_column(nullable=True)
    ends_at: datetime | None = time_column(nullable=True, index=True)
    outcome: dict[str, Any] = json_column()
    # The request whose grant gets a later end by this one, and when that happened to a grant.
    extends: str | None = None
    extended_at: datetime | None = time_column(nullable=True)
    # The latest moment for which people were told ahead, of the expiry or of the end.
    told_until: datetime | None = time_column(nullable=True)
    failure: str | None = None
    attempts: int = 0
    beneficiaries: list[dict[str, str]] = json_column()
    # Who got what was given, since somebody else gave it to them.
    heirs: list[dict[str, str]] = json_column()
    concerned: list[dict[str, Any]] = json_column()
    asked_under: dict[str, Any] = json_column()
    known: dict[str, Any] = json_column()
    # The id of what it made, such as a key, as its outcome says: so whose that is is found without reading outcomes.
    made_id: str | None = None
    # The id of the thing that it changes, or whose grant it extends: so a thing's requests are found without reading all.
    about_id: str | None = None
    # Set while the request is open and cleared when it closes: one open request per subject, on both databases.
    open_subject: str | None = Field(default=None, unique=True)


class GrantHolderRow(Table, table=True):
    """Somebody who asked for a grant or has it, while it stands; see bot/approvals/grants/db.py."""

    __table_args__ = (Index(None, "slack_id", "ends_at", "request_id"),)

    request_id: str = Field(primary_key=True, foreign_key="request.id")
    slack_id: str = Field(primary_key=True)
    ends_at: datetime = time_column()


class FindingRow(Table, table=True):
    """A thing that a person made in the wrong place for a request, until it is put away or adopted."""

    id: str = Field(primary_key=True)
    request_id: str = Field(foreign_key="request.id", index=True)
    thing_id: str
    name: str
    place: str
    tell: list[str] = json_column()
    found_at: datetime = time_column()
    settled_at: datetime | None = time_column(nullable=True, index=True)
    settled: str | None = None


class KeyOwnerRow(Table, table=True):
    """Whose a key is since it was handed over by a request. Of all others it is known from who asked for or made them."""

    key_id: str = Field(primary_key=True)
    slack_id: str = Field(index=True)
    member_id: str
    email: str
    request_id: str = Field(foreign_key="request.id")
    at: datetime = time_column()


class DecisionRow(Table, table=True):
    """What one approver said about one request; one row per person, however often they click."""

    __table_args__ = (UniqueConstraint("request_id", "member_id"),)

    id: int | None = Field(default=None, primary_key=True)
    request_id: str = Field(foreign_key="request.id", index=True)
    slack_id: str
    member_id: str
    email: str
    verdict: str
    comment: str
    at: datetime = time_column()


class PostRow(Table, table=True):
    """A message that should stand in Slack, what it shows, and who works on it until when; see bot/posts/model.py."""

    __table_args__ = (UniqueConstraint("topic", "subject", "purpose", "channel"), NEVER_AGAIN)

    id: int | None = Field(default=None, primary_key=True)
    topic: str
    subject: str
    purpose: str
    channel: str
    thread_of: str | None = None
    redraws: bool = True
    posted_channel: str | None = Field(default=None, index=True)
    ts: str | None = None
    file_id: str | None = None
    wanted_version: int = 1
    drawn_version: int = 0
    # Whose turn it is, until `due_at`; nobody's when None. Nothing is left to do when `due_at` is None.
    claim: str | None = None
    due_at: datetime | None = time_column(nullable=True, index=True)
    tries: int = 0
    redacted_at: datetime | None = time_column(nullable=True)
    given_up_at: datetime | None = time_column(nullable=True)


class TimerRow(Table, table=True):
    """Something that is due for a subject; claimed by one process at a time until `claimed_until`."""

    topic: str = Field(primary_key=True)
    subject: str = Field(primary_key=True)
    what: str = Field(primary_key=True)
    due_at: datetime = time_column(index=True)
    claim: str | None = None
    claimed_until: datetime | None = time_column(nullable=True)
    tries: int = 0


class SecretRow(Table, table=True):
    """A key's secret between its making and its only showing: encrypted, bound to its row, wiped within days."""

    request_id: str = Field(primary_key=True, foreign_key="request.id")
    ciphertext: str | None = None
    expires_at: datetime = time_column()
    shown_at: datetime | None = time_column(nullable=True)
    wiped_at: datetime | None = time_column(nullable=True)


class AuditEntryRow(Table, table=True):
    """One link of the hash chain; appended in the same transaction as what it records."""

    seq: int = Field(primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = Field(sa_column=Column(KeptTime(), nullable=False))
    actor: str
    action: str
    subject: str = Field(index=True)
    detail: dict[str, Any] = Field(sa_column=Column(KeptJson(), nullable=False))
    prev_hash: str
    hash: str


class LinkRow(Table, table=True):
    """A Slack person linked to a member of the Claude organization by a confirmed e-mail."""

    slack_id: str = Field(primary_key=True)
    team_id: str
    member_id: str = Field(index=True)
    email: str
    linked_at: datetime = time_column()


class SeenEventRow(Table, table=True):
    """An outside cause that was already acted on: a Slack event id, a trigger id, an envelope."""

    key: str = Field(primary_key=True)
    at: datetime = time_column(index=True)


class NameRow(Table, table=True):
    """The last known name of a workspace, key or member, so that figures read as people know them."""

    id: str = Field(primary_key=True)
    name: str
    read_as: str = Field(index=True)
    parent_id: str | None = None
    seen_at: datetime = time_column()


class NoteRow(Table, table=True):
    """A small remembered fact, such as "this team refuses chart blocks"."""

    key: str = Field(primary_key=True)
    value: dict[str, Any] = json_column()
    at: datetime = time_column()


class LeaseRow(Table, table=True):
    """Work that one process is doing, so that no other does it too; `since` tells one holder from the next."""

    name: str = Field(primary_key=True)
    since: datetime = time_column()
    renewed_at: datetime | None = time_column(nullable=True)
