"""Reports that are wrong on demand: late and revised figures, gaps, contradictory pages, a source that goes away."""

from collections import Counter
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.testclient import TestClient

from bot.sandbox.claude.control import control_routes
from tests.sandbox.claude_reports import TODAY, amount, days, iso, rows
from tests.sandbox.claude_server import Api, World

YESTERDAY = (TODAY - timedelta(days=1)).date().isoformat()
BY_KEY: dict[str, Any] = {**days(3), "time_bucket_width": "1d", "group_by": ["api_key_id"], "order_by": "time"}


class Room(Api):
    """The organization, and its control."""

    def __init__(self) -> None:
        super().__init__(World())
        self.control = TestClient(Starlette(routes=[Mount("/claude", routes=control_routes(self.world.organization))]))

    def act(self, path: str, **body: Any) -> dict[str, Any]:
        """Use the control API."""
        return self.control.post(f"/claude/{path}", json=body).json()

    def cost(self, **query: Any) -> Decimal:
        """What a day cost, in cents."""
        return amount(rows(self, "analytics/cost", **days(1), **query))

    def legacy(self) -> Decimal:
        """What the same day cost, as the legacy report says."""
        (bucket,) = self.get("cost_report", **days(1))["data"]
        return sum((Decimal(line["amount"]) for line in bucket["results"]), Decimal(0))


@pytest.fixture
def room() -> Room:
    return Room()


def test_figures_are_raised_and_lowered_for_a_key_a_model_and_a_workspace_in_both_reports(room: Room) -> None:
    key = room.world.key("checkout-assistant")
    before, of_key = room.cost(), room.cost(api_key_ids=[key])
    assert room.act("revise", day=YESTERDAY, key_id=key, factor="1.5")["ok"]
    assert room.cost(api_key_ids=[key]) == pytest.approx(of_key * Decimal("1.5"), rel=Decimal("1e-3"))
    assert room.cost() - before == room.cost(api_key_ids=[key]) - of_key
    assert room.act("revise", day=YESTERDAY, model="claude-opus-5-5", factor="0.5")["ok"]
    assert room.act("revise", day=YESTERDAY, workspace_id=room.world.workspace("Staging"), factor="0")["ok"]
    assert room.cost() == room.legacy() < before


def test_rows_of_a_closed_day_come_late_at_their_moment(room: Room) -> None:
    key, whole = room.world.key("gateway-us"), room.cost()
    of_key = room.cost(api_key_ids=[key])
    late = TODAY + timedelta(hours=20)
    assert room.act("revise", day=YESTERDAY, key_id=key, factor="0", until=iso(late))["ok"]
    assert room.cost() == room.legacy() == whole - of_key
    room.world.clock.move_to(late + timedelta(minutes=1))
    assert room.cost() == room.legacy() == whole


def test_a_gap_is_empty_in_the_reports_it_names_and_its_hours_are_known_to_the_others(room: Room) -> None:
    begun = TODAY - timedelta(hours=14)
    whole, span = room.cost(), {"since": iso(begun), "until": iso(begun + timedelta(hours=3))}
    assert room.act("disturbances", kind="gap", **span)["ok"]
    hours = {row["starting_at"] for row in rows(room, "analytics/cost", **days(1), time_bucket_width="1h")}
    assert {iso(begun + timedelta(hours=n)) for n in range(-10, 14)} - hours == {
        iso(begun + timedelta(hours=n)) for n in range(3)
    }
    assert room.cost() < room.legacy() == whole
    assert len(rows(room, "analytics/cost", **days(1))) == 1, "what is before and behind a gap is one row without buckets"
    room.act("disturbances", kind="gap", **span, reports=["cost_report"])
    assert room.legacy() == room.cost()
    assert room.control.delete("/claude/disturbances").json()["active"] == []
    assert room.cost() == room.legacy() == whole


def test_a_gap_can_be_a_failure_for_whoever_asks_about_it_and_for_nobody_else(room: Room) -> None:
    span = {"since": iso(TODAY - timedelta(hours=14)), "until": iso(TODAY)}
    room.act("disturbances", kind="gap", answer="500", reports=["analytics/cost", "usage_report/messages"], **span)
    room.refused("GET", "analytics/cost", 500, **days(1))
    room.refused("GET", "usage_report/messages", 500, **days(1))
    assert room.get("analytics/cost", **days(3, 1))["data"]
    assert room.get("analytics/usage", **days(1))["data"]


