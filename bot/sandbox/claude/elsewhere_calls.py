"""What this kind of organization or credential can't do, refused as upstream refuses it."""

from typing import Any

from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import ApiError, invalid, not_found
from bot.sandbox.claude.service_account_calls import by_oauth

_ROOT = "/v1/organizations"
_FEDERATION = ("federation_issuers", "federation_rules")
_ENTERPRISE_ANALYTICS = (
    "users", "summaries", "skills", "connectors", "plugins", "artifacts", "apps/chat/projects", "usage_report",
    "cost_report", "user_usage_report", "user_cost_report",
)  # fmt: skip


def no_federation(_: Call) -> dict[str, Any]:
    """Return the empty list of an organization that trusts no other issuer of tokens."""
    return {"data": [], "next_page": None}


def federation_closed(_: Call) -> dict[str, Any]:
    """Refuse to set federation up; nothing of the sandbox could use it."""
    raise ApiError(403, "Workload identity federation is not available to this organization.")


def nothing_federated(_: Call) -> dict[str, Any]:
    """Say that there is no such issuer or rule."""
    raise not_found("Federation object")


def _not_played(call: Call) -> None:
    if call.organization.flags.organization_kind == "enterprise":
        raise ApiError(404, "The sandbox does not have this endpoint of Claude Enterprise.")


def enterprise_only(call: Call) -> dict[str, Any]:
    """Refuse what only Claude Enterprise organizations have."""
    _not_played(call)
    raise ApiError(403, "This endpoint is not available to this organization.")


def wrong_organization_type(call: Call) -> dict[str, Any]:
    """Refuse Enterprise spend-limit calls."""
    _not_played(call)
    raise invalid("This endpoint is not available for this type of organization.", "organization_type_not_supported")


def needs_parent(call: Call) -> dict[str, Any]:
    """Refuse RBAC roles: a stand-alone organization has no parent."""
    _not_played(call)
    raise invalid("This endpoint requires a parent organization.", "parent_organization_required")


ENDPOINTS = [
    *(Endpoint("GET", f"{_ROOT}/{name}", by_oauth(no_federation)) for name in _FEDERATION),
    *(Endpoint("*", f"{_ROOT}/{name}", by_oauth(federation_closed)) for name in _FEDERATION),
    *(
        Endpoint("*", f"{_ROOT}/{name}{rest}", by_oauth(nothing_federated))
        for name in _FEDERATION
        for rest in ("/{id}", "/{id}/{what}", "/{id}/{what}/{other}")
    ),
    *(Endpoint("GET", f"{_ROOT}/analytics/{name}", enterprise_only) for name in _ENTERPRISE_ANALYTICS),
    Endpoint("GET", f"{_ROOT}/spend_limits/effective", wrong_organization_type),
    Endpoint("GET", f"{_ROOT}/spend_limit_increase_requests", wrong_organization_type),
    *(
        Endpoint("*", f"{_ROOT}/spend_limit_increase_requests/{{id}}{rest}", wrong_organization_type)
        for rest in ("", "/{act}")
    ),
    Endpoint("*", f"{_ROOT}/rbac_groups", enterprise_only),
    Endpoint("GET", f"{_ROOT}/rbac_roles", needs_parent),
]
"""Placed before the other calls, because `spend_limits/effective` would read as an id there."""
