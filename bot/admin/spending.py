"""Usage and cost, from the analytics endpoints or, where that beta isn't available, from the legacy reports."""

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, Literal, TypeVar

from bot.admin import dimensions, legacy, plausible, reports, shapes
from bot.admin.base import a_page
from bot.admin.buckets import IDS, bucket_reader
from bot.admin.call import LEGACY_VERSION, ApiCall, Params, params, stamp
from bot.admin.pages import Page, ahead, report_pages, token_pages
from bot.admin.rows import ClaudeCodeRow, CostBucket, CostRow, Report, UsageRow
from bot.admin.shapes import WirePage
from bot.admin.wire import understood
from bot.admin.workspaces import Workspaces
from bot.errors import UpstreamAuth, UpstreamError, UpstreamMissing, UpstreamRefused

ANALYTICS_BETA = "analytics-usage-cost-2026-08-24"
REPORT_TIMEOUT = 60.0

Row = TypeVar("Row", bound=CostRow | UsageRow | CostBucket)
Line = TypeVar("Line", CostRow, UsageRow)
Bucket = Literal["1m", "1h", "1d"]
Filters = Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class _Question(Generic[Row]):
    """One report as it was asked for."""

    kind: legacy.Kind
    starts: datetime
    ends: datetime
    group_by: tuple[str, ...]
    bucket: Bucket | None
    filters: dict[str, Sequence[str]]
    rows: Callable[[list[Any]], list[Row]]
    legacy_rows: Callable[[list[Any], tuple[str, ...], str | None], list[Row]]

    def __post_init__(self) -> None:
        """An unknown name is a ValueError here: a filter that the API ignores would give other numbers than asked for."""
        known = dimensions.COST_DIMENSIONS if self.kind == "cost" else dimensions.DIMENSIONS
        unknown = sorted((set(self.group_by) - known) | (self.filters.keys() - dimensions.FILTERS))
        if unknown:
            raise ValueError(f"the reports don't know {', '.join(unknown)}")


