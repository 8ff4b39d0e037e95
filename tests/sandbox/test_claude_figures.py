"""Usage and cost: they agree with each other and the price table, stay behind the clock, and have the story of the seed."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pytest

from bot.sandbox.claude.prices import UNITS_PER_CENT, unit_prices
from tests.sandbox.claude_reports import TODAY, amount, days, iso, rows, tokens
from tests.sandbox.claude_server import NOON, Api, World


@pytest.fixture(scope="module")
def api() -> Api:
    return Api(World())


def test_cost_is_tokens_times_price_in_every_row(api: Api) -> None:
    query = {**days(3), "time_bucket_width": "1d", "group_by": ["model", "service_tier", "inference_geo", "api_key_id"]}
    usage, cost = rows(api, "analytics/usage", **query), rows(api, "analytics/cost", **query)
    by_group = {(row["starting_at"], str(row["group"])): row for row in usage}
    assert len(usage) == len(cost) > 150
    checked = 0
    for row in cost:
        group = {name: value for name, value in row["group"].items() if name not in ("cost_type", "token_type")}
        used = by_group[row["starting_at"], str(group)]["usage"]
        if group["model"] is None:
            continue
        prices = unit_prices(
            group["model"], date.fromisoformat(row["starting_at"][:10]), group["service_tier"], group["inference_geo"]
        )
        units = sum(n * price for n, price in zip(tokens(used), prices[:5], strict=True))
        searches = used["server_tool_use"]["web_search_requests"]
        assert Decimal(row["cost"]["amount"]) == Decimal(units) / UNITS_PER_CENT + searches
        checked += 1
    assert checked > 150


@pytest.mark.parametrize(("width", "span"), [pytest.param("1m", 1, marks=pytest.mark.proof), ("1h", 4), ("1d", 9)])
def test_every_width_of_the_same_days_has_the_same_total(api: Api, width: str, span: int) -> None:
    assert amount(rows(api, "analytics/cost", **days(span), time_bucket_width=width)) == amount(
        rows(api, "analytics/cost", **days(span))
    )


@pytest.mark.parametrize(
    "group_by", [["workspace_id"], ["model", "service_tier"], ["api_key_id"], ["actor"], ["token_type", "cost_type"]]
)
def test_every_grouping_of_the_same_days_has_the_same_total(api: Api, group_by: list[str]) -> None:
    whole = amount(rows(api, "analytics/cost", **days(9)))
    assert amount(rows(api, "analytics/cost", **days(9), group_by=group_by)) == whole > 0


def test_a_discount_lowers_the_amount_and_leaves_the_list_price(api: Api) -> None:
    api.world.organization.flags.discount_percent = 8
    try:
        cost = rows(api, "analytics/cost", **days(2))[0]["cost"]
    finally:
        api.world.organization.flags.discount_percent = 0
    assert Decimal(cost["amount"]) == pytest.approx(Decimal(cost["list_amount"]) * Decimal("0.92"), rel=Decimal("1e-12"))


def test_there_is_playground_usage_without_a_key_and_code_execution_without_a_model(api: Api) -> None:
    found = rows(api, "analytics/cost", **days(7), group_by=["api_key_id", "product", "model", "actor_type"])
    playground = [row["group"] for row in found if row["group"]["api_key_id"] is None]
    assert {group["product"] for group in playground} == {"claude_console"}
    assert {group["actor_type"] for group in playground} == {"user_actor"}
    assert [row for row in found if row["group"]["model"] is None and row["group"]["product"] is None]
    only = rows(api, "analytics/cost", **days(7), api_key_ids=[""])
    assert amount(only) == amount([row for row in found if row["group"]["api_key_id"] is None])


def test_a_weekday_costs_300_to_500_dollars_and_a_weekend_day_less(api: Api) -> None:
    by_weekday: dict[bool, list[Decimal]] = defaultdict(list)
    for row in rows(api, "analytics/cost", **days(17, 3), time_bucket_width="1d"):
        weekend = datetime.fromisoformat(row["starting_at"]).weekday() >= 5
        by_weekday[weekend].append(Decimal(row["cost"]["amount"]) / 100)
    assert all(300 < dollars < 500 for dollars in by_weekday[False])
    assert max(by_weekday[True]) < min(by_weekday[False])


def test_thirteen_months_grow_and_change_their_models(api: Api) -> None:
    early = api.get("cost_report", starting_at=iso(TODAY - timedelta(days=392)), group_by=["description"], limit=7)["data"]
    late = api.get("cost_report", **days(10, 3), group_by=["description"])["data"]

    def models(buckets: list[dict[str, Any]]) -> set[str]:
        return {row["model"] for bucket in buckets for row in bucket["results"] if row["model"]}

    def money(buckets: list[dict[str, Any]]) -> Decimal:
        return sum((Decimal(row["amount"]) for bucket in buckets for row in bucket["results"]), Decimal(0))

    assert 0 < money(early) * 3 < money(late)
    assert models(early) <= {"claude-sonnet-4-5", "claude-opus-4-5", "claude-haiku-4-5"}
    assert models(late) >= {"claude-sonnet-5-5", "claude-opus-5-5", "claude-haiku-5-5", "claude-sonnet-4-5"}


def test_the_spike_has_a_cause_at_its_hour(api: Api) -> None:
    found = rows(api, "analytics/cost", **days(3, 1), time_bucket_width="1h", group_by=["model"],
                 api_key_ids=[api.world.key("ingest-prod")], order_by="time", order="asc")  # fmt: skip
    hours = {(row["starting_at"], row["group"]["model"]) for row in found}
    moved = iso(TODAY - timedelta(days=2) + timedelta(hours=14))
    assert {model for at, model in hours if at < moved} == {"claude-sonnet-5-5"}
    assert {model for at, model in hours if at >= moved} == {"claude-opus-5-5"}
    before, after = (
        [row for row in found if row["starting_at"] < moved],
        [row for row in found if row["starting_at"] >= moved],
    )
    assert amount(after) / len(after) > 2 * amount(before) / len(before)


def test_figures_stay_behind_the_clock_and_a_day_grows() -> None:
    api = Api(World())
    query = {"starting_at": iso(TODAY), "ending_at": iso(TODAY + timedelta(days=1)), "time_bucket_width": "1d"}
    late = {"starting_at": "2026-11-23T10:00:00Z", "ending_at": "2026-11-23T14:00:00Z", "time_bucket_width": "1m"}
    page = api.get("analytics/usage", limit=1000, **late)
    assert page["data_refreshed_at"] == "2026-11-23T11:50:00Z"
    assert max(row["ending_at"] for row in page["data"]) == "2026-11-23T11:50:00Z"
    totals: list[Decimal] = []
    for _ in range(6):
        totals.append(amount(rows(api, "analytics/cost", **query)))
        api.world.clock.advance(timedelta(hours=3))
    assert all(earlier < later for earlier, later in pairwise(totals[:5]))


def test_a_revision_changes_one_workspace_of_one_closed_day_only() -> None:
    api = Api(World())
    research, day = api.world.workspace("Research"), (TODAY - timedelta(days=4)).date()
    query = {**days(6), "time_bucket_width": "1d", "group_by": ["workspace_id"]}

    def figures() -> dict[tuple[str, str], int]:
        found = rows(api, "analytics/usage", **query)
        return {(r["starting_at"][:10], r["group"]["workspace_id"]): r["usage"]["total_tokens"] for r in found}

    before = figures()
    api.world.organization.revise(day, research, Decimal("1.2"))
    after = figures()
    assert {key for key in before if before[key] != after[key]} == {(day.isoformat(), research)}
    assert after[day.isoformat(), research] == pytest.approx(before[day.isoformat(), research] * 1.2, rel=1e-6)
    api.world.organization.revise(day, research, Decimal("0.5"))
    assert figures()[day.isoformat(), research] < before[day.isoformat(), research]


def test_a_key_that_is_switched_off_stops_costing_and_goes_on_when_switched_on() -> None:
    api = Api(World())
    key_id = api.world.key("gateway-eu")
    tomorrow = TODAY + timedelta(days=1)

    def cost(hour: int) -> Decimal:
        start = tomorrow + timedelta(hours=hour)
        found = rows(
            api, "analytics/cost", starting_at=iso(start), ending_at=iso(start + timedelta(hours=1)), api_key_ids=[key_id]
        )
        return amount(found)

    api.world.clock.move_to(tomorrow + timedelta(hours=2))
    api.post(f"api_keys/{key_id}", status="inactive")
    api.world.clock.move_to(tomorrow + timedelta(hours=5))
    api.post(f"api_keys/{key_id}", status="active")
    api.world.clock.move_to(tomorrow + timedelta(hours=9))
    assert [cost(hour) > 0 for hour in range(7)] == [True, True, False, False, False, True, True]


def test_unused_keys_and_deleted_people_are_told_apart(api: Api) -> None:
    used = {row["group"]["api_key_id"] for row in rows(api, "analytics/usage", **days(31), group_by=["api_key_id"])}
    active = {key.id for key in api.world.organization.keys.values() if key.status(NOON) == "active"}
    assert len(active - used) >= 5
    people = rows(api, "analytics/cost", **days(31), group_by=["actor"])
    gone = [row for row in people if row["group"]["actor"]["type"] == "user_actor" and row["group"]["actor"]["deleted"]]
    assert gone
    assert gone[0]["group"]["actor"]["email_address"].endswith("@acme.test")
    kept = rows(api, "analytics/cost", **days(31), group_by=["actor"], exclude_deleted_users=True)
    assert len(kept) == len(people) - len(gone)


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"starting_at": "2026-11-20"},
        {"starting_at": "2026-11-20T00:00:00"},
        {"starting_at": "2025-12-31T00:00:00Z"},
        {"starting_at": "2026-11-20T00:00:00Z", "time_bucket_width": "1d"},
        {"starting_at": "2026-11-20T00:00:00Z", "ending_at": "2026-11-20T00:00:00Z"},
        {"starting_at": "2026-10-01T00:00:00Z", "ending_at": "2026-11-02T00:00:01Z"},
        {"starting_at": "2026-11-20T00:00:00Z", "ending_at": "2026-11-21T01:00:00Z", "time_bucket_width": "1m"},
        {**days(2), "time_bucket_width": "1w"},
        {**days(2), "group_by": ["colour"]},
        {**days(2), "group_by": ["model", "product", "actor", "api_key_id", "speed", "workspace_id"]},
        {**days(2), "service_tiers": ["gold"]},
        {**days(2), "order_by": "name"},
        {**days(2), "exclude_deleted_users": "true"},
        {**days(2), "organization_ids": ["org_1"]},
        {**days(2), "limit": "1001"},
    ],
)
def test_a_query_outside_the_rules_is_refused(api: Api, wrong: dict[str, Any]) -> None:
    flat: dict[str, Any] = {f"{name}[]" if isinstance(value, list) else name: value for name, value in wrong.items()}
    api.refused("GET", "analytics/cost", 400, **flat)


def test_rows_are_ranked_by_the_metric_or_by_time(api: Api) -> None:
    for metric in ("output_tokens", "uncached_input_tokens", "requests", "total_tokens"):
        found = [
            row["usage"][metric] for row in rows(api, "analytics/usage", **days(3), group_by=["model"], order_by=metric)
        ]
        assert found == sorted(found, reverse=True)
    rising = rows(api, "analytics/cost", **days(3), group_by=["model"], order="asc")
    assert [Decimal(row["cost"]["amount"]) for row in rising] == sorted(Decimal(r["cost"]["amount"]) for r in rising)
    newest = [r["starting_at"] for r in rows(api, "analytics/cost", **days(3), time_bucket_width="1d", order_by="time")]
    assert newest == sorted(newest, reverse=True)


def test_two_organizations_of_one_day_are_the_same() -> None:
    first, second = Api(World()), Api(World())
    query = {**days(31), "group_by": ["api_key_id", "model"]}
    assert rows(first, "analytics/cost", **query) == rows(second, "analytics/cost", **query)
    assert first.get("users", limit=1000) == second.get("users", limit=1000)


def test_the_large_organization_is_large() -> None:
    world = World(large=True)
    assert len(world.organization.users) == 5000
    assert len(world.organization.keys) == 1000
