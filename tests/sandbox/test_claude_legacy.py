"""The older reports and the Claude Code report: the same figures, told their own way."""

from datetime import datetime, timedelta
from decimal import Decimal

import pytest

from tests.sandbox.claude_reports import TODAY, amount, days, iso, rows, tokens
from tests.sandbox.claude_server import Api, World


@pytest.fixture(scope="module")
def api() -> Api:
    return Api(World())


def test_the_legacy_cost_report_agrees_with_the_analytics(api: Api) -> None:
    for group_by in ([], ["workspace_id"], ["description"], ["workspace_id", "description"]):
        buckets = api.get("cost_report", **days(7), limit=31, group_by=group_by)["data"]
        total = sum(Decimal(row["amount"]) for bucket in buckets for row in bucket["results"])
        assert total == amount(rows(api, "analytics/cost", **days(7)))


def test_the_legacy_usage_report_agrees_with_the_analytics(api: Api) -> None:
    buckets = api.get("usage_report/messages", **days(3), group_by=["model", "api_key_id"])["data"]
    legacy = [sum(column) for column in zip(*(tokens(row) for b in buckets for row in b["results"]), strict=True)]
    (whole,) = rows(api, "analytics/usage", **days(3))
    assert tuple(legacy) == tokens(whole["usage"])
    assert None in {row["api_key_id"] for bucket in buckets for row in bucket["results"]}


def test_without_the_analytics_beta_only_the_legacy_reports_answer(api: Api) -> None:
    api.world.organization.flags.analytics_beta = False
    try:
        api.refused("GET", "analytics/usage", 400, **days(2))
        api.refused("GET", "analytics/cost", 400, **days(2))
        assert api.get("cost_report", **days(2))["data"][0]["results"]
    finally:
        api.world.organization.flags.analytics_beta = True


def test_legacy_reports_return_empty_buckets_oldest_first(api: Api) -> None:
    page = api.get("usage_report/messages", **days(2), api_key_ids=[api.world.key("first-key")])
    assert [bucket["results"] for bucket in page["data"]] == [[], []]
    starts = [bucket["starting_at"] for bucket in api.get("cost_report", **days(5))["data"]]
    assert starts == sorted(starts)
    assert len(api.get("usage_report/messages", starting_at=iso(TODAY), bucket_width="1m")["data"]) == 60
    api.refused("GET", "usage_report/messages", 400, starting_at=iso(TODAY), bucket_width="1m", limit=1441)
    api.refused("GET", "cost_report", 400, starting_at=iso(TODAY), bucket_width="1h")


@pytest.mark.parametrize("path", ["cost_report", "usage_report/messages"])
def test_legacy_reports_refuse_to_end_before_they_begin(api: Api, path: str) -> None:
    assert "ending_at" in api.refused("GET", path, 400, **days(2, 3))
    assert api.get(path, **days(2, 2))["data"] == []


def test_the_default_workspace_is_null_in_legacy_reports_and_real_in_analytics(api: Api) -> None:
    default = api.world.workspace("Default")
    bucket = api.get("cost_report", **days(2, 1), group_by=["workspace_id"])["data"][0]
    real = {
        row["group"]["workspace_id"]: row for row in rows(api, "analytics/cost", **days(2, 1), group_by=["workspace_id"])
    }
    (null,) = [row for row in bucket["results"] if row["workspace_id"] is None]
    assert null["amount"] == real[default]["cost"]["amount"]


def test_claude_code_rows_are_several_per_person_with_keys_by_name_and_an_unknown_tool(api: Api) -> None:
    found = rows(api, "usage_report/claude_code", starting_at="2026-11-19")
    people = [row["actor"].get("email_address") for row in found if row["actor"]["type"] == "user_actor"]
    assert len(people) > len(set(people)) > 10
    assert {"type": "api_actor", "api_key_name": "claude-code-ci"} in [row["actor"] for row in found]
    assert any("patch_tool" in row["tool_actions"] for row in found)
    assert {row["is_remote"] for row in found} == {True, False}
    assert api.get("usage_report/claude_code", starting_at="2027-01-01")["data"] == []
    api.refused("GET", "usage_report/claude_code", 400, starting_at="2026-11-19T00:00:00Z")


def test_claude_code_withholds_the_last_hour() -> None:
    api = Api(World())

    def output() -> int:
        found = rows(api, "usage_report/claude_code", starting_at="2026-11-23")
        return sum(model["tokens"]["output"] for row in found for model in row["model_breakdown"])

    def reported(until: datetime) -> int:
        found = rows(api, "usage_report/messages", starting_at=iso(TODAY), ending_at=iso(until), bucket_width="1h",
                     workspace_ids=[api.world.workspace("Claude Code")])  # fmt: skip
        return sum(row["output_tokens"] for bucket in found for row in bucket["results"])

    api.world.clock.move_to(TODAY + timedelta(hours=13))
    assert reported(TODAY + timedelta(hours=11)) < output() < reported(TODAY + timedelta(hours=13))
