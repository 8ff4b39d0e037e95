"""The official SDK, with strict response validation, reads every endpoint of the organization that it has a method for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Literal, get_args

import pytest

from bot.sandbox.claude.analytics_calls import OTHER_COSTS, TOKEN_TYPES
from bot.sandbox.claude.analytics_query import DIMENSIONS, FILTERS
from bot.sandbox.claude.organization import ADMIN_KEY, OAUTH_TOKEN
from tests.lazily import Lazy
from tests.sandbox.claude_server import NOON, World, served

if TYPE_CHECKING:
    import anthropic
    from anthropic.types.beta import organization as types
    from anthropic.types.beta.organization import BetaSpendLimitWorkspaceScopeParam
    from anthropic.types.beta.organization import analytics as analytics_types
else:
    anthropic, types = Lazy("anthropic"), Lazy("anthropic.types.beta.organization")
    analytics_types = Lazy("anthropic.types.beta.organization.analytics")


@pytest.fixture(scope="module")
def world() -> World:
    return World()


@pytest.fixture(scope="module")
def address(world: World) -> Iterator[str]:
    with served(world) as url:
        yield url


@pytest.fixture(scope="module")
def sdk(address: str) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=address, api_key=ADMIN_KEY, max_retries=0, _strict_response_validation=True) as client:
        yield client


DAY = NOON.replace(hour=0, minute=0)


def test_the_organization_is_read(sdk: anthropic.Anthropic) -> None:
    assert sdk.organization.retrieve().name == "Acme"
    assert sdk.beta.organization.retrieve().type == "organization"


def test_an_oauth_token_opens_what_an_admin_key_does_not(address: str) -> None:
    with anthropic.Anthropic(
        base_url=address, auth_token=OAUTH_TOKEN, max_retries=0, _strict_response_validation=True
    ) as client:
        assert client.organization.retrieve().name == "Acme"
        assert {account.name for account in client.organization.service_accounts.list()} == {
            "ci",
            "etl",
            "gateway",
            "ingest",
        }
        assert list(client.organization.federation.issuers.list()) == []
        assert list(client.organization.federation.rules.list()) == []


def test_users_are_listed_over_pages_and_read_one_by_one(sdk: anthropic.Anthropic, world: World) -> None:
    users = list(sdk.organization.users.list(limit=7))
    assert [user.id for user in users] == list(dict.fromkeys(user.id for user in users))
    assert len(users) == len(world.organization.users)
    assert sdk.organization.users.retrieve(users[3].id) == users[3]
    assert {user.role for user in sdk.organization.users.list(roles=["admin", "billing"])} == {"admin", "billing"}
    assert len(list(sdk.beta.organization.users.list(limit=1000))) == len(users)


def test_invites_are_listed_made_read_and_withdrawn(sdk: anthropic.Anthropic) -> None:
    assert {invite.status for invite in sdk.organization.invites.list(limit=1)} >= {"pending", "accepted", "expired"}
    made = sdk.organization.invites.create(email="newcomer@acme.test", role="developer")
    assert sdk.beta.organization.invites.retrieve(made.id).email == made.email
    assert sdk.organization.invites.delete(made.id).type == "invite_deleted"


def test_workspaces_live_their_whole_life(sdk: anthropic.Anthropic, world: World) -> None:
    names = {workspace.name for workspace in sdk.organization.workspaces.list(limit=3, include_default=True)}
    assert {"Default", "Claude Code", "Production"} <= names
    made = sdk.organization.workspaces.create(name="Brand new", tags={"owner": "bob@acme.test"})
    changed = sdk.organization.workspaces.update(made.id, display_color="#123456", tags={"owner": None, "env": "test"})
    assert (changed.display_color, changed.tags) == ("#123456", {"env": "test"})
    alice = world.user("alice")
    members = sdk.organization.workspaces.members
    assert members.add(made.id, user_id=alice, workspace_role="workspace_user").user_id == alice
    raised = members.update(alice, workspace_id=made.id, workspace_role="workspace_developer")
    assert members.retrieve(alice, workspace_id=made.id) == raised
    assert {member.workspace_role for member in members.list(made.id, limit=2)} >= {"workspace_admin", "workspace_developer"}
    assert members.remove(alice, workspace_id=made.id).type == "workspace_member_deleted"
    assert sdk.organization.workspaces.archive(made.id).archived_at is not None
    assert sdk.beta.organization.workspaces.retrieve(made.id).archived_at is not None


def test_api_keys_are_listed_read_and_switched(sdk: anthropic.Anthropic, world: World) -> None:
    keys = list(sdk.organization.api_keys.list(limit=50))
    assert len(keys) == len(world.organization.keys)
    assert {key.status for key in keys} == {"active", "inactive", "archived", "expired"}
    assert {key.principal.type if key.principal else None for key in keys} == {None, "user_actor", "service_account_actor"}
    own = list(sdk.organization.api_keys.list(workspace_id=world.workspace("Staging"), status="active"))
    assert own
    key = sdk.organization.api_keys.update(own[0].id, status="inactive")
    assert sdk.beta.organization.api_keys.retrieve(key.id).status == "inactive"
    assert sdk.organization.api_keys.update(key.id, status="active", name=key.name).status == "active"


def test_rate_limits_and_overrides_are_read_and_written(sdk: anthropic.Anthropic, world: World) -> None:
    entries = list(sdk.organization.rate_limits.list(limit=4))
    assert {entry.group.type for entry in entries} == {
        "model_group",
        "batch",
        "token_count",
        "files",
        "skills",
        "web_search",
    }
    (one,) = sdk.beta.organization.rate_limits.list(model="claude-opus-5-5")
    staging = world.workspace("Staging")
    limits = sdk.organization.workspaces.rate_limits
    written = limits.update(one.id, workspace_id=staging, limits=[{"type": "requests_per_minute", "value": 20}])
    assert (written.limits[0].value, written.limits[0].org_limit, written.limits[0].source.type) == (20, 10000, "workspace")
    assert [entry.rate_limit_id for entry in limits.list(staging)] == [one.id]
    assert len(list(limits.list(staging, include_inherited=True, limit=5))) == len(entries)
    cleared = limits.update(one.id, workspace_id=staging, limits=[{"type": "requests_per_minute", "value": None}])
    assert cleared.limits == []


def test_spend_limits_are_read_and_written_in_the_preview(sdk: anthropic.Anthropic, world: World) -> None:
    limits = sdk.beta.organization.spend_limits
    with pytest.raises(anthropic.BadRequestError) as refused:
        limits.list()
    assert refused.value.error_code == "organization_type_not_supported"
    scope: BetaSpendLimitWorkspaceScopeParam = {"type": "workspace", "workspace_id": world.workspace("Staging")}
    with pytest.raises(anthropic.PermissionDeniedError) as forbidden:
        limits.set(scope=scope, amount="50000", period="monthly")
    assert forbidden.value.error_code == "spend_limits_admin_api_writes_not_enabled"
    world.organization.flags.spend_limits_preview = True
    try:
        made = limits.set(scope=scope, amount="50000", period="monthly")
        again = limits.set(scope=scope, amount="60000", period="monthly")
        assert (made.id, again.amount) == (again.id, "60000")
        assert {limit.scope.type for limit in limits.list(limit=2)} == {"organization", "workspace", "usage_tier"}
        assert limits.retrieve(made.id).period == "monthly"
        assert limits.delete(made.id).id == made.id
    finally:
        world.organization.flags.spend_limits_preview = False


COMMON = (
    "actor", "actor_type", "agent_id", "api_key_id", "claude_tag_category", "context_window", "deployment_id",
    "environment_id", "inference_geo", "model", "organization_id", "product", "service_tier", "session_id", "speed",
    "workspace_id",
)  # fmt: skip


@pytest.mark.parametrize("dimension", COMMON)
def test_usage_is_read_by_every_dimension(sdk: anthropic.Anthropic, dimension: str) -> None:
    usage = sdk.beta.organization.analytics.usage
    pages = usage.list(
        starting_at=DAY - timedelta(days=2),
        ending_at=DAY,
        time_bucket_width="1d",
        group_by=[dimension],  # pyright: ignore[reportArgumentType]
        limit=25,
    )
    rows = list(pages)
    assert rows
    assert sum(row.usage.total_tokens for row in rows) > 0
    assert pages.data_refreshed_at is not None


@pytest.mark.parametrize("dimension", [*COMMON, "cost_type", "token_type"])
def test_cost_is_read_by_every_dimension(sdk: anthropic.Anthropic, dimension: str) -> None:
    rows = list(
        sdk.beta.organization.analytics.cost.list(
            starting_at=DAY - timedelta(days=2),
            ending_at=DAY,
            group_by=[dimension, "workspace_id"],  # pyright: ignore[reportArgumentType]
            limit=25,
        )
    )
    assert rows
    assert all(row.cost.currency == "USD" for row in rows)


@pytest.mark.parametrize("width", ["1m", "1h", "1d"])
def test_usage_and_cost_come_in_every_width(sdk: anthropic.Anthropic, width: Literal["1m", "1h", "1d"]) -> None:
    analytics, start, end = sdk.beta.organization.analytics, DAY, DAY + timedelta(hours=2)
    usage = list(analytics.usage.list(starting_at=start, ending_at=end, time_bucket_width=width, limit=1000))
    cost = list(analytics.cost.list(starting_at=start, ending_at=end, time_bucket_width=width, limit=1000))
    assert len(usage) == len(cost) == {"1m": 120, "1h": 2, "1d": 1}[width]


def test_members_change_and_leave(sdk: anthropic.Anthropic, world: World) -> None:
    user = next(user for user in sdk.organization.users.list(roles=["user"]))
    assert sdk.organization.users.update(user.id, role="developer").role == "developer"
    assert sdk.organization.users.remove(user.id).type == "user_deleted"
    with pytest.raises(anthropic.NotFoundError) as gone:
        sdk.organization.users.retrieve(user.id)
    assert gone.value.request_id == gone.value.response.headers["request-id"]


def test_what_the_credential_may_not_do_is_refused(sdk: anthropic.Anthropic) -> None:
    with pytest.raises(anthropic.PermissionDeniedError):
        sdk.organization.service_accounts.list()
    with pytest.raises(anthropic.BadRequestError):
        sdk.organization.spend_limits.effective.list()
    with pytest.raises(anthropic.BadRequestError):
        sdk.organization.spend_limits.increase_requests.list()
    bob = next(iter(sdk.organization.users.list(roles=["admin"])))
    with pytest.raises(anthropic.BadRequestError) as not_enrolled:
        sdk.beta.organization.users.sign_out(bob.id)
    assert not_enrolled.value.error_code == "organization_not_enrolled_in_beta"
    with pytest.raises(anthropic.NotFoundError):
        sdk.beta.organization.webhooks.list()


def test_the_reports_know_the_words_of_the_sdk() -> None:
    assert set(DIMENSIONS) == set(get_args(analytics_types.BetaAnalyticsUsageGroupBy))
    assert {*DIMENSIONS, "cost_type", "token_type"} == set(get_args(analytics_types.BetaAnalyticsCostGroupBy))
    assert set(TOKEN_TYPES) == set(get_args(types.BetaAnalyticsTokenType))
    assert {"tokens", *OTHER_COSTS.values()} == set(get_args(types.BetaAnalyticsGroupedCostType))
    words: dict[str, Any] = {
        "service_tiers": types.BetaAnalyticsServiceTier,
        "products": types.BetaAnalyticsUsageCostProductFilter,
        "actor_types": types.BetaAnalyticsActorType,
        "context_windows": types.BetaAnalyticsContextWindow,
        "inference_geos": types.BetaAnalyticsInferenceGeoFilter,
        "speeds": types.BetaAnalyticsSpeed,
    }
    assert {name: set(allowed) for name, (_, allowed) in FILTERS.items() if allowed} == {
        name: set(get_args(kind)) for name, kind in words.items()
    }


def test_what_switches_add_is_read_by_tier_type_and_product_and_split_into_the_same_whole(
    sdk: anthropic.Anthropic, world: World
) -> None:
    on = dict.fromkeys(("priority_tier", "unknown_model", "long_prompts", "agent_sessions"), True)
    world.organization.set_flags(on | {"discount_percent": 8})
    cost, start = sdk.beta.organization.analytics.cost, DAY - timedelta(days=1)
    try:
        split = list(
            cost.list(starting_at=start, ending_at=DAY, time_bucket_width="1h", order_by="time", order="asc", limit=300,
                      group_by=["service_tier", "product", "cost_type", "token_type", "model"])
        )  # fmt: skip
        [whole] = cost.list(starting_at=start, ending_at=DAY)
    finally:
        world.organization.set_flags(dict.fromkeys(on, False) | {"discount_percent": 0})
    assert sum(Decimal(row.cost.amount) for row in split) == Decimal(whole.cost.amount)
    assert whole.cost.list_amount is not None
    assert Decimal(whole.cost.amount) * 100 == Decimal(whole.cost.list_amount) * 92
    assert {row.group.cost_type for row in split} == {"tokens", *OTHER_COSTS.values()}
    assert {row.group.service_tier for row in split} == {"standard", "batch", "priority", None}
    assert {row.group.product for row in split} > {"managed_agents_api", "claude_code", "message_batches_api"}
    assert "claude-nova-1" in {row.group.model for row in split}
    assert [row.starting_at for row in split] == sorted(row.starting_at for row in split)
