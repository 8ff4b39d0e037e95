"""Tables of Claude Code's daily report: what each person did on each terminal, and what was read when."""

from datetime import date, datetime
from typing import ClassVar

from sqlalchemy import Column
from sqlmodel import Field

from bot.store.tables.base import Table, nanos_column, time_column
from bot.store.types import Nanos


class _OfActor(Table):
    """What every row says of whom it is about; "" stands for what the report leaves out."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    actor_type: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    terminal: str = Field(primary_key=True)
    is_remote: bool = Field(primary_key=True)
    customer_type: str = Field(primary_key=True)
    subscription_type: str = Field(primary_key=True)


class ClaudeCodeActivityRow(_OfActor, table=True):
    """Sessions, lines, commits and pull requests of one actor's UTC day on one terminal."""

    sessions: int
    lines_added: int = Field(sa_column=Column(Nanos, nullable=False))
    lines_removed: int = Field(sa_column=Column(Nanos, nullable=False))
    commits: int
    pull_requests: int


class ClaudeCodeToolRow(_OfActor, table=True):
    """How often somebody accepted and rejected what a tool proposed."""

    tool: str = Field(primary_key=True)
    accepted: int
    rejected: int


class ClaudeCodeModelRow(_OfActor, table=True):
    """Tokens by class and estimated nano-dollars of a model; `other` are classes that came later."""

    model: str = Field(primary_key=True)
    input: int = Field(sa_column=Column(Nanos, nullable=False))
    output: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_read: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write: int = Field(sa_column=Column(Nanos, nullable=False))
    other: int = Field(sa_column=Column(Nanos, nullable=False))
    nanos: int = nanos_column()


class ClaudeCodeDayRow(Table, table=True):
    """What is known of one UTC day: when it was read, until when its figures reach, and whether that is its end.

    `doubted_at`: since when the report says nothing of a day of which it said something before.
    """

    day: date = Field(primary_key=True)
    read_at: datetime = time_column()
    as_of: datetime = time_column()
    closed: bool
    doubted_at: datetime | None = time_column(nullable=True)


class ClaudeCodeCursorRow(Table, table=True):
    """How far the report was read: one row. `looked_back_to` is the oldest day that was asked for."""

    name: str = Field(primary_key=True)
    looked_back_to: date | None = None
    is_history_over: bool = False
    succeeded_at: datetime | None = time_column(nullable=True)
    failed_at: datetime | None = time_column(nullable=True)
    failure: str | None = None


class ClaudeCodeDigestRow(Table, table=True):
    """A channel that gets the weekly summary. The Monday of the first one is `first_monday`."""

    channel: str = Field(primary_key=True)
    tz: str
    created_by: str
    created_at: datetime = time_column()
    first_monday: date
    muted_until: datetime | None = time_column(nullable=True)
    ended_at: datetime | None = time_column(nullable=True)