class Spending(Workspaces):
    """Calls under `/analytics` and of the legacy reports. A range of any length is cut into what one call may ask for."""

    async def usage(
        self,
        starts: datetime,
        ends: datetime,
        group_by: tuple[str, ...] = (),
        bucket: Bucket | None = None,
        filters: Filters | None = None,
    ) -> Report[UsageRow]:
        """Return tokens and requests in [starts, ends)."""
        ask = _Question("usage", starts, ends, group_by, bucket, dict(filters or {}), reports.usage_rows, legacy.usage_rows)
        return _joined(ask, [page async for page in self._pages(ask)])

    async def cost(
        self,
        starts: datetime,
        ends: datetime,
        group_by: tuple[str, ...] = (),
        bucket: Bucket | None = None,
        filters: Filters | None = None,
    ) -> Report[CostRow]:
        """Return cost in [starts, ends)."""
        ask = _Question("cost", starts, ends, group_by, bucket, dict(filters or {}), reports.cost_rows, legacy.cost_rows)
        return _joined(ask, [page async for page in self._pages(ask)])

    def cost_buckets(
        self, starts: datetime, ends: datetime, group_by: tuple[str, ...], bucket: Bucket, in_order: bool = False
    ) -> AsyncIterator[Report[CostBucket]]:
        """Iterate over the pages of `cost`, each summed by bucket and group. The next is fetched meanwhile.

        With `in_order`, a report that comes back to a bucket is OutOfOrder.
        """

        def legacy_buckets(lines: list[Any], grouped_by: tuple[str, ...], default: str | None) -> list[CostBucket]:
            return legacy.cost_buckets(lines, grouped_by, default, group_by)

        read = bucket_reader(group_by, in_order=in_order)
        return self._pages(_Question("cost", starts, ends, group_by, bucket, {}, read, legacy_buckets))

    async def claude_code(self, day: date) -> list[ClaudeCodeRow]:
        """Return one UTC day of Claude Code activity."""

        async def fetch(asked: Params) -> Page:
            call = ApiCall("GET", "/usage_report/claude_code", asked, version=LEGACY_VERSION, timeout=REPORT_TIMEOUT)
            return await self._ask(call, a_page)

        pages = token_pages(fetch, params(starting_at=day.isoformat()))
        rows = [row async for page in pages for row in understood(_claude_code_rows, page)]
        plausible.check_day(rows, day)
        return rows

    async def _pages(self, ask: _Question[Row]) -> AsyncIterator[Report[Row]]:
        """Iterate over a report's pages, from the legacy report where the beta is refused.

        Where that happens in the middle, the whole legacy report follows: pages of one source aren't to be added to those of
        the other, because each has everything.
        """
        try:
            async with aclosing(ahead(self._analytics(ask))) as pages:
                async for page in pages:
                    yield page
            return
        except (UpstreamRefused, UpstreamAuth, UpstreamMissing) as error:
            plan = legacy.plan(ask.kind, (ask.starts, ask.ends), ask.group_by, ask.bucket, ask.filters)
            if plan is None or error.status not in (400, 403, 404):
                raise
            refusal = error
        async for page in self._legacy(ask, plan, refusal):
            yield page

    async def _analytics(self, ask: _Question[Row]) -> AsyncGenerator[Report[Row], None]:
        read = shapes.read_cost if ask.kind == "cost" else shapes.read_usage
        fetch = self._reporter(f"/analytics/{ask.kind}", read, beta=ANALYTICS_BETA)
        order: dict[str, str | None] = {"time_bucket_width": ask.bucket}
        if ask.bucket:
            order |= {"order_by": "time", "order": "asc"}
        for starts, ends in reports.slices(ask.starts, ask.ends, minutes=ask.bucket == "1m"):
            asked = params(starting_at=stamp(starts), ending_at=stamp(ends), group_by=ask.group_by, **order, **ask.filters)
            async for page in report_pages(fetch, asked, reports.ROWS_PER_PAGE):
                rows = understood(ask.rows, page.data)
                refreshed_at = understood(_refreshed_at, page)
                plausible.check_span(rows, starts, ends, ask.bucket)
                plausible.check_freshness(refreshed_at, self._clock())
                # The next page is decoded while the caller handles these rows; two decoded pages are megabytes.
                page.data.clear()
                yield Report(rows, refreshed_at, "analytics", ask.group_by)

    async def _legacy(self, ask: _Question[Row], plan: legacy.Plan, refusal: UpstreamError) -> AsyncIterator[Report[Row]]:
        """Ask the legacy report; when it refuses too, the first refusal is what the caller should hear."""
        default = await self.default_workspace_id() if "workspace_id" in plan.grouped_by else None
        read = shapes.read_legacy_cost if ask.kind == "cost" else shapes.read_legacy_usage
        fetch = self._reporter(legacy.PATHS[ask.kind], read, version=LEGACY_VERSION)
        asked = (*params(starting_at=stamp(ask.starts), ending_at=stamp(ask.ends)), *plan.params)
        answered, seen = False, set[datetime]()
        try:
            async for page in report_pages(fetch, asked, plan.page_size):
                answered = True
                rows = understood(lambda lines: ask.legacy_rows(lines, plan.grouped_by, default), page.data)
                plausible.check_span(rows, ask.starts, ask.ends, ask.bucket or "1d")
                plausible.check_new(rows, seen)
                yield Report(rows, None, "legacy", plan.grouped_by)
        except (UpstreamRefused, UpstreamAuth, UpstreamMissing):
            if answered:
                raise
            raise refusal from None

    def _reporter(
        self, path: str, read: Callable[[bytes], WirePage[Any]], **how: Any
    ) -> Callable[[Params], Awaitable[WirePage[Any]]]:
        async def fetch(asked: Params) -> WirePage[Any]:
            call = ApiCall("GET", path, asked, timeout=REPORT_TIMEOUT, read=read, **how)
            return await self._carrier.send(call, self._manner)

        return fetch


def _joined(ask: _Question[Line], pages: list[Report[Line]]) -> Report[Line]:
    """Put pages together. The report is as fresh as its stalest page, and from the source that told all of it."""
    if not pages:
        return Report([])
    pages = [page for page in pages if page.source == pages[-1].source]
    freshness = [page.refreshed_at for page in pages if page.refreshed_at is not None]
    rows = [row for page in pages for row in page.rows]
    if ask.bucket and IDS.issuperset(ask.group_by):
        plausible.check_once(rows)
    return Report(rows, min(freshness, default=None), pages[0].source, pages[0].grouped_by)


def _refreshed_at(page: WirePage[Any]) -> datetime | None:
    return reports.moment(page.data_refreshed_at) if page.data_refreshed_at else None


def _claude_code_rows(page: Page) -> list[ClaudeCodeRow]:
    return [reports.claude_code_row(item) for item in page["data"]]
