"""`analytics/usage` and `analytics/cost`: ranked non-empty rows by up to five dimensions, behind `data_refreshed_at`.

Modelled is all that the streams do: each service tier (the Priority Tier at list price), context window, inference region
and product, web searches, code execution and session time. `amount` is after the discount, `list_amount` before it. A row
that is split by `token_type` alone has one part without a token type, for what isn't tokens, so that parts add up.
"""

from collections import OrderedDict
from collections.abc import Callable, Sequence
from datetime import datetime
from operator import attrgetter
from typing import Any

from starlette.datastructures import QueryParams

from bot.sandbox.claude import params
from bot.sandbox.claude.analytics_query import DIMENSIONS, Asked, read_filters, read_query
from bot.sandbox.claude.disturbances import Report, Span, not_in_the_beta
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.organization import ClaudeOrganization
from bot.sandbox.claude.pages_by_piece import Ordered, PieceByPiece, Ranked, in_order, pieces_of
from bot.sandbox.claude.paging import read_cursor, write_cursor
from bot.sandbox.claude.prices import cents, discounted
from bot.sandbox.claude.report import Row, Value, collect, make_filter, usage_json, value_json
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

_SPLITS = ("cost_type", "token_type")
Groups = dict[tuple[Value, ...], dict[str, Any]]
"""The values of a group -> how it is shown."""
OTHER_COSTS = {5: "web_search", 6: "code_execution", 8: "session_usage"}
"""Where in a row's costs that stands which isn't tokens -> its `cost_type`."""


class AnalyticsReports:
    """The two analytics endpoints over one usage book. The last answers are kept, so that paging does not count again."""

    def __init__(self, book: UsageBook) -> None:
        self._book = book
        self._kept: OrderedDict[tuple[object, ...], Ordered] = OrderedDict()
        self._groups: dict[tuple[str, ...], Groups] = {}

    def endpoints(self) -> list[Endpoint]:
        """Return the table rows of the two calls."""
        root = "/v1/organizations/analytics"
        return [
            Endpoint("GET", f"{root}/usage", self.usage, version_required=True, beta=BETA, heavy=True),
            Endpoint("GET", f"{root}/cost", self.cost, version_required=True, beta=BETA, heavy=True),
        ]

    def usage(self, call: Call) -> dict[str, Any]:
        """Return tokens and requests."""
        orders = {"total_tokens", "output_tokens", "uncached_input_tokens", "requests", "time"}
        asked, page, more = self._page(call, "analytics/usage", orders)
        show = Shower(call.organization, asked, DIMENSIONS, self._groups_of("usage", asked))
        data = [
            show.bounds(row)
            | {"group": show.group(row)}
            | {"usage": usage_json(row.counters) | {"total_tokens": row.tokens, "requests": row.counters[7]}}
            for row in page
        ]
        return {"data": data, **more}

    def cost(self, call: Call) -> dict[str, Any]:
        """Return money; `cost_type` and `token_type` split each row into its components."""
        asked, page, more = self._page(call, "analytics/cost", {"amount", "list_amount", "time"})
        show = Shower(call.organization, asked, [*DIMENSIONS, *_SPLITS], self._groups_of("cost", asked))
        percent = call.organization.flags.discount_percent
        data: list[dict[str, Any]] = []
        for row in page:
            bounds, group = show.bounds(row), show.group(row)
            for extra, units in _components(asked, row):
                listed = cents(units)
                cost = {
                    "amount": cents(discounted(units, percent)) if percent else listed,
                    "list_amount": listed,
                    "currency": "USD",
                    "requests": None if asked.fan_out else row.counters[7],
                }
                data.append(bounds | {"group": group | extra if extra else group, "cost": cost})
        return {"data": data, **more}

    def _groups_of(self, report: str, asked: Asked) -> Groups:
        """Return the groups that were shown before. People change, so an answer by actor shows its own."""
        return {} if "actor" in asked.group_by else self._groups.setdefault((report, *asked.group_by), {})

    def _page(self, call: Call, report: Report, orders: set[str]) -> tuple[Asked, list[Row], dict[str, Any]]:
        query, organization = call.query, call.organization
        disturbances, now = organization.disturbances, organization.clock.now()
        if not organization.flags.analytics_beta:
            raise not_in_the_beta()
        disturbances.check_analytics(report, now)
        cursor = read_cursor(query)
        asked = read_query(query, now, cursor, sorted(orders), money="amount" in orders)
        limit = params.integer(query, "limit", 20, 1, 1000)
        disturbances.before_page(report, asked.page)
        offset = 0 if cursor is None else cursor.offset
        page, has_more = self._rows(organization, report, query, asked).page(offset, limit)
        if params.boolean(query, "exclude_deleted_users"):
            page = [row for row in page if not _deleted(organization, asked, row)]
        again = disturbances.is_repeated(report, asked.page)
        note = f"{asked.refreshed.isoformat()} {asked.end.isoformat()} {asked.page + 1}"
        has_more = has_more or again
        more = {
            "has_more": has_more,
            "next_page": write_cursor(query, offset if again else offset + limit, note) if has_more else None,
            "data_refreshed_at": stamp(asked.refreshed),
        }
        disturbances.count_page(report)
        return asked, page, more

    def _rows(self, organization: ClaudeOrganization, report: Report, query: QueryParams, asked: Asked) -> Ordered:
        bound = tuple(sorted((name, value) for name, value in query.multi_items() if name not in ("page", "limit")))
        gaps = tuple(organization.disturbances.gaps(report, asked.start, asked.end))
        known = (report, bound, asked.refreshed, asked.end, gaps, self._book.state())
        kept = self._kept.get(known)
        if kept is None:
            kept = self._kept[known] = self._made(organization, query, asked, gaps)
            while len(self._kept) > 16:
                self._kept.popitem(last=False)
        return kept

    def _made(self, organization: ClaudeOrganization, query: QueryParams, asked: Asked, gaps: Sequence[Span]) -> Ordered:
        keep = make_filter(organization, read_filters(query))
        by_time = asked.order_by == "time" and asked.width is not None

        def made(span: Span) -> list[Row]:
            rows = collect(self._book, organization, *span, asked.width, asked.group_by, keep, asked.refreshed, gaps)
            return in_order(rows, _metric(asked), by_time=by_time, descending=asked.descending)

        if asked.width is None or not by_time:
            return Ranked(made((asked.start, asked.end)))
        return PieceByPiece(pieces_of(asked.start, asked.end, asked.width, newest_first=asked.descending), made)


