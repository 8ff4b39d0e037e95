"""Reports: exact money, ranges of any length, and the legacy reports where the beta isn't available."""

import json
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr

from bot.admin import reports, shapes
from bot.admin.buckets import bucket_reader
from bot.admin.call import stamp
from bot.admin.client import AdminClient
from bot.admin.http import Transport
from bot.admin.rows import CostRow, ModelUse
from bot.errors import UpstreamDown, UpstreamRefused
from tests.admin.conftest import QUICK

START = datetime(2026, 9, 1, tzinfo=UTC)
DEFAULT = {"id": "wrkspc_default", "name": "Default", "created_at": "2026-01-01T00:00:00Z", "archived_at": None}


@given(st.decimals(min_value=-(10**11), max_value=10**11, allow_nan=False, allow_infinity=False, places=7))
def test_cents_become_nano_dollars_without_a_float(cents: Decimal) -> None:
    assert reports.nanos(f"{cents:f}") == int(cents * 10**7)


@pytest.mark.parametrize(
    ("cents", "expected"),
    [
        ("41280.125", 412801250000),
        ("0", 0),
        ("-0.5", -5000000),
        (141, 1410000000),
        ("1e3", 10**10),
        ("0.00000015", 2),
        (Decimal("0.5"), 5000000),
    ],
)
def test_amounts_are_read_in_every_notation(cents: str | int | Decimal, expected: int) -> None:
    assert reports.nanos(cents) == expected


@pytest.mark.parametrize(
    "nonsense", ["1e25", "-1e12", "9" * 30, 10**12, "", "-", "1.x", "1.²", 0.5, "abc", "NaN", "Infinity", None]
)
def test_what_is_no_amount_is_refused(nonsense: Any) -> None:
    with pytest.raises((ValueError, TypeError, ArithmeticError)):
        reports.nanos(nonsense)


def test_ninety_days_become_three_calls_that_neither_overlap_nor_leave_gaps() -> None:
    cut = list(reports.slices(START, START + timedelta(days=90)))
    assert len(cut) == 3
    assert (cut[0][0], cut[-1][1]) == (START, START + timedelta(days=90))
    assert all(before[1] == after[0] for before, after in pairwise(cut))
    assert all(ends - starts <= timedelta(days=31) for starts, ends in cut)


def cost_item(amount: str, key: str | None = "apikey_1", currency: str = "USD", begun: datetime = START) -> dict[str, Any]:
    return {
        "starting_at": begun.isoformat(),
        "ending_at": (begun + timedelta(days=1)).isoformat(),
        "group": {"api_key_id": key, "workspace_id": "wrkspc_1", "model": None, "actor": None, "a_new_dimension": 1},
        "cost": {"amount": amount, "list_amount": "50", "currency": currency, "requests": 3},
    }


class Upstream:
    """Answers made up here: analytics pages, or their refusal, and legacy pages."""

    def __init__(self, refuse: int | None = None, refuse_from: int = 0) -> None:
        self.seen: list[httpx.Request] = []
        self.refuse, self.refuse_from = refuse, refuse_from
        self.legacy: dict[str, list[dict[str, Any]]] = {}

    def client(self) -> AdminClient:
        return AdminClient(Transport(SecretStr("sk-ant-admin01-x"), wire=httpx.MockTransport(self.answer)), QUICK)

    def answer(self, request: httpx.Request) -> httpx.Response:
        self.seen.append(request)
        path = request.url.path.removeprefix("/v1/organizations")
        if path == "/workspaces":
            return httpx.Response(200, json={"data": [DEFAULT], "has_more": False, "last_id": None})
        if path.startswith("/analytics/"):
            if self.refuse and len(self.seen) > self.refuse_from:
                return httpx.Response(
                    self.refuse, json={"type": "error", "error": {"type": "x", "message": "not in the beta"}}
                )
            more = "p2" if "page" not in request.url.params else None
            refreshed = "2026-09-03T06:00:00Z" if more else "2026-09-03T05:00:00Z"
            item = cost_item("12.5" if more else "25", begun=datetime.fromisoformat(request.url.params["starting_at"]))
            page = {"data": [item], "has_more": bool(more), "next_page": more, "data_refreshed_at": refreshed}
            return httpx.Response(200, json=page)
        if path in self.legacy:
            bucket = {
                "starting_at": "2026-09-01T00:00:00Z",
                "ending_at": "2026-09-02T00:00:00Z",
                "results": self.legacy[path],
            }
            empty: dict[str, Any] = bucket | {"starting_at": bucket["ending_at"], "results": []}
            return httpx.Response(200, json={"data": [bucket, empty], "has_more": False, "next_page": None})
        return httpx.Response(404, json={"type": "error", "error": {"type": "not_found_error", "message": "?"}})


def legacy_line(amount: str, token_type: str, model: str = "claude-opus-5", workspace: str | None = None) -> dict[str, Any]:
    facts = {"model": model, "token_type": token_type, "cost_type": "tokens", "workspace_id": workspace}
    return {"amount": amount, "currency": "USD", "description": f"{model} {token_type}", **facts}


