"""The words in which spend is spoken of: days, slices, digests, thresholds, subscriptions. Frozen, without I/O.

Amounts are Decimal dollars; None is "no data", which is never $0. Days are UTC days of the cost report. Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Literal, NamedTuple

from bot.spend.dimensions import WORKSPACE, Dimension
from bot.spend.unlisted import Unlisted

Period = str
"""A period in the one spelling that `bot/spend/ask/periods.py` gives it."""
PERIODS: tuple[Period, ...] = ("today", "yesterday", "7d", "30d", "this week", "last week", "mtd", "last month")
"""Those that have names; any number of days, any month and any two dates are periods, too."""

Measure = Literal["dollars", "tokens", "requests"]
"""What is counted; dollars are what it cost."""
ZERO = Decimal(0)
NANO_DOLLAR = Decimal("1e-9")
ONE_DAY = timedelta(days=1)
LOOKED_BACK = 30
"""UTC days in which the use of single keys is looked up."""


def dollars(nanos: int) -> Decimal:
    """Return integer nano-dollars as Decimal dollars, exactly."""
    return nanos * NANO_DOLLAR


def nanos(amount: Decimal) -> int:
    """Return Decimal dollars as integer nano-dollars."""
    return int(amount.scaleb(9).to_integral_value())


class Cell(NamedTuple):
    """What one combination of dimensions cost on one day; `ids` are by the ledger's column, absent if not grouped by."""

    day: date
    ids: Mapping[str, str]
    amount: Decimal

    def of(self, dimension: Dimension) -> str:
        """Return its id in one dimension, "" for none."""
        return self.ids.get(dimension.column, "")


class Measures(NamedTuple):
    """All that is counted of one combination of dimensions: dollars, requests and tokens.

    `ids` are by the ledger's column, absent if not grouped by. None: the source didn't say.
    """

    day: date
    ids: Mapping[str, str]
    amount: Decimal
    list_amount: Decimal | None = None
    requests: int | None = None
    uncached_input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0

    def of(self, dimension: Dimension) -> str:
        """Return its id in one dimension, "" for none."""
        return self.ids.get(dimension.column, "")

    @property
    def input(self) -> int:
        """Return all input tokens, cached or not."""
        return self.uncached_input + self.cache_read + self.cache_write_5m + self.cache_write_1h


class Hour(NamedTuple):
    """What was counted in one UTC hour of one combination of dimensions."""

    starts_at: datetime
    counts: Measures


@dataclass(frozen=True)
class LedgerDay:
    """What is known of one UTC day: figures up to `refreshed_at`; `closed` once that is at or past the day's end."""

    day: date
    source: str
    refreshed_at: datetime
    synced_at: datetime
    closed: bool
    total: Decimal


@dataclass(frozen=True)
class Revision:
    """A closed day whose total changed afterwards."""

    day: date
    at: datetime
    old: Decimal
    new: Decimal


class Slice(NamedTuple):
    """One part of a total. `before` is the same part in the period compared with; None: no data for it."""

    id: str
    name: str
    amount: Decimal
    before: Decimal | None = None
    and_name: str = ""
    """The part's name in the second dimension of its breakdown."""
    is_known: bool = True
    """Whether its source told all of it; the amount of another is what was told."""

    @property
    def change(self) -> Decimal | None:
        """Return how much it grew, or None where nothing is known to compare with."""
        return None if self.before is None or not self.is_known else self.amount - self.before


@dataclass(frozen=True)
class Breakdown:
    """A total by one or two dimensions, largest part first; slices and what isn't listed add up to the total exactly."""

    dimension: Dimension
    slices: tuple[Slice, ...]
    and_by: Dimension | None = None
    unlisted: Unlisted | None = None

    @property
    def total(self) -> Decimal:
        """Return the sum of the parts."""
        return sum((part.amount for part in self.slices), self.unlisted.amount if self.unlisted else ZERO)


@dataclass(frozen=True)
class DayFigure:
    """One day of a series: its parts by id, or None where the ledger has no data."""

    day: date
    parts: dict[str, Decimal] | None

    @property
    def amount(self) -> Decimal | None:
        """Return the day's total, None without data."""
        return None if self.parts is None else sum(self.parts.values(), ZERO)


