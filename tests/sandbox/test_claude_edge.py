"""The way in: credentials, versions, betas, request ids, both response shapes, faults, the request limit, the wire log."""

import json
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Route
from starlette.testclient import TestClient

from bot.sandbox.claude.edge import Call, Edge, Endpoint
from bot.sandbox.claude.organization import ADMIN_KEY
from bot.sandbox.faults import Fault, FaultKind
from tests.sandbox.claude_server import HEADERS, Api, World, served


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)


@pytest.mark.parametrize(
    ("headers", "status", "kind"),
    [
        ({}, 401, "authentication_error"),
        ({"x-api-key": "nonsense"}, 401, "authentication_error"),
        ({"authorization": "Bearer nonsense"}, 401, "authentication_error"),
        ({"x-api-key": "sk-ant-admin01-another"}, 401, "authentication_error"),
        ({"x-api-key": "sk-ant-api03-of-a-workspace"}, 403, "permission_error"),
        ({"authorization": "Bearer sk-ant-api03-of-a-workspace"}, 403, "permission_error"),
        ({"x-api-key": ADMIN_KEY}, 200, None),
        ({"authorization": f"Bearer {ADMIN_KEY}"}, 200, None),
    ],
)
def test_only_the_admin_key_is_let_in(api: Api, headers: dict[str, str], status: int, kind: str | None) -> None:
    answer = api.call("GET", "me", headers={"x-api-key": "", **headers})
    assert answer.status_code == status
    assert answer.json().get("error", {}).get("type") == kind


def test_every_answer_carries_its_request_id_and_the_organization(api: Api, world: World) -> None:
    good, bad = api.call("GET", "me"), api.call("GET", "users/user_01nobody")
    for answer in (good, bad, api.call("GET", "me", headers={"x-api-key": "wrong"})):
        assert answer.headers["request-id"].startswith("req_")
        assert answer.headers["anthropic-organization-id"] == world.organization.id
        assert "anthropic-workspace-id" not in answer.headers
    assert bad.json()["request_id"] == bad.headers["request-id"] != good.headers["request-id"]


def test_the_version_is_needed_where_the_api_needs_it(world: World) -> None:
    api = Api(world)
    without = {"anthropic-version": ""}
    del api._client.headers["anthropic-version"]
    assert api.call("GET", "users").status_code == 400
    assert api.call("GET", "workspaces").status_code == 200
    assert api.call("GET", "workspaces", headers={"anthropic-version": "1999-01-01"}).status_code == 400
    assert api.call("GET", "workspaces", headers=without).status_code == 400


@pytest.mark.parametrize("path", ["analytics/usage", "analytics/cost", "spend_limits"])
def test_a_missing_beta_header_is_refused_by_name(api: Api, path: str) -> None:
    answer = api.call("GET", path, headers={"anthropic-beta": "something-else"})
    assert answer.status_code == 400
    assert "anthropic-beta" in answer.json()["error"]["message"]


def test_the_old_version_speaks_the_old_shapes(api: Api, world: World) -> None:
    old = {"anthropic-version": "2023-06-01"}
    key_id = world.key("ingest-prod")
    before: dict[str, Any] = api.call("GET", f"api_keys/{key_id}", headers=old).json()
    now = api.get(f"api_keys/{key_id}")
    assert before["workspace_id"] == now["scope"]["workspace_id"]
    assert before["principal"] == {"id": now["principal"]["service_account_id"], "type": "service_account"}
    assert "scope" not in before
    default = api.call("GET", f"api_keys/{world.key('legacy-intranet')}", headers=old).json()
    assert default["workspace_id"] is None
    entry = api.call("GET", "rate_limits", headers=old).json()["data"][0]
    assert entry["group_type"] == "model_group"
    assert set(entry) == {"type", "group_type", "models", "limits"}
    path = f"workspaces/{world.workspace('Sandbox')}/rate_limits"
    (override,) = api.call("GET", path, headers=old).json()["data"]
    assert set(override) == {"type", "group_type", "models", "limits"}
    assert set(override["limits"][0]) == {"type", "value", "org_limit"}


def test_broken_json_is_a_400(api: Api) -> None:
    for raw in (b"{", b"[]", b'"text"', b"\xff\xfe", b"[" * 200_000, b'{"name": NaN}'):
        answer = api.call("POST", "workspaces", content=raw)
        assert (answer.status_code, answer.json()["request_id"]) == (400, answer.headers["request-id"])


def test_half_a_character_is_a_400_and_nothing_is_written(api: Api, world: World) -> None:
    before = len(world.organization.workspaces)
    assert api.call("POST", "workspaces", content=b'{"name": "half \\ud83d"}').status_code == 400
    assert len(world.organization.workspaces) == before


