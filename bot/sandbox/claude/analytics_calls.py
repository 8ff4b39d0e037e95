"""`analytics/usage` and `analytics/cost`: ranked non-empty rows by up to five dimensions, behind `data_refreshed_at`."""

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any

from starlette.datastructures import QueryParams

from bot.sandbox.claude import params
from bot.sandbox.claude.analytics_query import DIMENSIONS, Asked, read_filters, read_query
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import invalid
from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.paging import read_cursor, write_cursor
from bot.sandbox.claude.prices import cents
from bot.sandbox.claude.report import Row, bounds_json, collect, make_filter, usage_json, value_json
from bot.sandbox.claude.shapes import stamp
from bot.sandbox.claude.usage import UsageBook

BETA = "analytics-usage-cost-2026-08-24"
TOKEN_TYPES = (
    "uncached_input_tokens",
    "cache_read_input_tokens",
    "cache_creation.ephemeral_5m_input_tokens",
    "cache_creation.ephemeral_1h_input_tokens",
    "output_tokens",
)


class AnalyticsReports:
    """The two analytics endpoints over one usage book; the last answers are kept, so that paging does not count again."""

    def __init__(self, book: UsageBook) -> None:
        self._book = book
        self._kept: OrderedDict[tuple[object, ...], list[Row]] = OrderedDict()

    def endpoints(self) -> list[Endpoint]:
        """Return the table rows of the two calls."""
        root = "/v1/organizations/analytics"
        return [
            Endpoint("GET", f"{root}/usage", self.usage, version_required=True, beta=BETA, heavy=True),
            Endpoint("GET", f"{root}/cost", self.cost, version_required=True, beta=BETA, heavy=True),
        ]

    def usage(self, call: Call) -> dict[str, Any]:
        """Return tokens and requests."""
        asked, page, more = self._page(call, {"total_tokens", "output_tokens", "uncached_input_tokens", "requests", "time"})
        organization = call.organization
        data = [
            bounds_json(row)
            | {"group": _group(organization, asked, row, DIMENSIONS)}
            | {"usage": usage_json(row.counters) | {"total_tokens": row.tokens, "requests": row.counters[7]}}
            for row in page
        ]
        return {"data": data, **more}

    def cost(self, call: Call) -> dict[str, Any]:
        """Return money; `cost_type` and `token_type` split each row into its components."""
        asked, page, more = self._page(call, {"amount", "list_amount", "time"})
        organization = call.organization
        data: list[dict[str, Any]] = []
        for row in page:
            group = _group(organization, asked, row, [*DIMENSIONS, "cost_type", "token_type"])
            for extra, units in _components(asked, row):
                cost = {
                    "amount": cents(units * (100 - organization.flags.discount_percent) // 100),
                    "list_amount": cents(units),
                    "currency": "USD",
                    "requests": None if asked.fan_out else row.counters[7],
                }
                data.append(bounds_json(row) | {"group": group | extra, "cost": cost})
        return {"data": data, **more}

    def _page(self, call: Call, orders: set[str]) -> tuple[Asked, list[Row], dict[str, Any]]:
        query, organization = call.query, call.organization
        if not organization.flags.analytics_beta:
            raise invalid("This organization is not enrolled in the usage and cost analytics beta.")
        cursor = read_cursor(query)
        asked = read_query(query, organization.clock.now(), cursor, sorted(orders), money="amount" in orders)
        limit = params.integer(query, "limit", 20, 1, 1000)
        rows = self._rows(organization, query, asked)
        offset = 0 if cursor is None else cursor.offset
        page, upto = rows[offset : offset + limit], offset + limit
        has_more = upto < len(rows)
        if params.boolean(query, "exclude_deleted_users"):
            page = [row for row in page if not _deleted(organization, asked, row)]
        note = f"{asked.refreshed.isoformat()} {asked.end.isoformat()}"
        more = {
            "has_more": has_more,
            "next_page": write_cursor(query, upto, note) if has_more else None,
            "data_refreshed_at": stamp(asked.refreshed),
        }
        return asked, page, more

    def _rows(self, organization: ClaudeOrganization, query: QueryParams, asked: Asked) -> list[Row]:
        bound = tuple(sorted((name, value) for name, value in query.multi_items() if name not in ("page", "limit")))
        known = (bound, asked.order_by, asked.refreshed, asked.end, organization.revision)
        kept = self._kept.get(known)
        if kept is None:
            keep = make_filter(organization, read_filters(query))
            rows = collect(
                self._book, organization, asked.start, asked.end, asked.width, asked.group_by, keep, asked.refreshed
            )
            kept = self._kept[known] = _ranked(rows, asked)
            while len(self._kept) > 16:
                self._kept.popitem(last=False)
        return kept


def _ranked(rows: list[Row], asked: Asked) -> list[Row]:
    """Sort by the metric; `time` sorts by bucket, within a bucket by the default metric, largest first."""

    def metric(row: Row) -> int:
        position = {"output_tokens": 4, "uncached_input_tokens": 0, "requests": 7}.get(asked.order_by)
        if position is not None:
            return row.counters[position]
        return sum(row.costs) if asked.money else row.tokens

    tied = sorted(rows, key=lambda row: (row.start, str(row.values)))
    if asked.order_by == "time" and asked.width is not None:
        by_size = sorted(tied, key=lambda row: sum(row.costs) if asked.money else row.tokens, reverse=True)
        return sorted(by_size, key=lambda row: row.start, reverse=asked.descending)
    return sorted(tied, key=metric, reverse=asked.descending)


def _deleted(organization: ClaudeOrganization, asked: Asked, row: Row) -> bool:
    actor = row.values[asked.group_by.index("actor")]
    return isinstance(actor, tuple) and actor[0] == "user_actor" and actor[1] not in organization.users


def _group(organization: ClaudeOrganization, asked: Asked, row: Row, dimensions: Sequence[str]) -> dict[str, Any]:
    group: dict[str, Any] = dict.fromkeys(dimensions)
    group.update({name: value_json(organization, value) for name, value in zip(asked.group_by, row.values, strict=True)})
    return group


def _components(asked: Asked, row: Row) -> list[tuple[dict[str, str], int]]:
    if not asked.fan_out:
        return [({}, sum(row.costs))]
    if "token_type" in asked.fan_out:
        parts = [({"cost_type": "tokens", "token_type": kind}, row.costs[n]) for n, kind in enumerate(TOKEN_TYPES)]
    else:
        parts = [({"cost_type": "tokens"}, sum(row.costs[:5]))]
    if "cost_type" in asked.fan_out:
        parts += [({"cost_type": "web_search"}, row.costs[5]), ({"cost_type": "code_execution"}, row.costs[6])]
    return [(extra, units) for extra, units in parts if units]
