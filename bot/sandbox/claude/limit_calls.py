"""Calls about limits: rate limits with workspace overrides, and spend limits, which are a preview behind a switch."""

from typing import Any, cast

from bot.sandbox.claude import params
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import ApiError, invalid, not_found
from bot.sandbox.claude.paging import opaque_page
from bot.sandbox.claude.records import RateLimit, SpendLimit
from bot.sandbox.claude.shapes import rate_limit_json, spend_limit_json, workspace_rate_limit_json
from bot.sandbox.claude.spend_limits import drop_limit, put_limit
from bot.sandbox.claude.workspace_calls import find_workspace

_GROUP_TYPES = ("model_group", "batch", "token_count", "files", "skills", "web_search")
_WRITABLE = (
    "requests_per_minute", "input_tokens_per_minute", "input_tokens_per_minute_cache_aware", "output_tokens_per_minute",
    "tokens_per_minute", "tokens_per_day", "tool_uses_per_second", "fast_itpmca", "fast_otpm",
)  # fmt: skip
_LIST_BETA = "spend-limit-reads-2026-09-26"


def _entries(call: Call) -> tuple[list[RateLimit], int | None]:
    kind = params.choice(call.query, "group_type", _GROUP_TYPES)
    limit = params.integer(call.query, "limit", 20, 1, 1000) if "limit" in call.query else None
    return [entry for entry in call.organization.rate_limits.values() if kind is None or entry.kind == kind], limit


def list_rate_limits(call: Call) -> dict[str, Any]:
    """List the organization's limits. Without `limit` everything comes in one page."""
    entries, limit = _entries(call)
    model = call.query.get("model")
    if model is not None:
        entries = [entry for entry in entries if entry.models is not None and model in entry.models]
        if not entries:
            raise not_found("Model")
    page, next_page = opaque_page(entries, call.query, limit)
    return {"data": [rate_limit_json(entry, call.version) for entry in page], "next_page": next_page}


def list_workspace_rate_limits(call: Call) -> dict[str, Any]:
    """List a workspace's overrides, with the inherited limits when asked for."""
    workspace = find_workspace(call)
    inherited = params.boolean(call.query, "include_inherited")
    entries, limit = _entries(call)
    overrides = call.organization.overrides
    shown = [entry for entry in entries if inherited or overrides.get((workspace.id, entry.id))]
    page, next_page = opaque_page(shown, call.query, limit)
    data = [
        workspace_rate_limit_json(
            entry, workspace.id, overrides.get((workspace.id, entry.id), {}), inherited=inherited, version=call.version
        )
        for entry in page
    ]
    return {"data": data, "next_page": next_page}


def update_workspace_rate_limit(call: Call) -> dict[str, Any]:
    """Set or clear overrides of one entry. What is not named stays, what exceeds the organization's is stored."""
    workspace = find_workspace(call)
    entry = call.organization.rate_limits.get(call.path["rate_limit_id"])
    if entry is None:
        raise not_found("Rate limit")
    params.only(call.body, "limits")
    changes = _changes(call.body.get("limits"))
    if workspace.is_default:
        raise invalid("Rate limits cannot be set on the default workspace.")
    if workspace.archived_at is not None:
        raise invalid("The workspace is archived.")
    override = dict(call.organization.overrides.get((workspace.id, entry.id), {}))
    for kind, value in changes.items():
        if value is None:
            override.pop(kind, None)
        else:
            override[kind] = value
    call.organization.overrides[workspace.id, entry.id] = override
    return workspace_rate_limit_json(entry, workspace.id, override, inherited=False, version=call.version)


def _changes(raw: Any) -> dict[str, int | None]:
    items = cast(list[Any], raw) if isinstance(raw, list) else []
    if not 1 <= len(items) <= 16:
        raise invalid("limits: List should have between 1 and 16 items")
    changes: dict[str, int | None] = {}
    for n, item in enumerate(items):
        fields = cast(dict[str, Any], item) if isinstance(item, dict) else {}
        kind, value = fields.get("type"), fields.get("value", "absent")
        if kind not in _WRITABLE:
            raise invalid(f"limits.{n}.type: not a limit that can be set")
        if value is not None and not (isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 2**53):
            raise invalid(f"limits.{n}.value: Input should be null or an integer between 0 and 9007199254740991")
        changes[cast(str, kind)] = value
    return changes