async def test_a_long_range_is_asked_in_slices_with_the_beta_header_and_all_pages_are_joined() -> None:
    upstream = Upstream()
    filters = {"workspace_ids": ["wrkspc_1"]}
    report = await upstream.client().cost(START, START + timedelta(days=62), ("api_key_id",), "1d", filters)
    assert len(report.rows) == 4
    assert report.rows[0].amount == Decimal("0.125")
    assert report.rows[0].list_amount == Decimal("0.5")
    assert report.rows[0].api_key_id == "apikey_1"
    assert (report.source, report.grouped_by) == ("analytics", ("api_key_id",))
    assert report.refreshed_at == datetime(2026, 9, 3, 5, tzinfo=UTC), "as fresh as its stalest page"
    assert all(request.headers["anthropic-beta"] == "analytics-usage-cost-2026-08-24" for request in upstream.seen)
    query = upstream.seen[0].url.params
    assert query["starting_at"] == "2026-09-01T00:00:00Z"
    assert (query["group_by[]"], query["workspace_ids[]"]) == ("api_key_id", "wrkspc_1")
    assert upstream.seen[2].url.params["starting_at"] == "2026-10-02T00:00:00Z"


@pytest.mark.parametrize("status", [400, 403, 404])
async def test_without_the_beta_cost_comes_from_the_legacy_report(status: int) -> None:
    upstream = Upstream(refuse=status)
    upstream.legacy["/cost_report"] = [
        legacy_line("100", "output_tokens"),
        legacy_line("23.5", "uncached_input_tokens"),
        legacy_line("7", "output_tokens", workspace="wrkspc_1"),
    ]
    groups = ("workspace_id", "model", "api_key_id")
    report = await upstream.client().cost(START, START + timedelta(days=2), groups, "1d")
    assert (report.source, report.grouped_by, report.refreshed_at) == ("legacy", ("workspace_id", "model"), None)
    assert [(row.workspace_id, row.model, row.amount) for row in report.rows] == [
        ("wrkspc_default", "claude-opus-5", Decimal("1.235")),
        ("wrkspc_1", "claude-opus-5", Decimal("0.07")),
    ]
    asked = upstream.seen[-1]
    assert asked.headers["anthropic-version"] == "2023-06-01"
    assert asked.url.params.get_list("group_by[]") == ["workspace_id", "description"]


async def test_the_legacy_report_is_not_asked_what_it_would_answer_differently() -> None:
    for how in ({"bucket": "1h"}, {"filters": {"api_key_ids": ["apikey_1"]}}):
        upstream = Upstream(refuse=400)
        upstream.legacy["/cost_report"] = [legacy_line("100", "output_tokens")]
        with pytest.raises(UpstreamRefused, match="not in the beta"):
            await upstream.client().cost(START, START + timedelta(days=1), **how)  # pyright: ignore[reportArgumentType]


@pytest.mark.parametrize(("starts", "ends"), [(START + timedelta(hours=12), START + timedelta(days=1)),
                                              (START, START + timedelta(hours=15))])  # fmt: skip
async def test_the_legacy_report_is_not_asked_for_a_part_of_its_bucket(starts: datetime, ends: datetime) -> None:
    upstream = Upstream(refuse=400)
    upstream.legacy["/cost_report"] = [legacy_line("100", "output_tokens")]
    with pytest.raises(UpstreamRefused, match="not in the beta"):
        await upstream.client().cost(starts, ends)


async def test_a_refusal_in_the_middle_leads_to_the_whole_of_the_other_report_and_to_no_mix() -> None:
    upstream = Upstream(refuse=400, refuse_from=1)
    with pytest.raises(UpstreamRefused, match="not in the beta"):
        await upstream.client().cost(START, START + timedelta(days=1), bucket="1d")
    upstream = Upstream(refuse=400, refuse_from=1)
    upstream.legacy["/cost_report"] = [legacy_line("100", "output_tokens"), legacy_line("7", "output_tokens")]
    report = await upstream.client().cost(START, START + timedelta(days=1), bucket="1d")
    assert (report.source, [row.amount for row in report.rows]) == ("legacy", [Decimal("1.07")])


async def test_usage_falls_back_too_and_does_not_invent_requests() -> None:
    upstream = Upstream(refuse=403)
    line = {"uncached_input_tokens": 1, "cache_read_input_tokens": 2, "output_tokens": 5, "model": "claude-opus-5"}
    line |= {"cache_creation": {"ephemeral_5m_input_tokens": 3, "ephemeral_1h_input_tokens": 4}, "api_key_id": "apikey_1"}
    upstream.legacy["/usage_report/messages"] = [line | {"server_tool_use": {"web_search_requests": 6}}]
    report = await upstream.client().usage(START, START + timedelta(days=1), ("api_key_id",), "1d")
    [row] = report.rows
    assert (row.uncached_input, row.cache_read, row.cache_write_5m, row.cache_write_1h, row.output) == (1, 2, 3, 4, 5)
    assert (row.requests, row.web_searches, row.api_key_id, row.model) == (None, 6, "apikey_1", None)
    assert row.input == 10
    assert report.source == "legacy"


