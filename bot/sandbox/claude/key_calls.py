"""Calls about API keys. Creating one exists behind the `key_creation` switch only: the real API has no such call today."""

from typing import Any

from bot.sandbox.claude import params
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import ApiError, invalid, not_found
from bot.sandbox.claude.paging import Order, id_page
from bot.sandbox.claude.records import ApiKey
from bot.sandbox.claude.shapes import key_json


def _json(call: Call, key: ApiKey) -> dict[str, Any]:
    organization = call.organization
    return key_json(key, organization.clock.now(), call.version, organization.default_workspace().id)


def list_keys(call: Call) -> dict[str, Any]:
    """List keys of all workspaces, newest first."""
    organization, now = call.organization, call.organization.clock.now()
    status = params.choice(call.query, "status", ("active", "inactive", "archived", "expired"))
    workspace_id, creator = call.query.get("workspace_id"), call.query.get("created_by_user_id")
    rows = [
        ((key.created_at, key.id), key)
        for key in organization.keys.values()
        if (status is None or key.status(now) == status)
        and (workspace_id is None or (key.scope == "workspace" and key.workspace_id == workspace_id))
        and (creator is None or (key.created_by is not None and key.created_by.id == creator))
    ]

    def place(key_id: str) -> Order | None:
        key = organization.keys.get(key_id)
        return None if key is None else (key.created_at, key.id)

    return id_page(rows, call.query, place, lambda key: _json(call, key), lambda key: key.id)


def _key(call: Call) -> ApiKey:
    key = call.organization.keys.get(call.path["api_key_id"])
    if key is None:
        raise not_found("API key")
    return key


def get_key(call: Call) -> dict[str, Any]:
    """Return one key's metadata."""
    return _json(call, _key(call))


def update_key(call: Call) -> dict[str, Any]:
    """Rename a key or switch its status; archived and expired are final."""
    organization, key = call.organization, _key(call)
    now = organization.clock.now()
    params.only(call.body, "name", "status")
    name = params.text(call.body, "name", 500)
    wanted = params.option(call.body, "status", ("active", "inactive", "archived"))
    current = key.status(now)
    if wanted is not None and wanted != current:
        if current == "archived":
            raise invalid("An archived API key cannot be changed back.")
        if current == "expired" and wanted != "archived":
            raise invalid("An expired API key cannot be reactivated.")
        if wanted == "active":
            organization.check_key_limits(key.workspace_id)
        key.set_state(wanted, now)
    if name is not None:
        key.name = name
    return _json(call, key)


def create_key(call: Call) -> dict[str, Any]:
    """Make a key and answer its metadata and, this once, its `secret`. Without the switch there is no such call."""
    organization = call.organization
    if not organization.flags.key_creation:
        raise ApiError(404, "Not Found")
    params.only(call.body, "workspace_id", "name", "expires_at")
    name = params.text(call.body, "name", 500, required=True) or ""
    workspace_id = params.text(call.body, "workspace_id", 200, required=True) or ""
    raw_end = call.body.get("expires_at")
    expires_at = None if raw_end is None else params.parse_moment("expires_at", raw_end)
    key, secret = organization.create_key(workspace_id, name, created_by=organization.admin_key_owner, expires_at=expires_at)
    return _json(call, key) | {"secret": secret}


ENDPOINTS = [
    Endpoint("GET", "/v1/organizations/api_keys", list_keys),
    Endpoint("POST", "/v1/organizations/api_keys", create_key),
    Endpoint("GET", "/v1/organizations/api_keys/{api_key_id}", get_key),
    Endpoint("POST", "/v1/organizations/api_keys/{api_key_id}", update_key),
]
