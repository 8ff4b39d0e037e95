"""Pagination: id cursors in both directions, opaque cursors bound to their query, limits of the limit."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from tests.sandbox.claude_server import Api, World


@pytest.fixture(scope="module")
def api() -> Api:
    return Api(World())


def _walk(api: Api, path: str, **query: Any) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    page = api.get(path, **query)
    while True:
        rows += page["data"]
        if not page.get("next_page"):
            return rows
        page = api.get(path, page=page["next_page"], **query)


@pytest.mark.parametrize("path", ["users", "invites", "workspaces", "api_keys"])
def test_id_cursors_lead_forward_and_back_through_the_same_rows(api: Api, path: str) -> None:
    whole = [row["id"] for row in api.get(path, limit=1000)["data"]]
    page = api.get(path, limit=3)
    seen = [row["id"] for row in page["data"]]
    while page["has_more"]:
        assert (page["first_id"], page["last_id"]) == (page["data"][0]["id"], page["data"][-1]["id"])
        page = api.get(path, limit=3, after_id=page["last_id"])
        seen += [row["id"] for row in page["data"]]
    assert seen == whole
    back = api.get(path, limit=2, before_id=whole[-1])
    assert [row["id"] for row in back["data"]] == whole[-3:-1]
    assert back["has_more"] is (len(whole) > 3)
    assert api.get(path, before_id=whole[0]) == {"data": [], "has_more": False, "first_id": None, "last_id": None}


def test_lists_are_newest_first(api: Api) -> None:
    for path, field in (("users", "added_at"), ("invites", "invited_at"), ("api_keys", "created_at")):
        stamps = [row[field] for row in api.get(path, limit=1000)["data"]]
        assert stamps == sorted(stamps, reverse=True)


def test_a_cursor_survives_the_removal_of_its_row() -> None:
    api = Api(World())
    ids = [row["id"] for row in api.get("users", limit=1000)["data"]]
    gone = next(user_id for user_id in ids[2:] if api.world.organization.users[user_id].role == "developer")
    api.delete(f"users/{gone}")
    rest = [row["id"] for row in api.get("users", limit=1000, after_id=gone)["data"]]
    assert rest == ids[ids.index(gone) + 1 :]


@pytest.mark.parametrize("limit", ["0", "1001", "-3", "many"])
@pytest.mark.parametrize("path", ["users", "rate_limits", "api_keys"])
def test_a_limit_out_of_range_is_refused(api: Api, path: str, limit: str) -> None:
    api.refused("GET", path, 400, limit=limit)


def test_wrong_cursors_are_refused(api: Api) -> None:
    first = api.get("users", limit=1)["first_id"]
    api.refused("GET", "users", 400, after_id="user_01unknown")
    api.refused("GET", "users", 400, after_id=first, before_id=first)
    api.refused("GET", "rate_limits", 400, page="rubbish", limit=2)


RANGE = {"starting_at": "2026-11-20T00:00:00Z", "ending_at": "2026-11-22T00:00:00Z"}


@pytest.mark.parametrize(
    ("path", "query", "changed"),
    [
        ("rate_limits", {"limit": "2"}, {"group_type": "model_group"}),
        ("analytics/cost", {**RANGE, "group_by[]": "api_key_id"}, {"group_by[]": "model"}),
        ("analytics/usage", {**RANGE, "group_by[]": "api_key_id"}, {"ending_at": "2026-11-21T00:00:00Z"}),
        ("usage_report/messages", {**RANGE, "bucket_width": "1h", "limit": "5"}, {"bucket_width": "1d"}),
        ("cost_report", {**RANGE, "limit": "1"}, {"group_by[]": "description"}),
        ("usage_report/claude_code", {"starting_at": "2026-11-20", "limit": "2"}, {"starting_at": "2026-11-19"}),
    ],
)
def test_an_opaque_cursor_belongs_to_its_query(api: Api, path: str, query: dict[str, str], changed: dict[str, str]) -> None:
    cursor = api.get(path, **query)["next_page"]
    assert cursor
    api.get(path, **query, page=cursor)
    assert "cursor" in api.refused("GET", path, 400, **{**query, **changed, "page": cursor})


def test_pages_of_a_report_add_up_to_the_whole(api: Api) -> None:
    query = {**RANGE, "group_by": ["api_key_id", "model"], "time_bucket_width": "1d"}
    whole = api.get("analytics/cost", limit=1000, **query)["data"]
    assert _walk(api, "analytics/cost", limit=17, **query) == whole
    assert len(whole) > 100


def test_fan_out_rows_do_not_count_toward_the_limit(api: Api) -> None:
    page = api.get("analytics/cost", limit=2, **RANGE, group_by=["workspace_id", "token_type", "cost_type"])
    assert len({row["group"]["workspace_id"] for row in page["data"]}) == 2
    assert len(page["data"]) > 2


def test_a_report_stays_as_it_was_while_its_pages_are_read() -> None:
    api = Api(World())
    query = {"starting_at": "2026-11-23T00:00:00Z", "ending_at": "2026-11-24T00:00:00Z", "group_by": ["workspace_id"]}
    first = api.get("analytics/cost", limit=3, **query)
    api.world.clock.advance(timedelta(hours=2))
    second = api.get("analytics/cost", limit=3, page=first["next_page"], **query)
    assert second["data_refreshed_at"] == first["data_refreshed_at"]
    assert api.get("analytics/cost", **query)["data_refreshed_at"] > first["data_refreshed_at"]


@pytest.mark.parametrize("inside", ['["x", 1e999, ""]', '["x", "y", ""]', '["x"]', "[" * 5000, "7"])
def test_a_made_up_cursor_is_refused(api: Api, inside: str) -> None:
    page = "page_" + base64.urlsafe_b64encode(inside.encode()).decode()
    assert "page:" in api.refused("GET", "rate_limits", 400, page=page)


def test_a_cursor_to_before_the_beginning_is_refused(api: Api) -> None:
    page = api.get("rate_limits", limit=1)["next_page"]
    digest, _, note = json.loads(base64.urlsafe_b64decode(page.removeprefix("page_")))
    before = "page_" + base64.urlsafe_b64encode(json.dumps([digest, -2, note]).encode()).decode()
    assert "page:" in api.refused("GET", "rate_limits", 400, page=before, limit="1")