def test_another_currency_is_not_added_to_dollars() -> None:
    page = shapes.read_cost(json.dumps({"data": [cost_item("1", currency="EUR")]}).encode())
    for read in (reports.cost_rows, bucket_reader(("workspace_id", "api_key_id"))):
        with pytest.raises(ValueError, match="currency"):
            read(page.data)


def test_an_id_that_every_row_repeats_is_held_once() -> None:
    group = {
        "workspace_id": "wrkspc_1",
        "actor": {"type": "user_actor", "user_id": "user_1", "email_address": "a@acme.test"},
    }
    rows = [cost_item("1") | {"group": group | {"model": model}} for model in ("m", "n")]
    page = shapes.read_cost(json.dumps({"data": rows}).encode())
    [bucket] = bucket_reader(("workspace_id", "actor", "model"))(page.data)
    (workspace, actor, _), (same_workspace, same_actor, _) = bucket.groups
    assert workspace is same_workspace
    assert actor is same_actor


async def test_a_broken_page_is_down_and_not_an_empty_report() -> None:
    def answer(_: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json={"data": [{"cost": {}}], "next_page": None})

    admin = AdminClient(Transport(SecretStr("x"), wire=httpx.MockTransport(answer)), QUICK)
    with pytest.raises(UpstreamDown):
        await admin.cost(START, START + timedelta(days=1))


def test_a_naive_time_is_a_programming_error() -> None:
    row = CostRow(START, START, None, None, None, None, None, None, 1)
    assert row.list_amount is None
    with pytest.raises(ValueError, match="aware"):
        stamp(datetime(2026, 1, 1))  # noqa: DTZ001


def test_an_actor_of_a_kind_that_comes_later_makes_no_report_of_claude_code_unreadable() -> None:
    core = {
        "num_sessions": 5, "lines_of_code": {"added": 1, "removed": 0}, "commits_by_claude_code": 0,
        "pull_requests_by_claude_code": 0,
    }  # fmt: skip
    item: dict[str, Any] = {
        "date": "2026-11-21T00:00:00Z", "core_metrics": core, "tool_actions": {}, "model_breakdown": [],
    }  # fmt: skip
    for actor, known_by in (
        (
            {"type": "service_account_actor", "workspace_id": "wrkspc_1", "service_account_id": "svac_1"},
            ("service_account", "svac_1"),
        ),
        ({"type": "robot_actor", "serial": 7}, ("robot", "7")),
        ({"type": "robot"}, ("robot", "robot")),
    ):
        row = reports.claude_code_row(item | {"actor": actor})
        assert (row.actor_type, row.actor) == known_by
    with pytest.raises(KeyError):
        reports.claude_code_row(item | {"actor": {"type": "user_actor"}})


async def test_a_claude_code_day_keeps_actors_tools_and_models_that_come_later() -> None:
    item: dict[str, Any] = {
        "date": "2026-11-21T00:00:00Z",
        "actor": {"type": "api_actor", "api_key_name": "ci"},
        "customer_type": "api",
        "terminal_type": "vscode",
        "core_metrics": {
            "num_sessions": 5,
            "lines_of_code": {"added": 15, "removed": 8},
            "commits_by_claude_code": 2,
            "pull_requests_by_claude_code": 1,
        },
        "tool_actions": {"edit_tool": {"accepted": 4, "rejected": 1}, "telepathy_tool": {"accepted": 9, "rejected": 0}},
        "model_breakdown": [
            {"model": "m1", "tokens": {"input": 1, "output": 2, "cache_read": 3}, "estimated_cost": {"amount": 141}},
            {"model": "m2", "tokens": {"input": 10}, "estimated_cost": {"amount": 0.5}},
            {
                "model": "m1",
                "tokens": {"cache_creation": 4, "dreams": 5},
                "estimated_cost": {"currency": "USD", "amount": 9},
            },
        ],
    }
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"data": [item], "has_more": False, "next_page": None})

    admin = AdminClient(Transport(SecretStr("x"), wire=httpx.MockTransport(answer)), QUICK)
    [row] = await admin.claude_code(date(2026, 11, 21))
    assert (row.day, row.actor_type, row.actor) == (date(2026, 11, 21), "api", "ci")
    assert row.tools["telepathy_tool"] == (9, 0)
    assert row.models["m1"] == ModelUse(1, 2, 3, 4, 5, 1_500_000_000), "two lines of a model, and a class that comes later"
    assert row.tokens == {"m1": 15, "m2": 10}
    assert (row.models["m2"].nanos, row.is_remote, row.subscription_type) == (5_000_000, False, None)
    assert seen[0].url.params["starting_at"] == "2026-11-21"
    assert seen[0].headers["anthropic-version"] == "2023-06-01"
