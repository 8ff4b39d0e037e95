"""Calls about who is in a workspace, where explicit memberships meet roles inherited from the organization."""

from typing import Any

from bot.sandbox.claude import params
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import invalid, not_found
from bot.sandbox.claude.paging import Order, id_page
from bot.sandbox.claude.records import WORKSPACE_ROLES, User, Workspace
from bot.sandbox.claude.shapes import member_json
from bot.sandbox.claude.workspace_calls import find_workspace

_GIVABLE = WORKSPACE_ROLES[:4]


def _members(call: Call, workspace: Workspace) -> dict[str, str]:
    """Return user id -> role. The default workspace has no list; organization admins and billing people are everywhere."""
    organization = call.organization
    if workspace.is_default:
        return {}
    found = {user.id: role for user in organization.users.values() if (role := organization.inherited_role(user))}
    for (workspace_id, user_id), role in organization.memberships.items():
        if workspace_id == workspace.id and found.get(user_id) != "workspace_admin":
            found[user_id] = role
    return found


def list_members(call: Call) -> dict[str, Any]:
    """List the members of a workspace, newest member of the organization first."""
    workspace = find_workspace(call)
    users = call.organization.users
    members = _members(call, workspace)
    rows = [((users[user_id].added_at, user_id), user_id) for user_id in members]

    def place(user_id: str) -> Order | None:
        user = users.get(user_id) or call.organization.former_users.get(user_id)
        return None if user is None else (user.added_at, user.id)

    def shape(user_id: str) -> dict[str, Any]:
        return member_json(workspace.id, user_id, members[user_id])

    return id_page(rows, call.query, place, shape, str)


def _member(call: Call) -> tuple[Workspace, User, str]:
    workspace = find_workspace(call)
    user = call.organization.users.get(call.path["user_id"])
    role = None if user is None else _members(call, workspace).get(user.id)
    if user is None or role is None:
        raise not_found("Workspace member")
    return workspace, user, role


def get_member(call: Call) -> dict[str, Any]:
    """Return one membership."""
    workspace, user, role = _member(call)
    return member_json(workspace.id, user.id, role)


def add_member(call: Call) -> dict[str, Any]:
    """Give a member of the organization a role in a workspace."""
    organization, workspace = call.organization, find_workspace(call)
    params.only(call.body, "user_id", "workspace_role")
    user_id = params.text(call.body, "user_id", 200, required=True) or ""
    role = params.option(call.body, "workspace_role", _GIVABLE, required=True) or ""
    _refuse_closed(workspace)
    if user_id not in organization.users:
        raise not_found("User")
    members = _members(call, workspace)
    if user_id in members:
        raise invalid("The user is already a member of the workspace.")
    most = organization.flags.workspace_member_limit
    if most is not None and len(members) >= most:
        raise invalid("The workspace has reached its limit of members.", "workspace_member_limit_exceeded")
    organization.memberships[workspace.id, user_id] = role
    return member_json(workspace.id, user_id, role)


def update_member(call: Call) -> dict[str, Any]:
    """Change a workspace role. Inherited roles stay, but a billing member may be raised to workspace admin."""
    params.only(call.body, "workspace_role")
    wanted = params.option(call.body, "workspace_role", WORKSPACE_ROLES, required=True) or ""
    workspace, user, _ = _member(call)
    _refuse_closed(workspace)
    if user.role == "admin":
        raise invalid("Organization admins are admins of every workspace; this cannot be changed here.")
    if user.role == "billing" and wanted != "workspace_admin":
        raise invalid("Billing members of the organization can only be raised to workspace_admin.")
    if wanted == "workspace_billing":
        raise invalid("workspace_billing cannot be assigned; it follows from the organization role.")
    call.organization.memberships[workspace.id, user.id] = wanted
    return member_json(workspace.id, user.id, wanted)


def remove_member(call: Call) -> dict[str, Any]:
    """Take somebody out of a workspace, unless the organization role puts them there."""
    workspace, user, _ = _member(call)
    _refuse_closed(workspace)
    if user.role == "admin" or call.organization.memberships.pop((workspace.id, user.id), None) is None:
        raise invalid("Organization admins and billing members cannot be removed from a workspace.")
    if workspace.is_claude_code:
        # The key there was minted when the person signed in and dies with the membership (admin-api.md §4.4).
        call.organization.end_personal_keys(user, (workspace.id,))
    return {"type": "workspace_member_deleted", "user_id": user.id, "workspace_id": workspace.id}


def _refuse_closed(workspace: Workspace) -> None:
    if workspace.is_default:
        raise invalid("Membership of the default workspace follows the organization role.")
    if workspace.archived_at is not None:
        raise invalid("The workspace is archived.")


_ROOT = "/v1/organizations/workspaces/{workspace_id}/members"
ENDPOINTS = [
    Endpoint("GET", _ROOT, list_members),
    Endpoint("POST", _ROOT, add_member),
    Endpoint("GET", f"{_ROOT}/{{user_id}}", get_member),
    Endpoint("POST", f"{_ROOT}/{{user_id}}", update_member),
    Endpoint("DELETE", f"{_ROOT}/{{user_id}}", remove_member),
]
