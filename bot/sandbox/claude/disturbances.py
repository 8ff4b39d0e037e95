"""What can be wrong with the reports: gaps, contradictory pages, and a source that goes away in the middle.

Each is switched on through the control API (`POST /_sandbox/claude/disturbances`) and stays until all are cleared.
"""

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, TypeAdapter, model_validator

from bot.sandbox.claude.errors import ApiError, invalid
from bot.sandbox.claude.revisions import Revision, Revisions

Report = Literal["analytics/cost", "analytics/usage", "cost_report", "usage_report/messages"]
Span = tuple[datetime, datetime]
_ANALYTICS: tuple[Report, ...] = ("analytics/cost", "analytics/usage")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)

    reports: tuple[Report, ...] = Field(_ANALYTICS, min_length=1)


class Gap(_Strict):
    """Reports say nothing about a span of time, or fail when asked about it; the others still know it."""

    kind: Literal["gap"]
    since: AwareDatetime
    until: AwareDatetime
    answer: Literal["empty", "500"] = "empty"

    @model_validator(mode="after")
    def _is_a_span(self) -> "Gap":
        if self.until <= self.since:
            raise ValueError("until must be after since")
        return self


class RepeatedPage(_Strict):
    """The page after page number `page` of an analytics report brings its rows again. Then the report goes on."""

    kind: Literal["repeated_page"]
    page: int = Field(ge=1)


class ChangedPages(_Strict):
    """While an analytics report is read, figures change: before page number `page`, once, by a revision."""

    kind: Literal["changed_pages"]
    page: int = Field(ge=2)
    day: date
    factor: Decimal = Field(ge=0, le=1000)
    workspace_id: str | None = None
    key_id: str | None = None
    model: str | None = None

    def revision(self) -> Revision:
        """Return how figures change."""
        return Revision(**self.model_dump(include={"day", "factor", "workspace_id", "key_id", "model"}))


class NoAnalytics(_Strict):
    """The analytics reports are refused as without the beta: after so many pages, or from a moment to another."""

    kind: Literal["no_analytics"]
    after_pages: int = Field(0, ge=0)
    since: AwareDatetime | None = None
    until: AwareDatetime | None = None


Disturbance = Annotated[Gap | RepeatedPage | ChangedPages | NoAnalytics, Field(discriminator="kind")]
KINDS: tuple[type[_Strict], ...] = (Gap, RepeatedPage, ChangedPages, NoAnalytics)
_READER: TypeAdapter[Disturbance] = TypeAdapter(Disturbance)


class Disturbances:
    """What is wrong with one organization's reports at present."""

    def __init__(self, revisions: Revisions) -> None:
        self.active: list[Disturbance] = []
        self._revisions = revisions
        self._pages: dict[int, int] = {}
        """Pages that were answered since a `NoAnalytics` came, by its identity."""

    def read(self, body: object) -> Disturbance:
        """Return the disturbance that a body describes; pydantic's ValidationError where it is none."""
        return _READER.validate_python(body)

    def add(self, body: object) -> None:
        """Switch on what a body describes; pydantic's ValidationError where it is nothing."""
        self.active.append(self.read(body))

    def clear(self) -> None:
        """End all of them; revisions that they have made stay."""
        self.active.clear()
        self._pages.clear()

    def gaps(self, report: Report, start: datetime, end: datetime) -> list[Span]:
        """Return the spans that a report leaves out; a 500 where it fails instead."""
        found: list[Span] = []
        for one in self.active:
            if isinstance(one, Gap) and report in one.reports and one.since < end and start < one.until:
                if one.answer == "500":
                    raise ApiError(500, "Internal server error", headers={"x-should-retry": "true"})
                found.append((one.since, one.until))
        return found

    def check_analytics(self, report: Report, now: datetime) -> None:
        """Refuse an analytics report that is away, as an organization outside the beta is refused."""
        for one in self.active:
            if isinstance(one, NoAnalytics) and report in one.reports:
                begun = (one.since is None or one.since <= now) and (one.until is None or now < one.until)
                if begun and self._pages.get(id(one), 0) >= one.after_pages:
                    raise not_in_the_beta()

    def count_page(self, report: Report) -> None:
        """Count an analytics page that was answered."""
        for one in self.active:
            if isinstance(one, NoAnalytics) and report in one.reports:
                self._pages[id(one)] = self._pages.get(id(one), 0) + 1

    def before_page(self, report: Report, page: int) -> None:
        """Change the figures that are to change before this page."""
        for one in list(self.active):
            if isinstance(one, ChangedPages) and report in one.reports and one.page == page:
                self.active.remove(one)
                self._revisions.add(one.revision())

    def is_repeated(self, report: Report, page: int) -> bool:
        """Tell whether a page comes once more."""
        return any(isinstance(one, RepeatedPage) and report in one.reports and one.page == page for one in self.active)


def not_in_the_beta() -> ApiError:
    """Return the refusal of the analytics reports where an organization has no access."""
    return invalid("This organization is not enrolled in the usage and cost analytics beta.")


def without(start: datetime, end: datetime, gaps: Sequence[Span]) -> list[Span]:
    """Return what is left of a span without the gaps in it."""
    left = [(start, end)]
    for begin, stop in gaps:
        left = [part for a, b in left for part in ((a, min(b, begin)), (max(a, stop), b)) if part[0] < part[1]]
    return left
