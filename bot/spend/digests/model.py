"""What channels have asked for once and get ever after: digests and alerts, and what was sent of them. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal


@dataclass(frozen=True)
class Subscription:
    """A channel that gets the digest at a local time (`HH:MM`) of a time zone; no workspaces means all."""

    id: str
    channel: str
    local_time: str
    tz: str
    workspace_ids: tuple[str, ...]
    created_by: str
    created_at: datetime
    first_day: date
    muted_until: datetime | None = None


@dataclass(frozen=True)
class DigestRun:
    """One digest of one subscription for one UTC day; `said` is the total that it named.

    `workspace_ids` are those that it was about, not those that its channel has chosen since. `settled_at`: since when it is
    made of figures of a closed day; None while it says "so far".
    """

    id: int
    subscription_id: str
    day: date
    channel: str
    sent_at: datetime | None
    ts: str | None
    said: Decimal | None
    workspace_ids: tuple[str, ...]
    settled_at: datetime | None = None


@dataclass(frozen=True)
class Correction:
    """What a digest said, and what its day costs by now; numbered from 1."""

    number: int
    old: Decimal | None
    new: Decimal