class Shower:
    """Shows rows as JSON. What rows of one answer share is made once."""

    def __init__(self, organization: ClaudeOrganization, asked: Asked, dimensions: Sequence[str], groups: Groups) -> None:
        self._organization, self._asked, self._dimensions = organization, asked, dimensions
        self._groups = groups
        self._bounds: dict[datetime, dict[str, str]] = {}

    def group(self, row: Row) -> dict[str, Any]:
        """Return a row's group: every dimension, null unless asked for."""
        group = self._groups.get(row.values)
        if group is None:
            asked = zip(self._asked.group_by, row.values, strict=True)
            shown = {name: value_json(self._organization, value) for name, value in asked}
            group = self._groups[row.values] = dict.fromkeys(self._dimensions) | shown
        return group

    def bounds(self, row: Row) -> dict[str, str]:
        """Return a row's bucket."""
        bounds = self._bounds.get(row.start)
        if bounds is None:
            bounds = self._bounds[row.start] = {"starting_at": stamp(row.start), "ending_at": stamp(row.end)}
        return bounds


def _metric(asked: Asked) -> Callable[[Row], int]:
    """Return what rows are ranked by: the metric that was asked for, or the report's usual one."""
    position = {"output_tokens": 4, "uncached_input_tokens": 0, "requests": 7}.get(asked.order_by)
    if position is not None:
        return lambda row: row.counters[position]
    return attrgetter("units" if asked.money else "tokens")


def _deleted(organization: ClaudeOrganization, asked: Asked, row: Row) -> bool:
    actor = row.values[asked.group_by.index("actor")]
    return isinstance(actor, tuple) and actor[0] == "user_actor" and actor[1] not in organization.users


def _components(asked: Asked, row: Row) -> list[tuple[dict[str, str], int]]:
    if not asked.fan_out:
        return [({}, row.units)]
    costs = row.costs
    tokens = {"cost_type": "tokens"} if "cost_type" in asked.fan_out else {}
    if "token_type" in asked.fan_out:
        parts = [(tokens | {"token_type": kind}, costs[n]) for n, kind in enumerate(TOKEN_TYPES)]
    else:
        parts = [(tokens, sum(costs[:5]))]
    if "cost_type" in asked.fan_out:
        parts += [({"cost_type": kind}, costs[n]) for n, kind in OTHER_COSTS.items()]
    else:
        parts.append(({}, sum(costs[n] for n in OTHER_COSTS)))
    return [(extra, units) for extra, units in parts if units]
