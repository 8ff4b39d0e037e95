"""Sums made straight from the sandbox's endpoints, to hold against what the bot says: plain HTTP, sums of its own.

Nothing here may come from the bot's own reading of reports: no `bot.spend`, no `bot.admin`.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, cast

import httpx
from starlette.applications import Starlette

from bot.sandbox.claude.organization import ADMIN_KEY

Json = dict[str, Any]
Query = list[tuple[str, str | int | float | bool | None]]
Key = tuple[str, ...]
"""A value for each part of `by`: "2026-11-21", "2026-11", an id, a model; "" where a report has null."""

_HEADERS = {
    "x-api-key": ADMIN_KEY,
    "anthropic-version": "2026-10-21",
    "anthropic-beta": "analytics-usage-cost-2026-08-24,fast-mode-2026-02-01",
}
_API_NAMES = {
    "workspace": "workspace_id",
    "model": "model",
    "key": "api_key_id",
    "person": "actor",
    "product": "product",
    "tier": "service_tier",
    "context": "context_window",
    "geo": "inference_geo",
    "token type": "token_type",
    "cost type": "cost_type",
}
"""What a total can be split by, besides "hour", "day" and "month", and how the analytics reports call it."""
_ACTOR_IDS = ("user_id", "service_account_id", "api_key_id", "subject")
_MOST_DAYS = 31


@dataclass
class Totals:
    """What a group amounts to: dollars, exact and unrounded, and counts. `parts` is how many rows of the report it has."""

    money: Decimal = Decimal(0)
    list_price: Decimal = Decimal(0)
    uncached_input: int = 0
    cache_read: int = 0
    cache_write_5m: int = 0
    cache_write_1h: int = 0
    output: int = 0
    web_searches: int = 0
    requests: int = 0
    parts: int = 0

    @property
    def tokens(self) -> int:
        """Every token."""
        return self.uncached_input + self.cache_read + self.cache_write_5m + self.cache_write_1h + self.output

    @property
    def nanos(self) -> int:
        """The money in whole nano-dollars, and an error where it isn't whole.

        The sandbox's list prices are whole nano-dollars, and so is what a discount of 20, 40, 60 or 80 % leaves of them.
        After another discount, rows have fractions, which a ledger rounds row by row.
        """
        whole = self.money * 10**9
        assert whole == int(whole), f"{self.money} dollars are no whole nano-dollars"
        return int(whole)


@dataclass
class CodeTotals:
    """What Claude Code's report amounts to for a group; `cents` is the estimated cost."""

    sessions: int = 0
    lines_added: int = 0
    lines_removed: int = 0
    commits: int = 0
    pull_requests: int = 0
    accepted: int = 0
    rejected: int = 0
    tokens: int = 0
    cents: int = 0


def in_process(app: Starlette) -> httpx.AsyncClient:
    """Return a client of the organization's app, without a socket."""
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://sandbox.test")


async def money_and_tokens(
    http: httpx.AsyncClient,
    first: date,
    last: date,
    by: Sequence[str],
    where: Mapping[str, Sequence[str]] | None = None,
) -> dict[Key, Totals]:
    """Return totals from the analytics reports, both days included; `where`: filter of the API -> values.

    Tokens are left out when `by` splits money further than usage can be split (token type, cost type).
    """
    found: dict[Key, Totals] = {}
    async for row in analytics_rows(http, "cost", first, last, by, where):
        totals = found.setdefault(_key(row, row["group"], by), Totals())
        totals.money += Decimal(row["cost"]["amount"]) / 100
        totals.list_price += Decimal(row["cost"]["list_amount"]) / 100
        totals.parts += 1
    if {"token type", "cost type"} & set(by):
        return found
    async for row in analytics_rows(http, "usage", first, last, by, where):
        totals = found.setdefault(_key(row, row["group"], by), Totals())
        _add_tokens(totals, row["usage"])
        totals.requests += row["usage"]["requests"]
    return found


async def legacy_money_and_tokens(http: httpx.AsyncClient, first: date, last: date, by: Sequence[str]) -> dict[Key, Totals]:
    """Return totals from the legacy reports by day, month, workspace and model, the default workspace by its id.

    Money alone where `by` has a token type or a cost type; requests are in none of these reports.
    """
    default = await _default_workspace(http)
    found: dict[Key, Totals] = {}
    groups = ["workspace_id", "description"]
    async for bucket in _pages(http, "cost_report", _span(first, last) + _lists(group_by=groups) + [("limit", "31")]):
        for line in bucket["results"]:
            key = _key(bucket, line | {"workspace_id": line["workspace_id"] or default}, by)
            found.setdefault(key, Totals()).money += Decimal(line["amount"]) / 100
    if {"token type", "cost type"} & set(by):
        return found
    query = _span(first, last) + _lists(group_by=["workspace_id", "model"]) + [("bucket_width", "1d"), ("limit", "31")]
    async for bucket in _pages(http, "usage_report/messages", query):
        for line in bucket["results"]:
            key = _key(bucket, line | {"workspace_id": line["workspace_id"] or default}, by)
            _add_tokens(found.setdefault(key, Totals()), line)
    return found


