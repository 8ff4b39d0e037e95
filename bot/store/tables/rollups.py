"""Roll-ups of the ledger: the same money and tokens in fewer rows, written in the transaction that writes the days."""

from datetime import date
from typing import Any, ClassVar

from sqlalchemy import Column
from sqlmodel import Field

from bot.store.tables.base import Table, nanos_column
from bot.store.types import Nanos

_BY_KEY: dict[str, Any] = {"sqlite_with_rowid": False}


def _count(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Nanos, nullable=nullable))


class CostDaySumRow(Table, table=True):
    """The money of `cost_day` without key and person."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    nanos: int = nanos_column()
    list_nanos: int | None = nanos_column(nullable=True)
    requests: int | None = _count(nullable=True)


class UsageDaySumRow(Table, table=True):
    """The tokens of `usage_day` without key and person."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    uncached_input: int = _count()
    cache_read: int = _count()
    cache_write_5m: int = _count()
    cache_write_1h: int = _count()
    output: int = _count()
    requests: int | None = _count(nullable=True)


class CostPartSumRow(Table, table=True):
    """The money of `cost_part` without key."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    service_tier: str = Field(primary_key=True)
    context_window: str = Field(primary_key=True)
    cost_type: str = Field(primary_key=True)
    token_type: str = Field(primary_key=True)
    nanos: int = nanos_column()
    list_nanos: int | None = nanos_column(nullable=True)


class UsagePartSumRow(Table, table=True):
    """The tokens of `usage_part` without key."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    service_tier: str = Field(primary_key=True)
    context_window: str = Field(primary_key=True)
    uncached_input: int = _count()
    cache_read: int = _count()
    cache_write_5m: int = _count()
    cache_write_1h: int = _count()
    output: int = _count()
    requests: int | None = _count(nullable=True)


class CostWeekRow(Table, table=True):
    """The money of `cost_day` by the week; `day` is its Monday. Only weeks in `ledger_week` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    nanos: int = nanos_column()
    list_nanos: int | None = nanos_column(nullable=True)
    requests: int | None = _count(nullable=True)


class UsageWeekRow(Table, table=True):
    """The tokens of `usage_day` by the week; `day` is its Monday. Only weeks in `ledger_week` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    uncached_input: int = _count()
    cache_read: int = _count()
    cache_write_5m: int = _count()
    cache_write_1h: int = _count()
    output: int = _count()
    requests: int | None = _count(nullable=True)


class CostMonthRow(Table, table=True):
    """The money of `cost_day` by the month; `day` is its first. Only months in `ledger_month` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    nanos: int = nanos_column()
    list_nanos: int | None = nanos_column(nullable=True)
    requests: int | None = _count(nullable=True)


class UsageMonthRow(Table, table=True):
    """The tokens of `usage_day` by the month; `day` is its first. Only months in `ledger_month` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    uncached_input: int = _count()
    cache_read: int = _count()
    cache_write_5m: int = _count()
    cache_write_1h: int = _count()
    output: int = _count()
    requests: int | None = _count(nullable=True)


class LedgerWeekRow(Table, table=True):
    """A week that is rolled up: `day` is its Monday. What writes one of its days deletes it."""

    day: date = Field(primary_key=True)


class LedgerMonthRow(Table, table=True):
    """A month that is rolled up: `day` is its first. What writes one of its days deletes it."""

    day: date = Field(primary_key=True)


class LargestDayRow(Table, table=True):
    """A day of which the largest keys are kept, and counts of all keys of it and of the day a week before.

    What writes one of the two days deletes it. It counts while the two have their totals of then: a replica of an older
    version deletes nothing.
    """

    day: date = Field(primary_key=True)
    parts: int
    spent: int
    least_nanos: int = nanos_column()
    total_nanos: int = nanos_column()
    before_nanos: int = nanos_column()


class LargestKeyRow(Table, table=True):
    """One of the largest keys of a day, and what it cost a week before. Only days in `largest_day` count."""

    day: date = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    nanos: int = nanos_column()
    before_nanos: int = nanos_column()
