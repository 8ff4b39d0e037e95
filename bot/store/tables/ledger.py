"""Tables of the ledger: the same money and the same tokens in three cuts, and by the hour in two.

The reports are split by at most five dimensions a call (admin-api.md §4.10), so no table can have them all.
"""

from datetime import date
from typing import ClassVar

from sqlalchemy import Column
from sqlmodel import Field

from bot.store.tables.base import Table, nanos_column
from bot.store.types import Nanos


class CostDayRow(Table, table=True):
    """The ledger: what one UTC day cost by workspace, model, key, person and product. "" is none (a key needs no null)."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    nanos: int = nanos_column()
    list_nanos: int | None = nanos_column(nullable=True)
    requests: int | None = Field(default=None, sa_column=Column(Nanos, nullable=True))


class UsageDayRow(Table, table=True):
    """Tokens of one UTC day by workspace, model, key, person, product."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    uncached_input: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_read: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write_5m: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write_1h: int = Field(sa_column=Column(Nanos, nullable=False))
    output: int = Field(sa_column=Column(Nanos, nullable=False))
    requests: int | None = Field(default=None, sa_column=Column(Nanos, nullable=True))


class CostPartRow(Table, table=True):
    """The same money as in `cost_day`, by tier, context window, cost type and token type."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    service_tier: str = Field(primary_key=True)
    context_window: str = Field(primary_key=True)
    cost_type: str = Field(primary_key=True)
    token_type: str = Field(primary_key=True)
    nanos: int = nanos_column()
    list_nanos: int | None = nanos_column(nullable=True)


class UsagePartRow(Table, table=True):
    """The same tokens as in `usage_day`, by tier and context window."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    service_tier: str = Field(primary_key=True)
    context_window: str = Field(primary_key=True)
    uncached_input: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_read: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write_5m: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write_1h: int = Field(sa_column=Column(Nanos, nullable=False))
    output: int = Field(sa_column=Column(Nanos, nullable=False))
    requests: int | None = Field(default=None, sa_column=Column(Nanos, nullable=True))


class CostBothRow(Table, table=True):
    """The same money as in `cost_day`, by person and product as well as by tier, cost type and token type; without key."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    service_tier: str = Field(primary_key=True)
    cost_type: str = Field(primary_key=True)
    token_type: str = Field(primary_key=True)
    nanos: int = nanos_column()
    list_nanos: int | None = nanos_column(nullable=True)


class UsageBothRow(Table, table=True):
    """The same tokens as in `usage_day`, by person and product as well as by tier; without key."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    service_tier: str = Field(primary_key=True)
    uncached_input: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_read: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write_5m: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write_1h: int = Field(sa_column=Column(Nanos, nullable=False))
    output: int = Field(sa_column=Column(Nanos, nullable=False))
    requests: int | None = Field(default=None, sa_column=Column(Nanos, nullable=True))


class CostHourRow(Table, table=True):
    """The same money as in `cost_day`, by the hour of the UTC day (0 to 23). Older hours are dropped."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    hour: int = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    nanos: int = nanos_column()
    list_nanos: int | None = nanos_column(nullable=True)
    requests: int | None = Field(default=None, sa_column=Column(Nanos, nullable=True))


class UsageHourRow(Table, table=True):
    """The same tokens as in `usage_day`, by the hour of the UTC day. Older hours are dropped."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    hour: int = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    uncached_input: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_read: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write_5m: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write_1h: int = Field(sa_column=Column(Nanos, nullable=False))
    output: int = Field(sa_column=Column(Nanos, nullable=False))
    requests: int | None = Field(default=None, sa_column=Column(Nanos, nullable=True))


class CostHourPartRow(Table, table=True):
    """The same money as in `cost_hour`, by tier, context window, cost type and token type; without key and person."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    hour: int = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    service_tier: str = Field(primary_key=True)
    context_window: str = Field(primary_key=True)
    cost_type: str = Field(primary_key=True)
    token_type: str = Field(primary_key=True)
    nanos: int = nanos_column()
    list_nanos: int | None = nanos_column(nullable=True)


class UsageHourPartRow(Table, table=True):
    """The same tokens as in `usage_hour`, by tier and context window; without key and person."""

    __table_args__: ClassVar[dict[str, bool]] = {"sqlite_with_rowid": False}

    day: date = Field(primary_key=True)
    hour: int = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    service_tier: str = Field(primary_key=True)
    context_window: str = Field(primary_key=True)
    uncached_input: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_read: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write_5m: int = Field(sa_column=Column(Nanos, nullable=False))
    cache_write_1h: int = Field(sa_column=Column(Nanos, nullable=False))
    output: int = Field(sa_column=Column(Nanos, nullable=False))
    requests: int | None = Field(default=None, sa_column=Column(Nanos, nullable=True))
