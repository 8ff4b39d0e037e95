"""The Admin API's JSON shapes turned into the domain model, in both versions (2023-06-01 and 2026-10-21).

Unknown fields and values pass. A field that the official SDK calls Optional may be left out, which some gateways do with
nulls; one that is needed and missing raises KeyError, which `understood` turns into an UpstreamError. Amounts arrive as
decimal strings in cents, with fractions, and never pass through a float.
"""

from collections.abc import Callable
from decimal import Decimal
from typing import Any, TypeVar

from pydantic import SecretStr

from bot.admin.errors import UNREADABLE
from bot.admin.model import (
    Activity,
    ApiKey,
    Invite,
    IssuedKey,
    Member,
    Organization,
    RateLimit,
    RateLimitGroup,
    SpendLimit,
    Workspace,
    WorkspaceMember,
    WorkspaceRateLimit,
)
from bot.errors import UpstreamDown

Json = dict[str, Any]
Parsed = TypeVar("Parsed")


def understood(parse: Callable[[Any], Parsed], body: Any, changed: bool = False) -> Parsed:
    """Return `parse(body)`. A body of another shape is UpstreamDown, and says nothing of what was in it.

    `changed` is true for the answer to a change, which has then happened nevertheless.
    """
    try:
        return parse(body)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError):
        pass
    raise UpstreamDown(UNREADABLE, may_have_happened=changed)


def organization(body: Json) -> Organization:
    """Read an organization."""
    return Organization(id=body["id"], name=body["name"])


def member(body: Json) -> Member:
    """Read a user of the organization."""
    return Member(id=body["id"], email=body["email"], name=body["name"], role=body["role"], added_at=body["added_at"])


def invite(body: Json) -> Invite:
    """Read an invite. The old shape has no `accepted_at`."""
    return Invite(
        id=body["id"],
        email=body["email"],
        role=body["role"],
        status=body["status"],
        invited_at=body["invited_at"],
        expires_at=body["expires_at"],
        accepted_at=body.get("accepted_at"),
    )


def workspace(body: Json, default_id: str | None = None) -> Workspace:
    """Read a workspace; `default_id` is the default workspace's id, which the API doesn't mark."""
    return Workspace(
        id=body["id"],
        name=body["name"],
        created_at=body["created_at"],
        archived_at=body.get("archived_at"),
        is_default=body["id"] == default_id,
        tags=body.get("tags") or {},
        display_color=body.get("display_color"),
    )


def workspace_member(body: Json) -> WorkspaceMember:
    """Read a member of a workspace."""
    return WorkspaceMember(user_id=body["user_id"], workspace_id=body["workspace_id"], workspace_role=body["workspace_role"])


def api_key(body: Json) -> ApiKey:
    """Read a key's metadata, with `scope` (new shape) or `workspace_id` (old shape)."""
    scope: Json | None = body.get("scope")
    kind = str(scope["type"]) if scope is not None else "workspace"
    principal_type, principal_id = _principal(body.get("principal"))
    created_by: Json | None = body.get("created_by")
    return ApiKey(
        id=body["id"],
        name=body["name"],
        status=body["status"],
        scope=kind,
        workspace_id=(scope if scope is not None else body)["workspace_id"] if kind == "workspace" else None,
        created_at=body["created_at"],
        created_by=created_by["id"] if created_by else None,
        expires_at=body.get("expires_at"),
        hint=body.get("partial_key_hint"),
        principal_type=principal_type,
        principal_id=principal_id,
    )


def issued_key(body: Json) -> IssuedKey:
    """Read the answer to a key's creation: the key's metadata and its `secret`."""
    secret = body["secret"]
    if not isinstance(secret, str) or not secret:
        raise ValueError("no secret")
    return IssuedKey(key=api_key(body), secret=SecretStr(secret))


def spend_limit(body: Json) -> SpendLimit:
    """Read a spend limit. Its amount becomes dollars."""
    scope: Json = body["scope"]
    amount = body.get("amount")
    return SpendLimit(
        id=body["id"],
        scope_type=scope["type"],
        workspace_id=scope.get("workspace_id"),
        amount=None if amount is None else Decimal(amount).scaleb(-2),
        currency=body["currency"],
        period=body["period"],
        is_enabled=body["is_enabled"],
    )


def activity(body: Json) -> Activity:
    """Read an entry of the activity feed. Which fields an entry has depends on its type, and not all are documented."""
    actor: Json = body.get("actor") or {}
    amount = body.get("amount")
    return Activity(
        id=body["id"],
        type=body["type"],
        created_at=body["created_at"],
        workspace_id=body.get("workspace_id"),
        amount=Decimal(amount).scaleb(-2) if isinstance(amount, str) else None,
        actor_email=actor.get("email_address"),
    )


def rate_limit(body: Json) -> RateLimit:
    """Read the organization's limits of one group."""
    return RateLimit(
        id=body.get("id"),
        group=_group(body),
        models=tuple(body.get("models") or ()),
        limits={limit["type"]: limit["value"] for limit in body["limits"]},
    )


def workspace_rate_limit(body: Json, workspace_id: str = "") -> WorkspaceRateLimit:
    """Read a workspace's limits of one group. The old shape names neither the workspace nor the entry."""
    limits: list[Json] = body["limits"]
    return WorkspaceRateLimit(
        workspace_id=body.get("workspace_id") or workspace_id,
        rate_limit_id=body.get("rate_limit_id"),
        group=_group(body),
        models=tuple(body.get("models") or ()),
        limits={limit["type"]: limit["value"] for limit in limits},
        organization_limits={limit["type"]: limit.get("org_limit") for limit in limits},
        overridden=frozenset(
            limit["type"] for limit in limits if (limit.get("source") or {"type": "workspace"})["type"] == "workspace"
        ),
    )


def _group(body: Json) -> RateLimitGroup:
    """Read a group: an object (new shape) or a bare `group_type` (old shape)."""
    group: Json | None = body.get("group")
    if group is None:
        return RateLimitGroup(type=body["group_type"])
    return RateLimitGroup(type=group["type"], id=group["id"], display_name=group.get("display_name"))


def _principal(principal: Json | None) -> tuple[str | None, str | None]:
    """Read whom a key acts as: `{type: user_actor, user_id}` (new shape) or `{type: user, id}` (old shape)."""
    if principal is None:
        return None, None
    kind = str(principal["type"]).removesuffix("_actor")
    return kind, principal.get(f"{kind}_id") or principal.get("id")
