"""Calls about the workspaces of service accounts, which can be asked from either side (OAuth token only)."""

from typing import Any

from bot.sandbox.claude import params
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import invalid, not_found
from bot.sandbox.claude.paging import opaque_page
from bot.sandbox.claude.records import WORKSPACE_ROLES, Workspace
from bot.sandbox.claude.service_account_calls import by_oauth, find_account, no_such_call

_GIVABLE = WORKSPACE_ROLES[:4]
"""All but workspace_billing, which follows from a person's role in the organization."""


def _member(call: Call, workspace_id: str, account_id: str) -> dict[str, Any] | None:
    """Return a membership. Every service account is in the default workspace, explicitly or not."""
    organization = call.organization
    role = organization.service_memberships.get((workspace_id, account_id))
    implicit = role is None and workspace_id == organization.default_workspace().id
    if role is None and not implicit:
        return None
    return {
        "type": "service_account_workspace_member",
        "service_account_id": account_id,
        "workspace_id": workspace_id,
        "workspace_role": role or "workspace_user",
        "implicit": implicit,
        "created_by_actor_id": None if implicit else organization.admin_key_owner,
    }


def _page(call: Call, pairs: list[tuple[str, str]]) -> dict[str, Any]:
    page, next_page = opaque_page(pairs, call.query, params.integer(call.query, "limit", 20, 1, 100))
    return {"data": [_member(call, *pair) for pair in page], "next_page": next_page}


def _open_workspace(call: Call, workspace_id: str) -> Workspace:
    workspace = call.organization.workspaces.get(workspace_id)
    if workspace is None:
        raise not_found("Workspace")
    if workspace.archived_at is not None:
        raise invalid("The workspace is archived.")
    return workspace


def list_workspaces_of(call: Call) -> dict[str, Any]:
    """List the workspaces of a service account, the default one first. An archived account is in none."""
    account = find_account(call, call.path["account_id"])
    if account.archived_at is not None:
        return {"data": [], "next_page": None}
    default = call.organization.default_workspace().id
    explicit = [pair for pair in call.organization.service_memberships if pair[1] == account.id and pair[0] != default]
    return _page(call, [(default, account.id), *explicit])


def list_accounts_in(call: Call) -> dict[str, Any]:
    """List the service accounts that were put into a workspace; archived ones and implicit memberships are left out."""
    workspace = _open_workspace(call, call.path["workspace_id"])
    accounts = call.organization.service_accounts
    pairs = [pair for pair in call.organization.service_memberships if pair[0] == workspace.id]
    return _page(call, [pair for pair in pairs if accounts[pair[1]].archived_at is None])


def get_member(call: Call) -> dict[str, Any]:
    """Return one membership."""
    workspace = _open_workspace(call, call.path["workspace_id"])
    account = find_account(call, call.path["account_id"])
    member = _member(call, workspace.id, account.id)
    if member is None or account.archived_at is not None:
        raise not_found("Service account")
    return member


def _put(call: Call, workspace_id: str, account_id: str) -> dict[str, Any]:
    role = params.option(call.body, "workspace_role", _GIVABLE, required=True) or ""
    workspace, account = _open_workspace(call, workspace_id), find_account(call, account_id)
    if account.archived_at is not None:
        raise invalid("The service account is archived.")
    call.organization.service_memberships[workspace.id, account.id] = role
    return _member(call, workspace.id, account.id) or {}


def add_workspace(call: Call) -> dict[str, Any]:
    """Put a service account into the workspace of the body. A role that it has there is replaced."""
    params.only(call.body, "workspace_id", "workspace_role")
    return _put(call, params.text(call.body, "workspace_id", 200, required=True) or "", call.path["account_id"])


def add_account(call: Call) -> dict[str, Any]:
    """Put the service account of the body into a workspace. A role that it has there is replaced."""
    params.only(call.body, "service_account_id", "workspace_role")
    account_id = params.text(call.body, "service_account_id", 200, required=True) or ""
    return _put(call, call.path["workspace_id"], account_id)


def update_member(call: Call) -> dict[str, Any]:
    """Change the role of an explicit membership."""
    params.only(call.body, "workspace_role")
    pair = call.path["workspace_id"], call.path["account_id"]
    _open_workspace(call, pair[0])
    if pair not in call.organization.service_memberships:
        raise not_found("Service account")
    return _put(call, *pair)


def remove_member(call: Call) -> dict[str, Any]:
    """Take a service account out of a workspace; nothing to take out is fine, too."""
    workspace = _open_workspace(call, call.path["workspace_id"])
    account = find_account(call, call.path["account_id"])
    call.organization.service_memberships.pop((workspace.id, account.id), None)
    kind = "service_account_workspace_member_deleted"
    return {"type": kind, "service_account_id": account.id, "workspace_id": workspace.id}


_ACCOUNT = "/v1/organizations/service_accounts/{account_id}/workspaces"
_WORKSPACE = "/v1/organizations/workspaces/{workspace_id}/service_accounts"
_PATHS = (_ACCOUNT, f"{_ACCOUNT}/{{workspace_id}}", _WORKSPACE, f"{_WORKSPACE}/{{account_id}}")
ENDPOINTS = [
    Endpoint("GET", _ACCOUNT, by_oauth(list_workspaces_of)),
    Endpoint("POST", _ACCOUNT, by_oauth(add_workspace)),
    Endpoint("DELETE", f"{_ACCOUNT}/{{workspace_id}}", by_oauth(remove_member)),
    Endpoint("GET", _WORKSPACE, by_oauth(list_accounts_in)),
    Endpoint("POST", _WORKSPACE, by_oauth(add_account)),
    Endpoint("GET", f"{_WORKSPACE}/{{account_id}}", by_oauth(get_member)),
    Endpoint("POST", f"{_WORKSPACE}/{{account_id}}", by_oauth(update_member)),
    Endpoint("DELETE", f"{_WORKSPACE}/{{account_id}}", by_oauth(remove_member)),
    *(Endpoint("*", path, by_oauth(no_such_call)) for path in _PATHS),
]
