"""The organization's business rules: what is refused, with which status and error code."""

from datetime import timedelta
from typing import Any

import pytest

from bot.sandbox.claude.organization import Flags
from tests.sandbox.claude_server import Api, World


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def api(world: World) -> Api:
    return Api(world)


def test_admin_cannot_be_given_changed_or_removed_by_api(api: Api, world: World) -> None:
    alice, bob = world.user("alice"), world.user("bob")
    assert "'claude_code_user'" in api.refused("POST", f"users/{alice}", 400, role="admin")
    api.refused("POST", f"users/{bob}", 400, role="developer")
    api.refused("DELETE", f"users/{bob}", 400)
    assert api.get(f"users/{bob}")["role"] == "admin"


def test_a_removed_member_leaves_workspace_keys_and_takes_personal_ones_along(api: Api, world: World) -> None:
    alice, personal = world.user("alice"), world.key("alice-notebook")
    made = [key["id"] for key in api.get("api_keys", created_by_user_id=alice, limit=1000)["data"]]
    unbound = [key_id for key_id in made if world.organization.keys[key_id].principal is None]
    before = {key_id: api.get(f"api_keys/{key_id}")["status"] for key_id in unbound}
    assert before
    assert api.delete(f"users/{alice}") == {"id": alice, "type": "user_deleted"}
    assert api.get(f"api_keys/{personal}")["status"] == "archived"
    assert {key_id: api.get(f"api_keys/{key_id}")["status"] for key_id in unbound} == before
    members = [m["user_id"] for w in world.organization.workspaces for m in api.get(f"workspaces/{w}/members")["data"]]
    assert alice not in members


def test_a_removal_can_collide_once_and_then_works(api: Api, world: World) -> None:
    alice = world.user("alice")
    world.organization.flags.user_removal_conflicts = 1
    api.refused("DELETE", f"users/{alice}", 409, "concurrent_membership_change")
    api.delete(f"users/{alice}")


def test_the_last_member_cannot_be_removed(api: Api, world: World) -> None:
    alice = world.user("alice")
    world.organization.users = {alice: world.organization.users[alice]}
    api.refused("DELETE", f"users/{alice}", 400, "cannot_remove_last_member")


def test_an_invite_is_refused_to_members_to_the_invited_and_to_foreign_domains(api: Api, world: World) -> None:
    api.refused("POST", "invites", 400, "already_member", email="Alice+new@acme.test", role="user")
    api.post("invites", email="new@acme.test", role="user")
    api.refused("POST", "invites", 400, "invite_already_exists", email="NEW@acme.test", role="user")
    api.refused("POST", "invites", 400, email="not an address", role="user")
    api.refused("POST", "invites", 400, email="x@acme.test", role="admin")
    world.organization.flags.invite_domains = "acme.test"
    api.refused("POST", "invites", 400, "email_domain_not_allowed", email="x@globex.test", role="user")
    world.organization.flags.org_member_limit = 10
    api.refused("POST", "invites", 400, "org_member_limit_exceeded", email="x@acme.test", role="user")


def test_an_invite_lasts_21_days_and_only_a_pending_one_can_be_withdrawn(api: Api, world: World) -> None:
    invite = api.post("invites", email="slow@acme.test", role="developer")
    world.clock.advance(timedelta(days=20, hours=23))
    assert api.get(f"invites/{invite['id']}")["status"] == "pending"
    world.clock.advance(timedelta(hours=2))
    assert api.get(f"invites/{invite['id']}")["status"] == "expired"
    api.refused("DELETE", f"invites/{invite['id']}", 400)
    again = api.post("invites", email="slow@acme.test", role="developer")
    api.delete(f"invites/{again['id']}")
    assert again["id"] not in [row["id"] for row in api.get("invites", limit=100)["data"]]


def test_the_default_workspace_cannot_be_renamed_archived_or_limited(api: Api, world: World) -> None:
    default = world.workspace("Default")
    api.refused("POST", f"workspaces/{default}", 400, name="Other")
    api.refused("POST", f"workspaces/{default}/archive", 400)
    entry = next(iter(world.organization.rate_limits))
    limits = [{"type": "requests_per_minute", "value": 1}]
    api.refused("POST", f"workspaces/{default}/rate_limits/{entry}", 400, limits=limits)
    api.refused("POST", f"workspaces/{default}/members", 400, user_id=world.user("alice"), workspace_role="workspace_user")
    assert api.get(f"workspaces/{default}/members")["data"] == []
    assert default not in [row["id"] for row in api.get("workspaces")["data"]]
    assert default in [row["id"] for row in api.get("workspaces", include_default=True)["data"]]