@dataclass(frozen=True)
class Series:
    """Days stacked by one dimension; `names` are the ids shown, in the order of their size, `rest` the others summed."""

    days: tuple[DayFigure, ...]
    names: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Driver:
    """What moved the total: a workspace or key, by how much, and from which model to which (since which day) it moved."""

    workspace: str
    key: str | None
    change: Decimal
    key_change: Decimal | None = None
    old_model: str | None = None
    new_model: str | None = None
    moved_on: date | None = None


@dataclass(frozen=True)
class MonthOver:
    """A month that is over: its total, that of the month before (None: not all of it is known), and what isn't final."""

    first: date
    total: Decimal
    before: Decimal | None
    missing: int
    open_days: int
    budget: Decimal | None = None


@dataclass(frozen=True)
class Digest:
    """Yesterday's spend, ready to be drawn. Every sentence of the view comes from here.

    `open_days` are those of its month and of its chart whose figures aren't final; `sources` told the day.
    """

    day: date
    total: Decimal | None
    last_week: Decimal | None
    month: Decimal | None
    budget: Decimal | None
    closed: bool
    as_of: datetime | None
    scope: tuple[str, ...] = ()
    movers: tuple[Slice, ...] = ()
    driver: Driver | None = None
    series: Series | None = None
    breakdowns: tuple[Breakdown, ...] = ()
    month_missing: int = 0
    open_days: tuple[date, ...] = ()
    month_over: MonthOver | None = None
    is_quiet: bool = False
    nothing_until: datetime | None = None
    sources: frozenset[str] = frozenset()

    @property
    def month_is_open(self) -> bool:
        """Tell whether figures of its month aren't final."""
        return any(day >= self.day.replace(day=1) for day in self.open_days)


@dataclass(frozen=True)
class Filter:
    """Values of one dimension that alone count, or `leaves_out`: names, ids, patterns with `*` and mentions, as typed."""

    by: Dimension
    values: tuple[str, ...]
    leaves_out: bool = False


class Narrowed(NamedTuple):
    """What figures are narrowed to, or without: the name of a dimension, and its values as people know them."""

    by: str
    values: str
    leaves_out: bool = False


def in_workspaces(*names: str) -> tuple[Filter, ...]:
    """Return the filter that keeps workspaces by name or id. Without any, all count."""
    return (Filter(WORKSPACE, names),) if names else ()


@dataclass(frozen=True)
class SpendQuery:
    """What somebody asked for."""

    period: Period = "yesterday"
    by: Dimension = WORKSPACE
    where: tuple[Filter, ...] = ()
    """At most one for each dimension, and one that leaves out."""
    and_by: Dimension | None = None
    """The second dimension, within the first."""
    measure: Measure = "dollars"
    top: int | None = None
    """How many parts are named; the others are one."""
    over: Decimal | None = None
    """Parts up to this are one; in the unit of the measure."""
    versus: Period = ""
    """What it is compared with; "" for the time before, "year before" for the same days of the year before."""

    @property
    def splits(self) -> tuple[Dimension, ...]:
        """Return its one or two dimensions."""
        return (self.by,) if self.and_by is None else (self.by, self.and_by)


@dataclass(frozen=True)
class Figures:
    """The answer to a query. `missing` are the days in it without data; `before` is the total of the period before it.

    `nothing_until`: there is no total because nothing was ever spent until then. `doubtful` are the days of it of which the
    last reading said much less than is shown, and no second one did yet. `runs`: its last day isn't over.
    `only` is what of them the person who asks may see, in words, "" for all; `sources` told them, but not `unsplit` apart.
    """

    query: SpendQuery
    first: date
    last: date
    total: Decimal | None
    before: Decimal | None
    breakdown: Breakdown
    series: Series
    missing: tuple[date, ...]
    open_days: tuple[date, ...]
    as_of: datetime | None
    workspace_name: str | None = None
    budget: Decimal | None = None
    nothing_until: datetime | None = None
    doubtful: tuple[date, ...] = ()
    runs: bool = False
    compared: tuple[date, date] | None = None
    """The first and last day of what it is compared with, where that isn't the time before."""
    narrowed: tuple[Narrowed, ...] = ()
    """What it is narrowed to besides `workspace_name`."""
    is_known: bool = True
    """Whether the source told all that is counted; the total of another is what was told."""
    untagged: tuple[str, ...] = ()
    """The names of the workspaces without the tag by which it is broken down."""
    today: date | None = None
    """The UTC day on which it is asked; days of another year have their year in words."""
    only: str = ""
    sources: frozenset[str] = frozenset()
    unsplit: Decimal = ZERO
