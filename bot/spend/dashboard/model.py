"""What the dashboard shows. Each amount is None where nothing is known, which is never $0. Pure."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from bot.slack.markup import Markup
from bot.spend.aggregate import total_of
from bot.spend.model import ZERO, Breakdown, Cell, LedgerDay
from bot.spend.reports.model import Times

WINDOWS = (30, 60, 90)
"""Days that the dashboard looks back, each ending yesterday."""
DAY, MONTH = "day", "month"


@dataclass(frozen=True)
class Window:
    """The total of so many days, and that of as many before them; None: not known, or not to be compared."""

    times: Times
    total: Decimal | None
    before: Decimal | None


@dataclass(frozen=True)
class Today:
    """The UTC day that runs: what is known of it (None: nothing yet), and what it cost up to then."""

    day: date
    fact: LedgerDay | None
    amount: Decimal | None


@dataclass(frozen=True)
class LimitUse:
    """A limit beside its use. `per` is "day", "month" or what else the API names; `used` None: not known.

    `is_own`: the bot keeps it; else it is set in the organization. `missing` are days without data.
    """

    name: str
    per: str
    amount: Decimal
    used: Decimal | None
    is_own: bool
    missing: int = 0

    @property
    def left(self) -> Decimal | None:
        """Return the dollars that are left, negative where more was spent."""
        return None if self.used is None else self.amount - self.used


@dataclass(frozen=True)
class Limits:
    """The limits that somebody may see; `unread`: those of the organization couldn't be read now."""

    uses: tuple[LimitUse, ...] = ()
    unread: bool = False


@dataclass(frozen=True)
class Dashboard:
    """The whole of it. `days` is the window that is drawn; `cells` are its days, `tops` its parts by each dimension.

    `only`: what of it somebody may see, in words; "" for all.
    """

    today: Today
    windows: tuple[Window, ...]
    days: int
    cells: tuple[Cell, ...]
    tops: tuple[Breakdown, ...]
    limits: Limits
    only: Markup = ""

    @property
    def drawn(self) -> Window:
        """Return the window that is drawn."""
        return next(one for one in self.windows if len(one.times.days) == self.days)


@dataclass(frozen=True)
class Glance:
    """What the App Home says of spend: the dashboard's first lines, and the largest workspaces."""

    today: Today
    windows: tuple[Window, ...]
    top: Breakdown
    limits: Limits
    only: Markup = ""


def window(times: Times, cells: list[Cell]) -> Window:
    """Return the total of a window of the daily sums that also reach over the time before it."""
    now = [cell for cell in cells if times.first <= cell.day <= times.last]
    then = [cell for cell in cells if times.before_first <= cell.day <= times.before_last]
    return Window(
        times,
        None if times.as_of is None else total_of(now),
        total_of(then) if times.is_comparable else None,
    )


def as_of(today: Today, windows: tuple[Window, ...]) -> datetime | None:
    """Return until when the newest figures reach."""
    known = [one.times.as_of for one in windows if one.times.as_of]
    return max([*known, *([today.fact.refreshed_at] if today.fact else [])], default=None)


def percent_used(use: LimitUse) -> Decimal | None:
    """Return which part of a limit is used, None where that isn't known or there is nothing to divide by."""
    return use.used / use.amount if use.used is not None and use.amount > ZERO else None
