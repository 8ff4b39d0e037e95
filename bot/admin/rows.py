"""Rows of the usage and cost reports: named tuples, because a sync reads a hundred thousand of them at a time.

Money is an integer of nano-dollars, as the ledger stores it; the properties give Decimal dollars.

Pure.
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Generic, Literal, NamedTuple, TypeVar

Row = TypeVar("Row")


class Spender(NamedTuple):
    """Who caused usage. `type`: user, service_account, api (a key), federated; `id` is theirs, or a federated subject."""

    type: str
    id: str | None
    email: str | None = None
    name: str | None = None
    deleted: bool = False

    @property
    def key(self) -> str:
        """What tells this one from others: the id, or the e-mail where there is no id; "" for nobody."""
        return self.id or self.email or ""

    @property
    def label(self) -> str:
        """What people call this one, "" where the report doesn't say."""
        return self.name or self.email or ""


class UsageRow(NamedTuple):
    """Tokens and requests of one group in one bucket. A dimension is None unless it was grouped by (or has no value).

    `requests` is None where the report doesn't count them (legacy).
    """

    starts_at: datetime
    ends_at: datetime
    workspace_id: str | None
    model: str | None
    api_key_id: str | None
    actor: Spender | None
    uncached_input: int
    cache_read: int
    cache_write_5m: int
    cache_write_1h: int
    output: int
    requests: int | None
    web_searches: int
    product: str | None = None
    service_tier: str | None = None
    context_window: str | None = None

    @property
    def input(self) -> int:
        """All input tokens, cached or not."""
        return self.uncached_input + self.cache_read + self.cache_write_5m + self.cache_write_1h


class CostRow(NamedTuple):
    """Cost of one group in one bucket, in nano-dollars. A dimension is None unless it was grouped by (or has no value).

    `amount_nanos` is after discounts, `list_amount_nanos` the list price (None where the report doesn't say).
    """

    starts_at: datetime
    ends_at: datetime
    workspace_id: str | None
    model: str | None
    api_key_id: str | None
    actor: Spender | None
    cost_type: str | None
    token_type: str | None
    amount_nanos: int
    list_amount_nanos: int | None = None
    requests: int | None = None
    product: str | None = None
    service_tier: str | None = None
    context_window: str | None = None

    @property
    def amount(self) -> Decimal:
        """The amount in dollars."""
        return Decimal(self.amount_nanos).scaleb(-9)

    @property
    def list_amount(self) -> Decimal | None:
        """The list price in dollars, or None where the report doesn't say."""
        return None if self.list_amount_nanos is None else Decimal(self.list_amount_nanos).scaleb(-9)


Group = tuple[str, ...]
"""Ids in the order in which they were asked for; "" stands for "none"."""
Amounts = tuple[int, int | None, int | None]
"""Nano-dollars after discounts and at list price, and requests; None where the report doesn't say."""
FINE = 1_000_000
"""A nano-dollar in the unit of exact sums. Discounts make fractions of a nano-dollar, and rounding each row would add up."""
Exact = tuple[int, int | None, int | None]
"""`Amounts` whose money is in parts of a nano-dollar, `FINE` to one; `bot/spend/ledger/rounding.py` rounds them."""


def rounded(parts: int) -> int:
    """Return whole nano-dollars for parts of one, rounded half to even."""
    whole, rest = divmod(parts, FINE)
    return whole + (rest * 2 > FINE or (rest * 2 == FINE and whole % 2 == 1))


@dataclass(frozen=True, slots=True)
class CostBucket:
    """What one bucket cost, by group, as far as one page tells it: the next page may go on with the same bucket.

    Money is exact, and rounded once a day is whole. `people` are the names of actors by id, as far as the page tells them:
    of deleted users it alone does.
    """

    starts_at: datetime
    ends_at: datetime
    groups: dict[Group, Exact]
    people: dict[str, str] = field(default_factory=dict[str, str])


class ModelUse(NamedTuple):
    """Tokens of one model by class, and their estimated cost in nano-dollars. `other`: classes that come later."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0
    other: int = 0
    nanos: int = 0

    @property
    def tokens(self) -> int:
        """All tokens."""
        return self.input + self.output + self.cache_read + self.cache_write + self.other


class ClaudeCodeRow(NamedTuple):
    """One actor's Claude Code day on one terminal. One person has several rows.

    `actor_type`: user (`actor` is an e-mail) or api (a key's name, which others may have, too). `tools` maps a tool to
    (accepted, rejected), `models` a model to its tokens and its cost, which is an estimate and not the bill.
    """

    day: date
    actor_type: str
    actor: str
    customer_type: str | None
    terminal: str | None
    sessions: int
    lines_added: int
    lines_removed: int
    commits: int
    pull_requests: int
    tools: dict[str, tuple[int, int]]
    models: dict[str, ModelUse]
    is_remote: bool = False
    subscription_type: str | None = None

    @property
    def tokens(self) -> dict[str, int]:
        """All tokens of each model."""
        return {model: use.tokens for model, use in self.models.items()}


@dataclass(frozen=True, slots=True)
class Report(Generic[Row]):
    """Rows, and how far they can be trusted.

    Numbers after `refreshed_at` are incomplete (None: the report doesn't say). `grouped_by` is what the rows are really
    split by: the legacy reports can't split cost by key or actor.
    """

    rows: list[Row]
    refreshed_at: datetime | None = None
    source: Literal["analytics", "legacy"] = "analytics"
    grouped_by: tuple[str, ...] = field(default=())
