"""Records as the API's JSON, in the shape of the asked version (2023-06-01 or 2026-10-21)."""

from datetime import UTC, datetime
from typing import Any

from bot.sandbox.claude.records import (
    OLD_VERSION,
    Activity,
    ApiKey,
    Invite,
    Principal,
    RateLimit,
    ServiceAccount,
    SpendLimit,
    User,
    Workspace,
)


def stamp(moment: datetime) -> str:
    """Return an RFC 3339 time in UTC with `Z`; fractions of a second only where there are some."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _maybe(moment: datetime | None) -> str | None:
    return None if moment is None else stamp(moment)


def user_json(user: User) -> dict[str, Any]:
    """Return a User."""
    return {
        "id": user.id,
        "type": "user",
        "email": user.email,
        "name": user.name,
        "role": user.role,
        "added_at": stamp(user.added_at),
    }


def invite_json(invite: Invite, now: datetime, version: str) -> dict[str, Any]:
    """Return an Invite."""
    shape: dict[str, Any] = {
        "id": invite.id,
        "type": "invite",
        "email": invite.email,
        "role": invite.role,
        "status": invite.status(now),
        "invited_at": stamp(invite.invited_at),
        "expires_at": stamp(invite.expires_at),
    }
    if version == OLD_VERSION:
        return shape
    return shape | {"accepted_at": _maybe(invite.accepted_at), "rbac_group_ids": []}


def service_account_json(account: ServiceAccount) -> dict[str, Any]:
    """Return a ServiceAccount."""
    return {
        "id": account.id,
        "type": "service_account",
        "name": account.name,
        "description": account.description,
        "organization_role": account.organization_role,
        "created_at": stamp(account.created_at),
        "updated_at": stamp(account.updated_at),
        "archived_at": _maybe(account.archived_at),
        "created_by_actor_id": account.created_by,
        "updated_by_actor_id": account.updated_by,
        "archived_by_actor_id": account.archived_by,
    }


def workspace_json(workspace: Workspace) -> dict[str, Any]:
    """Return a Workspace."""
    return {
        "id": workspace.id,
        "type": "workspace",
        "name": workspace.name,
        "created_at": stamp(workspace.created_at),
        "archived_at": _maybe(workspace.archived_at),
        "display_color": workspace.display_color,
        "tags": dict(workspace.tags),
        "data_residency": {
            "workspace_geo": "us",
            "allowed_inference_geos": workspace.allowed_inference_geos,
            "default_inference_geo": workspace.default_inference_geo,
        },
        "compartment_id": workspace.compartment_id,
        "external_key_id": workspace.external_key_id,
        "user_profile_id": workspace.user_profile_id,
    }


def member_json(workspace_id: str, user_id: str, role: str) -> dict[str, Any]:
    """Return a WorkspaceMember."""
    return {"type": "workspace_member", "user_id": user_id, "workspace_id": workspace_id, "workspace_role": role}


def key_json(key: ApiKey, now: datetime, version: str, default_workspace_id: str) -> dict[str, Any]:
    """Return an ApiKey. The old shape has `workspace_id`, null for the default workspace, instead of `scope`."""
    shape: dict[str, Any] = {
        "id": key.id,
        "type": "api_key",
        "name": key.name,
        "status": key.status(now),
        "created_at": stamp(key.created_at),
        "created_by": None if key.created_by is None else {"id": key.created_by.id, "type": key.created_by.kind},
        "expires_at": _maybe(key.expires_at),
        "partial_key_hint": key.hint,
    }
    if version == OLD_VERSION:
        principal = None if key.principal is None else {"id": key.principal.id, "type": key.principal.kind}
        is_at_home = key.scope == "workspace" and key.workspace_id != default_workspace_id
        workspace_id = key.workspace_id if is_at_home else None
        return shape | {"principal": principal, "workspace_id": workspace_id}
    return shape | {
        "principal": _principal_actor(key.principal),
        "scope": {"type": key.scope} | ({"workspace_id": key.workspace_id} if key.scope == "workspace" else {}),
    }


def _principal_actor(principal: Principal | None) -> dict[str, str] | None:
    if principal is None:
        return None
    return {"type": f"{principal.kind}_actor", f"{principal.kind}_id": principal.id}


def _group(entry: RateLimit, version: str) -> dict[str, Any]:
    if version == OLD_VERSION:
        return {"group_type": entry.kind}
    group = {"type": entry.kind, "id": entry.group_id}
    return {"group": group if entry.display_name is None else group | {"display_name": entry.display_name}}


def rate_limit_json(entry: RateLimit, version: str) -> dict[str, Any]:
    """Return a RateLimit of the organization."""
    limits = [{"type": kind, "value": value} for kind, value in entry.limits.items()]
    models = None if entry.models is None else list(entry.models)
    own = {"type": "rate_limit"} if version == OLD_VERSION else {"id": entry.id, "type": "rate_limit"}
    return own | _group(entry, version) | {"models": models, "limits": limits}


def workspace_rate_limit_json(
    entry: RateLimit, workspace_id: str, override: dict[str, int], *, inherited: bool, version: str
) -> dict[str, Any]:
    """Return a WorkspaceRateLimit; `inherited` lists the organization's values too, marked by their source."""
    kinds = [*entry.limits, *(kind for kind in override if kind not in entry.limits)] if inherited else list(override)
    limits = [
        {
            "type": kind,
            "value": override.get(kind, entry.limits.get(kind)),
            "org_limit": entry.limits.get(kind),
        }
        | ({} if version == OLD_VERSION else {"source": {"type": "workspace" if kind in override else "organization"}})
        for kind in kinds
    ]
    models = None if entry.models is None else list(entry.models)
    head = {"type": "workspace_rate_limit"}
    if version != OLD_VERSION:
        head |= {"workspace_id": workspace_id, "rate_limit_id": entry.id}
    return head | _group(entry, version) | {"models": models, "limits": limits}


def activity_json(activity: Activity, organization_id: str) -> dict[str, Any]:
    """Return an entry of the activity feed."""
    return {
        "id": activity.id,
        "type": activity.type,
        "created_at": stamp(activity.created_at),
        "organization_id": organization_id,
        "organization_uuid": organization_id,
        "actor": activity.actor,
        **activity.about,
    }


def spend_limit_json(limit: SpendLimit) -> dict[str, Any]:
    """Return a SpendLimit."""
    scope = {"type": limit.scope} | ({} if limit.workspace_id is None else {"workspace_id": limit.workspace_id})
    return {
        "id": limit.id,
        "type": "spend_limit",
        "scope": scope,
        "amount": limit.amount,
        "currency": "USD",
        "period": "monthly",
        "is_enabled": True,
        "created_at": stamp(limit.created_at),
        "updated_at": stamp(limit.updated_at),
    }