def test_archiving_a_workspace_archives_its_keys_for_good(api: Api, world: World) -> None:
    staging = world.workspace("Staging")
    api.post(f"workspaces/{staging}/archive")
    keys = api.get("api_keys", workspace_id=staging, limit=1000)["data"]
    assert {key["status"] for key in keys} == {"archived"}
    api.refused("POST", f"api_keys/{keys[0]['id']}", 400, status="active")
    api.refused("POST", f"workspaces/{staging}", 400, name="Back")
    api.refused("POST", "api_keys", 400, workspace_id=staging, name="x")
    assert staging not in [row["id"] for row in api.get("workspaces")["data"]]
    assert staging in [row["id"] for row in api.get("workspaces", include_archived=True)["data"]]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "x" * 256},
        {"name": "x", "display_color": "red"},
        {"name": "x", "tags": {"anthropic-team": "a"}},
        {"name": "x", "tags": {"team": 3}},
        {"name": "x", "data_residency": {"workspace_geo": "eu"}},
        {"name": "x", "data_residency": {"allowed_inference_geos": ["us"], "default_inference_geo": "global"}},
        {"name": "x", "spending_limit_usd": 1000},
    ],
)
def test_a_malformed_workspace_is_refused(api: Api, body: dict[str, Any]) -> None:
    before = len(api.get("workspaces", limit=1000)["data"])
    api.refused("POST", "workspaces", 400, **body)
    assert len(api.get("workspaces", limit=1000)["data"]) == before


def test_a_workspace_above_the_maximum_is_refused(api: Api, world: World) -> None:
    world.organization.flags.workspace_limit = 8
    api.refused("POST", "workspaces", 400, name="Ninth")
    api.post(f"workspaces/{world.workspace('Sandbox')}/archive")
    api.post("workspaces", name="Ninth")


def test_a_key_goes_to_and_fro_until_it_is_archived(api: Api, world: World) -> None:
    path = f"api_keys/{world.key('ingest-prod')}"
    assert api.post(path, status="inactive")["status"] == "inactive"
    assert api.post(path, status="active", name="renamed")["name"] == "renamed"
    assert api.post(path, status="archived")["status"] == "archived"
    api.refused("POST", path, 400, status="inactive")
    api.refused("POST", path, 400, name="")
    api.refused("POST", path, 400, name="x" * 501)
    api.refused("POST", path, 400, status="expired")
    api.refused("POST", path, 400, expires_at="2030-01-01T00:00:00Z")


def test_an_expired_key_cannot_come_back(api: Api, world: World) -> None:
    path = f"api_keys/{world.key('load-test')}"
    assert api.get(path)["status"] == "active"
    world.clock.advance(timedelta(days=7))
    assert api.get(path)["status"] == "expired"
    api.refused("POST", path, 400, status="active")


def test_activating_a_key_respects_both_limits(api: Api, world: World) -> None:
    path = f"api_keys/{world.key('ingest-prod')}"
    api.post(path, status="inactive")
    world.organization.flags.workspace_api_key_limit = 1
    api.refused("POST", path, 400, "workspace_api_key_limit_exceeded", status="active")
    world.organization.flags.org_api_key_limit = 1
    api.refused("POST", path, 400, "org_api_key_limit_exceeded", status="active")
    world.organization.flags = Flags()
    api.post(path, status="active")


def test_a_key_is_made_with_its_secret_shown_once(api: Api, world: World) -> None:
    made = api.post(
        "api_keys", workspace_id=world.workspace("Staging"), name="fresh", expires_at="2026-12-31T18:00:00+01:00"
    )
    secret = made.pop("secret")
    assert secret.startswith("sk-ant-api03-")
    assert made["partial_key_hint"] == f"{secret[:16]}...{secret[-4:]}"
    assert made["expires_at"] == "2026-12-31T17:00:00Z"
    assert api.get(f"api_keys/{made['id']}") == made
    assert secret not in repr(vars(world.organization))


def test_without_the_switch_no_call_makes_keys(api: Api, world: World) -> None:
    world.organization.flags.key_creation = False
    api.refused("POST", "api_keys", 404, workspace_id=world.workspace("Staging"), name="x")
    assert "x" not in [key.name for key in world.organization.keys.values()]


