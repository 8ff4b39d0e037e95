"""What an organization has depends on its kind and on what was switched on for it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from starlette.applications import Starlette
from starlette.testclient import TestClient

from bot.sandbox.claude.control import control_routes
from bot.sandbox.claude.organization import ADMIN_KEY
from bot.sandbox.claude.spend_limits import drop_limit, put_limit
from tests.lazily import Lazy
from tests.sandbox.claude_server import Api, World, served

if TYPE_CHECKING:
    import anthropic
else:
    anthropic = Lazy("anthropic")

DAY = {"starting_at": "2026-11-20T00:00:00Z"}


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)


@pytest.fixture
def sdk(world: World) -> Iterator[anthropic.Anthropic]:
    with (
        served(world) as url,
        anthropic.Anthropic(base_url=url, api_key=ADMIN_KEY, max_retries=0, _strict_response_validation=True) as client,
    ):
        yield client


def test_the_activity_feed_opens_with_its_switch(api: Api, world: World) -> None:
    assert api.call("GET", "../compliance/activities").status_code == 403
    world.organization.flags.compliance_enabled = True
    answer = api.call("GET", "../compliance/activities", params={"limit": 5000, "order": "asc"})
    assert answer.json() == {"data": [], "has_more": False, "first_id": None, "last_id": None}
    assert api.call("GET", "../compliance/activities", params={"limit": 5001}).status_code == 400


def test_the_activity_feed_tells_of_spend_limits_in_pages(api: Api, world: World) -> None:
    world.organization.flags.compliance_enabled = True
    research = world.organization.workspace_named("Research").id
    for cents in ("100", "200"):
        put_limit(world.organization, research, cents, None)
    drop_limit(world.organization, next(one for one in world.organization.spend_limits.values() if one.workspace_id), None)
    put_limit(world.organization, None, "300", next(iter(world.organization.users.values())))
    first = api.call("GET", "../compliance/activities", params={"limit": 3}).json()
    rest = api.call("GET", "../compliance/activities", params={"limit": 3, "after_id": first["last_id"]}).json()
    assert [one["type"].replace("_spend_limit", "") for one in (*first["data"], *rest["data"])] == [
        "platform_updated", "workspace_deleted", "workspace_created", "workspace_created",
    ]  # fmt: skip
    assert (first["has_more"], rest["has_more"]) == (True, False)
    assert first["data"][0]["actor"]["type"] == "user_actor"
    assert first["data"][1] | {"id": "", "created_at": ""} == {
        "id": "", "created_at": "", "type": "workspace_spend_limit_deleted", "workspace_id": research,
        "organization_id": world.organization.id, "organization_uuid": world.organization.id,
        "actor": {"type": "admin_api_key_actor"},
    }  # fmt: skip
    assert api.call("GET", "../compliance/activities", params={"after_id": "activity_01none"}).status_code == 400


def test_webhooks_do_not_exist_until_they_are_switched_on_and_asked_for_by_their_beta(
    sdk: anthropic.Anthropic, api: Api, world: World
) -> None:
    with pytest.raises(anthropic.NotFoundError):
        sdk.beta.organization.webhooks.list()
    world.organization.flags.webhooks_enabled = True
    assert list(sdk.beta.organization.webhooks.list()) == []
    with pytest.raises(anthropic.NotFoundError):
        sdk.beta.organization.webhooks.retrieve("whep_01nothing")
    assert api.call("GET", "webhooks").status_code == 404
    assert api.call("POST", "webhooks", json={}).status_code == 404
    assert api.call("POST", "webhooks", json={}, headers={"anthropic-beta": "webhooks-2026-10-07"}).status_code == 403


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("workspaces", {}),
        ("workspaces/wrkspc_01x/members", {}),
        ("api_keys", {}),
        ("rate_limits", {}),
        ("service_accounts", {}),
        ("federation_rules", {}),
        ("usage_report/messages", DAY),
        ("usage_report/claude_code", DAY),
        ("cost_report", DAY),
    ],
)
def test_an_enterprise_organization_lacks_what_only_the_console_has(
    api: Api, world: World, path: str, query: dict[str, str]
) -> None:
    world.organization.flags.organization_kind = "enterprise"
    answer = api.call("GET", path, params=query)
    assert (answer.status_code, answer.json()["error"]["type"]) == (403, "permission_error")


@pytest.mark.parametrize("path", ["me", "users", "invites", "analytics/cost", "analytics/usage"])
def test_an_enterprise_organization_keeps_what_both_kinds_have(api: Api, world: World, path: str) -> None:
    world.organization.flags.organization_kind = "enterprise"
    assert api.call("GET", path, params=DAY if "analytics" in path else {}).status_code == 200


def test_what_only_enterprise_has_is_said_to_be_missing_in_the_sandbox(api: Api, world: World) -> None:
    world.organization.flags.organization_kind = "enterprise"
    for path in ("analytics/summaries", "rbac_groups", "rbac_roles", "spend_limits/effective"):
        assert "sandbox" in api.refused("GET", path, 404)


def test_sessions_are_ended_in_an_enterprise_organization_only(sdk: anthropic.Anthropic, world: World) -> None:
    alice = world.user("alice")
    with pytest.raises(anthropic.BadRequestError):
        sdk.beta.organization.users.sign_out(alice)
    world.organization.flags.organization_kind = "enterprise"
    assert sdk.beta.organization.users.sign_out(alice).id == alice


def test_the_kind_is_one_of_two(world: World) -> None:
    control = TestClient(Starlette(routes=control_routes(world.organization)))
    assert (
        control.post("/flags", json={"organization_kind": "enterprise"}).json()["flags"]["organization_kind"] == "enterprise"
    )
    assert control.post("/flags", json={"organization_kind": "bakery"}).status_code == 400
