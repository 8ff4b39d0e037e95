"""Calls about workspaces."""

import re
import secrets
import uuid
from typing import Any, cast

from bot.sandbox.claude import params
from bot.sandbox.claude.edge import Call, Endpoint
from bot.sandbox.claude.errors import invalid, not_found
from bot.sandbox.claude.paging import Order, id_page
from bot.sandbox.claude.records import Workspace, tagged_id
from bot.sandbox.claude.shapes import workspace_json

_COLOR = re.compile(r"#[0-9A-Fa-f]{6}")
_GEOS = ("global", "us")
_FIELDS = ("name", "display_color", "tags", "data_residency", "external_key_id", "user_profile_id")


def find_workspace(call: Call) -> Workspace:
    """Return the workspace of the path, archived or not; 404 when there is none."""
    workspace = call.organization.workspaces.get(call.path["workspace_id"])
    if workspace is None:
        raise not_found("Workspace")
    return workspace


def list_workspaces(call: Call) -> dict[str, Any]:
    """List workspaces, newest first; the default one and archived ones only when asked for."""
    organization = call.organization
    archived = params.boolean(call.query, "include_archived")
    default = params.boolean(call.query, "include_default")
    ids = params.many(call.query, "ids", most=100)
    rows = [
        ((workspace.created_at, workspace.id), workspace)
        for workspace in organization.workspaces.values()
        if (archived or workspace.archived_at is None)
        and (default or not workspace.is_default)
        and (ids is None or workspace.id in ids)
    ]

    def place(workspace_id: str) -> Order | None:
        workspace = organization.workspaces.get(workspace_id)
        return None if workspace is None else (workspace.created_at, workspace.id)

    return id_page(rows, call.query, place, workspace_json, lambda workspace: workspace.id)


def get_workspace(call: Call) -> dict[str, Any]:
    """Return one workspace."""
    return workspace_json(find_workspace(call))


def create_workspace(call: Call) -> dict[str, Any]:
    """Make a workspace. Names need not be unique, so a repeated call makes a second one, as upstream."""
    organization = call.organization
    params.only(call.body, *_FIELDS)
    name = params.text(call.body, "name", 255, required=True) or ""
    alive = [workspace for workspace in organization.workspaces.values() if workspace.archived_at is None]
    if len(alive) >= organization.flags.workspace_limit:
        raise invalid(f"The organization has reached its limit of {organization.flags.workspace_limit} workspaces.")
    seed = secrets.token_hex(16)
    workspace = Workspace(tagged_id("wrkspc", seed), name, organization.clock.now(), "#6C5BB9", str(uuid.uuid4()))
    _change(workspace, call.body, new=True)
    organization.workspaces[workspace.id] = workspace
    return workspace_json(workspace)


def update_workspace(call: Call) -> dict[str, Any]:
    """Change what is given, leave the rest."""
    workspace = find_workspace(call)
    params.only(call.body, *_FIELDS)
    if workspace.archived_at is not None:
        raise invalid("An archived workspace cannot be changed.")
    name = params.text(call.body, "name", 255)
    if name is not None and workspace.is_default:
        raise invalid("The default workspace cannot be renamed.")
    _change(workspace, call.body, new=False)
    workspace.name = name or workspace.name
    return workspace_json(workspace)


def _change(workspace: Workspace, body: dict[str, Any], *, new: bool) -> None:
    color, tags = body.get("display_color"), body.get("tags")
    if color is not None and not (isinstance(color, str) and _COLOR.fullmatch(color)):
        raise invalid("display_color: String should match pattern '^#[0-9A-Fa-f]{6}$'")
    checked_tags = _tags(tags) if tags is not None else {}
    allowed, default = _residency(workspace, body.get("data_residency"), new=new)
    for name in ("external_key_id", "user_profile_id"):
        if body.get(name) is not None:
            raise invalid(f"{name}: no such object in this organization")
    workspace.display_color = color or workspace.display_color
    merged = {**workspace.tags, **checked_tags}
    workspace.tags = {key: value for key, value in merged.items() if value is not None}
    workspace.allowed_inference_geos, workspace.default_inference_geo = allowed, default


def _tags(raw: Any) -> dict[str, str | None]:
    if not isinstance(raw, dict):
        raise invalid("tags: Input should be a valid dictionary")
    tags = cast(dict[str, Any], raw)
    for key, value in tags.items():
        if key.lower().startswith("anthropic"):
            raise invalid(f"tags.{key}: keys may not begin with 'anthropic'")
        if value is not None and not isinstance(value, str):
            raise invalid(f"tags.{key}: Input should be a valid string")
    return tags


def _residency(workspace: Workspace, raw: Any, *, new: bool) -> tuple[str | list[str], str]:
    if raw is None:
        return workspace.allowed_inference_geos, workspace.default_inference_geo
    if not isinstance(raw, dict):
        raise invalid("data_residency: Input should be a valid dictionary")
    wanted = cast(dict[str, Any], raw)
    if "workspace_geo" in wanted and (not new or wanted["workspace_geo"] != "us"):
        raise invalid("data_residency.workspace_geo: must be 'us' and cannot be changed")
    allowed: Any = wanted.get("allowed_inference_geos") or workspace.allowed_inference_geos
    default: Any = wanted.get("default_inference_geo") or workspace.default_inference_geo
    if allowed != "unrestricted" and not (
        isinstance(allowed, list) and all(geo in _GEOS for geo in cast(list[Any], allowed))
    ):
        raise invalid("data_residency.allowed_inference_geos: Input should be 'unrestricted' or a list of 'global', 'us'")
    if default not in _GEOS or (allowed != "unrestricted" and default not in allowed):
        raise invalid("data_residency.default_inference_geo: must be a member of allowed_inference_geos")
    return cast("str | list[str]", allowed), default


def archive_workspace(call: Call) -> dict[str, Any]:
    """Archive a workspace and every key in it, for good."""
    workspace, now = find_workspace(call), call.organization.clock.now()
    if workspace.is_default:
        raise invalid("The default workspace cannot be archived.")
    if workspace.archived_at is not None:
        raise invalid("The workspace is already archived.")
    workspace.archived_at = now
    for key in call.organization.keys.values():
        if key.workspace_id == workspace.id:
            key.set_state("archived", now)
    return workspace_json(workspace)


_ROOT = "/v1/organizations/workspaces"
ENDPOINTS = [
    Endpoint("GET", _ROOT, list_workspaces),
    Endpoint("POST", _ROOT, create_workspace),
    Endpoint("GET", f"{_ROOT}/{{workspace_id}}", get_workspace),
    Endpoint("POST", f"{_ROOT}/{{workspace_id}}", update_workspace),
    Endpoint("POST", f"{_ROOT}/{{workspace_id}}/archive", archive_workspace),
]