async def claude_code(http: httpx.AsyncClient, first: date, last: date, by: Sequence[str]) -> dict[Key, CodeTotals]:
    """Return sums of Claude Code by "day", "month", "person", "terminal", and at most one of "model" and "tool".

    By model only tokens and cost are counted, by tool only what was accepted and rejected.
    """
    found: dict[Key, CodeTotals] = {}
    for n in range((last - first).days + 1):
        day = (first + timedelta(days=n)).isoformat()
        async for row in _pages(http, "usage_report/claude_code", [("starting_at", day), ("limit", "1000")]):
            actor = row["actor"]
            who = actor.get("email_address") or actor.get("api_key_name")
            facts = {"day": day, "month": day[:7], "person": who, "terminal": row["terminal_type"]}
            for more, sums in _code_parts(row, by):
                totals = found.setdefault(tuple((facts | more)[part] for part in by), CodeTotals())
                for one in fields(CodeTotals):
                    setattr(totals, one.name, getattr(totals, one.name) + getattr(sums, one.name))
    return found


async def analytics_rows(
    http: httpx.AsyncClient,
    report: str,
    first: date,
    last: date,
    by: Sequence[str],
    where: Mapping[str, Sequence[str]] | None = None,
) -> AsyncIterator[Json]:
    """Yield the rows of `analytics/cost` or `analytics/usage` as they come, asked in spans that the API takes."""
    groups = [_API_NAMES[part] for part in by if part in _API_NAMES]
    width = "1h" if "hour" in by else "1d"
    while first <= last:
        until = min(last, first + timedelta(days=_MOST_DAYS - 1))
        query = _span(first, until) + _lists(group_by=groups, **(where or {}))
        query += [("time_bucket_width", width), ("order_by", "time"), ("order", "asc"), ("limit", "1000")]
        async for row in _pages(http, f"analytics/{report}", query):
            yield row
        first = until + timedelta(days=1)


def grouped(rows: Iterable[tuple[Key, int]]) -> dict[Key, int]:
    """Return sums by key without those that are 0, as two sides are compared."""
    found: dict[Key, int] = {}
    for key, amount in rows:
        found[key] = found.get(key, 0) + amount
    return {key: amount for key, amount in found.items() if amount}


def _key(row: Json, group: Json, by: Sequence[str]) -> Key:
    at = str(row["starting_at"])
    times = {"hour": at[:13], "day": at[:10], "month": at[:7]}
    return tuple(times[part] if part in times else _plain(group[_API_NAMES[part]]) for part in by)


def _plain(value: Any) -> str:
    if isinstance(value, dict):
        actor = cast("Json", value)
        return next(str(actor[name]) for name in _ACTOR_IDS if actor.get(name))
    return str(value or "")


def _add_tokens(totals: Totals, usage: Json) -> None:
    totals.uncached_input += usage["uncached_input_tokens"]
    totals.cache_read += usage["cache_read_input_tokens"]
    totals.cache_write_5m += usage["cache_creation"]["ephemeral_5m_input_tokens"]
    totals.cache_write_1h += usage["cache_creation"]["ephemeral_1h_input_tokens"]
    totals.output += usage["output_tokens"]
    totals.web_searches += usage["server_tool_use"]["web_search_requests"]


def _code_parts(row: Json, by: Sequence[str]) -> Iterable[tuple[dict[str, str], CodeTotals]]:
    models: list[Json] = row["model_breakdown"]
    tools: dict[str, Json] = row["tool_actions"]
    if "model" in by:
        return [({"model": one["model"]}, CodeTotals(tokens=_code_tokens(one), cents=_cents(one))) for one in models]
    if "tool" in by:
        return [
            ({"tool": name}, CodeTotals(accepted=one["accepted"], rejected=one["rejected"])) for name, one in tools.items()
        ]
    core: Json = row["core_metrics"]
    whole = CodeTotals(
        sessions=core["num_sessions"],
        lines_added=core["lines_of_code"]["added"],
        lines_removed=core["lines_of_code"]["removed"],
        commits=core["commits_by_claude_code"],
        pull_requests=core["pull_requests_by_claude_code"],
        accepted=sum(one["accepted"] for one in tools.values()),
        rejected=sum(one["rejected"] for one in tools.values()),
        tokens=sum(map(_code_tokens, models)),
        cents=sum(map(_cents, models)),
    )
    return [({}, whole)]


def _code_tokens(model: Json) -> int:
    return sum(model["tokens"].values())


def _cents(model: Json) -> int:
    return int(model["estimated_cost"]["amount"])


async def _default_workspace(http: httpx.AsyncClient) -> str:
    query: Query = [("include_default", "true"), ("limit", "1000")]
    answer = await http.get("/v1/organizations/workspaces", params=query, headers=_HEADERS)
    return next(str(one["id"]) for one in answer.json()["data"] if one["name"] == "Default")


async def _pages(http: httpx.AsyncClient, path: str, query: Query) -> AsyncIterator[Json]:
    page: Query = []
    while True:
        answer = await http.get(f"/v1/organizations/{path}", params=query + page, headers=_HEADERS)
        assert answer.status_code == 200, answer.text
        body: Json = answer.json()
        for row in body["data"]:
            yield row
        if not body["has_more"]:
            return
        page = [("page", body["next_page"])]


def _span(first: date, last: date) -> Query:
    return [("starting_at", f"{first}T00:00:00Z"), ("ending_at", f"{last + timedelta(days=1)}T00:00:00Z")]


def _lists(**lists: Sequence[str]) -> Query:
    return [(f"{name}[]", value) for name, values in lists.items() for value in values]