def list_spend_limits(call: Call) -> dict[str, Any]:
    """List spend limits, newest first; outside the preview this kind of organization is refused."""
    if not call.organization.flags.spend_limits_preview:
        raise invalid("This endpoint is not available for this type of organization.", "organization_type_not_supported")
    kinds = params.many(call.query, "scope_type", ("organization", "workspace", "usage_tier"), most=100)
    workspace_id = call.query.get("workspace_id")
    limit = params.integer(call.query, "limit", 20, 1, 1000)
    rows = [
        spend_limit
        for spend_limit in call.organization.spend_limits.values()
        if (kinds is None or spend_limit.scope in kinds)
        and (workspace_id is None or spend_limit.workspace_id == workspace_id)
    ]
    rows.sort(key=lambda spend_limit: (spend_limit.created_at, spend_limit.id), reverse=True)
    page, next_page = opaque_page(rows, call.query, limit)
    return {"data": [spend_limit_json(spend_limit) for spend_limit in page], "next_page": next_page}


def _require_preview(call: Call) -> None:
    if not call.organization.flags.spend_limits_preview:
        message = "Managing spend limits through the API is in an early access preview."
        raise ApiError(403, message, "spend_limits_admin_api_writes_not_enabled")


def _spend_limit(call: Call) -> SpendLimit:
    _require_preview(call)
    spend_limit = call.organization.spend_limits.get(call.path["spend_limit_id"])
    if spend_limit is None:
        raise not_found("Spend limit")
    return spend_limit


def get_spend_limit(call: Call) -> dict[str, Any]:
    """Return one spend limit."""
    return spend_limit_json(_spend_limit(call))


def set_spend_limit(call: Call) -> dict[str, Any]:
    """Set the monthly limit of the organization or of a workspace. An existing one is overwritten."""
    _require_preview(call)
    params.only(call.body, "scope", "amount", "period")
    period, raw = call.body.get("period", "monthly"), call.body.get("scope")
    scope = cast(dict[str, Any], raw) if isinstance(raw, dict) else {}
    kind = scope.get("type")
    if kind not in ("organization", "workspace"):
        raise invalid("scope.type: Input should be 'organization' or 'workspace'")
    if period != "monthly":
        raise invalid("period: limits of this organization are monthly")
    workspace_id = str(scope.get("workspace_id")) if kind == "workspace" else None
    return spend_limit_json(put_limit(call.organization, workspace_id, call.body.get("amount"), None))


def delete_spend_limit(call: Call) -> dict[str, Any]:
    """Delete a limit; Anthropic's own cap can't be deleted."""
    spend_limit = _spend_limit(call)
    drop_limit(call.organization, spend_limit, None)
    return {"id": spend_limit.id, "type": "spend_limit_deleted"}


_WORKSPACE = "/v1/organizations/workspaces/{workspace_id}/rate_limits"
_SPEND = "/v1/organizations/spend_limits"
ENDPOINTS = [
    Endpoint("GET", "/v1/organizations/rate_limits", list_rate_limits),
    Endpoint("GET", _WORKSPACE, list_workspace_rate_limits),
    Endpoint("POST", f"{_WORKSPACE}/{{rate_limit_id}}", update_workspace_rate_limit),
    Endpoint("GET", _SPEND, list_spend_limits, beta=_LIST_BETA),
    Endpoint("POST", _SPEND, set_spend_limit),
    Endpoint("GET", f"{_SPEND}/{{spend_limit_id}}", get_spend_limit),
    Endpoint("DELETE", f"{_SPEND}/{{spend_limit_id}}", delete_spend_limit),
]