def test_an_error_of_the_sandbox_itself_is_answered_as_the_api_answers_its_own(world: World) -> None:
    def broken(_: Call) -> dict[str, Any]:
        raise LookupError("a fault in the sandbox")

    edge = Edge(world.organization, world.faults, world.wire, [Endpoint("GET", "/v1/organizations/broken", broken)])
    client = TestClient(Starlette(routes=[Route("/v1/{rest:path}", edge.__call__)]), headers=HEADERS)
    answer = client.get("/v1/organizations/broken")
    assert (answer.status_code, answer.json()["error"]["type"]) == (500, "api_error")
    assert answer.json()["request_id"] == answer.headers["request-id"]
    assert world.wire.after(0)[0].status == 500


@pytest.mark.parametrize(
    ("kind", "status", "error"),
    [
        ("429", 429, "rate_limit_error"),
        ("500", 500, "api_error"),
        ("500_final", 500, "api_error"),
        ("504", 504, "timeout_error"),
        ("529", 529, "overloaded_error"),
    ],
)
def test_a_planned_failure_happens_once(api: Api, world: World, kind: FaultKind, status: int, error: str) -> None:
    world.faults.add(Fault("claude", "GET /v1/organizations/users/*", kind, seconds=7))
    path = f"users/{world.user('bob')}"
    failed = api.call("GET", path)
    assert (failed.status_code, failed.json()["error"]["type"]) == (status, error)
    assert failed.headers.get("retry-after") == ("7" if kind == "429" else None)
    assert failed.headers.get("x-should-retry") == {"500": "true", "500_final": "false"}.get(kind)
    assert api.call("GET", path).status_code == 200


def test_a_429_can_come_without_retry_after(api: Api, world: World) -> None:
    world.faults.add(Fault("claude", "*", "429", seconds=None))
    assert "retry-after" not in api.call("GET", "me").headers


def test_a_dropped_answer_comes_after_the_write_and_a_dropped_request_before_it(world: World) -> None:
    body = {"workspace_id": world.workspace("Staging"), "name": "lost"}
    name = "POST /v1/organizations/api_keys"
    with served(world) as url, httpx.Client(base_url=url, headers=HEADERS) as client:
        world.faults.add(Fault("claude", name, "drop_before"))
        with pytest.raises(httpx.TransportError):
            client.post("/v1/organizations/api_keys", json=body)
        assert [key for key in world.organization.keys.values() if key.name == "lost"] == []
        world.faults.add(Fault("claude", name, "drop_after"))
        with pytest.raises(httpx.TransportError):
            client.post("/v1/organizations/api_keys", json=body)
        assert len([key for key in world.organization.keys.values() if key.name == "lost"]) == 1
        assert client.post("/v1/organizations/api_keys", json=body).status_code == 200


def test_a_slow_answer_is_slow(world: World) -> None:
    with served(world) as url, httpx.Client(base_url=url, headers=HEADERS, timeout=0.15) as client:
        world.faults.add(Fault("claude", "GET /v1/organizations/me", "slow", seconds=0.5))
        with pytest.raises(httpx.ReadTimeout):
            client.get("/v1/organizations/me")
        assert client.get("/v1/organizations/me").status_code == 200


def test_a_caller_who_goes_away_finds_it_done_only_where_the_answer_was_slow(world: World) -> None:
    name = "POST /v1/organizations/api_keys"
    body = {"workspace_id": world.workspace("Staging"), "name": "left-alone"}
    with served(world) as url, httpx.Client(base_url=url, headers=HEADERS, timeout=0.2) as client:
        kinds: tuple[tuple[FaultKind, int], ...] = (("slow", 0), ("slow_after", 1))
        for kind, made in kinds:
            world.faults.add(Fault("claude", name, kind, seconds=0.4))
            with pytest.raises(httpx.ReadTimeout):
                client.post("/v1/organizations/api_keys", json=body)
            time.sleep(0.4)
            assert len([key for key in world.organization.keys.values() if key.name == "left-alone"]) == made


def test_the_request_limit_bites_and_says_when_to_come_back(api: Api, world: World) -> None:
    world.organization.flags.rate_limit_per_minute = 3
    answers = [api.call("GET", "me") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["anthropic-ratelimit-requests-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert 1 <= int(answers[3].headers["retry-after"]) <= 60


def test_the_reset_of_the_request_limit_is_in_real_time_as_the_date_header_is(api: Api, world: World) -> None:
    world.organization.flags.rate_limit_per_minute = 3
    world.organization.clock.advance(timedelta(days=3))
    reset = datetime.fromisoformat(api.call("GET", "me").headers["anthropic-ratelimit-requests-reset"])
    assert abs((reset - datetime.now(UTC)).total_seconds()) <= 61


def test_the_wire_log_has_every_exchange_and_no_secret(api: Api, world: World) -> None:
    made = api.post("api_keys", workspace_id=world.workspace("Staging"), name="watched")
    api.get("users", limit=50)
    created, listed = world.wire.after(0)
    assert (created.name, created.status, created.service) == ("POST /v1/organizations/api_keys", 200, "claude")
    assert created.request["body"]["name"] == "watched"
    assert len(listed.response["data"]) == 4
    everything = json.dumps([entry.public() for entry in world.wire.after(0)])
    assert made["secret"] not in everything
    assert ADMIN_KEY not in everything
