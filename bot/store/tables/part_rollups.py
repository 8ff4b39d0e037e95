"""Roll-ups of the ledger's other cuts: whole weeks and months of them, as there are of the days by who."""

from datetime import date, datetime
from typing import Any, ClassVar

from sqlmodel import Field

from bot.store.tables.base import Table
from bot.store.types import Nanos, UTCTime

_BY_KEY: dict[str, Any] = {"sqlite_with_rowid": False}


class _Money(Table):
    nanos: int = Field(default=None, sa_type=Nanos, nullable=False)
    list_nanos: int | None = Field(default=None, sa_type=Nanos, nullable=True)


class _Tokens(Table):
    uncached_input: int = Field(default=None, sa_type=Nanos, nullable=False)
    cache_read: int = Field(default=None, sa_type=Nanos, nullable=False)
    cache_write_5m: int = Field(default=None, sa_type=Nanos, nullable=False)
    cache_write_1h: int = Field(default=None, sa_type=Nanos, nullable=False)
    output: int = Field(default=None, sa_type=Nanos, nullable=False)
    requests: int | None = Field(default=None, sa_type=Nanos, nullable=True)


class _OfPart(Table):
    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    api_key_id: str = Field(primary_key=True)
    service_tier: str = Field(primary_key=True)
    context_window: str = Field(primary_key=True)


class _OfBoth(Table):
    day: date = Field(primary_key=True)
    workspace_id: str = Field(primary_key=True)
    model: str = Field(primary_key=True)
    actor: str = Field(primary_key=True)
    product: str = Field(primary_key=True)
    service_tier: str = Field(primary_key=True)


class _Types(Table):
    cost_type: str = Field(primary_key=True)
    token_type: str = Field(primary_key=True)


class CostPartWeekRow(_Money, _Types, _OfPart, table=True):
    """The money of `cost_part` by the week; `day` is its Monday. Only weeks in `ledger_part_week` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY


class CostPartMonthRow(_Money, _Types, _OfPart, table=True):
    """The money of `cost_part` by the month; `day` is its first. Only months in `ledger_part_month` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY


class CostBothWeekRow(_Money, _Types, _OfBoth, table=True):
    """The money of `cost_both` by the week; `day` is its Monday. Only weeks in `ledger_part_week` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY


class CostBothMonthRow(_Money, _Types, _OfBoth, table=True):
    """The money of `cost_both` by the month; `day` is its first. Only months in `ledger_part_month` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY


class UsagePartWeekRow(_Tokens, _OfPart, table=True):
    """The tokens of `usage_part` by the week; `day` is its Monday. Only weeks in `ledger_part_week` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY


class UsagePartMonthRow(_Tokens, _OfPart, table=True):
    """The tokens of `usage_part` by the month; `day` is its first. Only months in `ledger_part_month` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY


class UsageBothWeekRow(_Tokens, _OfBoth, table=True):
    """The tokens of `usage_both` by the week; `day` is its Monday. Only weeks in `ledger_part_week` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY


class UsageBothMonthRow(_Tokens, _OfBoth, table=True):
    """The tokens of `usage_both` by the month; `day` is its first. Only months in `ledger_part_month` count."""

    __table_args__: ClassVar[dict[str, Any]] = _BY_KEY


class _RolledUp(Table):
    """Days from `day` to `last` of which the parts are rolled up: none while they are being so. What writes one deletes it.

    It counts while its days have the total of then, and their parts were read as lately: a replica of an older version
    deletes nothing.
    """

    day: date = Field(primary_key=True)
    last: date
    total_nanos: int = Field(sa_type=Nanos, nullable=False)
    read_at: datetime | None = Field(default=None, sa_type=UTCTime, nullable=True)


class LedgerPartWeekRow(_RolledUp, table=True):
    """A week of which the parts are rolled up: `day` is its Monday."""


class LedgerPartMonthRow(_RolledUp, table=True):
    """A month of which the parts are rolled up: `day` is its first."""
