"""What switches add, a discount, and how all reports split money: each agrees with every other, to the last unit."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from bot.sandbox.claude.organization import Flags
from bot.sandbox.claude.prices import UNITS_PER_CENT, unit_prices
from tests.sandbox.claude_reports import amount, days, rows, tokens
from tests.sandbox.claude_server import Api, World

ALL = {"priority_tier": True, "unknown_model": True, "long_prompts": True, "agent_sessions": True, "discount_percent": 8}
SPAN = days(2, 1)


@pytest.fixture(scope="module")
def plain() -> Api:
    return Api(World())


@pytest.fixture(scope="module")
def full() -> Api:
    world = World()
    world.organization.set_flags(ALL)
    return Api(world)


def cost_lines(api: Api, **query: Any) -> Iterator[dict[str, Any]]:
    """All lines of the legacy cost report."""
    for bucket in api.get("cost_report", **SPAN, **query)["data"]:
        yield from bucket["results"]


def legacy(api: Api, **query: Any) -> Decimal:
    """The sum of the legacy cost report, in cents."""
    return sum((Decimal(line["amount"]) for line in cost_lines(api, **query)), Decimal(0))


def test_a_discount_is_the_same_in_every_report_of_money_and_exact_in_every_grouping(full: Api) -> None:
    listed = sum((Decimal(row["cost"]["list_amount"]) for row in rows(full, "analytics/cost", **SPAN)), Decimal(0))
    paid = listed * 92 / 100
    for group_by in ([], ["model", "api_key_id"], ["actor"], ["token_type"], ["cost_type", "service_tier"]):
        assert amount(rows(full, "analytics/cost", **SPAN, group_by=group_by)) == paid, group_by
    hours = rows(full, "analytics/cost", **SPAN, time_bucket_width="1h", group_by=["model"])
    assert amount(hours) == paid
    not_priority = paid - amount(rows(full, "analytics/cost", **SPAN, service_tiers=["priority"]))
    for group_by in ([], ["workspace_id"], ["description"], ["workspace_id", "description"]):
        assert legacy(full, group_by=group_by) == not_priority, group_by
    assert 0 < not_priority < paid


def test_a_switch_that_is_off_changes_nothing_and_adds_when_it_is_on(plain: Api, full: Api) -> None:
    def by_tier(api: Api) -> dict[str, Decimal]:
        found = rows(api, "analytics/cost", **SPAN, group_by=["service_tier"])
        return {row["group"]["service_tier"]: Decimal(row["cost"]["list_amount"]) for row in found}

    assert set(by_tier(plain)) == {"standard", "batch", None}
    assert set(by_tier(full)) == {"standard", "batch", "priority", None}
    world = World()
    off = Api(world)
    world.organization.set_flags(ALL)
    assert amount(rows(off, "analytics/cost", **SPAN)) == amount(rows(full, "analytics/cost", **SPAN))
    world.organization.flags = replace(Flags())
    assert rows(off, "analytics/cost", **SPAN) == rows(plain, "analytics/cost", **SPAN)


def test_priority_has_tokens_in_both_usage_reports_and_money_in_analytics_alone(full: Api) -> None:
    (analytics,) = rows(full, "analytics/usage", **SPAN, service_tiers=["priority"])
    lines = [
        line
        for bucket in full.get("usage_report/messages", **SPAN, service_tiers=["priority"], group_by=["model"])["data"]
        for line in bucket["results"]
    ]
    assert tuple(map(sum, zip(*(tokens(line) for line in lines), strict=True))) == tokens(analytics["usage"])
    assert amount(rows(full, "analytics/cost", **SPAN, service_tiers=["priority"])) > 0
    assert {line["service_tier"] for line in cost_lines(full, group_by=["description"])} == {"standard", "batch", None}


def test_a_model_that_no_table_names_has_usage_and_cost_in_all_reports(full: Api) -> None:
    model, key = "claude-nova-1", full.world.key("agent-lab")
    query = {"models": [model], "group_by": ["api_key_id"]}
    (cost,), (usage,) = rows(full, "analytics/cost", **SPAN, **query), rows(full, "analytics/usage", **SPAN, **query)
    assert cost["group"]["api_key_id"] == usage["group"]["api_key_id"] == key
    told = sum(Decimal(line["amount"]) for line in cost_lines(full, group_by=["description"]) if line["model"] == model)
    assert told == Decimal(cost["cost"]["amount"]) > 0
    (bucket,) = full.get("usage_report/messages", **SPAN, **query)["data"]
    assert [tokens(line) for line in bucket["results"]] == [tokens(usage["usage"])]


def test_long_prompts_cost_more_than_tokens_times_the_usual_price_and_no_dimension_tells_why(plain: Api, full: Api) -> None:
    def ratio(api: Api) -> Decimal:
        query = {**SPAN, "models": ["claude-haiku-5-5"], "api_key_ids": [api.world.key("search-rerank")]}
        (cost,), (usage,) = rows(api, "analytics/cost", **query), rows(api, "analytics/usage", **query)
        prices = unit_prices("claude-haiku-5-5", date(2026, 11, 21), "standard", "global")[:5]
        usual = sum(n * price for n, price in zip(tokens(usage["usage"]), prices, strict=True))
        return Decimal(cost["cost"]["list_amount"]) * UNITS_PER_CENT / usual

    assert ratio(plain) == 1
    assert 2 < ratio(full) < 5
    contexts = rows(full, "analytics/cost", **SPAN, models=["claude-haiku-5-5"], group_by=["context_window"])
    assert [row["group"]["context_window"] for row in contexts] == ["0-200k"]


def test_what_is_no_tokens_is_a_part_of_its_own_with_the_same_sum_in_both_reports(full: Api) -> None:
    split = rows(full, "analytics/cost", **SPAN, group_by=["cost_type"])
    found = {row["group"]["cost_type"]: Decimal(row["cost"]["amount"]) for row in split}
    assert set(found) == {"tokens", "web_search", "code_execution", "session_usage"}
    assert {row["group"]["token_type"] for row in split} == {None}
    by_type = rows(full, "analytics/cost", **SPAN, group_by=["token_type"])
    assert {row["group"]["cost_type"] for row in by_type} == {None}
    rest = sum(found[kind] for kind in ("web_search", "code_execution", "session_usage"))
    assert [Decimal(r["cost"]["amount"]) for r in by_type if r["group"]["token_type"] is None] == [rest]
    lines = list(cost_lines(full, group_by=["description"]))
    for kind in ("web_search", "code_execution", "session_usage"):
        (line,) = [line for line in lines if line["cost_type"] == kind]
        assert Decimal(line["amount"]) == found[kind], kind
        assert {line[name] for name in ("model", "token_type", "service_tier", "context_window", "inference_geo")} == {None}


def test_the_us_surcharge_and_the_two_windows_are_in_both_usage_reports(full: Api) -> None:
    for name, values in (("inference_geo", {"us", "global", None}), ("context_window", {"0-200k", "200k-1M"})):
        analytics = rows(full, "analytics/usage", **SPAN, group_by=[name])
        told = {row["group"][name]: tokens(row["usage"]) for row in analytics if row["usage"]["total_tokens"]}
        (bucket,) = full.get("usage_report/messages", **SPAN, group_by=[name])["data"]
        assert {line[name]: tokens(line) for line in bucket["results"]} == told
        assert set(told) == values
