"""Amounts at whose passing a channel is told, and what it was told. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from bot.words.own import Own

ThresholdPeriod = Literal["daily", "monthly"]
WHOLE = 100
"""The step that is the amount itself, in percent."""


@dataclass(frozen=True)
class Threshold:
    """An amount per UTC day or month, of all or one workspace. A channel is told when it is reached.

    `steps` are the percents of it at which the channel is told, in rising order.
    """

    id: str
    channel: str
    period: ThresholdPeriod
    workspace_id: str | None
    amount: Decimal
    created_by: str
    created_at: datetime
    steps: tuple[int, ...] = (WHOLE,)


@dataclass(frozen=True)
class TopSpender:
    """The key that explains a crossing: what it spent in the period, on which model mostly, against what is usual for it.

    Spend without a key, or not reported by key, has an empty `name`.
    For a day, `usual` is its mean of the seven days before; for a month, `amount` and `usual` are its last seven days and
    the seven before. None: there is nothing to compare with.
    """

    name: str
    model: str
    amount: Decimal
    usual: Decimal | None


@dataclass(frozen=True)
class Crossing:
    """A threshold that was reached in a period, and the highest of its steps that was.

    `so_far`: the period still runs, or its figures aren't complete.
    """

    threshold: Threshold
    period_key: str
    first: date
    last: date
    spent: Decimal
    so_far: bool
    as_of: datetime
    top: TopSpender | None = None
    scope_name: str | None = None
    step: int = WHOLE


@dataclass(frozen=True)
class Alert:
    """One crossing that was said in a channel; `said` are its lines as they were sent."""

    id: int
    threshold_id: str
    channel: str
    period_key: str
    ts: str | None
    sent_at: datetime | None
    said: tuple[Own, ...]
    acknowledged_by: str | None
    acknowledged_at: datetime | None
    step: int = WHOLE
