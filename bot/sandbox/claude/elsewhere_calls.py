"""What this kind of organization or credential can't do, refused as upstream refuses it."""

from typing import Any

from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import ApiError, invalid

_ROOT = "/v1/organizations"
_OAUTH_ONLY = ("service_accounts", "federation_issuers", "federation_rules")
_ENTERPRISE_ANALYTICS = (
    "users", "summaries", "skills", "connectors", "plugins", "artifacts", "apps/chat/projects", "usage_report",
    "cost_report", "user_usage_report", "user_cost_report",
)  # fmt: skip


def oauth_only(call: Call) -> dict[str, Any]:
    """Refuse an Admin key; the OAuth token sees an empty list."""
    if not call.by_oauth:
        raise ApiError(403, "This endpoint requires an OAuth token with the scope org:admin.")
    return {"data": [], "next_page": None}


def enterprise_only(_: Call) -> dict[str, Any]:
    """Refuse what only Claude Enterprise organizations have."""
    raise ApiError(403, "This endpoint is not available to this organization.")


def wrong_organization_type(_: Call) -> dict[str, Any]:
    """Refuse Enterprise spend-limit calls."""
    raise invalid("This endpoint is not available for this type of organization.", "organization_type_not_supported")


def needs_parent(_: Call) -> dict[str, Any]:
    """Refuse RBAC roles: a stand-alone organization has no parent."""
    raise invalid("This endpoint requires a parent organization.", "parent_organization_required")


ENDPOINTS = [
    *(Endpoint("*", f"{_ROOT}/{name}{rest}", oauth_only) for name in _OAUTH_ONLY for rest in ("", "/{id}", "/{id}/{what}")),
    *(Endpoint("*", f"{_ROOT}/workspaces/{{workspace_id}}/service_accounts{rest}", oauth_only) for rest in ("", "/{id}")),
    *(Endpoint("GET", f"{_ROOT}/analytics/{name}", enterprise_only) for name in _ENTERPRISE_ANALYTICS),
    Endpoint("GET", f"{_ROOT}/spend_limits/effective", wrong_organization_type),
    Endpoint("GET", f"{_ROOT}/spend_limit_increase_requests", wrong_organization_type),
    *(
        Endpoint("*", f"{_ROOT}/spend_limit_increase_requests/{{id}}{rest}", wrong_organization_type)
        for rest in ("", "/{act}")
    ),
    Endpoint("*", f"{_ROOT}/rbac_groups", enterprise_only),
    Endpoint("GET", f"{_ROOT}/rbac_roles", needs_parent),
    Endpoint("GET", "/v1/compliance/activities", enterprise_only),
]
"""Placed before the other calls, because `spend_limits/effective` would read as an id there."""
