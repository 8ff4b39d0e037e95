"""The older reports: messages usage and cost in buckets, oldest first, empty ones included, default workspace as null.

As the real ones do, the cost report leaves out what the Priority Tier costs, whose tokens the usage report has, and the
usage report leaves out code execution and session time, which the cost report has. Amounts are after the discount.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bot.sandbox.claude import params
from bot.sandbox.claude.analytics_calls import OTHER_COSTS
from bot.sandbox.claude.analytics_query import refreshed_at
from bot.sandbox.claude.disturbances import Report
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import invalid
from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.paging import read_cursor, write_cursor
from bot.sandbox.claude.prices import cents, discounted
from bot.sandbox.claude.report import WIDTHS, Row, Value, collect, make_filter, usage_json
from bot.sandbox.claude.shapes import stamp
from bot.sandbox.claude.timeline import Stream
from bot.sandbox.claude.usage import UsageBook

_PAGES = {"1d": (7, 31), "1h": (24, 168), "1m": (60, 1440)}
"""Bucket width -> default and most buckets in a page."""

_USAGE_GROUPS = (
    "account_id", "api_key_id", "context_window", "inference_geo", "model", "service_account_id", "service_tier", "speed",
    "workspace_id",
)  # fmt: skip
_USAGE_FILTERS = {
    "account_ids": "account_id",
    "api_key_ids": "api_key_id",
    "context_window": "context_window",
    "inference_geos": "inference_geo",
    "models": "model",
    "service_account_ids": "service_account_id",
    "service_tiers": "service_tier",
    "speeds": "speed",
    "workspace_ids": "workspace_id",
}
_SPEED_BETA = "fast-mode-2026-02-01"
_COST_PARTS = (
    ("uncached_input_tokens", "Input Tokens"),
    ("cache_read_input_tokens", "Input Tokens, Cache Hit"),
    ("cache_creation.ephemeral_5m_input_tokens", "Input Tokens, Cache Write"),
    ("cache_creation.ephemeral_1h_input_tokens", "Input Tokens, Cache Write (1h)"),
    ("output_tokens", "Output Tokens"),
)
_OTHER_DESCRIPTIONS = {
    "web_search": "Web Search Usage",
    "code_execution": "Code Execution Usage",
    "session_usage": "Managed Agents Session Usage",
}
_COST_DIMENSIONS = ["workspace_id", "model", "service_tier", "context_window", "inference_geo"]
_COST_FIELDS = ("workspace_id", "description", "cost_type", "token_type", *_COST_DIMENSIONS[1:])


@dataclass(frozen=True)
class Buckets:
    """The buckets of one page, `[start, end)`, and the next page's cursor."""

    start: datetime
    end: datetime
    width: timedelta
    next_page: str | None

    def starts(self) -> list[datetime]:
        """Return where each bucket begins, oldest first."""
        return [self.start + self.width * n for n in range((self.end - self.start) // self.width)]


class LegacyReports:
    """The two legacy reports over one usage book. They follow the present by about five minutes."""

    def __init__(self, book: UsageBook) -> None:
        self._book = book

    def endpoints(self) -> list[Endpoint]:
        """Return the table rows of the two calls."""
        return [
            Endpoint("GET", "/v1/organizations/usage_report/messages", self.usage, heavy=True),
            Endpoint("GET", "/v1/organizations/cost_report", self.cost, heavy=True),
        ]

    def usage(self, call: Call) -> dict[str, Any]:
        """Return tokens by bucket; code execution is not part of this report."""
        group_by = params.many(call.query, "group_by", _USAGE_GROUPS) or []
        if ("speed" in group_by or "speeds[]" in call.query) and _SPEED_BETA not in call.betas:
            raise invalid(f"speed: requires the beta header '{_SPEED_BETA}'")
        filters = {
            dim: values for name, dim in _USAGE_FILTERS.items() if (values := params.many(call.query, name)) is not None
        }
        matches = make_filter(call.organization, filters)
        buckets = _buckets(call, tuple(_PAGES))

        def keep(stream: Stream) -> bool:
            return stream.model is not None and matches(stream)

        rows = self._rows(call.organization, "usage_report/messages", buckets, group_by, keep)

        def result(row: Row) -> dict[str, Any]:
            group: dict[str, Any] = dict.fromkeys(name for name in _USAGE_GROUPS if name != "speed" or name in group_by)
            group.update(_values(call.organization, group_by, row))
            return group | usage_json(row.counters)

        return _answer(buckets, {start: [result(row) for row in found] for start, found in rows.items()})

    def cost(self, call: Call) -> dict[str, Any]:
        """Return money by day; `description` splits it into models and token types."""
        group_by = params.many(call.query, "group_by", ("workspace_id", "description")) or []
        buckets = _buckets(call, ("1d",))
        described = "description" in group_by
        dimensions = [name for name in _COST_DIMENSIONS if name in group_by or (described and name != "workspace_id")]
        rows = self._rows(call.organization, "cost_report", buckets, dimensions, _is_charged_here)
        results: dict[datetime, list[dict[str, Any]]] = {}
        for start, found in rows.items():
            results[start] = _cost_results(call.organization, found, dimensions, group_by)
        return _answer(buckets, results)

    def _rows(
        self,
        organization: ClaudeOrganization,
        report: Report,
        buckets: Buckets,
        dimensions: list[str],
        keep: Callable[[Stream], bool],
    ) -> dict[datetime, list[Row]]:
        until = refreshed_at(organization.clock.now(), timedelta(minutes=5))
        start, end = buckets.start, buckets.end
        gaps = organization.disturbances.gaps(report, start, end)
        rows = collect(self._book, organization, start, end, buckets.width, dimensions, keep, until, gaps)
        found: dict[datetime, list[Row]] = {}
        for row in sorted(rows, key=lambda row: str(row.values)):
            found.setdefault(row.start, []).append(row)
        return found


def _buckets(call: Call, widths: tuple[str, ...]) -> Buckets:
    query = call.query
    name = params.choice(query, "bucket_width", widths) or "1d"
    width, (default, most) = WIDTHS[name], _PAGES[name]
    start = params.moment(query, "starting_at")
    if start is None:
        raise invalid("starting_at: Field required")
    end = params.moment(query, "ending_at")
    if end is not None and end < start:
        raise invalid("ending_at: must not be before starting_at")
    limit = params.integer(query, "limit", default, 1, most)
    start -= (start - datetime.min.replace(tzinfo=start.tzinfo)) % width
    now = call.organization.clock.now()
    end = min(end or now, now)
    cursor = read_cursor(query)
    count = max(0, -((start - end) // width))
    offset = 0 if cursor is None else cursor.offset
    upto = min(count, offset + limit)
    next_page = write_cursor(query, upto) if upto < count else None
    return Buckets(start + width * offset, start + width * upto, width, next_page)


def _values(organization: ClaudeOrganization, dimensions: list[str], row: Row) -> dict[str, Value]:
    """Return a row's group. The default workspace reads as null in these reports."""
    default = organization.default_workspace().id
    return {
        name: None if name == "workspace_id" and value == default else value
        for name, value in zip(dimensions, row.values, strict=True)
    }


def _is_charged_here(stream: Stream) -> bool:
    return stream.tier != "priority"


def _cost_results(
    organization: ClaudeOrganization, rows: list[Row], dimensions: list[str], group_by: list[str]
) -> list[dict[str, Any]]:
    """Return a bucket's lines. What isn't tokens is one line in each workspace, whichever model it came with."""
    sums: dict[tuple[Value, ...], int] = {}
    for row in rows:
        values = _values(organization, dimensions, row)
        for part, units in _parts(row, str(values.get("model"))) if "description" in group_by else [({}, row.units)]:
            line = tuple((values | part).get(name) for name in _COST_FIELDS)
            sums[line] = sums.get(line, 0) + units
    percent = organization.flags.discount_percent
    return [
        dict(zip(_COST_FIELDS, line, strict=True)) | {"amount": cents(discounted(units, percent)), "currency": "USD"}
        for line, units in sums.items()
        if units
    ]


def _parts(row: Row, model: str) -> list[tuple[dict[str, str | None], int]]:
    name = " ".join(word.title() for word in model.split("-")[:2]) + " " + ".".join(model.split("-")[2:])
    parts: list[tuple[dict[str, str | None], int]] = [
        ({"description": f"{name} Usage - {words}", "cost_type": "tokens", "token_type": kind}, row.costs[n])
        for n, (kind, words) in enumerate(_COST_PARTS)
    ]
    nothing: dict[str, str | None] = dict.fromkeys(("model", "service_tier", "context_window", "inference_geo"))
    for n, kind in OTHER_COSTS.items():
        parts.append((nothing | {"description": _OTHER_DESCRIPTIONS[kind], "cost_type": kind}, row.costs[n]))
    return parts


def _answer(buckets: Buckets, results: dict[datetime, list[dict[str, Any]]]) -> dict[str, Any]:
    data = [
        {"starting_at": stamp(start), "ending_at": stamp(start + buckets.width), "results": results.get(start, [])}
        for start in buckets.starts()
    ]
    return {"data": data, "has_more": buckets.next_page is not None, "next_page": buckets.next_page}