def test_a_key_that_cannot_be_is_refused(api: Api, world: World) -> None:
    staging = world.workspace("Staging")
    api.refused("POST", "api_keys", 404, workspace_id="wrkspc_01nowhere", name="x")
    api.refused("POST", "api_keys", 400, workspace_id=world.workspace("Claude Code"), name="x")
    api.refused("POST", "api_keys", 400, workspace_id=staging)
    api.refused("POST", "api_keys", 400, workspace_id=staging, name="x", expires_at="2020-01-01T00:00:00Z")
    api.refused("POST", "api_keys", 400, workspace_id=staging, name="x", expires_at="2030-01-01T00:00:00")
    api.refused("POST", "api_keys", 400, workspace_id=staging, name="x", status="active")


def test_rate_limit_overrides_are_checked_and_change_only_what_they_name(api: Api, world: World) -> None:
    entry = api.get("rate_limits", model="claude-sonnet-5-5")["data"][0]["id"]
    path = f"workspaces/{world.workspace('Sandbox')}/rate_limits/{entry}"
    api.post(path, limits=[{"type": "output_tokens_per_minute", "value": 9_000_000}])
    limits = {limit["type"]: limit["value"] for limit in api.get(path.rsplit("/", 1)[0])["data"][0]["limits"]}
    assert limits == {"requests_per_minute": 500, "output_tokens_per_minute": 9_000_000}
    for bad in ([], [{"type": "enqueued_batch_requests", "value": 1}], [{"type": "requests_per_minute", "value": -1}]):
        api.refused("POST", path, 400, limits=bad)
    api.refused("POST", path, 400, limits=[{"type": "requests_per_minute", "value": 1}] * 17)
    api.refused("POST", path.replace(entry, "rl_nothing"), 404, limits=[{"type": "requests_per_minute", "value": 1}])
    api.refused("GET", "rate_limits", 404, model="gpt-9")


def test_spend_limits_are_monthly_whole_cents_below_the_cap(api: Api, world: World) -> None:
    world.organization.flags.spend_limits_preview = True
    scope = {"type": "workspace", "workspace_id": world.workspace("Staging")}
    for wrong in ("12.5", "-1", 500, None, "20000001", "9" * 5000):
        api.refused("POST", "spend_limits", 400, scope=scope, amount=wrong, period="monthly")
    api.refused("POST", "spend_limits", 400, scope=scope, amount="1", period="daily")
    api.refused("POST", "spend_limits", 400, scope={"type": "user"}, amount="1")
    default = {"type": "workspace", "workspace_id": world.workspace("Default")}
    api.refused("POST", "spend_limits", 400, scope=default, amount="1")
    tier = api.get("spend_limits", scope_type=["usage_tier"])["data"][0]
    api.refused("DELETE", f"spend_limits/{tier['id']}", 400)
    api.refused("GET", "spend_limits", 400, **{"scope_type[]": "user"})


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "nothing/here", 404),
        ("GET", "users/user_01nobody", 404),
        ("GET", "api_keys/apikey_01nothing", 404),
        ("DELETE", "api_keys/apikey_01nothing", 405),
        ("GET", "service_accounts", 403),
        ("GET", "spend_limit_increase_requests", 400),
        ("GET", "analytics/summaries", 403),
        ("GET", "rbac_groups", 403),
        ("GET", "rbac_roles", 400),
    ],
)
def test_what_is_not_there_or_not_for_this_organization_is_refused(api: Api, method: str, path: str, status: int) -> None:
    answer = api.call(method, path)
    assert answer.status_code == status
    assert answer.json()["type"] == "error"


def test_there_is_one_spend_limit_of_the_organization_whatever_else_its_scope_says(api: Api, world: World) -> None:
    world.organization.flags.spend_limits_preview = True
    scope = {"type": "organization", "workspace_id": world.workspace("Staging")}
    made = api.post("spend_limits", scope=scope, amount="100", period="monthly")
    assert made["scope"] == {"type": "organization"}
    assert [limit.amount for limit in world.organization.spend_limits.values() if limit.scope == "organization"] == ["100"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00+14:00", "9999-12-31T00:00:00Z"])
def test_the_ends_of_the_calendar_are_refused(api: Api, moment: str) -> None:
    for path in ("analytics/cost", "usage_report/messages"):
        answer = api.call("GET", path, params={"starting_at": moment})
        assert (answer.status_code, "starting_at" in answer.text) == (400, True)