@pytest.mark.parametrize("order_by", ["time", "amount"])
def test_a_page_comes_again_and_none_is_lost(room: Room, order_by: str) -> None:
    def found() -> Counter[tuple[str, str]]:
        query = BY_KEY | {"order_by": order_by, "limit": 50}
        page, seen = room.get("analytics/cost", **query), Counter[tuple[str, str]]()
        while True:
            seen.update((row["starting_at"], row["group"]["api_key_id"]) for row in page["data"])
            if not page["has_more"]:
                return seen
            page = room.get("analytics/cost", **query, page=page["next_page"])

    usual = found()
    room.act("disturbances", kind="repeated_page", page=2)
    again = found()
    assert set(usual.values()) == {1}
    assert again.keys() == usual.keys()
    assert sum(n == 2 for n in again.values()) == 50


def test_figures_change_while_pages_of_one_cursor_are_read_once(room: Room) -> None:
    query = BY_KEY | {"order": "asc", "limit": 50}
    before = rows(room, "analytics/cost", **query)
    room.act("disturbances", kind="changed_pages", page=2, day=YESTERDAY, factor="0.25")
    first = room.get("analytics/cost", **query)
    second = room.get("analytics/cost", **query, page=first["next_page"])
    assert second["data_refreshed_at"] == first["data_refreshed_at"]
    assert amount(first["data"]) == amount(before[:50])
    after = rows(room, "analytics/cost", **query)
    assert amount(after) < amount(before)
    assert room.act("disturbances", kind="repeated_page", page=9)["active"][0]["kind"] == "repeated_page"


def test_analytics_goes_away_after_some_pages_or_at_a_moment_and_comes_back(room: Room) -> None:
    room.act("disturbances", kind="no_analytics", after_pages=2)
    query = BY_KEY | {"limit": 50}
    first = room.get("analytics/cost", **query)
    room.get("analytics/cost", **query, page=first["next_page"])
    assert "beta" in room.refused("GET", "analytics/cost", 400, **days(1))
    assert room.legacy() > 0
    room.control.delete("/claude/disturbances")
    begun = TODAY + timedelta(hours=15)
    span = {"since": iso(begun), "until": iso(begun + timedelta(hours=2))}
    room.act("disturbances", kind="no_analytics", **span, reports=["analytics/cost"])
    assert room.cost() > 0
    room.world.clock.move_to(begun)
    room.refused("GET", "analytics/cost", 400, **days(1))
    assert room.get("analytics/usage", **days(1))["data"]
    room.world.clock.move_to(begun + timedelta(hours=2))
    assert room.cost() > 0


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("revise", {"factor": "1.1"}),
        ("revise", {"day": YESTERDAY, "factor": "1.1", "colour": "red"}),
        ("revise", {"day": YESTERDAY, "factor": "Infinity"}),
        ("revise", {"day": YESTERDAY, "factor": "1.1", "key_id": "apikey_none"}),
        ("revise", {"day": YESTERDAY, "factor": "1.1", "until": "2026-11-24T00:00:00"}),
        ("disturbances", {}),
        ("disturbances", {"kind": "gap"}),
        ("disturbances", {"kind": "gap", "since": iso(TODAY), "until": iso(TODAY)}),
        ("disturbances", {"kind": "gap", "since": iso(TODAY - timedelta(days=1)), "until": iso(TODAY), "answer": "404"}),
        ("disturbances", {"kind": "repeated_page", "page": 0}),
        ("disturbances", {"kind": "repeated_page", "page": 1, "reports": ["users"]}),
        ("disturbances", {"kind": "repeated_page", "page": 1, "reports": []}),
        ("disturbances", {"kind": "changed_pages", "page": 2, "day": YESTERDAY, "factor": "1.1", "workspace_id": "none"}),
        ("disturbances", {"kind": "no_analytics", "pages": 3}),
        ("disturbances", {"kind": "sunshine"}),
        ("flags", {"discount_percent": 101}),
    ],
)  # fmt: skip
def test_what_makes_no_sense_is_refused_and_changes_nothing(room: Room, path: str, body: dict[str, Any]) -> None:
    answer = room.control.post(f"/claude/{path}", json=body)
    assert (answer.status_code, answer.json()["ok"]) == (400, False)
    assert room.control.get("/claude/disturbances").json()["active"] == []
    assert room.world.organization.revisions.in_force(room.world.clock.now()) == ()


def test_the_control_says_what_it_can_do(room: Room) -> None:
    told = room.control.get("/claude/help").json()
    acts = {act["act"]: act["help"] for act in told["acts"]}
    assert all(acts.values())
    possible = room.control.get("/claude/disturbances").json()["possible"]
    assert all(f'"{kind}"' in acts["POST /claude/disturbances"] for kind in possible)
    assert set(told["flags"]) <= set(room.control.get("/claude/flags").json()["flags"])
