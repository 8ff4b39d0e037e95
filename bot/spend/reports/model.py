"""What a report is asked for, which days it is about, and what it found: neutral tables, one sentence and a chart.

Pure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from bot.slack.charts import ChartSpec
from bot.slack.markup import Markup
from bot.spend.aggregate import days_between
from bot.spend.dimensions import Dimension
from bot.spend.ledger.sources import are_comparable
from bot.spend.model import LedgerDay, Period
from bot.spend.table import Table

DEFAULT_PERIOD: Period = "30d"


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for: a report by its name, a period, and where the report has them a tag and a part of it."""

    name: str
    period: Period = DEFAULT_PERIOD
    tag: str = ""
    part: str = ""


@dataclass(frozen=True)
class Times:
    """The UTC days of a report and those that it is compared with, with what the ledger knows of both.

    `nothing_until`: nothing was ever spent until then. `runs`: the last day isn't over; `today` is the one on which it is
    asked.
    """

    period: Period
    first: date
    last: date
    before_first: date
    before_last: date
    known: Mapping[date, LedgerDay]
    nothing_until: datetime | None = None
    runs: bool = False
    today: date | None = None

    @property
    def days(self) -> list[date]:
        """Return the report's days."""
        return days_between(self.first, self.last)

    @property
    def days_before(self) -> list[date]:
        """Return the days that they are compared with."""
        return days_between(self.before_first, self.before_last)

    @property
    def missing(self) -> tuple[date, ...]:
        """Return the report's days without data."""
        return tuple(day for day in self.days if day not in self.known)

    @property
    def open_days(self) -> tuple[date, ...]:
        """Return the report's days whose figures may still change."""
        return tuple(day for day in self.days if day in self.known and not self.known[day].closed)

    @property
    def sources(self) -> frozenset[str]:
        """Return the names of the sources that told the report's days."""
        return frozenset(self.known[day].source for day in self.days if day in self.known)

    @property
    def as_of(self) -> datetime | None:
        """Return until when the newest figures reach, None without any."""
        return max((self.known[day].refreshed_at for day in self.days if day in self.known), default=None)

    @property
    def is_comparable(self) -> bool:
        """Tell whether both times are whole: every day is known and closed, so that no gap reads as a fall or a rise."""
        return all(day in self.known and self.known[day].closed for day in (*self.days, *self.days_before))

    def is_alike_by(self, dimension: Dimension) -> bool:
        """Tell whether both times are whole, and split by a dimension in the same way."""
        return self.is_comparable and are_comparable(dimension, self.known, (*self.days, *self.days_before))


@dataclass(frozen=True)
class Part:
    """One table of a report. `name` is what is typed for it, "" for the first one; `title` is what its button says."""

    name: str
    title: str
    table: Table


@dataclass(frozen=True)
class Untagged:
    """A workspace without the tag by which costs are allocated; `amount_shown` is markup. Archived, it can't be tagged."""

    id: str
    name: str
    amount_shown: Markup
    is_taggable: bool = True


@dataclass(frozen=True)
class Built:
    """A report as it was found. `parts` are never empty where there is data; `file` is what its CSV has.

    `tag` is the one by which it allocates, `tags` are all that it could be asked by; `untagged` have none, largest first.
    `only`: what somebody sees who doesn't see all.
    """

    finding: Markup
    parts: tuple[Part, ...] = ()
    chart: ChartSpec | None = None
    file: Table | None = None
    notes: tuple[Markup, ...] = ()
    tag: str = ""
    tags: tuple[str, ...] = ()
    untagged: tuple[Untagged, ...] = ()
    only: Markup = ""
