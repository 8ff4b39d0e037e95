"""Objects of the official SDK's types parse in our client, and lose nothing that we need.

Each object is built from the type's own annotations with every field filled, so a field that vanishes from the SDK is
missing here too: strict reads fail, and tolerant ones leave a None where everything was filled.
"""

import json
import types
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, Literal, Union, get_args, get_origin

import pytest
from pydantic import BaseModel

from bot.admin import dimensions, reports, shapes, wire
from tests.lazily import Lazy

SDK: dict[str, Any] = {
    "beta": Lazy("anthropic.types.beta"),
    "ga": Lazy("anthropic.types.organization"),
    "gw": Lazy("anthropic.types.organization.workspaces"),
    "bo": Lazy("anthropic.types.beta.organization"),
    "bw": Lazy("anthropic.types.beta.organization.workspaces"),
    "analytics": Lazy("anthropic.types.beta.organization.analytics"),
}
bo, analytics = SDK["bo"], SDK["analytics"]
NOW = datetime(2026, 11, 22, 10, 30, 15, 123456, tzinfo=UTC)


def example(annotation: Any, name: str = "", prefer: str = "") -> Any:
    """Return a JSON-ready value of a type; of a union the first member, or the one whose name contains `prefer`."""
    if get_origin(annotation) is Annotated:
        return example(get_args(annotation)[0], name, prefer)
    if get_origin(annotation) in (Union, types.UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        chosen = [member for member in members if prefer and prefer in getattr(member, "__name__", "")]
        return example((chosen or members)[0], name, prefer)
    if get_origin(annotation) is Literal:
        return get_args(annotation)[0]
    if get_origin(annotation) is list:
        return [example(get_args(annotation)[0], name, prefer)]
    if get_origin(annotation) is dict:
        return {"key": "value"}
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        fields = annotation.model_fields.items()
        built = annotation.model_validate({key: example(field.annotation, key, prefer) for key, field in fields})
        return built.model_dump(mode="json")
    simple = {bool: True, int: 7, float: 1.5, datetime: NOW.isoformat(), object: "x"}
    if annotation is str:
        return "USD" if name == "currency" else "12345" if name.endswith("amount") else f"{name}-1"
    return simple[annotation]


def cost_rows(*items: Any) -> Any:
    """Read rows of the cost report as they come over the wire."""
    return reports.cost_rows(shapes.read_cost(json.dumps({"data": items}).encode()).data)


def usage_rows(*items: Any) -> Any:
    """Read rows of the usage report as they come over the wire."""
    return reports.usage_rows(shapes.read_usage(json.dumps({"data": items}).encode()).data)


CASES: list[tuple[str, Callable[[Any], Any], str, set[str]]] = [
    ("beta.BetaOrganization", wire.organization, "", set()),
    ("ga.OrganizationUser", wire.member, "", set()),
    ("bo.BetaOrganizationUser", wire.member, "", set()),
    ("ga.OrganizationInvite", wire.invite, "", set()),
    ("bo.BetaOrganizationInvite", wire.invite, "", set()),
    ("ga.Workspace", wire.workspace, "", set()),
    ("bo.BetaWorkspace", wire.workspace, "", set()),
    ("ga.WorkspaceMember", wire.workspace_member, "", set()),
    ("bo.BetaWorkspaceMember", wire.workspace_member, "", set()),
    ("ga.APIKey", wire.api_key, "Workspace", set()),
    ("ga.APIKey", wire.api_key, "ServiceAccount", {"workspace_id"}),
    ("bo.BetaAPIKey", wire.api_key, "Workspace", set()),
    ("bo.BetaAPIKey", wire.api_key, "ServiceAccount", {"workspace_id"}),
    ("bo.BetaAPIKey", wire.api_key, "Organization", {"workspace_id"}),
    ("bo.BetaSpendLimit", wire.spend_limit, "Workspace", set()),
    ("bo.BetaSpendLimit", wire.spend_limit, "UsageTier", {"workspace_id"}),
    ("bo.BetaSpendLimit", wire.spend_limit, "OrganizationScope", {"workspace_id"}),
    ("ga.OrganizationRateLimit", wire.rate_limit, "ModelGroup", set()),
    ("bo.BetaOrganizationRateLimit", wire.rate_limit, "ModelGroup", set()),
    ("bo.BetaOrganizationRateLimit", wire.rate_limit, "BatchGroup", {"display_name"}),
    ("bo.BetaOrganizationRateLimit", wire.rate_limit, "WebSearch", {"display_name"}),
    ("gw.WorkspaceRateLimit", wire.workspace_rate_limit, "Model", set()),
    ("bw.BetaWorkspaceRateLimit", wire.workspace_rate_limit, "Model", set()),
    ("analytics.BetaAnalyticsCostItem", lambda body: cost_rows(body)[0], "User", set()),
    ("analytics.BetaAnalyticsUsageItem", lambda body: usage_rows(body)[0], "User", set()),
]


def sdk_type(named: str) -> Any:
    """Return a type of the SDK by its module's short name and its own."""
    module, _, name = named.partition(".")
    return getattr(SDK[module], name)


@pytest.mark.parametrize(("kind", "parse", "prefer", "absent"), CASES, ids=lambda value: getattr(value, "__name__", None))
def test_each_sdk_type_is_read_without_loss(kind: str, parse: Callable[[Any], Any], prefer: str, absent: set[str]) -> None:
    empty = {path.rpartition(".")[2] for path in _empty("", parse(example(sdk_type(kind), prefer=prefer)))}
    assert empty == absent


@pytest.mark.parametrize("prefer", ["ReportUserActor", "ServiceAccountActor", "APIActor", "FederatedActor"])
def test_each_kind_of_spender_is_recognised(prefer: str) -> None:
    [row] = cost_rows(example(analytics.BetaAnalyticsCostItem, prefer=prefer))
    assert row.actor is not None
    kinds = {"ReportUserActor": "user", "ServiceAccountActor": "service_account", "APIActor": "api"}
    assert row.actor.type == kinds.get(prefer, "federated")
    assert row.actor.id


def test_the_fields_with_meaning_land_where_they_belong() -> None:
    key = wire.api_key(example(bo.BetaAPIKey, prefer="Workspace"))
    assert (key.workspace_id, key.principal_type, key.principal_id) == ("workspace_id-1", "user", "user_id-1")
    limit = wire.spend_limit(example(bo.BetaSpendLimit, prefer="Workspace"))
    assert str(limit.amount) == "123.45"
    [row] = cost_rows(example(analytics.BetaAnalyticsCostItem))
    assert (row.starts_at, row.amount_nanos, str(row.amount)) == (NOW, 12345 * 10**7, "123.450000000")


def test_the_old_shape_reads_like_the_new_one() -> None:
    new = example(bo.BetaAPIKey, prefer="ServiceAccount") | {"scope": {"type": "workspace", "workspace_id": "wrkspc_1"}}
    new |= {"principal": {"type": "service_account_actor", "service_account_id": "svac_1"}}
    old = {key: value for key, value in new.items() if key != "scope"} | {"workspace_id": "wrkspc_1"}
    old |= {"principal": {"type": "service_account", "id": "svac_1"}}
    assert wire.api_key(old) == wire.api_key(new)
    limits = [{"type": "requests_per_minute", "value": 5}]
    group = wire.rate_limit({"type": "rate_limit", "group_type": "batch", "models": None, "limits": limits})
    assert (group.group.type, group.id, group.limits) == ("batch", None, {"requests_per_minute": 5})


def test_values_that_come_later_pass() -> None:
    odd = example(bo.BetaOrganizationUser) | {"role": "grand_vizier", "mood": {"new": ["field"]}}
    assert wire.member(odd).role == "grand_vizier"


def _empty(path: str, value: Any) -> list[str]:
    """Return where a parsed value has None; list and dict contents included."""
    if value is None:
        return [path]
    if isinstance(value, BaseModel):
        return [found for name in type(value).model_fields for found in _empty(f"{path}.{name}", getattr(value, name))]
    if hasattr(value, "_fields"):
        return [found for name in value._fields for found in _empty(f"{path}.{name}", getattr(value, name))]
    return []


def test_what_the_reports_can_be_asked_is_what_the_sdk_can_ask() -> None:
    groups = set(get_args(analytics.BetaAnalyticsCostGroupBy))
    assert groups == dimensions.COST_DIMENSIONS
    assert set(get_args(analytics.BetaAnalyticsUsageGroupBy)) == dimensions.DIMENSIONS
    asked = set(analytics.cost_list_params.CostListParams.__annotations__)
    assert asked >= dimensions.FILTERS
    assert asked == dimensions.FILTERS | _NO_FILTERS


_NO_FILTERS = {
    *("starting_at", "ending_at", "time_bucket_width", "group_by", "order_by", "order"),
    *("limit", "page", "exclude_deleted_users", "betas"),
}


def optional_places(annotation: Any, body: Any, prefer: str) -> list[tuple[Any, ...]]:
    """Return the paths in an example at which its type allows null, from the whole to its parts."""
    if get_origin(annotation) is Annotated:
        return optional_places(get_args(annotation)[0], body, prefer)
    if get_origin(annotation) in (Union, types.UnionType):
        members = [member for member in get_args(annotation) if member is not type(None)]
        chosen = [member for member in members if prefer and prefer in getattr(member, "__name__", "")]
        return optional_places((chosen or members)[0], body, prefer)
    if get_origin(annotation) is list:
        return [(0, *path) for path in optional_places(get_args(annotation)[0], body[0], prefer)]
    if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
        return []
    found: list[tuple[Any, ...]] = []
    for name, field in annotation.model_fields.items():
        if type(None) in get_args(field.annotation):
            found.append((name,))
        if name in body:
            found += [(name, *path) for path in optional_places(field.annotation, body[name], prefer)]
    return found


def without(body: Any, path: tuple[Any, ...]) -> Any:
    """Return a copy of an example that lacks what stands at a path, as a gateway that drops nulls leaves it."""
    if len(path) == 1:
        return {name: value for name, value in body.items() if name != path[0]}
    inner = without(body[path[0]], path[1:])
    return [inner] if isinstance(body, list) else {**body, path[0]: inner}


def with_null(body: Any, path: tuple[Any, ...]) -> Any:
    """Return a copy of an example with null at a path."""
    inner = None if len(path) == 1 else with_null(body[path[0]], path[1:])
    return [inner] if isinstance(body, list) else {**body, path[0]: inner}


@pytest.mark.parametrize(("kind", "parse", "prefer", "absent"), CASES, ids=lambda value: getattr(value, "__name__", None))
def test_a_field_that_a_gateway_left_out_is_null_where_the_sdk_says_optional(
    kind: str, parse: Callable[[Any], Any], prefer: str, absent: set[str]
) -> None:
    body = example(sdk_type(kind), prefer=prefer)
    places = optional_places(sdk_type(kind), body, prefer)
    bare = body
    for path in places:
        assert parse(without(body, path)) == parse(with_null(body, path)), path
    for path in sorted(places, key=len, reverse=True):
        bare = without(bare, path)
    parse(bare)
