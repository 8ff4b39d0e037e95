"""What is known of the use of keys; the ledger tells it. Pure."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from bot.words.calendars import UTC_DAYS


@dataclass(frozen=True)
class KeyUse:
    """What is known of the use of some keys together, in UTC days.

    `cost` is dollars in the 7 days up to the newest that is known, `month_cost` in 30 days; `is_whole` and `is_whole_month`
    say whether all of those days are known. `last_day` is the last one with use; the last `days` that are known have no gap,
    and `newest` is the newest of them, which may still be running. `is_final`: none of the 30 days can still change.
    Without figures there is no `as_of`.
    """

    cost: Decimal | None = None
    is_whole: bool = False
    month_cost: Decimal | None = None
    is_whole_month: bool = False
    last_day: date | None = None
    days: int = 0
    as_of: datetime | None = None
    newest: date | None = None
    is_final: bool = False

    def is_known_since(self, made_at: datetime) -> bool:
        """Tell whether each day since then is known, so that no use means never."""
        return self.newest is not None and UTC_DAYS.day_of(made_at) > self.newest - timedelta(days=self.days)
